# start: what it does to the root file system before it becomes init. No network here; boot.sh has one.
# shellcheck shell=bash

one=$(image 1)
run_start() { out=$(start 2>&1) || not_ok "start exits with $?" "$out"; }
plan() { cat >"$P/plan/uci.$1"; }

new_pod first etc
setting DISABLED_SERVICES 'sysntpd led'
setting CLUSTER_CIDRS '10.42.0.0/16 10.43.0.0/16'
plan network <<'UCI'
config interface 'lan'
	option device 'lan'
	option proto 'static'
UCI
plan dropbear <<'UCI'
config dropbear
	option Interface 'lan'
UCI
seed >/dev/null 2>&1
run_start
etc=$P/data/etc
is "ujail is removed" no "$([ -e "$P/root/sbin/ujail" ] && echo yes || echo no)"
is "preinit leaves eth0 alone" "yes yes" "$(grep -q pi_preinit_no_failsafe=y "$P/root/lib/preinit/01_wrtpod" && printf 'yes '; grep -q 'preinit_ip()' "$P/root/lib/preinit/11_wrtpod" && printf yes)"
holds "an answer for config_generate" [ -s "$etc/board.json" ]
is "disabled services are not started" "" "$(ls "$etc/rc.d" | grep -E 'sysntpd|led')"
is "network: the plan's, and eth0 as it was" "
config interface 'lan'
	option device 'lan'
	option proto 'static'

config interface 'cluster'
	option device 'eth0'
	option proto 'static'
	list ipaddr '10.42.0.50/24'
	option gateway '10.42.0.1'

config route 'cluster_1'
	option interface 'cluster'
	option target '10.42.0.0/16'
	option gateway '10.42.0.1'

config route 'cluster_2'
	option interface 'cluster'
	option target '10.43.0.0/16'
	option gateway '10.42.0.1'" "$(cat "$etc/config/network")"
has "another file: the plan's options over the stock's" "$(cat "$etc/config/dropbear")" "option Interface 'lan'"
has "… which stay" "$(cat "$etc/config/dropbear")" "PasswordAuth"
has "the banner says what persists" "$(cat "$etc/banner")" "All of /etc persists."
banner=$(cat "$etc/banner")
run_start
is "the banner has one block only" "$banner" "$(cat "$etc/banner")"

# What the user did in LuCI stays; a new plan's own changes are written.
sed -i "s/option proto 'static'/option proto 'dhcp'/; s/10.42.0.50/10.42.0.99/" "$etc/config/network"
echo "	option metric '5'" >>"$P/plan/uci.network"
run_start
has "the user's change stays" "$(cat "$etc/config/network")" "option proto 'dhcp'"
has "the plan's change is written" "$(cat "$etc/config/network")" "option metric '5'"
has "an old cluster address (a restored backup) does not" "$(cat "$etc/config/network")" "10.42.0.50/24"
has_not "… stay" "$(cat "$etc/config/network")" "10.42.0.99"
sed -i "s/option proto 'static'/option proto 'none'/" "$P/plan/uci.network"
run_start
has "a conflict is reported" "$out" "network.lan.proto"
has "… and listed" "$(cat "$P/data/wrtpod/conflicts.txt")" "network.lan.proto"
run_start
has "… as long as it lasts" "$(cat "$P/data/wrtpod/conflicts.txt")" "network.lan.proto"
sed -i "s/option proto 'dhcp'/option proto 'none'/" "$etc/config/network"
run_start
is "… and no longer" no "$([ -e "$P/data/wrtpod/conflicts.txt" ] && echo yes || echo no)"

echo "config interface 'broken" >"$etc/config/network"
run_start
has "a broken file is replaced" "$(cat "$etc/config/network")" "config interface 'lan'"
is "… and kept beside" "config interface 'broken" "$(cat "$P/data/wrtpod/conflicts/etc/config/network")"
has "… with a warning" "$out" "cannot be read"
echo "# a comment of mine" >>"$etc/config/network"
run_start
has "a file that needs no change keeps its comments" "$(cat "$etc/config/network")" "# a comment of mine"
is "it keeps its mode" 600 "$(stat -c %a "$etc/config/network")"

# Secrets.
new_pod secrets etc
seed >/dev/null 2>&1
etc=$P/data/etc
run_start
is "no Secret: shadow is untouched" "$(cat "$one/etc/shadow")" "$(cat "$etc/shadow")"
printf '$6$salt$hash./x' >"$P/secret/password-hash"
printf 'ssh-ed25519 AAAA site1\nssh-ed25519 BBBB site2' >"$P/secret/authorized_keys"
mkdir -p "$etc/dropbear"
echo 'ssh-ed25519 CCCC mine' >"$etc/dropbear/authorized_keys"
run_start
is "the password is set" 'root:$6$salt$hash./x' "$(grep ^root: "$etc/shadow" | cut -d: -f1,2)"
is "shadow: 0600" 600 "$(stat -c %a "$etc/shadow")"
is "the keys join the user's" "mine site1 site2" "$(cut -d' ' -f3 "$etc/dropbear/authorized_keys" | xargs)"
is "keys: 0600, folder 0700" "600 700" "$(stat -c %a "$etc/dropbear/authorized_keys") $(stat -c %a "$etc/dropbear")"
has_not "nothing secret is printed" "$out" "hash./x"
sed -i 's/^root:[^:]*/root:$1$users/' "$etc/shadow"
run_start
has "a password that the user set stays" "$(cat "$etc/shadow")" 'root:$1$users:'
printf 'ssh-ed25519 BBBB site2\n' >"$P/secret/authorized_keys"
run_start
is "a key that left the Secret goes, the user's stays" "mine site2" "$(cut -d' ' -f3 "$etc/dropbear/authorized_keys" | xargs)"
printf '$6$other$' >"$P/secret/password-hash"
run_start
has "a changed Secret is applied" "$(cat "$etc/shadow")" 'root:$6$other$:'
rm "$P/secret"/*
run_start
is "an emptied Secret takes its keys away" "mine" "$(cut -d' ' -f3 "$etc/dropbear/authorized_keys" | xargs)"
has "… and leaves the password" "$(cat "$etc/shadow")" 'root:$6$other$:'
old_libc=$work/image.old-libc
cp -a "$one" "$old_libc"
echo 'only MD5 here' >"$old_libc/lib/libc.so"
use_image "$old_libc"
printf '$6$third$' >"$P/secret/password-hash"
run_start
has "a libc without SHA-512: a warning that nobody can log in" "$out" "nobody can log in with that password"
printf '$1$fourth$' >"$P/secret/password-hash"
run_start
has_not "… and none with a hash that it knows" "$out" "nobody can log in"
use_image "$one"
printf '$6$other$' >"$P/secret/password-hash"
run_start
has_not "… nor with a libc that says nothing" "$out" "nobody can log in"
printf 'a:b\nroot::' >"$P/secret/password-hash"
run_start
has "a hash that would break shadow is refused" "$out" "not a crypt(3) hash"
is "… and shadow is whole" "$(wc -l <"$one/etc/shadow")" "$(wc -l <"$etc/shadow")"

# First boot, in every mode: each script once, on whatever root file system. The stand-in's boot runs them as OpenWrt does.
first_boot='cd /etc/uci-defaults; for f in $(ls); do ( . ./$f ) && rm -f $f; done'
for mode in etc config system none; do
	new_pod "defaults-$mode" $mode
	echo 'echo site >>/wrtpod/run/ran' >"$P/plan/first-boot.99-site"
	[ $mode = none ] || seed >/dev/null 2>&1
	AT_INIT=$first_boot
	run_start
	run_start
	if [ $mode = none ]; then wanted="2"; else wanted="1"; fi
	is "$mode: a first-boot script runs $wanted times in two starts" "$wanted" "$(grep -c site "$P/run/ran")"
	[ $mode != none ] || continue
	echo 'echo site >>/wrtpod/run/ran #' >"$P/plan/first-boot.99-site"
	run_start
	is "$mode: a changed one runs again" 2 "$(grep -c site "$P/run/ran")"
	AT_INIT=
	echo 'echo killed >>/wrtpod/run/ran' >"$P/plan/first-boot.98-killed"
	run_start
	AT_INIT=$first_boot
	run_start
	is "$mode: one that had not run when the pod was killed runs later" 1 "$(grep -c killed "$P/run/ran")"
	AT_INIT=
done

# Mode etc: packages installed at run time.
new_pod leftovers etc
seed >/dev/null 2>&1
etc=$P/data/etc
printf '#!/bin/sh /etc/rc.common\nSTART=99\nPROG=/usr/sbin/tinyproxy\nstart_service() {\n\tprocd_set_param command $PROG\n}\n' >"$etc/init.d/tinyproxy"
printf '#!/bin/sh /etc/rc.common\nSTART=99\nstart() {\n\t/etc/my-script &\n}\n' >"$etc/init.d/mine"
printf '#!/bin/sh /etc/rc.common\nstart_service() {\n\tprocd_set_param command "/bin/ash" -c true\n}\n' >"$etc/init.d/alive"
ln -s ../init.d/tinyproxy "$etc/rc.d/S99tinyproxy"
ln -s ../init.d/mine "$etc/rc.d/S99mine"
run_start
is "a service whose program is gone is put aside" "no yes" "$([ -e "$etc/init.d/tinyproxy" ] && echo yes || echo no) $([ -e "$P/data/wrtpod/leftovers/tinyproxy" ] && echo yes || echo no)"
is "… with its link" no "$([ -L "$etc/rc.d/S99tinyproxy" ] && echo yes || echo no)"
has "… and a warning that says what to do" "$out" "overlay"
is "the user's own services stay" "yes yes yes" "$(for f in init.d/mine rc.d/S99mine init.d/alive; do [ -e "$etc/$f" ] && printf 'yes '; done | xargs)"
is "the image's services stay" "$(ls "$one/etc/init.d")" "$(ls "$etc/init.d" | grep -vE '^(mine|alive)$')"

# Mode config: links into the claim.
new_pod links config
seed >/dev/null 2>&1
AT_INIT='printf "newpw\nnewpw\n" | passwd root >/dev/null 2>&1; echo "own:x:9:9::/:/bin/ash" >>/etc/passwd; touch /etc/dropbear/key; echo "* * * * * x" >/etc/crontabs/root'
run_start
AT_INIT=
is "passwd is a link into the claim" /wrtpod/data/keep/etc/passwd "$(readlink "$P/root/etc/passwd")"
is "a folder is linked as a folder" /wrtpod/data/keep/etc/dropbear "$(readlink "$P/root/etc/dropbear")"
run_start
holds "a password set with passwd survives a new root file system" grep -q '^root:\$' "$P/data/keep/etc/shadow"
holds "a user survives" grep -q ^own: "$P/data/keep/etc/passwd"
holds "a file in a kept folder survives" [ -e "$P/data/keep/etc/dropbear/key" ]
holds "a crontab survives" [ -s "$P/data/keep/etc/crontabs/root" ]
holds "/etc/shadow is still the link" [ -L "$P/root/etc/shadow" ]
rm "$P/data/keep/etc/rc.local"
run_start
is "a kept file that the user deleted stays deleted" no "$([ -e "$P/data/keep/etc/rc.local" ] && echo yes || echo no)"
mkdir -p "$P/data/keep/etc"
echo /etc/openwrt_version >>"$P/data/keep/etc/sysupgrade.conf"
run_start
is "a path that the user adds to sysupgrade.conf is kept too" "$(cat "$one/etc/openwrt_version")" "$(cat "$P/data/keep/etc/openwrt_version")"

# Mode config: however a path is written, what is never kept is not, and the claim's own mounts are whole.
new_pod spelled config
spelled=$work/image.spelled
cp -a "$one" "$spelled"
ln -s config "$spelled/etc/conf"
ln -s /etc "$spelled/srv"
ln -s nowhere "$spelled/etc/dangling"
mkdir -p "$spelled/etc/vpn" "$spelled/opt/vol"
echo default >"$spelled/etc/vpn/key"
echo default >"$spelled/etc/a..b"
use_image "$spelled"
cat >"$spelled/etc/sysupgrade.conf" <<'CONF'
/etc//config
/etc/config/
/etc/./config/./network
/etc/vpn/../config/dhcp
/etc/conf/
/etc/conf/firewall
/srv/config
/etc/dangling/x
//etc
/etc/.
/etc//hosts
/usr//
/usr/./
/usr/bin/../../lib
/./proc/sys
/etc/../../..
/opt/
/etc//vpn/./
/etc/a..b
CONF
seed >/dev/null 2>&1
before=$(tree "$P/data/config" | grep -v network)
is "config: what is never kept is not on the claim, however it is written" "etc opt" "$(ls "$P/data/keep" | xargs)"
is "… nor below /etc" "a..b vpn" "$(cd "$P/data/keep/etc" && ls -d a..b vpn conf config conf hosts srv dangling 2>/dev/null | xargs)"
AT_INIT='cat /opt/vol/file >/wrtpod/run/seen'
mkdir -p "$P/opt" && echo "of a volume" >"$P/opt/file"
run_start
run_start
AT_INIT=
is "… and the claim's own mount is whole" "$before" "$(tree "$P/data/config" | grep -v network)"
holds "… and the image's folders" [ -d "$P/root/usr/bin" ]
fails "… which are no links" [ -L "$P/root/usr" ]
has "… and a volume's mount below a listed folder" "$(cat "$P/run/seen")" "of a volume"
is "… while a folder that may be kept is, however it is written" /wrtpod/data/keep/etc/vpn "$(readlink "$P/root/etc/vpn")"
is "… by its plain name" "d etc/vpn" "$(grep vpn "$P/run/keep.list")"
holds "… and a name with two dots in it" grep -qx 'f etc/a..b' "$P/run/keep.list"

# A claim of a version that recorded paths as the lists write them: nothing is merged, nothing goes.
sed -i 's|	etc/vpn/|	etc//vpn/./|' "$P/data/wrtpod/manifest"
was=$(tree "$P/data")
has_not "a record of an earlier version is read as it is meant" "$(seed 2>&1)" "merging"
is "… and changes nothing" "$was" "$(tree "$P/data")"

# The cluster interface on old images.
new_pod old-netifd none
cp -a "$one" "$work/image.old"
echo "set network.loopback.ifname='lo'" >"$work/image.old/bin/config_generate"
use_image "$work/image.old"
printf "config interface 'lan'\n\toption device 'lan'\n" >"$P/plan/uci.network"
run_start
is "netifd before 21.02: ifname, address and netmask" "
config interface 'lan'
	option ifname 'lan'

config interface 'cluster'
	option ifname 'eth0'
	option proto 'static'
	option ipaddr '10.42.0.50'
	option netmask '255.255.255.0'
	option gateway '10.42.0.1'" "$(cat "$P/root/etc/config/network")"
for case in "19.07.8:r11364:ifname" "18.06-SNAPSHOT:r1:ifname" "21.02.1:r16325:device" "24.10.4:r1:device" "SNAPSHOT:r12000-abc:ifname" "SNAPSHOT:r28000-abc:device" "R22.1.1:r30000:device"; do
	IFS=: read -r release revision word <<<"$case"
	printf "DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='%s'\nDISTRIB_REVISION='%s'\n" "$release" "$revision" >"$work/image.old/etc/openwrt_release"
	: >"$work/image.old/bin/config_generate"
	new_pod "release-$release-$revision" none "$work/image.old"
	run_start
	has "$release $revision: $word" "$(cat "$P/root/etc/config/network")" "option $word 'eth0'"
done
new_pod other-netifd etc "$one"
printf "config interface 'lan'\n\toption device 'lan'\n\toption proto 'dhcp'\n" >"$P/plan/uci.network"
for case in "$one:device" "$work/image.old:ifname" "$one:device"; do
	use_image "${case%:*}"
	echo "set network.loopback.${case##*:}='lo'" >"${case%:*}/bin/config_generate"
	seed >/dev/null 2>&1
	run_start
	is "an image with another netifd: ${case##*:} alone" "${case##*:} 'lan'" "$(sed -n "/interface 'lan'/,/^\$/s/.*option \(.* 'lan'\)/\1/p" "$P/data/etc/config/network")"
done
new_pod via-nic none
setting DEFAULT_ROUTE_VIA_NIC 1
setting CLUSTER_CIDRS 10.43.0.0/16
printf 'key t\nmtu 1500\naddress 10.42.0.50/32\naddress fd00:42::50/128\nroute 169.254.1.1/32 - 0\nroute 0.0.0.0/0 169.254.1.1 0\nroute ::/0 fe80::ecee:eeff:feee:eeee 1024\nnameserver 10.43.0.10\nhost 192.168.1.5\n' >"$P/run/eth0"
run_start
is "a /32 with 169.254.1.1, both families, another NIC has the default route" "
config interface 'cluster'
	option device 'eth0'
	option proto 'static'
	list ipaddr '10.42.0.50/32'
	list ip6addr 'fd00:42::50/128'

config route 'cluster_1'
	option interface 'cluster'
	option target '169.254.1.1/32'

config route 'cluster_2'
	option interface 'cluster'
	option target '10.43.0.0/16'
	option gateway '169.254.1.1'
	option onlink '1'

config route 'cluster_3'
	option interface 'cluster'
	option target '192.168.1.5/32'
	option gateway '169.254.1.1'
	option onlink '1'

config route 'cluster_4'
	option interface 'cluster'
	option target '0.0.0.0/0'
	option gateway '169.254.1.1'
	option metric '4096'
	option onlink '1'

config route6 'cluster_5'
	option interface 'cluster'
	option target '::/0'
	option gateway 'fe80::ecee:eeff:feee:eeee'
	option metric '4096'" "$(cat "$P/root/etc/config/network")"

# firewall3 fills only the tables that the kernel names, and a new network namespace names none.
fw3=$work/image.fw3
cp -a "$one" "$fw3"
rm "$fw3/sbin/fw4"
for program in sbin/fw3 usr/sbin/iptables usr/sbin/ip6tables; do
	printf '#!/bin/sh\necho "$0 $*" >>/wrtpod/run/tables\necho "$RULES"\n' >"$fw3/$program"
	chmod 755 "$fw3/$program"
done
new_pod fw3 etc "$fw3"
seed >/dev/null 2>&1
AT_INIT='echo init >>/wrtpod/run/tables'
run_start
AT_INIT=
is "firewall3: every table has been asked for before init" "8 init" "$(grep -c -- '-t [a-z]* ' "$P/run/tables") $(tail -n 1 "$P/run/tables")"
new_pod fw4 etc
seed >/dev/null 2>&1
run_start
is "firewall4: none of it" no "$([ -e "$P/run/tables" ] && echo yes || echo no)"

# The appliance's daemons run as users of their own; a claim is often root's alone.
new_pod passable config
chmod 750 "$P/data"
seed >/dev/null 2>&1
run_start
is "config: every user can follow /etc/passwd into the claim" 751 "$(stat -c %a "$P/data")"

# wrtpod's block in the banner is no change of the user's.
new_pod banner etc
seed >/dev/null 2>&1
run_start
use_image "$(image 2)"
out=$(seed 2>&1)
has_not "a new image's banner: no conflict" "$out" "/etc/banner"
run_start
is "… it is there, with wrtpod's block" "$(cat "$(image 2)/etc/banner")" "$(sed '/^ --- wrtpod ---$/,$d' "$P/data/etc/banner")"
has "… once" "$(cat "$P/data/etc/banner")" "All of /etc persists."
