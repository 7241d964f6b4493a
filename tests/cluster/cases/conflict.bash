# A field that another manager owns is shown with its owner and not taken, unless told.
site "" "$(openwrt router 192.168.1.12/24)"
expect 0 w deploy router
k apply --server-side --force-conflicts --field-manager=somebody -f - <<Y
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: router}
spec: {template: {spec: {terminationGracePeriodSeconds: 99}}}
Y
expect 1 w deploy router
said "terminationGracePeriodSeconds"
said "somebody"
said "--force-conflicts"
[ "$(k get statefulset router -o jsonpath='{.spec.template.spec.terminationGracePeriodSeconds}')" = 99 ] || fail "taken over"
expect 0 w deploy router --force-conflicts
[ "$(k get statefulset router -o jsonpath='{.spec.template.spec.terminationGracePeriodSeconds}')" = 60 ] || fail "not taken over"
expect 0 w delete router --delete-data
