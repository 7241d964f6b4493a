# An appliance goes where its parent is and its image runs: node affinity by the site's nodes; where no such node is there, the deploy
# says so; where the site has none, nothing is written.
nodes() { site "  nodes: {node1: {parents: [$1], architecture: amd64}, node9: {parents: [$2], architecture: $3}}" "$(openwrt router 192.168.1.55/24)"; }
asked_for() { k get statefulset router -o json | jq -r '.spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[].matchExpressions[] | "\(.key) \(.operator) \(.values | join(","))"' | sort | tee /dev/stderr; }
nodes enp3s0 eth9 amd64
expect 0 w deploy router
[ "$(asked_for)" = "kubernetes.io/hostname In node1" ] || fail "it may run elsewhere"
say "only a node that is not there has the parent"
nodes eth9 enp3s0 amd64
expect 1 w deploy router --timeout 30s
said "node affinity"
said "correct them, or label the node"
say "both have it, and the image is for one architecture, as its tag says"
inside_node ctr -n k8s.io images tag --force localhost/openwrt-standin:1 localhost/openwrt-standin:x86-64-1
nodes enp3s0 enp3s0 arm64
sed -i 's/openwrt-standin:1/openwrt-standin:x86-64-1/' site.yaml
if [ "$(k get node node1 -o jsonpath='{.status.nodeInfo.architecture}')" = amd64 ]; then
  expect 0 w deploy router
else
  expect 1 w deploy router --timeout 30s
  said "node affinity"
fi
[ "$(asked_for)" = $'kubernetes.io/arch In amd64\nkubernetes.io/hostname In node1' ] || fail "it may run elsewhere"
expect 0 w delete router --delete-data
say "no node at all has the parent"
nodes eth8 eth9 amd64
expect 1 w deploy router
said "no-node-has-parent"
if k get statefulset router 2>/dev/null; then fail "something was written"; fi
