# `wrtpod doctor` where nodes do not take the appliance: cordoned, tainted, silent. While another one does it is a note, else a finding.
codes() { grep -oE '^(error|warning|note)\[node-[a-z-]*\]' <<<"$out" | sort | tr '\n' ' '; }
wants() { [ "$(codes)" = "$1" ] || fail "found $(codes)and not $1"; }
mkdir -p mine
cat >mine/overlay.yaml <<Y
apiVersion: wrtpod.dev/v1alpha1
kind: Overlay
metadata: {name: mine}
spec: {requires: {hostModules: {surely_not_there: it needs it}}}
Y
both='  nodes: {node1: {parents: [enp3s0]}, node2: {parents: [enp3s0]}}'
site "$both" "$(openwrt router 192.168.1.76/24 '  overlays: [./mine]')"
say "both take it: each is asked for its modules"
expect 1 w doctor
wants ""
said "node1 has no kernel module surely_not_there"
said "node2 has no kernel module surely_not_there"
site "$both" "$(openwrt router 192.168.1.76/24)"
expect 0 w doctor
say "cordoned"
kctl cordon node2
expect 0 w doctor
wants "note[node-cordoned] "
said "node2, where router may run, is cordoned and takes no pods; node1 can take it"
kctl cordon node1
expect 1 w doctor
wants "error[node-cordoned] error[node-cordoned] "
said "kubectl uncordon node1"
kctl uncordon node1
kctl uncordon node2
say "tainted, and tolerated"
kctl taint node node1 only=dbs:NoSchedule
site "$both" "$(openwrt router 192.168.1.76/24 '  nodes: [node1]')"
expect 1 w doctor
wants "error[node-tainted] "
said "{key: only, value: dbs, effect: NoSchedule}"
site "$both" "$(openwrt router 192.168.1.76/24 '  nodes: [node1]
  tolerations: [{key: only, value: dbs, effect: NoSchedule}]')"
expect 0 w doctor
kctl taint node node1 only=dbs:NoSchedule-
say "a node that does not answer"
site "$both" "$(openwrt router 192.168.1.76/24 '  nodes: [node2]')"
"$here/service" kubelet-node2 stop
kctl wait --for=condition=Ready=Unknown node/node2 --timeout=60s
expect 1 w doctor
wants "error[node-not-ready] "
"$here/service" kubelet-node2 start
kctl wait --for=condition=Ready node/node2 --timeout=60s
expect 0 w doctor
