# Names: an appliance whose default route is the LAN's still asks the cluster's DNS, over eth0, for Services and for names of the LAN, and
# reaches the Service by its name; one without a default route of its own does too. No query leaves by the LAN.
. "$here/hosts.bash"
site "" "$(openwrt router 192.168.1.57/24)
$(web hub "  service: {}
  probes: {readiness: {tcp: http}}
  interfaces: [{network: lan, address: 192.168.1.58/24, defaultRoute: true}]")
$(web side "  probes: {readiness: {http: {path: /, port: http}}}
  interfaces: [{network: lan, address: 192.168.1.59/24}]")
"
expect 0 w deploy router hub side
watch queries lan 'udp port 53 and (host 192.168.1.57 or host 192.168.1.58 or host 192.168.1.59)'
hub=$(k get service hub -o jsonpath='{.spec.clusterIP}')
for pod in router hub side; do
  [ "$pod" = side ] || k exec $pod-0 -- ip route | has '^default via 192.168.1.1 dev lan\( proto static\)\? *$' || fail "$pod: no default route on the LAN"
  k exec $pod-0 -- cat /etc/resolv.conf
  k exec $pod-0 -- nslookup "hub.$space.svc.cluster.local" | shows "Address.* $hub" || fail "$pod does not find the Service"
  k exec $pod-0 -- nslookup host.lan | shows 'Address.* 192.168.1.1' || fail "$pod does not find a name of the LAN"
  connects $pod-0 "$hub" 8080 || fail "$pod does not reach the Service"
done
cat queries
[ ! -s queries ] || fail "a query left by the LAN"
say "the appliance's resolver is the kubelet's file, as it was"
[ "$(k exec router-0 -- grep -c nameserver /etc/resolv.conf)" = 1 ] || fail "somebody added a name server"
expect 0 w delete router --delete-data
expect 0 w delete hub
expect 0 w delete side
