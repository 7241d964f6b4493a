# SIGTERM: the appliance shuts down by itself within the grace period, with exit code 0; its services are told to stop.
site "" "$(openwrt router 192.168.1.51/24 "  firstBoot: {note: 'uci set system.system.notes=booted; uci commit system'}")"
expect 0 w deploy router
k get pod router-0 --watch -o json >states.json &
watcher=$!
begin=$SECONDS
k delete pod router-0 --wait=false
ended() { jq -r 'select(.metadata.deletionTimestamp) | .status.containerStatuses[]?.state.terminated.exitCode // empty' states.json 2>/dev/null | grep -m1 .; }
within 60 ended
end $watcher
[ "$(ended)" = 0 ] || fail "exit code $(ended)"
[ $((SECONDS - begin)) -lt "$(k get statefulset router -o jsonpath='{.spec.template.spec.terminationGracePeriodSeconds}')" ] || fail "it took $((SECONDS - begin)) s"
within 60 k wait --for=condition=Ready pod/router-0 --timeout=1s
say "generic: the same"
site "" "$(web web "  probes: {readiness: {tcp: http}}
  interfaces: [{network: lan, address: 192.168.1.52/24}]")
"
expect 0 w deploy web
k get pod web-0 --watch -o json >states.json &
watcher=$!
k delete pod web-0 --wait=false
within 30 ended
end $watcher
[ "$(ended)" = 0 ] || fail "exit code $(ended)"
expect 0 w delete web
expect 0 w delete router --delete-data
