# Without the NAD kind, nothing is applied and the message says what is missing.
site "" "$(openwrt router 192.168.1.22/24)"
"$here/kubectl" delete crd network-attachment-definitions.k8s.cni.cncf.io --wait
code=0
out=$(w deploy router 2>&1) || code=$?
"$here/kubectl" apply --server-side -f "$here/nad-crd.yaml"
"$here/kubectl" wait --for=condition=Established crd/network-attachment-definitions.k8s.cni.cncf.io --timeout=20s
echo "$out"
[ "$code" = 1 ] || fail "exit code $code"
said "Multus is not installed"
if k get statefulset router 2>/dev/null; then fail "something was applied"; fi
