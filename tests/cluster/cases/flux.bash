# GitOps: Flux's own controller applies the folder that `render --out` writes, and follows it. Its `postBuild` substitutes where an
# object asks for it, and nowhere else. When the appliance leaves the folder, or Flux's object goes, everything is pruned but the claim and its namespace: whoever comes back finds what was there.
. "$here/hosts.bash"
. "$here/gitops.bash"
with_flux
kustomization "$name" 'postBuild: {substitute: {cluster: home}}'

# as_rendered: every file of every ConfigMap of the folder is on the cluster as it was written.
as_rendered() {
  local map names
  names=$(w render router -o json | jq -r '.items[] | select(.kind == "ConfigMap").metadata.name')
  [ "$(wc -w <<<"$names")" -ge 2 ] || fail "no ConfigMaps: $names"
  for map in $names; do
    cmp <(k get configmap "$map" -o json | jq -S .data) \
      <(w render router -o json | jq -S --arg map "$map" '.items[] | select(.kind == "ConfigMap" and .metadata.name == $map).data') ||
      fail "$map is not what was rendered"
  done
}

say "the folder as it is: ready on the LAN; Flux substitutes in the Service alone"
# shellcheck disable=SC2016
site "" "$(openwrt router 192.168.1.81/24 '  firstBoot: {10-cluster: "cluster=mine; echo \"${cluster}\" >/etc/cluster"}
  service: {ports: [http], annotations: {example.org/cluster: "${cluster}", kustomize.toolkit.fluxcd.io/substitute: enabled}}')
$(openwrt neighbour 192.168.1.141/24)"
expect 0 w render router --with-namespace --out router
"$here/kubectl" create namespace "$space" || true
k create secret generic router-credentials --from-literal=password-hash="$(openssl passwd -6 secret)"
publish "$name" router
at_home 192.168.1.81
as_rendered
[ "$(k exec router-0 -- cat /etc/cluster)" = mine ] || fail "the user's script is another"
[ "$(k get service router -o jsonpath='{.metadata.annotations.example\.org/cluster}')" = home ] || fail "nothing was substituted"

say "a neighbour on the same network, in a folder and by an object of Flux's of its own, comes without the router noticing"
noted router 192.168.1.81
expect 0 w render neighbour --out neighbour
k create secret generic neighbour-credentials --from-literal=password-hash="$(openssl passwd -6 secret)"
kustomization "$name-neighbour"
publish "$name-neighbour" neighbour
noted neighbour 192.168.1.141
untouched router 192.168.1.81

say "a change of the folder rolls the pod"
uid=$(pod_uid router)
expect 0 w render router --with-namespace --out router --set resources.limits.memory=200Mi
publish "$name" router
within 60 renewed router "$uid"
as_before 192.168.1.81
untouched neighbour 192.168.1.141

say "it leaves the folder: all goes but the claim and the namespace"
mkdir empty
echo 'resources: []' >empty/kustomization.yaml
publish "$name" empty
pruned
untouched neighbour 192.168.1.141

say "and comes back"
publish "$name" router
as_before 192.168.1.81

say "the neighbour's network changes, and the neighbour goes: the router stays as it is"
noted router 192.168.1.81
uid=$(pod_uid neighbour)
sed 's#^      gateway: 192.168.1.1#&\n      sysctls: {net.ipv4.conf.IFNAME.arp_notify: "1"}#' site.yaml >changed.yaml
expect 0 w render neighbour -f changed.yaml --out neighbour
publish "$name-neighbour" neighbour
within 60 renewed neighbour "$uid"
k exec neighbour-0 -- grep -qx 1 /proc/sys/net/ipv4/conf/lan/arp_notify || fail "the neighbour runs on what was there before"
untouched router 192.168.1.81
"$here/kubectl" delete kustomization "$name-neighbour" --timeout=60s
within 60 gone pod neighbour-0
within 20 sh -c "! '$here/kubectl' -n '$space' get net-attach-def -o name | grep /neighbour"
untouched router 192.168.1.81

say "Flux's object goes, and all that it applied, but for the two"
"$here/kubectl" delete kustomization "$name" --timeout=60s
pruned
k delete pvc router-data neighbour-data
