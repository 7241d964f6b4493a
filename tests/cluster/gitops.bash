# shellcheck shell=bash
# What the cases of GitOps tools share: Flux's controller and what it is told, an appliance whose objects a tool applies, and what has
# to be there when it has pruned them. Sourced after hosts.bash.
gone() { ! k get "$@"; }
none_of() { ! k get "$1" -o name | has /router; }

# with_flux: starts Flux's own controller, and a web server in the place of Flux's source controller.
with_flux() {
  local flux
  flux=$("$here/build" flux)
  "$here/kubectl" apply -f "$flux/kustomize.toolkit.fluxcd.io_kustomizations.yaml" -f "$here/flux/sources.yaml"
  RUNTIME_NAMESPACE=default "$here/node" "$flux/kustomize-controller" --feature-gates=ExternalArtifact=true \
    --metrics-addr=127.0.0.1:9791 --health-addr=127.0.0.1:9792 >flux.log 2>&1 &
  background+=($!)
  mkdir served
  "$here/node" python3 -m http.server --bind 127.0.0.1 --directory served 9790 >served.log 2>&1 &
  background+=($!)
}
# kustomization NAME [FIELD]: Flux's object that applies and prunes what is published under that name; a further field of its spec.
kustomization() {
  "$here/kubectl" apply -f - <<Y
apiVersion: source.toolkit.fluxcd.io/v1
kind: ExternalArtifact
metadata: {name: $1, namespace: default}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: $1, namespace: default}
spec:
  interval: 1h
  retryInterval: 2s
  path: ./
  prune: true
  wait: true
  timeout: 60s
  ${2:-}
  sourceRef: {kind: ExternalArtifact, name: $1}
Y
}
# publish NAME FOLDER: as the source of Flux's object. Ends when all of it is applied and ready.
publish() {
  local digest
  tar -C "$2" -czf archive.tar.gz .
  digest=$(sha256sum archive.tar.gz | cut -d' ' -f1)
  mv archive.tar.gz "served/$digest.tar.gz"
  "$here/kubectl" patch externalartifact "$1" --subresource=status --type=merge --patch "{\"status\": {\"artifact\": {
    \"path\": \"$digest.tar.gz\", \"url\": \"http://127.0.0.1:9790/$digest.tar.gz\", \"revision\": \"sha256:$digest\",
    \"digest\": \"sha256:$digest\", \"lastUpdateTime\": \"$(date -u +%FT%TZ)\"}}}"
  within 120 applied "$1" "sha256:$digest"
}
applied() {
  "$here/kubectl" get kustomization "$1" -o json |
    jq -e --arg revision "$2" '.status.lastAppliedRevision == $revision and any(.status.conditions[]; .type == "Ready" and .status == "True")'
}

# at_home ADDRESS: the appliance is on the LAN; its claim and a file on it are remembered.
at_home() {
  mac=$(mac_of router lan)
  within 20 lan_sees "$1" "$mac"
  claim=$(k get pvc router-data -o jsonpath='{.metadata.uid}')
  k exec router-0 -- sh -c 'echo mine >/etc/mine'
}
# as_before ADDRESS: on the LAN with the same MAC and the file.
as_before() {
  within 60 lan_sees "$1" "$mac"
  [ "$(k exec router-0 -- cat /etc/mine)" = mine ] || fail "the file is gone"
}
# pruned: all of the router's that was applied is gone but the claim and the namespace.
pruned() {
  local kind
  within 60 gone pod router-0
  for kind in statefulset service configmap networkpolicy net-attach-def; do within 20 none_of "$kind"; done
  [ "$(k get pvc router-data -o jsonpath='{.metadata.uid} {.status.phase}')" = "$claim Bound" ] || fail "the claim goes"
  [ "$("$here/kubectl" get namespace "$space" -o jsonpath='{.status.phase}')" = Active ] || fail "the namespace goes"
}
