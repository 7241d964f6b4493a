# --dry-run=server asks the API server and writes nothing; --dry-run=client sends nothing.
site "" "$(openwrt router 192.168.1.15/24)"
expect 0 w deploy router --dry-run=client
said "kind: StatefulSet"
if k get namespace "$space" 2>/dev/null; then fail "a namespace was made"; fi
"$here/kubectl" create namespace "$space" || true
"$here/kubectl" label --overwrite namespace "$space" pod-security.kubernetes.io/enforce=privileged
expect 0 w deploy router --dry-run=server
said "nothing was written"
[ -z "$(k get statefulset,service,pvc,net-attach-def,networkpolicy,secret -o name)" ] || fail "something was written"
say "what the API server refuses is said"
sed -i 's/^  image: .*/&\n  labels: {tier: "not a valid label value!"}/' site.yaml
expect 1 w deploy router --dry-run=server
