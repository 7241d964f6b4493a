# A cluster network of the other style: eth0 has a /32, its gateway is 169.254.1.1 and on no subnet. The node's probes reach the pod, the pod
# its node's LAN address, Services and names, also after a reboot of the guest, while the default route is the LAN's.
. "$here/hosts.bash"
conf=$run/node$multus_conf
cp "$conf" multus.conf
back() {
  leave
  cp multus.conf "$conf"
}
trap back EXIT
# `ptp` and what such clusters make of its result, as a plugin; it stays on the node, since a pod's end asks for it.
cat >"$run/node$cni_bin/point" <<S
#!/bin/bash
ptp=$cni_bin/ptp
S
cat >>"$run/node$cni_bin/point" <<'S'
set -euo pipefail
sed 's/"type": *"point"/"type":"ptp"/' | "$ptp" >"/tmp/point.$$" || { code=$?; cat "/tmp/point.$$"; exit $code; }
if [ "$CNI_COMMAND" = ADD ]; then
  address=$(jq -r '.ips[0].address | sub("/.*"; "")' "/tmp/point.$$")
  {
    ip addr add 169.254.1.1/32 dev "$(jq -r '.interfaces[] | select(has("sandbox") | not).name' "/tmp/point.$$")"
    inside() { nsenter --net="$CNI_NETNS" ip "$@"; }
    inside addr flush dev "$CNI_IFNAME" scope global
    inside addr add "$address/32" dev "$CNI_IFNAME"
    inside route add 169.254.1.1 dev "$CNI_IFNAME" scope link
    inside route add default via 169.254.1.1 dev "$CNI_IFNAME"
  } >&2
  jq --arg address "$address/32" '.ips[0] += {$address, gateway: "169.254.1.1"}' "/tmp/point.$$"
fi
rm "/tmp/point.$$"
S
chmod 755 "$run/node$cni_bin/point"
point='{"cniVersion":"1.0.0","name":"point","type":"point",
 "ipam":{"type":"host-local","ranges":[[{"subnet":"10.42.9.0/24"}]],"routes":[{"dst":"0.0.0.0/0"}]}}'
jq --argjson point "$point" '.plugins[0].delegates = [$point]' multus.conf >point.conf
cp point.conf "$conf"

site "" "$(openwrt router 192.168.1.65/24)
$(web hub "  service: {}
  probes: {readiness: {http: {path: /, port: http}}, liveness: {tcp: http, periodSeconds: 2, failureThreshold: 2}}
  interfaces: [{network: lan, address: 192.168.1.75/24, defaultRoute: true}]")
"
"$here/kubectl" create namespace "$space" || true
"$here/kubectl" label --overwrite namespace "$space" pod-security.kubernetes.io/enforce=privileged
within 10 k get serviceaccount default
say "the runtime reads its configuration again when it notices the change"
for _ in 1 2 3 4 5; do
  k run probe --image=localhost/busybox:1 --restart=Never --command -- /bin/sleep 3600
  within 20 k wait --for=condition=Ready pod/probe --timeout=1s
  style=$(k get pod probe -o jsonpath='{.status.podIP}')
  k delete pod probe --now
  [[ $style != 10.42.9.* ]] || break
done
[[ $style == 10.42.9.* ]] || fail "the node's network is still the old one"
expect 0 w deploy router hub
service=$(k get service hub -o jsonpath='{.spec.clusterIP}')
reaches() {
  k exec "$1-0" -- busybox ip addr show dev eth0 | shows 'inet 10\.42\.9\.[0-9]*/32' || fail "$1: eth0 is not of that style"
  k exec "$1-0" -- busybox ip route | shows '^default via 192.168.1.1 dev lan *$' || fail "$1: the default route is not the LAN's"
  connects "$1-0" 192.168.1.10 6443 || fail "$1 does not reach its node's LAN address"
  connects "$1-0" 10.96.0.1 443 || fail "$1 does not reach the API server's Service"
  k exec "$1-0" -- nslookup "hub.$space.svc.cluster.local" | has "Address.* $service" || fail "$1 does not find the Service"
}
reaches router
reaches hub
say "the node reaches the pod, and its probes are content: no restart"
within 10 "$here/node" curl -fsS --max-time 3 "http://$(k get pod hub-0 -o jsonpath='{.status.podIP}'):8080/"
within 10 "$here/node" curl -fsS --max-time 3 "http://$service:8080/"
within 10 luci "$here/node" curl "http://$(k get service router -o jsonpath='{.spec.clusterIP}')/"
say "and after a reboot of the guest"
k exec router-0 -- reboot || true
rebooted() { [ "$(k get pod router-0 -o jsonpath='{.status.containerStatuses[0].restartCount}')" = 1 ] && k wait --for=condition=Ready pod/router-0 --timeout=1s; }
within 60 rebooted
reaches router
[ "$(k get pod hub-0 -o jsonpath='{.status.containerStatuses[0].restartCount}')" = 0 ] || fail "the liveness probe killed hub"
on_lan ping -c 1 -W 2 192.168.1.65
on_lan ping -c 1 -W 2 192.168.1.75
expect 0 w delete router --delete-data
expect 0 w delete hub
