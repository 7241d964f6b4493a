# A name through the cluster's Gateway: without the Gateway API's kinds it is said what is missing; with them the route is what the real
# schema takes, follows its document, and goes with it.
trap 'kctl delete crd httproutes.gateway.networking.k8s.io --ignore-not-found' EXIT
# hub KEYS: the appliance with these keys.
hub() {
  site "" "$(web hub "  service: {}
  interfaces: [{network: lan, address: 192.168.1.95/24}]
  probes: {readiness: {tcp: http}}
  $1")"
}
route() { k get httproute -o json | jq -c "$1"; }
hub 'httpRoute: {hostnames: [hub.example.org], parentRefs: [{name: internal, namespace: network, sectionName: web}]}'
expect 1 w doctor hub
said "error[no-gateway-api]"
expect 1 w deploy hub
said "the Gateway API is not installed"
[ -z "$(k get statefulset,service,configmap -l app.kubernetes.io/managed-by=wrtpod -o name)" ] || fail "something was written"

kctl create -f "$("$here/build" gateway-api)/gateway.networking.k8s.io_httproutes.yaml"
# Asked too early, kubectl stumbles over an object without conditions.
within 30 kctl wait --for=condition=Established --timeout=1s crd/httproutes.gateway.networking.k8s.io
expect 0 w deploy hub
[ "$(route '.items[0].spec | [.hostnames, .parentRefs[0].name, .parentRefs[0].namespace, .parentRefs[0].sectionName]')" = '[["hub.example.org"],"internal","network","web"]' ] || fail "$(route .items)"
say "what it leads to is the Service, which answers"
service=$(route '.items[0].spec.rules[0].backendRefs[0] | [.name, .port]')
address=$(k get service "$(jq -r '.[0]' <<<"$service")" -o jsonpath='{.spec.clusterIP}')
within 20 "$here/node" curl -sf -o /dev/null --max-time 5 "http://$address:$(jq '.[1]' <<<"$service")/"
expect 0 w diff hub
say "it follows the document"
hub 'httpRoute: {hostnames: [hub.example.org, other.example.org], parentRefs: [{name: internal}], path: /hub, port: http}'
expect 1 w diff hub
said "other.example.org"
expect 0 w deploy hub
[ "$(route '.items[0].spec | [(.hostnames | length), .rules[0].matches[0].path.value]')" = '[2,"/hub"]' ] || fail "$(route .items)"
say "and goes with it"
hub 'description: without'
expect 0 w deploy hub
[ "$(route '.items | length')" = 0 ] || fail "the route is still there"
expect 0 w delete hub
