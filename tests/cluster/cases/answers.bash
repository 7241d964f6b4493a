# A host of another subnet asks an appliance on the LAN, whose default route is eth0's: the answer leaves by the NIC that the request came
# in by, with its MAC, in IPv4 and IPv6. Without source routing it leaves by eth0, and the host never hears it.
. "$here/hosts.bash"
machine gate lan 192.168.1.160/24
machine afar wan 203.0.113.60/24
# The router between the LAN and the far host's subnet has a leg in both.
ip link add "leg-gate" netns "$lan" type veth peer name leg netns "$prefix-host-gate"
ip -n "$lan" link set leg-gate master wan up
at gate ip addr add 203.0.113.61/24 dev leg
at gate ip link set leg up
at gate sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
at gate ip addr add fd00:60::1/64 dev nic nodad
at gate ip addr add fd00:71::61/64 dev leg nodad
at afar ip addr add fd00:71::60/64 dev nic nodad
at afar ip route add 192.168.1.0/24 via 203.0.113.61
at afar ip route add fd00:60::/64 via fd00:71::61

hub() {
  echo "apiVersion: wrtpod.dev/v1alpha1
kind: Appliance
metadata: {name: hub}
spec:
  profile: generic
  image: localhost/busybox:1
  command: [/bin/busybox, httpd, -f, -p, '8123', -h, /www]
  ports: {http: {port: 8123}}
  probes: {readiness: {tcp: http}}
  interfaces:
    - {network: home, address: [192.168.1.162/24, 'fd00:60::62/64'], mac: '32:44:0b:5a:60:62'$1}
"
}
network="    home:
      macvlan: {parent: enp3s0}
      subnet: [192.168.1.0/24, 'fd00:60::/64']
      gateway: [192.168.1.160, 'fd00:60::1']
      routes: [{to: 198.51.100.0/24, via: 192.168.1.161}]"
site "$network" "$(hub ', sourceRouting: false')"
expect 0 w deploy hub
watch on-lan lan 'host 203.0.113.60 or host fd00:71::60'
say "without it, the far host hears nothing"
if at afar curl -fsS --max-time 3 http://192.168.1.162:8123/; then fail "an answer came, so that this case proves nothing"; fi
if grep -q '32:44:0b:5a:60:62 > .* 192\.168\.1\.162\.' on-lan; then fail "it left by the NIC"; fi

say "diff says that the pod restarts, and what for"
site "$network" "$(hub '')"
expect 1 w diff hub
said "SOURCE_ROUTING='home,192.168.1.160,fd00:60::1'"
said "its pod would restart"
expect 0 w deploy hub
expect 0 w render hub --explain
said "from the addresses of home"
say "the far host gets its answers, from the NIC"
at afar curl -fsS --max-time 5 -o /dev/null http://192.168.1.162:8123/ || fail "no answer in IPv4"
at afar curl -fsS --max-time 5 -o /dev/null 'http://[fd00:60::62]:8123/' || fail "no answer in IPv6"
# tcpdump writes what it saw a little later.
within 10 grep -q '32:44:0b:5a:60:62 > .* 192\.168\.1\.162\.8123 > 203\.0\.113\.60\.' on-lan
within 10 grep -q '32:44:0b:5a:60:62 > .* fd00:60::62\.8123 > fd00:71::60\.' on-lan
say "the main table is as it was, with the route to the network behind the LAN's other router"
routes=$(k exec hub-0 -- /bin/busybox ip route)
echo "$routes"
grep -q '^default via .* dev eth0' <<<"$routes" || fail "eth0's default route"
grep -q '^192.168.1.0/24 dev home' <<<"$routes" || fail "the LAN's own route"
grep -q '^198.51.100.0/24 via 192.168.1.161 dev home' <<<"$routes" || fail "the network's route"
say "Services and the API server stay with eth0"
k exec hub-0 -- /bin/busybox nc -w 3 10.96.0.1 443 </dev/null || fail "Services cannot be reached"
expect 0 w delete hub
