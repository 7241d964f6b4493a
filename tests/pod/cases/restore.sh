# restore: a backup that is restored in LuCI, which is `sysupgrade -r`, arrives whole: the kubelet's files are in its way.
# shellcheck shell=bash

# backup NAME HOSTS: an archive with /etc/hosts in the middle of it, for the pod P.
backup() {
	rm -rf "$work/backup"
	mkdir -p "$work/backup/etc/config"
	echo first >"$work/backup/etc/aaa"
	printf "config system 'system'\n\toption hostname 'restored'\n" >"$work/backup/etc/config/restored"
	printf '%s\n' "$2" >"$work/backup/etc/hosts"
	echo '# restored' >"$work/backup/etc/inittab"
	echo last >"$work/backup/etc/zzz"
	(cd "$work/backup" && tar -czf "$P/run/$1" etc/aaa etc/config/restored etc/hosts etc/inittab etc/zzz)
}
# What the main container says once it runs.
at_init() { out=$(AT_INIT=$1 start 2>&1); }
new_kubelet_hosts() { printf '# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n10.42.0.50\twrt-0\n' >"$P/kubelet/hosts"; }
mark='# of a restored backup, by wrtpod: /wrtpod/data/wrtpod/hosts'

for mode in etc config system; do
	new_pod "restore-$mode" $mode
	new_kubelet_hosts
	seed >/dev/null 2>&1
	backup backup.tar.gz "127.0.0.1 localhost
::1     localhost ip6-localhost ip6-loopback
192.168.1.7 nas.lan nas # the disk
ff02::1 ip6-allnodes"
	at_init 'command tar -C / -xzf /wrtpod/run/backup.tar.gz; echo "alone $?"; rm -f /etc/zzz; sysupgrade -r /wrtpod/run/backup.tar.gz; echo "restored $?"; cat /etc/aaa /etc/zzz /etc/inittab /etc/config/restored; sed "s/^/hosts /" /etc/hosts'
	has "$mode: tar alone ends at the kubelet's file" "$out" "alone 1"
	has "$mode: sysupgrade does not" "$out" "restored 0"
	is "$mode: all of the backup is there" "first last # restored config system 'system' option hostname 'restored'" "$(echo "$out" | sed '1,/^restored 0/d; /^hosts /d' | xargs -0 echo | tr '\n\t' '  ' | sed 's/  */ /g; s/ $//')"
	is "$mode: the kubelet's names, and behind them those of the backup" "10.42.0.50	wrt-0 $mark 192.168.1.7 nas.lan nas" "$(sed -n '3,$p' "$P/kubelet/hosts" | sed 's/ $//' | paste -sd' ')"
done

# The kubelet writes its file anew for each container.
new_kubelet_hosts
at_init 'cat /etc/hosts'
is "the next container has the names of the backup" "1 1" "$(grep -c 'nas.lan nas' <<<"$out") $(grep -cF "$mark" <<<"$out")"
at_init 'cat /etc/hosts'
is "… once, also where the file stayed" "1 1" "$(grep -c 'nas.lan nas' <<<"$out") $(grep -cF "$mark" <<<"$out")"

# A backup of a pod, restored in another one: its own names are no news there.
hosts=$(cat "$P/kubelet/hosts")
new_pod restore-other etc
new_kubelet_hosts
sed -i s/10.42.0.50/10.42.7.7/ "$P/kubelet/hosts"
seed >/dev/null 2>&1
backup backup.tar.gz "$hosts"
at_init 'sysupgrade -r - </wrtpod/run/backup.tar.gz; echo "restored $?"; cat /etc/hosts /etc/zzz'
has "a backup from a pipe, of another pod: restored" "$out" "restored 0"
has "… whole" "$out" "last"
has "… with what that one's user had" "$out" "192.168.1.7 nas.lan nas"
has_not "… and not its address in the cluster" "$out" "10.42.0.50"
backup backup.tar.gz '127.0.0.1 localhost'
at_init 'sysupgrade -r /wrtpod/run/backup.tar.gz; cat /etc/hosts'
has_not "a backup without names takes them away" "$out" "nas.lan"

# What else is mounted is left, and said.
new_pod restore-mounted etc
seed >/dev/null 2>&1
backup backup.tar.gz '127.0.0.1 localhost'
at_init 'echo mine >/wrtpod/run/mine; mount --bind /wrtpod/run/mine /etc/inittab; sysupgrade -r /wrtpod/run/backup.tar.gz; echo "restored $?"; cat /etc/inittab /etc/zzz; ls /etc/.wrtpod-new /wrtpod/run/restore'
has "a file of the user's volume: said" "$out" "not restored: /etc/inittab: "
has "… with why" "$out" "busy"
is "… and left, the rest restored" "restored 1 mine last" "$(grep -xE 'restored 1|mine|last' <<<"$out" | xargs)"
is "… and nothing lies about" 2 "$(grep -c 'No such file' <<<"$out")"

# pack NAME COMMAND: an archive of what COMMAND makes in an empty folder, for the pod P.
pack() {
	rm -rf "$work/backup"
	mkdir -p "$work/backup/etc"
	(cd "$work/backup" && eval "$2" && tar -czf "$P/run/$1" etc)
}

# The kubelet's other files are no fault.
new_pod restore-kubelet etc
seed >/dev/null 2>&1
pack backup.tar.gz 'echo other >etc/hostname; echo nameserver 192.0.2.1 >etc/resolv.conf; echo last >etc/zzz'
at_init 'sysupgrade -r /wrtpod/run/backup.tar.gz; echo "restored $?"; cat /etc/hostname /etc/resolv.conf /etc/zzz'
is "the kubelet's /etc/hostname and /etc/resolv.conf: passed over, and no fault" "restored 0 pod-0 nameserver 10.43.0.10 last" "$(sed -n '/^restored/,$p' <<<"$out" | xargs)"
has_not "… nor said" "$out" "not restored"

# What is there is a link to a folder.
new_pod restore-links etc
seed >/dev/null 2>&1
pack backup.tar.gz 'echo file >etc/file; ln -s zzz etc/link; mkdir etc/folder; echo inside >etc/folder/inside; echo last >etc/zzz'
at_init 'mkdir /etc/there; for name in file link folder; do ln -s there /etc/$name; done; sysupgrade -r /wrtpod/run/backup.tar.gz; echo "restored $?"; readlink /etc/file; cat /etc/file; readlink /etc/link; cat /etc/link; readlink /etc/folder; ls -A /etc/there'
is "a link to a folder: a file and a link take its place, a folder is that folder" "restored 0 file zzz last there inside" "$(sed -n '/^restored/,$p' <<<"$out" | xargs)"

# What cannot be, and names that are hard to read: all the rest arrives.
new_pod restore-hard etc
seed >/dev/null 2>&1
long=$(printf 'x%.0s' $(seq 255))
pack backup.tar.gz 'mkdir etc/aa-file etc/aa-dangling "etc/blank " "etc/two
lines" etc/new; for folder in aa-file aa-dangling "blank " "two
lines" new; do echo "in $folder" >"etc/$folder/in"; done; echo blanks >"etc/ blanks "; echo hidden >etc/new/..hidden; echo long >"etc/$long"; echo star >"etc/*"; echo file >etc/aa-folder; echo last >etc/zzz'
at_init 'echo mine >/etc/aa-file; ln -s nowhere /etc/aa-dangling; mkdir /etc/aa-folder "/etc/blank " "/etc/two
lines"; sysupgrade -r /wrtpod/run/backup.tar.gz; echo "restored $?"; cat /etc/aa-file "/etc/blank /in" "/etc/two
lines/in" /etc/new/in /etc/new/..hidden "/etc/ blanks " "/etc/'"$long"'" "/etc/*" /etc/zzz; ls -A /etc/aa-folder; ls -d /etc/.wrtpod-new'
is "a folder in whose place is a file: left, as a failure, and the rest arrives whatever its name" "restored 1 mine in blank in two lines in new hidden blanks long star last" "$(sed -n '/^restored/,/^last/p' <<<"$out" | xargs)"
for place in aa-file aa-dangling; do has "… said: $place" "$out" "not restored: /etc/$place: "; done
has "a file in whose place is a folder: said, with why" "$out" "not restored: /etc/aa-folder: a folder is there"
is "… and no more" 3 "$(grep -c 'not restored' <<<"$out")"
has "… and nothing lies about" "$out" "/etc/.wrtpod-new: No such file"

# /etc/hosts of the backup is no plain file.
for hosts in 'ln -s nowhere' 'ln -s shadow' mkfifo mkdir; do
	new_pod "restore-hosts-${hosts##* }" etc
	seed >/dev/null 2>&1
	pack backup.tar.gz "$hosts etc/hosts; printf '%s\\n' 'root secret' >etc/shadow; echo last >etc/zzz"
	at_init '(sysupgrade -r /wrtpod/run/backup.tar.gz; echo "restored $?") & run=$!; (sleep 20; kill -9 $run) & wait $run; cat /etc/zzz; sed "s/^/hosts /" /etc/hosts; ls /wrtpod/data/wrtpod/hosts'
	is "/etc/hosts by $hosts: left, as a failure, and the rest arrives" "restored 1 last hosts 127.0.0.1 localhost # kubelet" "$(sed -n '/^restored/p; /^last/p; /^hosts/p' <<<"$out" | xargs)"
	has "… which is said" "$out" "not restored: /etc/hosts: it is no plain file in the backup"
	has "… and nothing of it is kept" "$out" "/wrtpod/data/wrtpod/hosts: No such file"
done

# What `sysupgrade -b` packs is what it packs on a router, in every mode.
unpacked() { rm -rf "$work/unpacked"; mkdir "$work/unpacked"; tar -C "$work/unpacked" -xzf "$P/run/$1"; }
listing() { (cd "$work/unpacked" && find . -type f -o -type l | sed 's|^\./||' | LC_ALL=C sort); }
users='mkdir -p /etc/mine /etc/listed; echo key >/etc/dropbear/host_key; echo "0 * * * * x" >/etc/crontabs/root; ln -s ../passwd /etc/mine/link; echo "file " >"/etc/mine/with blanks "
	sed "s|^root:[^:]*:|root:users:|" /etc/shadow >/tmp/shadow; cat /tmp/shadow >/etc/shadow; echo listed >/etc/listed/file'
for mode in etc system config; do
	new_pod "backup-$mode" $mode
	seed >/dev/null 2>&1
	at_init 'printf "/etc/mine/\n/etc/listed\n/etc/none\n" >/etc/sysupgrade.conf'
	[ $mode != config ] || mkdir "$P/data/keep/etc/listed"
	at_init "$users"
	at_init 'sysupgrade -b /wrtpod/run/backup.tar.gz; echo "packed $?"; sysupgrade -b - </dev/null >/dev/null 2>&1; sysupgrade -l >/wrtpod/run/listed; ls /wrtpod/run/backup'
	has "$mode: a backup is made" "$out" "packed 0"
	has "$mode: … and nothing lies about" "$out" "/wrtpod/run/backup: No such file"
	unpacked backup.tar.gz
	case $mode in etc) wanted=$(listing) wanted_list=$(cat "$P/run/listed") ;; esac
	is "$mode: … of the same files" "$wanted" "$(listing)"
	is "$mode: … which the list has as well" "$wanted_list" "$(cat "$P/run/listed")"
	is "$mode: … with what is in them" "root:users: key listed file " \
		"$(sed -n 's/^\(root:[^:]*:\).*/\1/p' "$work/unpacked/etc/shadow") $(cat "$work/unpacked"/etc/{dropbear/host_key,listed/file,mine/"with blanks "} | paste -sd' ')"
	is "$mode: … links of the user's as links" ../passwd "$(readlink "$work/unpacked/etc/mine/link")"
	is "$mode: … and of no one else" etc/mine/link "$(cd "$work/unpacked" && find . -type l | sed 's|^\./||')"
	is "$mode: … who may read what" "600 root" "$(stat -c '%a %U' "$work/unpacked/etc/shadow")"
done
has "the files are those of a folder, not the folder" "$wanted_list" /etc/listed/file
# As sysupgrade called it before 24.10, and what others call.
at_init 'echo /etc/shadow >/tmp/list; echo /etc/inittab >>/tmp/list; . /lib/upgrade/wrtpod.sh; tar cvzf /wrtpod/run/old.tar.gz -T /tmp/list; echo "old $?"
	echo /etc/shadow >/tmp/list; tar czf /wrtpod/run/one.tar.gz -T /tmp/list; echo "one $?"; tar cf /wrtpod/run/any.tar -C /etc inittab; echo "any $?"'
is "config: as older releases call it" "old 0 one 0 any 0" "$(grep -E '^(old|one|any) ' <<<"$out" | xargs)"
is "… whole" "etc/inittab etc/shadow" "$(tar -tzf "$P/run/old.tar.gz" | sort | xargs)"
is "… also of links alone" "root:users:" "$(tar -xOzf "$P/run/one.tar.gz" etc/shadow | sed -n 's/^\(root:[^:]*:\).*/\1/p')"
is "… for the owner alone" 600 "$(stat -c %a "$P/run/one.tar.gz")"
is "another tar is tar" inittab "$(tar -tf "$P/run/any.tar")"

# Mode config: what a router's backup brings is on the claim, also what only its own list keeps. No script of the shutdown has run.
new_pod restore-kept config
seed >/dev/null 2>&1
pack backup.tar.gz 'mkdir -p etc/config etc/dropbear etc/mine; echo host >etc/dropbear/host_key; echo mine >etc/mine/file; echo one >etc/one; echo gone >etc/other
	printf "/etc/mine/\n/etc/one\n" >etc/sysupgrade.conf; echo "root:routers:1:0:99999:7:::" >etc/shadow; printf "config a\n\toption b 1\n" >etc/config/restored'
at_init 'sysupgrade -r /wrtpod/run/backup.tar.gz; echo "restored $?"; echo later >>/etc/mine/file'
has "config: a router's backup is restored" "$out" "restored 0"
at_init 'cat /etc/dropbear/host_key /etc/mine/file /etc/one /etc/shadow /etc/config/restored /etc/other; ls -l /etc/shadow /etc/one'
is "… and is there at the next start" "host mine later one root:routers:1:0:99999:7::: config a option b 1" \
	"$(sed '/\/etc\/other/d; / -> /d; /^wrtpod/d' <<<"$out" | xargs)"
is "… as links to the claim" 2 "$(grep -c -- '-> /wrtpod/data/keep/etc/' <<<"$out")"
# The backup of an earlier wrtpod had the links in it.
new_pod restore-old-links etc
seed >/dev/null 2>&1
pack backup.tar.gz 'ln -s /wrtpod/data/keep/etc/shadow etc/shadow; echo last >etc/zzz'
at_init 'sysupgrade -r /wrtpod/run/backup.tar.gz; echo "restored $?"; readlink /etc/shadow; cat /etc/zzz'
is "a backup with wrtpod's links in it: no file is lost for one" "restored 1 last" "$(sed -n '/^restored/,$p' <<<"$out" | xargs)"
has "… which is said" "$out" "not restored: /etc/shadow: the backup has wrtpod's link"
