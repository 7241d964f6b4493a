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
