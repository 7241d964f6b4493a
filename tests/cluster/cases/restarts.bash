# Kubelet, containerd and the API server are killed and started again under a running appliance: it keeps all it has, and
# `status` says what is known meanwhile.
site "" "$(openwrt router 192.168.1.74/24)"
expect 0 w deploy router
mac=$(w status router -o json | jq -r '.[0].nics[0].mac')
address=$(k get pod router-0 -o jsonpath='{.status.podIP}')
uid=$(pod_uid router)
serves() {
  within 10 lan_sees 192.168.1.74 "$mac"
  luci "$here/node" curl "http://$address/" || fail "eth0 does not answer"
}
ok() { w status router -o json | jq -e '.[0].nics[0].verdict == "ok" and .[0].pod.ready and .[0].problems == []'; }
# Those of the pod's own node.
host=$(k get pod router-0 -o jsonpath='{.spec.nodeName}') own=
[ "$host" = node1 ] || own=-$host
for service in "kubelet$own" "containerd$own" kube-apiserver; do
  say "$service"
  "$here/service" "$service" stop
  trap '"$here/service" "$service" start' EXIT
  serves
  if [ "$service" = kube-apiserver ]; then
    expect 3 w status router
    said "Connection refused"
  else
    # The API server still says ready; whoever asks the appliance itself gets no answer, and that is said.
    expect 0 w status router
    [[ $(grep ' lan ' <<<"$out") == *unknown* ]] || fail "the row of lan is not unknown"
  fi
  "$here/service" "$service" start
  trap - EXIT
  within 60 ok
  serves
done
[ "$(pod_uid router)" = "$uid" ] || fail "it is another pod"
[ "$(k get pod router-0 -o jsonpath='{.status.podIP}')" = "$address" ] || fail "eth0 has another address"
expect 0 w status router
said ", 0 restarts"
expect 0 w deploy router
said "router: nothing changed"
expect 0 w delete router --delete-data
