# The catalog's openwrt as it stands, a DHCP client of the LAN: a server there gives it an address by its MAC, hosts reach it and
# see that MAC, and no frame of it carries another. eth0, probes and the Service stay the cluster's.
. "$here/hosts.bash"
machine server lan 192.168.1.6/24
machine client lan 192.168.1.3/24
dhcp_server server 192.168.1.60 192.168.1.60 router 192.168.1.1 dns 192.168.1.6 subnet 255.255.255.0
watch frames lan
site "" "$(openwrt router dhcp)"
expect 0 w deploy router
mac=$(mac_of router lan)
eth0=$(k get pod router-0 -o jsonpath='{.status.podIP}')
within 20 luci at client curl http://192.168.1.60/
at client ping -c 1 -W 2 192.168.1.60
in_table client 192.168.1.60 "$mac" || fail "the client sees another MAC"
expect 0 w status router
[[ $(grep '^ *lan ' <<<"$out") == *"$mac"*"192.168.1.60/24"*"ok" ]] || fail "status does not know the lease"

say "eth0 keeps its address; the Service answers from the node and from a pod"
[ "$(eth0_of router | cut -d/ -f1)" = "$eth0" ] || fail "eth0 has $(eth0_of router)"
service=$(k get service router -o jsonpath='{.spec.clusterIP}')
within 10 luci "$here/node" curl "http://$service/"
k run client --image=localhost/busybox:1 --restart=Never --command -- /bin/sleep 3600
within 30 k wait --for=condition=Ready pod/client --timeout=1s
# Not at once: the node's rules follow what the API server knows.
reaches() { out=$(k exec client -- wget -qO- "http://$service/" 2>&1) || grep -q " 403 " <<<"$out"; }
within 10 reaches
k delete pod client --grace-period=0 --force --wait=false

say "the default route is the lease's; Services and the node stay on eth0"
routes=$(k exec router-0 -- ip route)
echo "$routes"
grep -q '^default via 192.168.1.1 dev lan' <<<"$routes" || fail "no default route on the LAN"
connects router-0 10.96.0.1 443 || fail "Services cannot be reached"
connects router-0 192.168.1.10 6443 || fail "the node's own LAN address cannot be reached"

say "every frame from its address carries its MAC, and it is nobody else's"
awk -v mac="$mac" '/192\.168\.1\.60[.,>:]/ || $2 == mac' frames >of-router
grep -q "^[0-9.]* $mac > .* 192.168.1.60.* > " of-router || fail "no frame of it was seen"
if grep -E '192\.168\.1\.60(\.[0-9]+)? >' of-router | grep -v "^[0-9.]* $mac > "; then fail "its address with another MAC"; fi
expect 0 w delete router --delete-data
