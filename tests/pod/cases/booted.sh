# booted: what first-boot scripts change in UCI is noted, as sums, for `wrtpod diff`; what a user changes is not.
# shellcheck shell=bash

one=$(image 1)
boots='cd /etc/uci-defaults; for script in *; do ( . "./$script" ) && rm -f "$script"; done; uci commit'
sum() { printf '%s' "$1" | sha256sum | cut -d' ' -f1; }
run_start() { out=$(AT_INIT="$boots" start 2>&1) || not_ok "start exits with $?" "$out"; }
noted() { cat "$P/data/wrtpod/booted/$1" 2>/dev/null; }

migrating=$work/image.migrating
cp -a "$one" "$migrating"
rm "$migrating"/etc/uci-defaults/*
# As OpenWrt's do: some leave the commit to the boot.
cat >"$migrating/etc/uci-defaults/15_odhcpd" <<'SH'
uci -q batch <<-BATCH
	set dhcp.odhcpd.leasefile=/tmp/odhcpd.leases
	add_list dhcp.odhcpd.dir=a
	add_list dhcp.odhcpd.dir=b
BATCH
uci set network.globals.made=1
uci commit network
SH
new_pod booted etc "$migrating"
mkdir -p "$P/secrets/vpn"
printf hidden >"$P/secrets/vpn/key"
printf "config odhcpd 'odhcpd'\n\toption leasefile '/tmp/hosts/odhcpd'\n" >"$P/plan/uci.dhcp"
printf "config globals 'globals'\n\tsecret key 'vpn/key'\n\nconfig interface 'wg0'\n\tsecret private_key 'vpn/key'\n" >"$P/plan/uci.network"
printf "config system 'system'\n\toption hostname 'a'\n" >"$P/plan/uci.system"
seed >/dev/null 2>&1
run_start
one_sum=$(sum $'\001/tmp/odhcpd.leases')
is "what a first-boot script changed is noted" \
	"odhcpd leasefile $(sum $'\001/tmp/hosts/odhcpd') $one_sum
odhcpd dir - $(sum $'\001a\001b')" "$(noted dhcp)"
is "… in a file of its own" "globals made - $(sum $'\0011')" "$(noted network)"
is "… and of a file that none changed there is none" "" "$(noted system)"
fails "no secret is noted" grep -rqF hidden "$P/data/wrtpod"
is "what it was before does not lie there" "" "$(ls -d "$P"/run/before.* "$P/run/uci.value" 2>/dev/null)"
applied=$(cat "$P/data/wrtpod/applied/uci/dhcp")
has "the base of the merge stays what the site says" "$applied" "option leasefile '/tmp/hosts/odhcpd'"

sed -i "s/hostname 'a'/hostname 'users'/" "$P/data/etc/config/system"
before=$(noted dhcp)
run_start
is "a start without scripts notes nothing" "$before" "$(noted dhcp)"
next=$work/image.migrating-2
cp -a "$migrating" "$next"
printf 'uci set dhcp.odhcpd.leasefile=/tmp/other\nuci set system.system.log=1\n' >"$next/etc/uci-defaults/16_other"
use_image "$next"
seed >/dev/null 2>&1
run_start
is "the next release's script adds to it" "$before
odhcpd leasefile $one_sum $(sum $'\001/tmp/other')" "$(noted dhcp)"
is "what the user changed before is not in it" "system log - $(sum $'\0011')" "$(noted system)"

# A start that ended in the middle of the scripts.
use_image "$migrating"
new_pod ended etc "$migrating"
printf "config odhcpd 'odhcpd'\n\toption leasefile '/tmp/hosts/odhcpd'\n" >"$P/plan/uci.dhcp"
seed >/dev/null 2>&1
AT_INIT='. /etc/uci-defaults/15_odhcpd; uci commit; rm /etc/uci-defaults/15_odhcpd' start >/dev/null 2>&1
is "cut off, nothing is noted" "" "$(noted dhcp)"
run_start
has "… and the next start notes it all the same" "$(noted dhcp)" "odhcpd leasefile $(sum $'\001/tmp/hosts/odhcpd') $one_sum"
