# A generic appliance on two networks: fixed addresses and MACs, the default route on the LAN, Services still reached.
site "" "apiVersion: wrtpod.dev/v1alpha1
kind: Appliance
metadata: {name: hub}
spec:
  profile: generic
  image: localhost/busybox:1
  command: [/bin/busybox, httpd, -f, -p, '8123', -h, /]
  ports: {http: {port: 8123}}
  service: {}
  probes: {readiness: {tcp: http}}
  interfaces:
    - {network: lan, address: 192.168.1.32/24, mac: '32:44:0b:5a:0f:2e', defaultRoute: true, discovery: true}
    - {network: iot, address: 192.168.32.3/24, mac: '32:44:0b:5a:0f:2f'}
"
expect 0 w deploy hub
[[ $(grep '^lan ' <<<"$out") == *"32:44:0b:5a:0f:2e"*"192.168.1.32"*"ok" ]] || fail "lan"
[[ $(grep '^iot ' <<<"$out") == *"32:44:0b:5a:0f:2f"*"192.168.32.3"*"ok" ]] || fail "iot"
on_lan ping -c 1 -W 2 192.168.1.32
within 10 lan_sees 192.168.32.3 32:44:0b:5a:0f:2f
routes=$(k exec hub-0 -- /bin/busybox ip route)
echo "$routes"
grep -q '^default via 192.168.1.1 dev lan' <<<"$routes" || fail "no default route on the LAN"
grep -q '^10.96.0.0/16 via .* dev eth0' <<<"$routes" || fail "Services are not on eth0"
grep -q '^224.0.0.0/4 dev lan' <<<"$routes" || fail "multicast does not leave by the LAN"
say "the pod reaches a Service and the API server over eth0, and its node"
k exec hub-0 -- /bin/busybox nc -w 3 10.96.0.1 443 </dev/null || fail "Services cannot be reached"
address=$(k get pod hub-0 -o jsonpath='{.status.hostIP}')
k exec hub-0 -- /bin/busybox nc -w 3 "$address" 10250 </dev/null || fail "the node cannot be reached"
say "the appliance itself holds no capability"
k exec hub-0 -- /bin/busybox grep CapEff /proc/1/status | shows 0000000000000000 || fail "capabilities"
expect 0 w delete hub
