# network.sh: a node and a pod's sandbox as network namespaces. Sourced by run.
# shellcheck shell=bash

spaces=()
mac=02:11:22:33:44:55

# sandbox NAME STYLE: a namespace `wpt-NAME` with eth0 as a CNI plugin of that style leaves it, and a macvlan NIC `lan` whose
# parent is in the namespace of the "node". STYLE: bridge (10.42.0.50/24), point (a /32 with 169.254.1.1), dual (IPv6 too),
# collision (bridge, and eth0 has the interface index of lan's parent).
sandbox() {
	local node=wpt-node-$1-$$ style=$2 index=()
	NETNS=wpt-$1-$$
	ip netns add "$node"
	ip netns add "$NETNS"
	spaces+=("$node" "$NETNS")
	ip -n "$node" link add parent type veth peer name lan-side
	ip -n "$node" link set parent up
	ip -n "$node" link set lan-side up
	ip -n "$node" link add link parent name nic address $mac type macvlan mode bridge
	ip -n "$node" link set nic netns "$NETNS" name lan
	if [ "$style" = collision ]; then index=(index "$(ip netns exec "$node" cat /sys/class/net/parent/ifindex)"); fi
	ip -n "$NETNS" link add eth0 "${index[@]}" type veth peer name pod-side
	ip -n "$NETNS" link set pod-side netns "$node"
	ip -n "$node" link set pod-side up
	ip -n "$node" addr add 10.42.0.1/24 dev pod-side
	ip -n "$node" addr add fd00:42::1/64 dev pod-side nodad
	ip -n "$NETNS" link set lo up
	ip -n "$NETNS" link set eth0 mtu 1450 up
	case $style in
	point)
		ip -n "$NETNS" addr add 10.42.0.50/32 dev eth0
		ip -n "$NETNS" route add 169.254.1.1 dev eth0 scope link
		ip -n "$NETNS" route add default via 169.254.1.1 dev eth0
		;;
	*)
		ip -n "$NETNS" addr add 10.42.0.50/24 dev eth0
		ip -n "$NETNS" route add default via 10.42.0.1
		ip -n "$NETNS" route add 10.99.0.0/16 via 10.42.0.9
		;;
	esac
	if [ "$style" = dual ]; then
		ip -n "$NETNS" addr add fd00:42::50/64 dev eth0 nodad
		ip -n "$NETNS" -6 route add default via fd00:42::1
	fi
}

remove_sandboxes() {
	local space
	for space in "${spaces[@]}"; do ip netns del "$space" 2>/dev/null; done
	spaces=()
	NETNS=
}

# What eth0 has, without what differs between the tools that set it.
addresses() { ip -n "$NETNS" -o addr show dev "$1" scope global | awk '{ print $3, $4 }' | sort; }
routes() {
	{
		ip -n "$NETNS" -4 route show dev "$1"
		ip -n "$NETNS" -6 route show dev "$1" | grep -v ^fe80
	} | sed -E 's/ (proto [a-z]+|scope link|src [^ ]+|linkdown|pref medium|metric (256|1024))//g; s/ *$//' | sort
}
