# Without the NAD kind, nothing is applied and the message says what is missing; that of a chart as well, in both Helms.
site "" "$(openwrt router 192.168.1.22/24)"
export HELM_CACHE_HOME=$folder/helm/cache HELM_CONFIG_HOME=$folder/helm/config HELM_DATA_HOME=$folder/helm/data
helms=("$("$here/build" helm4)/helm" "$("$here/build" helm3)/helm")
expect 0 w chart router
"$here/kubectl" delete crd network-attachment-definitions.k8s.cni.cncf.io --wait
code=0
out=$(w deploy router 2>&1) || code=$?
refused=0
for helm in "${helms[@]}"; do "$here/node" "$helm" -n "$space" install router ./router >>refusals 2>&1 || refused=$((refused + 1)); done
"$here/kubectl" apply --server-side -f "$here/nad-crd.yaml"
"$here/kubectl" wait --for=condition=Established crd/network-attachment-definitions.k8s.cni.cncf.io --timeout=20s
echo "$out"
[ "$code" = 1 ] || fail "exit code $code"
said "Multus is not installed"
if k get statefulset router 2>/dev/null; then fail "something was applied"; fi
cat refusals
[ "$refused" = 2 ] || fail "Helm installed the chart"
[ "$(grep -c 'multus.check' refusals)" = 2 ] || fail "Helm does not say what is missing"
