# An address from the LAN's DHCP server by the CNI plugins' daemon. Without it pods are neither made nor taken away: doctor, deploy, status
# and delete say so, and what hung goes on when it runs.
. "$here/hosts.bash"
machine leases wan 10.66.0.1/24
dhcp_server leases 10.66.0.30 10.66.0.30 subnet 255.255.255.0
cause="the CNI plugins' DHCP daemon does not run on the node"
daemon() {
  inside_node sh -c "mkdir -p /run/cni; rm -f /run/cni/dhcp.sock; exec $cni_bin/dhcp daemon" >>daemon.log 2>&1 &
  daemon=$!
  background+=("$daemon")
  within 10 inside_node test -S /run/cni/dhcp.sock
}
# What it leaves is a socket that nobody listens at.
without_daemon() {
  end "$daemon"
  inside_node pkill -xf "$cni_bin/dhcp daemon" || true
}

site "" "$(web web "  interfaces: [{network: wan, address: dhcp}]")"
say "without the daemon the pod is not made: doctor asks for it, deploy and status say it"
expect 1 w deploy web --timeout 30s
said "$cause"
expect 0 w status web
said "$cause"
w doctor web >doctor 2>&1 || true
cat doctor
has 'dhcp daemon' <doctor || fail "doctor does not name the daemon"

say "with it what hung goes on"
daemon
within 90 k wait --for=condition=Ready pod/web-0 --timeout=1s
within 20 at leases wget -q -O - -T 2 http://10.66.0.30:8080/
expect 0 w status web
said "10.66.0.30  ok"

say "without it a pod does not go: status and delete say it"
without_daemon
k delete pod web-0 --wait=false
told() { w status web | has -F "$cause"; }
within 90 told
w status web || true
expect 1 w delete web --timeout 30s
said "$cause"
say "with it again it goes"
daemon
within 90 sh -c "! '$here/kubectl' -n '$space' get pod web-0"
expect 0 w delete web
