# IPv6 routers on the LAN. A NIC that the plan gives the default route follows an advertisement, on any other NIC it makes addresses
# at most; eth0 keeps its routes in every case, and a NIC with fixed addresses ignores it, unless its site has it listen.
. "$here/hosts.bash"
machine router6 lan
machine router6iot iot
site "    thread:
      macvlan: {parent: enp3s0, vlan: 2}
      subnet: 192.168.32.0/24
      sysctls: {net.ipv6.conf.IFNAME.accept_ra: '2', net.ipv6.conf.IFNAME.accept_ra_rt_info_max_plen: '64'}" "$(openwrt wrt 192.168.1.34/24 '    - {network: iot, address: 192.168.32.34/24}')
$(web plain "  probes: {readiness: {tcp: http}}
  interfaces:
    - {network: lan, address: 192.168.1.35/24}
    - {network: iot, address: none}
    - {network: thread, address: 192.168.32.35/24}")
"
expect 0 w deploy wrt plain
advertise() {
  at router6 "$here/router-advertisement" nic 2001:db8:1::
  at router6iot "$here/router-advertisement" nic 2001:db8:32::
}
v6() { k exec "$1-0" -- busybox ip -6 "${@:2}"; }
for name in wrt plain; do k exec "$name-0" -- busybox ip route show dev eth0 >"before.$name"; done
heard() { advertise; v6 wrt addr show dev lan | has 2001:db8:1: && v6 wrt addr show dev iot | has 2001:db8:32: && v6 plain addr show dev iot | has 2001:db8:32: && v6 plain route show dev thread | has '^2001:db8:32:'; }
within 20 heard
v6 wrt route; v6 plain route
v6 wrt route | has '^default via fe80:.* dev lan' || fail "openwrt does not follow the LAN's router"
if v6 wrt route | grep '^default.* dev iot'; then fail "openwrt follows the router of a NIC without the default route"; fi
if v6 plain route | grep '^default'; then fail "a NIC without the default route leads out"; fi
if v6 plain addr show dev lan | grep 2001:db8; then fail "a NIC with fixed addresses takes others"; fi
for name in wrt plain; do k exec "$name-0" -- busybox ip route show dev eth0 | diff "before.$name" - || fail "eth0's routes"; done
expect 0 w delete wrt --delete-data
expect 0 w delete plain
