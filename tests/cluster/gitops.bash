# shellcheck shell=bash
# What the cases of GitOps tools share: an appliance whose objects a tool applies, and what has to be there when it has pruned them.
gone() { ! k get "$@"; }
none_of() { ! k get "$1" -o name | has -v configmap/kube-root-ca.crt; }

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
# pruned: all that was applied is gone but the claim and the namespace.
pruned() {
  local kind
  within 60 gone pod router-0
  for kind in statefulset service configmap networkpolicy net-attach-def; do within 20 none_of "$kind"; done
  [ "$(k get pvc router-data -o jsonpath='{.metadata.uid} {.status.phase}')" = "$claim Bound" ] || fail "the claim goes"
  [ "$("$here/kubectl" get namespace "$space" -o jsonpath='{.status.phase}')" = Active ] || fail "the namespace goes"
}
