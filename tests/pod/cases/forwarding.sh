# forwarding: what passes between the LAN and the cluster's network at each moment of a pod, seen from both sides, in IPv4 and IPv6.
# shellcheck shell=bash

# Machines behind both ends, which know the way through the pod whatever it says of itself.
plug_both_sides() {
	host=wpt-host-$$ node=wpt-node-$1-$$
	ip netns add "$host"
	spaces+=("$host")
	ip -n "$node" link set lan-side netns "$host" name nic
	ip -n "$host" link set nic up
	ip -n "$host" addr add 192.168.1.2/24 dev nic
	ip -n "$host" addr add fd00:1::2/64 dev nic nodad
	ip -n "$host" neigh add 192.168.1.9 lladdr $mac dev nic nud permanent
	ip -n "$host" neigh add fd00:1::9 lladdr $mac dev nic nud permanent
	ip -n "$host" route add 10.42.0.0/24 via 192.168.1.9
	ip -n "$host" route add fd00:42::/64 via fd00:1::9
	ip -n "$node" route add 192.168.1.0/24 via 10.42.0.50
	ip -n "$node" route add fd00:1::/64 via fd00:42::50
	# As the tuning plugin does, and addresses that answers can be sent to.
	ip netns exec "$NETNS" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.lan.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0
	ip -n "$NETNS" link set lan up
	ip -n "$NETNS" neigh add 192.168.1.2 lladdr "$(ip netns exec "$host" cat /sys/class/net/nic/address)" dev lan nud permanent
	ip -n "$NETNS" neigh add fd00:1::2 lladdr "$(ip netns exec "$host" cat /sys/class/net/nic/address)" dev lan nud permanent
	# Nobody asks for a neighbour while the own address is still being tried.
	for space in "$host" "$node" "$NETNS"; do
		for _ in $(seq 50); do
			[ -n "$(ip -n "$space" -6 addr show tentative)" ] || break
			sleep 0.1
		done
	done
	for space in "$host" "$node"; do
		ip netns exec "$space" nft "add table inet seen; add chain inet seen in { type filter hook prerouting priority 0; }
			add rule inet seen in icmp type echo-request ip saddr { 192.168.1.2, 10.42.0.1 } counter
			add rule inet seen in icmpv6 type echo-request ip6 saddr { fd00:1::2, fd00:42::1 } counter"
	done
}
arrived() { ip netns exec "$1" nft list table inet seen | sed -n 's/.*counter packets \([0-9]*\) .*/\1/p'; }

# Prints which ways a packet passes: lan4 lan6 (from the LAN to the cluster), cluster4 cluster6.
passing() {
	local name from to four six way before
	# Whatever the guest has made of it, a NIC that is down shows nothing.
	ip -n "$NETNS" link set lan up
	ip -n "$NETNS" route replace 192.168.1.0/24 dev lan metric 900
	ip -n "$NETNS" route replace fd00:1::/64 dev lan metric 900
	for way in lan:$host:$node:10.42.0.1:fd00:42::1 cluster:$node:$host:192.168.1.2:fd00:1::2; do
		IFS=: read -r name from to four six <<<"$way"
		before=$(arrived "$to")
		ip netns exec "$from" "$busybox" ping -c 1 -W 1 "$four" >/dev/null 2>&1
		ip netns exec "$from" "$busybox" ping6 -c 1 -W 1 "$six" >/dev/null 2>&1
		paste -d ' ' <(echo "$before") <(arrived "$to") | awk -v name="$name" '$1 != $2 { print name (NR == 1 ? 4 : 6) }'
	done | xargs
}
every_way='lan4 lan6 cluster4 cluster6'
none_passes() { is "$1" "" "$(passing)"; }

zones() {
	cat <<'UCI'
config defaults
	option input 'ACCEPT'

config zone 'zone_lan'
	option name 'lan'
	list network 'lan'
	option input 'ACCEPT'

config zone 'zone_cluster'
	option name 'cluster'
	list network 'cluster'
	option input 'ACCEPT'
UCI
}
# guarded_pod NAME [IMAGE]: a pod and machines on both of its sides, before anything of it has run.
guarded_pod() {
	sandbox "$1" dual
	plug_both_sides "$1"
	new_pod "$1" etc "${2:-$(image 1)}"
	rm "$P/run/eth0"
	setting NICS "lan=$mac"
	setting CLUSTER_CIDRS '10.42.0.0/16'
	printf "config interface 'lan'\n\toption device 'lan'\n\toption proto 'static'\n\tlist ipaddr '192.168.1.9/24'\n" >"$P/plan/uci.network"
	printf "config system\n\toption hostname 'wrt'\n" >"$P/plan/uci.system"
	zones >"$P/plan/uci.firewall"
}
prepare() { out=$(init_container /bin/sh /wrtpod/bin/prepare 2>&1) || not_ok "prepare" "$out"; }
# The ruleset is loaded again when an interface comes up: until then a zone has no device.
zones_loaded() {
	local _
	for _ in $(seq 75); do
		[ "$(ip netns exec "$NETNS" nft list chain inet fw4 input 2>/dev/null | grep -c jump.input_)" = 2 ] && return 0
		sleep 0.2
	done
	return 1
}
held() {
	local _
	for _ in $(seq 25); do ip netns exec "$NETNS" nft list table inet wrtpod >/dev/null 2>&1 && return 0; sleep 0.2; done
	return 1
}

guarded_pod guarded
is "before prepare the kernel forwards every way" "$every_way" "$(passing)"
prepare
none_passes "from prepare on nothing passes"
boot
holds "the pod becomes ready" wait_ready
holds "… and its zones are loaded" zones_loaded
none_passes "the firewall is up: nothing passes that its zones do not let through"
for pair in 'lan cluster' 'cluster lan'; do printf "config forwarding\n\toption src '%s'\n\toption dest '%s'\n" $pair; done >>"$P/data/etc/config/firewall"
in_pod fw4 reload
is "the user's own forwardings: what they say passes" "$every_way" "$(passing)"

# As on a node without nf_flow_table: a reload leaves what is there, a boot loads what knows no zone.
in_pod uci set firewall.offload=defaults
in_pod uci set firewall.offload.flow_offloading=1
in_pod uci commit firewall
in_pod fw4 reload 2>/dev/null
holds "flow offloading that the kernel refuses: the ruleset stays, and the pod ready" in_pod /bin/sh /wrtpod/bin/probe ready
halt_pod
boot
closed_ruleset() {
	local _
	for _ in $(seq 75); do
		ip netns exec "$NETNS" nft list chain inet fw4 input 2>/dev/null | grep -q handle_reject && [ "$(addresses lan)" ] && return 0
		sleep 0.2
	done
	return 1
}
holds "… after a reboot there is a ruleset" closed_ruleset
# As another user of the pod can.
in_pod ln -s /etc/planted /tmp/wrtpod-probe.nft
for _ in $(seq 25); do
	out=$(in_pod /bin/sh /wrtpod/bin/probe ready 2>&1) && break
	case $out in *firewall4*) break ;; esac
	sleep 0.2
done
is "… without zones: not ready" "1 0" "$(in_pod /bin/sh /wrtpod/bin/probe ready >/dev/null 2>&1; echo $?) $(in_pod /bin/sh /wrtpod/bin/probe live >/dev/null 2>&1; echo $?)"
has "… which is said" "$out" "firewall4 runs a ruleset without zones: "
if ip netns exec "$NETNS" nft -c 'table inet x { flowtable f { hook ingress priority 0; devices = { lo }; }; }' 2>/dev/null; then
	has "… with what firewall4 says" "$out" "Could not process rule"
else
	has "… with the cause" "$out" "flow_offloading is on and the node's kernel has no nf_flow_table: run modprobe nf_flow_table on the node"
fi
fails "… and the probe wrote through no link of another user's" in_pod test -e /etc/planted
in_pod uci delete firewall.offload
in_pod uci commit firewall
in_pod fw4 restart
holds "… without it the pod is ready" wait_ready
in_pod fw4 stop
none_passes "the ruleset is gone: nothing passes"
in_pod /etc/init.d/firewall start
is "it is back: what the zones say" "$every_way" "$(passing)"
in_pod /etc/init.d/firewall stop
holds "the firewall is stopped, which deletes every table: ours is made again" held
none_passes "… and nothing passes"
in_pod nft flush ruleset
holds "… also after \`nft flush ruleset\`" held
in_pod /etc/init.d/firewall disable
halt_pod
none_passes "no container runs: nothing passes"
ip netns exec "$NETNS" nft delete table inet wrtpod
boot
holds "a reboot of the guest makes it again" held
holds "the pod is ready without a firewall" wait_ready
none_passes "the firewall is switched off: nothing passes"
halt_pod
remove_sandboxes

guarded_pod allowed
setting CLUSTER_FORWARDING 1
prepare
is "clusterForwarding: after prepare every way is open" "$every_way" "$(passing)"
boot
holds "clusterForwarding: ready" wait_ready
holds "clusterForwarding: its zones are loaded" zones_loaded
none_passes "clusterForwarding: the zones decide while the firewall is up"
in_pod /etc/init.d/firewall stop
sleep 2
is "clusterForwarding: the firewall is stopped, every way is open" "$every_way" "$(passing)"
halt_pod
remove_sandboxes

# An image without nft: iptables and ip6tables, as firewall3 has them.
by_iptables=$work/image.iptables
cp -a "$(image 1)" "$by_iptables"
rm -f "$by_iptables"/usr/sbin/nft "$by_iptables"/sbin/fw4
neither=$work/image.neither
cp -a "$by_iptables" "$neither"
program=$(readlink -f "$(command -v iptables)")
extensions=$(dirname "$(find /usr/lib -name 'libxt_standard.so' | head -n 1)")
mkdir -p "$by_iptables$extensions"
cp "$extensions"/libxt_standard.so "$by_iptables$extensions"
install -m 755 "$program" "$by_iptables/usr/sbin/iptables"
ln -s iptables "$by_iptables/usr/sbin/ip6tables"
ldd "$program" "$extensions/libxt_standard.so" | grep -oE '/[^ ]+' | grep -v : | sort -u | while read -r library; do
	mkdir -p "$by_iptables$(dirname "$library")"
	cp -L "$library" "$by_iptables$library"
done
guarded_pod iptables "$by_iptables"
prepare
is "without nft: it is iptables" "-A FORWARD -o eth0 -j DROP -A FORWARD -i eth0 -j DROP" "$(ip netns exec "$NETNS" iptables -S FORWARD | grep -v ^-P | xargs)"
none_passes "without nft nothing passes"
prepare
is "… and once is enough" 2 "$(ip netns exec "$NETNS" ip6tables -S FORWARD | grep -c DROP)"
remove_sandboxes

guarded_pod neither "$neither"
out=$(init_container /bin/sh /wrtpod/bin/prepare 2>&1)
is "an image with neither: prepare exits 1" 1 $?
has "… and says what to do" "$out" "clusterForwarding: true"
has "… and why" "$out" "not found"
setting CLUSTER_FORWARDING 1
prepare
remove_sandboxes
