# GitOps: Flux's own controller applies the folder that `render --out` writes, and follows it. Its `postBuild` substitutes where an
# object asks for it, and nowhere else. When the appliance leaves the folder, or Flux's object goes, everything is pruned but the claim and its namespace: whoever comes back finds what was there.
. "$here/hosts.bash"
. "$here/gitops.bash"
flux=$("$here/build" flux)
"$here/kubectl" apply -f "$flux/kustomize.toolkit.fluxcd.io_kustomizations.yaml" -f "$here/flux/sources.yaml"
RUNTIME_NAMESPACE=default "$here/node" "$flux/kustomize-controller" --feature-gates=ExternalArtifact=true \
  --metrics-addr=127.0.0.1:9791 --health-addr=127.0.0.1:9792 >flux.log 2>&1 &
background+=($!)
mkdir served
"$here/node" python3 -m http.server --bind 127.0.0.1 --directory served 9790 >served.log 2>&1 &
background+=($!)
"$here/kubectl" apply -f - <<Y
apiVersion: source.toolkit.fluxcd.io/v1
kind: ExternalArtifact
metadata: {name: $name, namespace: default}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: $name, namespace: default}
spec:
  interval: 1h
  retryInterval: 2s
  path: ./
  prune: true
  wait: true
  timeout: 60s
  postBuild: {substitute: {cluster: home}}
  sourceRef: {kind: ExternalArtifact, name: $name}
Y
# publish FOLDER: as the source of Flux's object, in the place of Flux's source controller. Ends when all of it is applied and ready.
publish() {
  local digest
  tar -C "$1" -czf archive.tar.gz .
  digest=$(sha256sum archive.tar.gz | cut -d' ' -f1)
  mv archive.tar.gz "served/$digest.tar.gz"
  "$here/kubectl" patch externalartifact "$name" --subresource=status --type=merge --patch "{\"status\": {\"artifact\": {
    \"path\": \"$digest.tar.gz\", \"url\": \"http://127.0.0.1:9790/$digest.tar.gz\", \"revision\": \"sha256:$digest\",
    \"digest\": \"sha256:$digest\", \"lastUpdateTime\": \"$(date -u +%FT%TZ)\"}}}"
  within 120 applied "sha256:$digest"
}
applied() {
  "$here/kubectl" get kustomization "$name" -o json |
    jq -e --arg revision "$1" '.status.lastAppliedRevision == $revision and any(.status.conditions[]; .type == "Ready" and .status == "True")'
}

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
  service: {ports: [http], annotations: {example.org/cluster: "${cluster}", kustomize.toolkit.fluxcd.io/substitute: enabled}}')"
expect 0 w render router --with-namespace --out router
"$here/kubectl" create namespace "$space" || true
k create secret generic router-credentials --from-literal=password-hash="$(openssl passwd -6 secret)"
publish router
at_home 192.168.1.81
as_rendered
[ "$(k exec router-0 -- cat /etc/cluster)" = mine ] || fail "the user's script is another"
[ "$(k get service router -o jsonpath='{.metadata.annotations.example\.org/cluster}')" = home ] || fail "nothing was substituted"

say "a change of the folder rolls the pod"
uid=$(pod_uid router)
expect 0 w render router --with-namespace --out router --set resources.limits.memory=200Mi
publish router
within 60 renewed router "$uid"
as_before 192.168.1.81

say "it leaves the folder: all goes but the claim and the namespace"
mkdir empty
echo 'resources: []' >empty/kustomization.yaml
publish empty
pruned

say "and comes back"
publish router
as_before 192.168.1.81

say "Flux's object goes, and all that it applied, but for the two"
"$here/kubectl" delete kustomization "$name" --timeout=60s
pruned
k delete pvc router-data
