# What passes from the LAN to the cluster's network at each moment of an OpenWrt pod, seen from a machine of the LAN that takes the
# appliance for its router, and from a pod that it looks for.
. "$here/hosts.bash"
machine passer lan 192.168.1.88/24
site "" "$(openwrt router 192.168.1.87/24 "  firstBoot: {wait: 'touch /wrtpod/run/booting; sleep 20'}")"
"$here/kubectl" create namespace "$space" || true
"$here/kubectl" label --overwrite namespace "$space" pod-security.kubernetes.io/enforce=privileged
k run client --image=localhost/busybox:1
within 60 k wait --for=condition=Ready pod/client --timeout=1s
client=$(k get pod client -o jsonpath='{.status.podIP}')
in_network_of client nft "add table ip seen; add chain ip seen in { type filter hook prerouting priority 0; }
  add rule ip seen in icmp type echo-request ip saddr 192.168.1.88 counter"
arrived() { in_network_of client nft list chain ip seen in | sed -n 's/.*packets \([0-9]*\) .*/\1/p'; }
# The NIC's MAC is known before the pod is; its address, if it has one yet, is nobody's business.
at passer ip route add 10.42.0.0/16 via 192.168.1.87
aim() { at passer ip neigh replace 192.168.1.87 lladdr "$(mac_of router lan)" dev nic nud permanent; }
passes() {
  local before
  before=$(arrived)
  at passer busybox ping -c 3 -W 1 "$client" >/dev/null || true
  [ "$(arrived)" -gt "$before" ]
}
stays_out() { if passes; then fail "the LAN reaches the cluster's network"; fi; }
state() { k get pod router-0 -o jsonpath='{.status.initContainerStatuses[*].state}{.status.containerStatuses[*].state}' | has "$1"; }

put() { w render router --set "image=$1" >objects.yaml && k apply --server-side --force-conflicts -f objects.yaml; }
say "the Secret is missing: there is no sandbox yet, and nothing to pass through"
expect 0 put localhost/no-such-image:1
within 30 k get pod router-0
sleep 5
[ -z "$(k get pod router-0 -o json | jq -r '.metadata.annotations["k8s.v1.cni.cncf.io/network-status"] // empty')" ] || fail "there is a sandbox"
aim
stays_out
say "the image cannot be pulled: only CNI has been here, and the way is open (docs/security.md)"
k create secret generic router-credentials --from-literal=password-hash="$(openssl passwd -6 mine)"
within 120 state 'ImagePull\|ErrImageNeverPull'
passes || fail "docs/security.md says that the way is open before prepare, and it is not"
say "prepare has run, the firewall has not"
expect 0 put localhost/openwrt-standin:1
k delete pod router-0 --grace-period=1
within 90 k exec router-0 -c openwrt -- test -e /wrtpod/run/booting
aim
k exec router-0 -c openwrt -- sh -c '! nft list table inet fw4 2>/dev/null' || fail "the firewall is up already"
stays_out
say "the firewall is up"
within 90 k wait --for=condition=Ready pod/router-0 --timeout=1s
within 20 k exec router-0 -- sh -c 'nft list table inet fw4 | grep -q "jump input_cluster"'
stays_out
say "the user has it forward"
k exec router-0 -- sh -c "printf 'config forwarding\n\toption src lan\n\toption dest cluster\n' >>/etc/config/firewall; fw4 reload"
within 10 passes
say "and stops it"
k exec router-0 -- /etc/init.d/firewall stop
within 5 k exec router-0 -- nft list table inet wrtpod
stays_out
say "also over a reboot without a firewall"
k exec router-0 -- /etc/init.d/firewall disable
restarts=$(k get pod router-0 -o jsonpath='{.status.containerStatuses[0].restartCount}')
k exec router-0 -- reboot || true
rebooted() { [ "$(k get pod router-0 -o jsonpath='{.status.containerStatuses[0].restartCount}')" -gt "$restarts" ] && k wait --for=condition=Ready pod/router-0 --timeout=1s; }
within 120 rebooted
stays_out
say "the document allows it, and the firewall is off"
expect 0 w deploy router --set clusterForwarding=true --force-conflicts
aim
passes || fail "clusterForwarding: nothing passes"
expect 0 w delete router --delete-data
