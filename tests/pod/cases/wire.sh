# wire: the routes of a generic appliance.
# shellcheck shell=bash

lan_up() {
	ip -n "$NETNS" link set lan up
	ip -n "$NETNS" addr add 192.168.1.32/24 dev lan
	# As a lease leaves it: the server's router in front of eth0's.
	ip -n "$NETNS" route prepend default via 192.168.1.254 dev lan
	if [ "$1" = dual ]; then ip -n "$NETNS" addr add fd00:1::32/64 dev lan nodad; fi
}
all_routes() {
	{
		ip -n "$NETNS" -4 route
		ip -n "$NETNS" -6 route | grep -v ^fe80
	} | sed -E 's/ (proto [a-z]+|scope link|src [^ ]+|linkdown|pref medium|metric (256|1024))//g; s/ *$//' | sort
}

for style in bridge point dual; do
	sandbox "wire-$style" "$style"
	lan_up "$style"
	new_pod "wire-$style" none
	rm "$P/run/eth0"
	setting NICS "lan=$mac"
	setting CLUSTER_CIDRS '10.42.0.0/16 10.43.0.0/16 fd00:42::/48'
	setting DISCOVERY lan
	case $style in
	dual) setting DEFAULT_ROUTE 'lan 192.168.1.1 fd00:1::1' ;;
	*) setting DEFAULT_ROUTE 'lan 192.168.1.1' ;;
	esac
	HOST_IPS=192.168.1.5,fd00:1::5
	out=$(init_container /bin/sh /wrtpod/bin/wire 2>&1) || not_ok "$style: wire" "$out"
	case $style in
	bridge)
		wanted="10.42.0.0/16 via 10.42.0.1 dev eth0
10.42.0.0/24 dev eth0
10.43.0.0/16 via 10.42.0.1 dev eth0
10.99.0.0/16 via 10.42.0.9 dev eth0
192.168.1.0/24 dev lan
192.168.1.5 via 10.42.0.1 dev eth0
224.0.0.0/4 dev lan
default via 10.42.0.1 dev eth0 metric 4096
default via 192.168.1.1 dev lan"
		;;
	point)
		wanted="10.42.0.0/16 via 169.254.1.1 dev eth0 onlink
10.43.0.0/16 via 169.254.1.1 dev eth0 onlink
169.254.1.1 dev eth0
192.168.1.0/24 dev lan
192.168.1.5 via 169.254.1.1 dev eth0 onlink
224.0.0.0/4 dev lan
default via 169.254.1.1 dev eth0 metric 4096 onlink
default via 192.168.1.1 dev lan"
		;;
	dual)
		wanted="10.42.0.0/16 via 10.42.0.1 dev eth0
10.42.0.0/24 dev eth0
10.43.0.0/16 via 10.42.0.1 dev eth0
10.99.0.0/16 via 10.42.0.9 dev eth0
192.168.1.0/24 dev lan
192.168.1.5 via 10.42.0.1 dev eth0
224.0.0.0/4 dev lan
default via 10.42.0.1 dev eth0 metric 4096
default via 192.168.1.1 dev lan
default via fd00:1::1 dev lan
default via fd00:42::1 dev eth0 metric 4096
fd00:1::/64 dev lan
fd00:1::5 via fd00:42::1 dev eth0
fd00:42::/48 via fd00:42::1 dev eth0
fd00:42::/64 dev eth0"
		;;
	esac
	is "$style: cluster through eth0, the rest through the LAN" "$wanted" "$(all_routes)"
	out=$(init_container /bin/sh /wrtpod/bin/wire 2>&1) || not_ok "$style: wire again" "$out"
	is "$style: running again changes nothing" "$wanted" "$(all_routes)"
	if [ "$style" = bridge ]; then
		printf "DEFAULT_ROUTE='lan'\n" >>"$P/plan/settings"
		init_container /bin/sh /wrtpod/bin/wire >/dev/null 2>&1
		has "an on-link default route" "$(all_routes)" "default dev lan"
		printf "NICS='lan=02:00:00:00:00:01'\n" >>"$P/plan/settings"
		out=$(init_container /bin/sh /wrtpod/bin/wire 2>&1)
		is "a wrong MAC is refused" 1 $?
		has "… and named" "$out" "02:00:00:00:00:01"
	fi
	if [ "$style" = dual ]; then
		# As with a lease: its gateway is an IPv4 one, and an IPv6 router may be heard of.
		for hears in 0 1; do
			ip netns exec "$NETNS" sysctl -qw "net.ipv6.conf.lan.accept_ra=$hears"
			ip -n "$NETNS" -6 route flush default
			ip -n "$NETNS" -6 route add default via fd00:42::1
			printf "DEFAULT_ROUTE='lan 192.168.1.1'\n" >>"$P/plan/settings"
			init_container /bin/sh /wrtpod/bin/wire >/dev/null 2>&1
			case $hears in 0) wanted=1024 ;; *) wanted=4096 ;; esac
			is "accept_ra $hears: eth0's IPv6 default" "default via fd00:42::1 dev eth0 metric $wanted pref medium" "$(ip -n "$NETNS" -6 route show default)"
		done
	fi
	remove_sandboxes
done
HOST_IPS=

# Routes to networks behind the LAN's routers, and answers that leave by the NIC that they came in by.
by_source() { ip -n "$NETNS" "$1" route get "$3" from "$2" | sed -nE '1s/.* dev ([a-z0-9]+) .*/\1/p'; }
all_rules() {
	for family in -4 -6; do ip -n "$NETNS" $family rule show; done | grep -vE '^(0|32766|32767):'
	for number in 100 101 102; do
		for family in -4 -6; do ip -n "$NETNS" $family route show table $number 2>/dev/null; done
	done | sed -E 's/ (proto [a-z]+|scope link|linkdown|pref medium|metric (256|1024))//g; s/ *$//'
}
sandbox sources dual
lan_up dual
ip -n "$NETNS" link add iot type veth peer name iot-side
ip -n "$NETNS" link set iot-side up
ip -n "$NETNS" link set iot address 02:00:00:00:00:07 up
ip -n "$NETNS" addr add 10.30.0.3/24 dev iot
new_pod sources none
rm "$P/run/eth0"
setting NICS "lan=$mac iot=02:00:00:00:00:07"
setting CLUSTER_CIDRS '10.42.0.0/16 10.43.0.0/16 fd00:42::/48'
setting DISCOVERY lan
# DHCP gave iot no IPv6 address; a router may advertise one later.
setting ROUTES 'lan,10.50.0.0/16,192.168.1.254 lan,fd00:9::/48,fd00:1::9 iot,fd00:31::/64,fd00:30::9'
setting SOURCE_ROUTING 'lan,192.168.1.1,fd00:1::1 iot,10.30.0.1,fd00:30::1,fd00:30::/64'
out=$(init_container /bin/sh /wrtpod/bin/wire 2>&1) || not_ok "sources: wire" "$out"
main=$(all_routes)
has "a network behind a router of the LAN" "$main" "10.50.0.0/16 via 192.168.1.254 dev lan"
has "… in IPv6" "$main" "fd00:9::/48 via fd00:1::9 dev lan"
has "the NICs' subnets stay in the main table" "$main" "10.30.0.0/24 dev iot"
has "… with eth0's default route" "$main" "default via 10.42.0.1 dev eth0"
while read -r family from to nic what; do
	is "from $from to $to: $what" "$nic" "$(by_source "$family" "$from" "$to")"
done <<-'EOT'
	-4 192.168.1.32 198.51.100.7 lan by the NIC that has the address
	-4 10.30.0.3 198.51.100.7 iot by the other one that has it
	-4 10.30.0.3 192.168.1.7 iot not by the NIC of that subnet
	-4 10.30.0.3 10.30.0.9 iot on its own subnet
	-4 192.168.1.32 10.50.1.1 lan behind the LAN's other router
	-4 10.42.0.50 192.168.1.7 eth0 what came by eth0
	-4 10.30.0.3 10.43.0.10 eth0 to the cluster by eth0, whatever it comes from
	-6 fd00:1::32 2001:db8::7 lan in IPv6
	-6 fd00:1::32 fd00:42::7 eth0 in IPv6, to the cluster
	-6 fd00:42::50 fd00:1::7 eth0 in IPv6, what came by eth0
EOT
rules=$(all_rules)
has "a subnet from which the NIC may have addresses later" "$rules" "from fd00:30::/64 lookup 102"
ip -n "$NETNS" addr add fd00:30::3/64 dev iot nodad
is "… has its gateway before" iot "$(by_source -6 fd00:30::3 2001:db8::7)"
is "… and the network behind its other router" iot "$(by_source -6 fd00:30::3 fd00:31::7)"
is "… and meets its own wire without a router" "" "$(ip -n "$NETNS" -6 route get fd00:30::7 from fd00:30::3 | grep via)"
ip -n "$NETNS" addr del fd00:30::3/64 dev iot
init_container /bin/sh /wrtpod/bin/wire >/dev/null 2>&1 || not_ok "sources: wire again"
is "sources: running again changes no rule" "$rules" "$(all_rules)"
is "sources: … and no route" "$main" "$(all_routes)"
printf "SOURCE_ROUTING=\n" >>"$P/plan/settings"
init_container /bin/sh /wrtpod/bin/wire >/dev/null 2>&1
is "without the setting there are no rules" "" "$(all_rules | grep ' lookup ')"
is "… and the main table decides" eth0 "$(by_source -4 10.30.0.3 198.51.100.7)"
remove_sandboxes
