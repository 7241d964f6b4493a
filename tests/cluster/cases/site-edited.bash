# The site stays the truth after the first boot: what only the plan changed is written and rolls the pod, what the user changed inside
# stays and is shown by `diff`, what both changed is the user's and is told; what left the plan goes.
site "" "$(openwrt router 192.168.1.47/24 "  uci:
    dropbear: {'@dropbear[0]': {Port: '2222', Interface: lan}}
    network: {office: {.type: route, interface: lan, target: 172.20.0.0/16, gateway: 192.168.1.1}}")"
expect 0 w deploy router
uid=$(pod_uid router)
u() { k exec router-0 -- uci -q "$@"; }
[ "$(u get 'dropbear.@dropbear[0].Port')" = 2222 ] || fail "the site's setting is not there"
k exec router-0 -- ip route | has '^172.20.0.0/16 via 192.168.1.1 dev lan' || fail "the site's route is not there"

say "the user changes one option of the plan's and adds one of his own"
k exec router-0 -- sh -c 'uci set system.system.log_size=256; uci set system.system.zonename=Berlin; uci commit'
expect 1 w diff router
said "-system.system.log_size='128'"
said "+system.system.log_size='256'"
expect 0 w deploy router
said "router: nothing changed"

say "the site changes other options, the address, one that the user changed as well, and drops a section"
sed -i "s/Port: '2222'/Port: '2200'/; s#192.168.1.47/24#192.168.1.48/24#; /office:/d; s#^    dropbear: .*#&\n    system: {'system': {log_size: '512', timezone: CET-1}}#" site.yaml
sed -n '/^  uci/,$p' site.yaml
expect 1 w diff router
expect 0 w deploy router
[ "$(pod_uid router)" != "$uid" ] || fail "the pod was not rolled"
[ "$(u get 'dropbear.@dropbear[0].Port')" = 2200 ] || fail "the site's change is not written"
[ "$(u get system.system.timezone)" = CET-1 ] || fail "the site's new option is not written"
[ "$(u get network.lan.ipaddr)" = 192.168.1.48 ] || fail "the address is the old one"
[ "$(u get system.system.log_size)" = 256 ] || fail "the user's change is gone"
[ "$(u get system.system.zonename)" = Berlin ] || fail "the user's own option is gone"
if u get network.office; then fail "what left the site is still there"; fi
on_lan ping -c 1 -W 2 192.168.1.48
if on_lan ping -c 1 -W 1 192.168.1.47; then fail "the old address still answers"; fi
k exec router-0 -- cat /wrtpod/data/wrtpod/conflicts.txt | grep log_size || fail "the conflict is not told"
expect 1 w diff router
said "+system.system.log_size='256'"
expect 0 w delete router --delete-data
