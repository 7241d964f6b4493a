# What Kubernetes never changes is refused in the plan or before anything is written, with the way out; the workload's kind is changed by
# wrtpod itself (redeploy).
site "" "$(openwrt router 192.168.1.56/24)"
expect 0 w deploy router
versions >before
refused() {
  expect 1 w deploy router "$@"
  versions | diff before - || fail "something was written"
}
say "a claim's class, access mode and size"
refused --set persistence.storageClass=other --set resources.limits.memory=123Mi
said "router-data"
refused --set persistence.accessMode=ReadWriteMany
said "router-data"
refused --set persistence.size=1Mi
said "router-data"
say "the selector, which a patch would change"
sed 's#^    - {network: lan.*#&\n  patches: [{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: router}, spec: {selector: {matchLabels: {tier: other}}}}]#' site.yaml >patched.yaml
refused -f patched.yaml
expect 0 w deploy router
said "router: nothing changed"
expect 0 w delete router --delete-data
