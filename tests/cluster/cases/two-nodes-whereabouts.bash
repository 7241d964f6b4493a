# A pool of the whole cluster. Without whereabouts `doctor` says what is missing and `deploy` refuses; with its kinds and without its
# plugin the pods say it; with both every pod has an address of its own, whichever node it is on and whichever appliance it is of, and
# an address that is given back is given again.
remove_all() {
  kctl delete crd ippools.whereabouts.cni.cncf.io overlappingrangeipreservations.whereabouts.cni.cncf.io --ignore-not-found
  rm -rf "$run"/node{,2}"$cni_bin/whereabouts" "$run"/node{,2}"$cni_conf/whereabouts.d"
}
trap remove_all EXIT
built=$("$here/build" whereabouts)
# As its DaemonSet does it.
place_plugin() {
  local machine
  cp "$run/admin.kubeconfig" "$run/whereabouts.kubeconfig"
  kctl config --kubeconfig "$run/whereabouts.kubeconfig" set-context --current --namespace kube-system
  for machine in node node2; do
    mkdir -p "$run/$machine$cni_conf/whereabouts.d"
    echo "{\"datastore\":\"kubernetes\",\"kubernetes\":{\"kubeconfig\":\"$state/whereabouts.kubeconfig\"}}" >"$run/$machine$cni_conf/whereabouts.d/whereabouts.conf"
    install -m 755 "$built/cmd" "$run/$machine$cni_bin/whereabouts"
  done
}
network='    shared:
      macvlan: {parent: enp3s0}
      subnet: 192.168.1.0/24
      pool: 192.168.1.210-192.168.1.212
      ipam: whereabouts'
interfaces='  interfaces:
    - {network: shared, address: pool}'
site "$network" "$(web many "  workload: Deployment
  replicas: 2
$interfaces")
$(web one "$interfaces")"

expect 1 w doctor
said "error[no-whereabouts]"
expect 1 w deploy many one
said "whereabouts is not installed"
[ -z "$(k get statefulset,service,configmap -l app.kubernetes.io/managed-by=wrtpod -o name)" ] || fail "something was written"

kctl create -f "$built/whereabouts.cni.cncf.io_ippools.yaml" -f "$built/whereabouts.cni.cncf.io_overlappingrangeipreservations.yaml"
kctl wait --for=condition=Established crd/ippools.whereabouts.cni.cncf.io crd/overlappingrangeipreservations.whereabouts.cni.cncf.io
expect 0 w doctor
expect 1 w deploy one --timeout 20s
said "install whereabouts"
place_plugin
expect 0 w deploy many one
# The address of each pod's NIC, a line each.
addresses() {
  k get pods -o json | jq -r '.items[].metadata.annotations["k8s.v1.cni.cncf.io/network-status"] | fromjson | .[] | select(.interface == "shared").ips[]' | sort
}
all=$(seq -f 192.168.1.%g 210 212)
[ "$(addresses)" = "$all" ] || fail "the pods have: $(addresses)"
[ "$(k get pods -o json | jq -r '.items[].spec.nodeName' | sort -u | wc -l)" = 2 ] || fail "all on one node"
for address in $all; do
  within 10 on_lan curl -sf -o /dev/null --max-time 2 "http://$address:8080/"
done
expect 0 w status many one
for address in $all; do said "$address"; done

say "the pool is full: one more waits, and has the address of the next that goes"
k scale deployment many --replicas 3
within 30 eval '"$here/kubectl" -n "$space" get events | grep -q "Could not allocate IP in range"'
k delete pod one-0 --wait=false
k scale statefulset one --replicas 0
within 90 k wait --for=condition=Available deployment/many --timeout=1s
[ "$(addresses)" = "$all" ] || fail "the pods have: $(addresses)"
expect 0 w delete many one
within 30 eval '[ -z "$(kctl get ippools.whereabouts.cni.cncf.io -A -o json | jq -r ".items[].spec.allocations[]?.id")" ]'
