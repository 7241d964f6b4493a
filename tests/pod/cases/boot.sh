# boot: prepare and start with the stand-in's init as PID 1, in a sandbox with eth0 and a macvlan NIC.
# shellcheck shell=bash

plan_boot() {
	setting NICS "lan=${1:-$mac}"
	setting CLUSTER_CIDRS '10.42.0.0/16 10.43.0.0/16'
	setting DISABLED_SERVICES 'sysntpd led'
	printf "config interface 'lan'\n\toption device 'lan'\n\toption proto 'static'\n\tlist ipaddr '192.168.1.9/24'\n" >"$P/plan/uci.network"
	printf "config system\n\toption hostname 'wrt'\n" >"$P/plan/uci.system"
	printf "config defaults\n\toption input 'ACCEPT'\n" >"$P/plan/uci.firewall"
	printf "config dnsmasq\n\toption localuse '0'\n\tlist notinterface 'eth0'\n" >"$P/plan/uci.dhcp"
}

# The routes that eth0 must have after a boot: those it had, and the cluster's.
expected() {
	printf '%s\n' "$1" "10.42.0.0/16 via $2" "10.43.0.0/16 via $2" "192.168.1.5 via $2" | sed 's/ via 169.254.1.1$/ via 169.254.1.1 onlink/' | sort -u
}

for style in bridge point dual collision; do
	sandbox "$style" "$style"
	new_pod "boot-$style" etc
	rm "$P/run/eth0"
	plan_boot
	HOST_IPS=192.168.1.5
	had_addresses=$(addresses eth0)
	had_routes=$(routes eth0)
	gateway=10.42.0.1
	if [ $style = point ]; then
		gateway=169.254.1.1
		had_routes=$(echo "$had_routes" | sed 's/^default via 169.254.1.1$/default via 169.254.1.1 onlink/')
	fi
	chmod 777 "$P/run"
	out=$(init_container /bin/sh /wrtpod/bin/prepare 2>&1) || not_ok "$style: prepare" "$out"
	is "$style: the run folder is root's alone" 700 "$(stat -c %a "$P/run")"
	boot
	holds "$style: the pod becomes ready" wait_ready
	is "$style: eth0 has its addresses" "$had_addresses" "$(addresses eth0)"
	is "$style: eth0 has its routes and the cluster's" "$(expected "$had_routes" $gateway)" "$(routes eth0)"
	is "$style: eth0 has its MTU" 1450 "$(ip netns exec "$NETNS" cat /sys/class/net/eth0/mtu)"
	is "$style: lan has its address and MAC" "inet 192.168.1.9/24 $mac" "$(addresses lan) $(ip netns exec "$NETNS" cat /sys/class/net/lan/address)"
	for probe in startup live; do holds "$style: probe $probe" in_pod /bin/sh /wrtpod/bin/probe $probe; done
	is "$style: no network interface was renamed or added" "eth0 lan lo" "$(ip netns exec "$NETNS" ls /sys/class/net | xargs)"
	if [ $style = bridge ]; then
		for _ in $(seq 50); do grep -q netifd "$P/log" && break; sleep 0.1; done
		has "the appliance's log reaches the container's" "$(cat "$P/log")" "netifd"
		for _ in $(seq 50); do [ -s "$P/data/wrtpod/uci-defaults" ] && break; sleep 0.1; done
		is "the first-boot scripts that ran are recorded" "$(ls "$(image 1)/etc/uci-defaults")" "$(cut -d' ' -f2 "$P/data/wrtpod/uci-defaults" | sort)"
		is "no jailed dnsmasq in a crash loop" yes "$(in_pod /bin/sh -c 'ps w | grep -q "[d]nsmasq" && echo yes')"
		for _ in $(seq 50); do [ "$(in_pod cat /var/run/dnsmasq.conf)" = except-interface=eth0 ] && break; sleep 0.1; done
		is "dnsmasq leaves eth0 alone once the appliance is up" except-interface=eth0 "$(in_pod cat /var/run/dnsmasq.conf)"
		is "a disabled service does not run" "" "$(in_pod ls /etc/rc.d | grep sysntpd)"
	fi
	halt_pod
	if [ $style != dual ]; then
		# A reboot of the guest: the container starts again in the same sandbox, whose eth0 may be empty.
		if [ $style = point ]; then ip -n "$NETNS" addr flush dev eth0; fi
		boot
		holds "$style: ready after a reboot" wait_ready
		is "$style: eth0 has its addresses after a reboot" "$had_addresses" "$(addresses eth0)"
		is "$style: … and routes" "$(expected "$had_routes" $gateway)" "$(routes eth0)"
		halt_pod
	fi
	if [ $style = bridge ]; then
		# The init container again, in a used sandbox whose eth0 the guest has emptied.
		kept=$(cat "$P/run/eth0")
		ip -n "$NETNS" addr flush dev eth0
		out=$(init_container /bin/sh /wrtpod/bin/prepare 2>&1) || not_ok "prepare again in a used sandbox" "$out"
		is "a used sandbox keeps its first capture" "$kept" "$(cat "$P/run/eth0")"
		sed -i 's/^key .*/key another sandbox/' "$P/run/eth0"
		out=$(init_container /bin/sh /wrtpod/bin/prepare 2>&1)
		is "a new sandbox without an address is an error" 1 $?
		has "… that says so" "$out" "eth0 has no address"
		printf "NICS='lan=02:00:00:00:00:01'\n" >>"$P/plan/settings"
		out=$(init_container /bin/sh /wrtpod/bin/prepare 2>&1)
		is "a wrong MAC: prepare exits 1" 1 $?
		has "… and says which" "$out" "the NIC lan has the MAC $mac instead of 02:00:00:00:00:01"
		has "… and what to do" "$out" "delete the pod"
		printf "NICS='lan=02:11:22:33:44:55 wan=02:11:22:33:44:56'\n" >>"$P/plan/settings"
		out=$(init_container /bin/sh /wrtpod/bin/prepare 2>&1)
		is "a missing NIC: prepare exits 1" 1 $?
		has "… and says which" "$out" "the NIC wan is missing"
	fi
	remove_sandboxes
done
HOST_IPS=

# Mode config: a kept file that a program replaced by rename while the pod ran.
sandbox config bridge
new_pod boot-config config
rm "$P/run/eth0"
plan_boot
init_container /bin/sh /wrtpod/bin/prepare >/dev/null 2>&1
boot
HOST_IPS=192.168.1.5
holds "config: the pod becomes ready" wait_ready
in_pod /bin/sh -c 'sleep 3; echo "# mine" >/etc/rc.local.tmp; mv /etc/rc.local.tmp /etc/rc.local; uci set network.lan.metric=9; uci commit network'
halt_pod
is "config: a kept file replaced by rename is on the claim after a shutdown" "# mine" "$(cat "$P/data/keep/etc/rc.local")"
has "config: a uci commit is on the claim" "$(cat "$P/data/config/network")" "metric '9'"
remove_sandboxes
HOST_IPS=
