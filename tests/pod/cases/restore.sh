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
at_init 'echo mine >/wrtpod/run/mine; mount --bind /wrtpod/run/mine /etc/inittab; sysupgrade -r /wrtpod/run/backup.tar.gz; echo "restored $?"; cat /etc/inittab /etc/zzz; ls /etc/*.wrtpod-new /wrtpod/run/restore'
has "a file of the user's volume: said" "$out" "not restored: /etc/inittab: "
has "… with why" "$out" "busy"
is "… and left, the rest restored" "restored 1 mine last" "$(grep -xE 'restored 1|mine|last' <<<"$out" | xargs)"
is "… and nothing lies about" 2 "$(grep -c 'No such file' <<<"$out")"
