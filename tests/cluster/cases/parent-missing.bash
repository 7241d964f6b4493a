# The node's NIC is gone: the deploy names it. Once it is there, the next one heals.
. "$here/parts/network.bash"
site "" "$(openwrt router 192.168.1.36/24 | sed 's#network: lan, address: .*}#network: wan, address: 203.0.113.36/24}#')"
nodes=$(machines | grep -v lan)
unplug() { for machine in $nodes; do ip -n "$prefix-$machine" link del enp4s0; done; }
back() { for machine in $nodes; do ip -n "$prefix-$machine" link show enp4s0 >/dev/null 2>&1 || plug "$machine" enp4s0 wan; done; }
trap back EXIT
unplug
expect 1 w deploy router --timeout 30s
said "enp4s0"
expect 0 w status router
said "the node has no such NIC"
back
expect 0 w deploy router
on_lan ping -q -c 1 -W 2 203.0.113.36
say "and under a running appliance: it loses the NIC for good, which a new pod gets back"
unplug
expect 0 w status router
[[ $(grep ' wan ' <<<"$out") != *ok ]] || fail "status says that the NIC is there"
back
renew router
on_lan ping -q -c 1 -W 2 203.0.113.36
expect 0 w delete router --delete-data
