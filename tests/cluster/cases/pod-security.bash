# A namespace that forbids NET_ADMIN is named before anything is written, with the line that mends it.
"$here/kubectl" create namespace "$space" || true
"$here/kubectl" label --overwrite namespace "$space" pod-security.kubernetes.io/enforce=restricted
site "" "$(openwrt router 192.168.1.16/24)"
expect 1 w deploy router
said "kubectl label --overwrite namespace $space pod-security.kubernetes.io/enforce=privileged"
[ -z "$(k get statefulset,service,pvc,net-attach-def,networkpolicy,secret -o name)" ] || fail "something was written"
"$here/kubectl" label --overwrite namespace "$space" pod-security.kubernetes.io/enforce=privileged
expect 0 w deploy router
expect 0 w delete router --delete-data
