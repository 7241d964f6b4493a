# The first-boot scripts of overlays/: what they change, twice with the same result, and only what BusyBox's ash reads.
# shellcheck shell=bash

overlays=$here/../../overlays

# machine CONFIG…: a fresh stand-in root with these UCI files; sets M.
machine() {
	M=$work/overlay.root
	rm -rf "$M"
	cp -a "$(image 1)" "$M"
	mkdir -p "$M/etc/uci-defaults" "$M/tmp/.uci"
	printf "config interface 'wan'\n\toption proto 'dhcp'\n\nconfig interface 'cluster'\n\toption device 'eth0'\n" >"$M/etc/config/network"
}
config() { cat >"$M/etc/config/$1"; }
# first_boot OVERLAY: as OpenWrt's boot does: each script in a subshell, gone when it succeeded.
first_boot() {
	cp "$overlays/$1/uci-defaults"/* "$M/etc/uci-defaults/"
	chroot "$M" /bin/sh -c 'cd /etc/uci-defaults && for script in *; do ( . "./$script" ) && rm "$script"; done; uci commit'
	ls "$M/etc/uci-defaults" | grep -v '^1[0-9]_'
}
uci() { chroot "$M" /sbin/uci "$@"; }
# again OVERLAY: the state that a second run leaves is that of the first.
again() {
	local before
	before=$(tree "$M/etc")
	is "$1: nothing is left over, and a second run changes nothing" "$before" "$(first_boot "$1"; tree "$M/etc")"
}

for script in "$overlays"/*/uci-defaults/*; do
	holds "shellcheck: ${script#"$overlays"/}" shellcheck -s sh "$script"
	holds "ash -n: ${script#"$overlays"/}" bb ash -n "$script"
done

machine
config sqm <<-'EOT'
	config queue 'eth1'
		option enabled '1'
		option interface 'eth0'

	config queue 'uplink'
		option enabled '1'
		option interface 'wan'
EOT
is "sqm: its script succeeds" "" "$(first_boot sqm)"
is "sqm: no queue on eth0" 0 "$(uci get sqm.eth1.enabled)"
is "sqm: the others stay" 1 "$(uci get sqm.uplink.enabled)"
again sqm

machine
cat >>"$M/etc/config/network" <<-'EOT'

	config interface 'lan'
		option proto 'static'
		option ipaddr '192.168.1.1'

	config interface 'fibre'
		option proto 'static'
		option gateway '203.0.113.1'
		option metric '5'

	config interface 'lte'
		option proto 'pppoe'
		option metric '20'

	config interface 'wan6'
		option proto 'dhcpv6'

	config interface 'spare'
		option proto 'dhcp'
		option defaultroute '0'
EOT
sed -i "s/option proto 'dhcp'/&\n\toption metric '10'/" "$M/etc/config/network"
config mwan3 <<-'EOT'
	config globals 'globals'
		option mmx_mask '0x3F00'

	config interface 'wan'
		option enabled '1'

	config interface 'wanb'
		option enabled '1'

	config interface 'cluster'
		option enabled '1'

	config interface 'spare'
		option enabled '1'

	config member 'wan_m1_w3'
		option interface 'wan'

	config policy 'balanced'
		list use_member 'wan_m1_w3'

	config rule 'default_rule_v4'
		option dest_ip '0.0.0.0/0'
		option use_policy 'balanced'

	config rule 'https'
		option use_policy 'mine'
EOT
is "mwan3: its script succeeds" "" "$(first_boot mwan3)"
is "mwan3: tracks the uplink that there is" 1 "$(uci get mwan3.wan.enabled)"
is "mwan3: not the one that there is not" 0 "$(uci get mwan3.wanb.enabled)"
is "mwan3: nor the cluster's" 0 "$(uci get mwan3.cluster.enabled)"
is "mwan3: nor one without a default route" 0 "$(uci get mwan3.spare.enabled)"
is "mwan3: it tracks uplinks that the stock configuration does not know" "1 ipv4" "$(uci get mwan3.fibre.enabled) $(uci get mwan3.fibre.family)"
has "mwan3: … by hosts that answer" "$(uci get mwan3.lte.track_ip)" 1.1.1.1
has "mwan3: … in IPv6 too" "$(uci get mwan3.wan6.track_ip)" 2606:4700:4700::1111
is "mwan3: uplinks follow each other in the order of their metrics" "uplink_wan6 uplink_fibre uplink_wan uplink_lte" "$(uci get mwan3.uplinks.use_member)"
is "mwan3: … each before the next" "2 3 4" "$(for one in fibre wan lte; do uci get "mwan3.uplink_$one.metric"; done | xargs)"
fails "mwan3: the LAN is no uplink" uci -q get mwan3.uplink_lan
is "mwan3: the stock rule uses them" uplinks "$(uci get mwan3.default_rule_v4.use_policy)"
is "mwan3: a rule of the user's stays" mine "$(uci get mwan3.https.use_policy)"
again mwan3

machine
printf "config adblock 'global'\n\toption adb_trigger 'pppoe'\n" | config adblock
is "adblock: its script succeeds" "" "$(first_boot adblock)"
fails "adblock: waits for no interface that there is not" uci -q get adblock.global.adb_trigger
again adblock
machine
printf "config adblock 'global'\n\toption adb_trigger 'wan'\n" | config adblock
first_boot adblock >/dev/null
is "adblock: waits for one that there is" wan "$(uci get adblock.global.adb_trigger)"

machine
is "mosquitto: without its user it waits for the next boot" 60-mosquitto "$(first_boot mosquitto 2>/dev/null)"
machine
echo 'mosquitto:x:200:200:mosquitto:/var/run/mosquitto:/bin/false' >>"$M/etc/passwd"
is "mosquitto: its script succeeds" "" "$(first_boot mosquitto)"
is "mosquitto: its passwords are its own" "600 200 0" "$(stat -c '%a %u %s' "$M/etc/mosquitto/passwd")"
is "mosquitto: its data too" "700 200" "$(stat -c '%a %u' "$M/etc/mosquitto/data")"
echo user:hash >"$M/etc/mosquitto/passwd"
again mosquitto
unset -f uci config

# In a pod of wrtpod's the plan has the settings of the overlays that it knows.
image 1 >/dev/null
cp -a "$work/image.1" "$work/image.overlaid"
for overlay in mine other; do echo exit 0 >"$work/image.overlaid/etc/uci-defaults/40-wrtpod-$overlay"; done
new_pod overlays etc "$work/image.overlaid"
setting OVERLAYS 'mine third'
seed >/dev/null 2>&1
start >/dev/null 2>&1
is "settings that the plan has are not made again at the first boot" 40-wrtpod-other \
	"$(cd "$P/data/etc/uci-defaults" && ls 40-wrtpod-*)"
