# `wrtpod doctor`: nothing is found where a deploy works; whatever a deploy would fail of is found before, all in one run, and nothing is
# written but a pod that asks for kernel modules and is gone afterwards.
codes() { grep -oE '^(error|warning|note)\[[a-z-]*\]' <<<"$out" | sort -u | tr '\n' ' '; }
wants() { [ "$(codes)" = "${1:+$1 }" ] || fail "found $(codes)and not $1"; }
# Multus is a part of the test cluster's node, so doctor notes that it does not see it.
unseen='note[multus-unseen]'
site "" "$(openwrt router 192.168.1.66/24)"

# Left by a run whose cluster stayed.
"$here/kubectl" delete namespace "$space" --ignore-not-found

say "a healthy site, before its namespace is there and when the appliance runs"
expect 0 w doctor
said "nothing found"
wants "$unseen"
if "$here/kubectl" get namespace "$space" 2>/dev/null; then fail "the namespace was made"; fi
expect 0 w deploy router
versions >before
expect 0 w doctor router
wants "$unseen"
expect 2 w doctor --no-such-flag
expect 1 w doctor nobody
expect 3 w doctor --kubeconfig "$folder/no-such-file"
"$here/node" "$wrtpod" doctor -o json >one.json 2>/dev/null
"$here/node" "$wrtpod" doctor -o json >two.json 2>/dev/null
cmp one.json two.json || fail "two runs answer differently"
jq -e '[.findings[].code] == ["multus-unseen"] and ([.checks[] | select(.state == "found" or .state == "unknown")] == [])' one.json
expect 0 w doctor -o yaml
said "code: multus-unseen"
versions >after
diff before after || fail "something was written"

say "kernel modules: the running pod is asked, else one of doctor's own"
mkdir -p mine
overlay() {
  cat >mine/overlay.yaml <<Y
apiVersion: wrtpod.dev/v1alpha1
kind: Overlay
metadata: {name: mine}
spec: {requires: {hostModules: {$1: it needs it}}}
Y
}
there=$(inside_node ls /sys/module | grep -v _ | head -n 1)
modular() { site "" "$(openwrt router 192.168.1.66/24 '  nodes: [node1]
  overlays: [./mine]')"; }
modular
overlay surely_not_there
expect 1 w doctor
wants "$unseen warning[kernel-module-missing]"
said "node1 has no kernel module surely_not_there loaded (it needs it)"
said "site.yaml:"
not_said "wrtpod-doctor"
expect 0 w delete router --delete-data
k get pods --watch -o json >pods.json &
watch=$!
expect 1 w doctor
said "Pod wrtpod-doctor-node1 created"
said "Pod wrtpod-doctor-node1 deleted"
said "node1 has no kernel module surely_not_there loaded (it needs it)"
overlay "$there"
expect 0 w doctor
said "nothing found"
within 20 bash -c "[ -z \"\$($here/kubectl -n $space get pods -o name)\" ]"
end "$watch"
jq -s -e 'map(select(.metadata.name == "wrtpod-doctor-node1")) | length > 0 and all(
  (.spec.containers | length) == 1 and (.spec.containers[0].securityContext | .capabilities == {"drop": ["ALL"]} and .readOnlyRootFilesystem
    and .allowPrivilegeEscalation == false and (.privileged | not))
  and .spec.securityContext.runAsNonRoot and .spec.automountServiceAccountToken == false and (.spec.volumes // [] | length) == 0
  and (.spec.hostNetwork // .spec.hostPID // false | not) and (.metadata.annotations["k8s.v1.cni.cncf.io/networks"] == null))' pods.json ||
  fail "the pod that asks may too much"

say "an interrupted run leaves a pod that the next one deletes; what cannot be pulled is said"
k run wrtpod-doctor-node9 --image=localhost/busybox:1 --labels=wrtpod.dev/doctor=modules
sed -i 's#localhost/openwrt-standin:1#localhost/no-such-image:1#; s#^  from: openwrt#&\n  imagePullPolicy: Never#' site.yaml
expect 0 w doctor
said "note[not-checked]"
said "no-such-image"
[ -z "$(k get pods -o name)" ] || fail "a pod is left"
"$here/kubectl" label --overwrite namespace "$space" pod-security.kubernetes.io/enforce=restricted
modular
overlay surely_not_there
expect 1 w doctor
wants "error[pod-security] $unseen warning[kernel-module-missing]"
[ -z "$(k get pods -o name)" ] || fail "a pod is left"

say "everything that is wrong, in one run"
site '  nodes: {node1: {parents: [enp3s0]}, node9: {parents: [enp3s0]}}' "$(openwrt router 192.168.1.66/24 '  secret: nobodys
  imagePullSecrets: [registry]
  volumes: {old: {existingClaim: gone, mountPath: /old}, feed: {configMap: feed, mountPath: /feed}}')"
sed -i 's/storageClass: local-path/storageClass: no-such-class/; s#serviceCIDRs: 10.96.0.0/16#serviceCIDRs: 10.43.0.0/16#' site.yaml
expect 1 w doctor
wants "error[claim-missing] error[cluster-ranges] error[config-map-missing] error[pod-security] error[secret-missing] error[storage-class-missing] $unseen warning[node-missing]"
said "openssl passwd -6"
said "the Secret registry that the appliance names does not exist"
said "kubectl label --overwrite namespace $space pod-security.kubernetes.io/enforce=privileged"
said "10.96.0.1, which is in none of the site's ranges"
said "write one that there is: local-path"
"$here/kubectl" label --overwrite namespace "$space" pod-security.kubernetes.io/enforce=privileged
k create secret generic nobodys --from-literal=other=1
expect 1 w doctor
said 'the Secret nobodys has no key `password-hash`'
for code in claim-missing cluster-ranges secret-key-missing node-missing not-checked; do expect 0 w explain "$code"; done
[ -z "$(k get statefulset,service,pvc,net-attach-def,networkpolicy,pods -o name)" ] || fail "something was written"

say "a node that is named and does not take it"
site '  nodes: {node1: {parents: [enp3s0]}}' "$(openwrt router 192.168.1.66/24)"
"$here/kubectl" label node node1 "$space/mark=1"
sed -i "s#^  from: openwrt#&\n  nodeSelector: {$space/mark: '2'}#" site.yaml
expect 1 w doctor
wants "error[node-unfit] $unseen"
said "$space/mark=2"
"$here/kubectl" label node node1 "$space/mark-"

say "Multus as a DaemonSet that is not ready"
site "" "$(openwrt router 192.168.1.66/24)"
k apply -f - <<Y
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: kube-multus-ds}
spec:
  selector: {matchLabels: {app: multus}}
  template:
    metadata: {labels: {app: multus}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - {name: multus, image: 'localhost/busybox:1', env: [{name: PORT, value: '8080'}], readinessProbe: {exec: {command: [/bin/busybox, test, -e, /tmp/ready]}, periodSeconds: 1}}
Y
within 30 k wait --for=jsonpath='{.status.phase}'=Running pod -l app=multus --timeout=1s
expect 1 w doctor
wants "error[multus-not-ready]"
k exec ds/kube-multus-ds -- /bin/busybox touch /tmp/ready
within 20 k wait --for=condition=Ready pod -l app=multus --timeout=1s
expect 0 w doctor
wants ""
k delete daemonset kube-multus-ds

say "somebody with few rights is told what was not looked at, and which right it takes"
k create serviceaccount operator
k create role operator --verb=get,list,create --resource=configmaps,secrets,persistentvolumeclaims,network-attachment-definitions.k8s.cni.cncf.io
k create rolebinding operator --role=operator --serviceaccount="$space:operator"
sed "s#^users: .*#users: [{name: operator, user: {token: $(k create token operator)}}]#; s#user: admin}#user: operator}#" "$run/admin.kubeconfig" >operator.kubeconfig
expect 0 w doctor --kubeconfig "$folder/operator.kubeconfig"
wants "note[not-checked]"
said "it takes the right to list nodes"
said "it takes the right to get namespaces $space"
said "it takes the right to create pods in namespace $space"
said "could not be looked at"
