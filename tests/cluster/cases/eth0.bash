# Who reaches an appliance by its eth0: the cluster's pods at the Service's ports and no others, by a NetworkPolicy outside and by the
# zone `cluster` inside. Each of the two alone is enough; with neither the port is open, so that it can be seen what closes it.
. "$here/hosts.bash"
machine host lan 192.168.1.79/24
site "" "$(openwrt router 192.168.1.78/24)"
expect 0 w deploy router
eth0=$(eth0_of router)
eth0=${eth0%/*}
k run client --image=localhost/busybox:1
within 30 k wait --for=condition=Ready pod/client --timeout=1s

# A server that no Service knows, on every address of the appliance.
in_network_of router-0 python3 -m http.server 9999 >server.log 2>&1 &
background+=($!)
answers() { "$@" -s -o /dev/null --max-time 3 "http://$address"; }
from_pod() { in_network_of client curl "$@"; }
from_node() { "$here/node" curl "$@"; }
from_lan() { at host curl "$@"; }
open() { address=$1; within 20 answers "$2"; }
# Not at once: the policies' controller has to see the pod first.
closed() { address=$1; within 20 refuses "$2"; }
refuses() { ! answers "$1"; }

say "the LAN's zone admits everything"
open 192.168.1.78:9999 from_lan
open 192.168.1.78:80 from_lan
say "pods reach the Service's ports, by the Service and at the pod; its node too"
service=$(k get service router -o jsonpath='{.spec.clusterIP}')
open "$service:80" from_pod
open "$eth0:80" from_pod
open "$service:80" from_node
open "$eth0:80" from_node
say "and no other port: pods by the policy and the zone, the node, which no policy holds up, by the zone"
closed "$eth0:9999" from_pod
closed "$eth0:9999" from_node
say "the policy alone"
k exec router-0 -- /etc/init.d/firewall stop
open "$eth0:9999" from_node
closed "$eth0:9999" from_pod
open "$eth0:80" from_pod
say "neither: the port is open"
k delete networkpolicy router
open "$eth0:9999" from_pod
say "the zone alone"
k exec router-0 -- /etc/init.d/firewall start
closed "$eth0:9999" from_pod
closed "$eth0:9999" from_node
open "$eth0:80" from_pod
expect 0 w delete router --delete-data

say "a generic appliance: any port from pods, unless it is guarded; its probes pass"
k run server --image=localhost/busybox:1 --env PORT=8080
within 30 k wait --for=condition=Ready pod/server --timeout=1s
server=$(k get pod server -o jsonpath='{.status.podIP}')
hub() {
  site "" "$(web hub "  service: {}
  interfaces: [{network: lan, address: 192.168.1.77/24}]
  probes: {readiness: {http: {port: http}}}
  $1")"
  expect 0 w deploy hub
  eth0=$(k get pod hub-0 -o jsonpath='{.status.podIP}')
  in_network_of hub-0 python3 -m http.server 9999 >hub.log 2>&1 &
  background+=($!)
}
from_hub() { in_network_of hub-0 curl "$@"; }
names() { k exec hub-0 -- /bin/busybox nslookup kubernetes.default.svc.cluster.local; }
hub ""
open "$eth0:9999" from_pod
open "$server:8080" from_hub
connects hub-0 10.96.0.1 443 || fail "without a word the API server can be reached"
say "guarded: the Service's port alone"
hub "guard: true"
open "$eth0:8080" from_pod
open "$eth0:8080" from_node
closed "$eth0:9999" from_pod
open "$server:8080" from_hub
say "egress: names and answers, no pod, no API server, no node; the LAN by its own interface"
hub "egress: {}"
node=$(k get pod hub-0 -o jsonpath='{.status.hostIP}')
closed "$server:8080" from_hub
refused() { ! connects hub-0 "$@"; }
within 20 refused 10.96.0.1 443
within 20 refused "$node" 10250
within 20 names
open "$eth0:8080" from_pod
in_network_of hub-0 ping -c 1 -W 2 192.168.1.1 || fail "the LAN cannot be reached"
say "egress with the cluster: pods, and still no API server"
hub "egress: {cluster: true}"
open "$server:8080" from_hub
within 20 refused 10.96.0.1 443
expect 0 w delete hub
