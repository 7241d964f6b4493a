# The pod's sandbox dies and is made again: a new eth0 is captured, the MAC and the data are the same.
site "" "$(openwrt router 192.168.1.72/24)"
expect 0 w deploy router
mac=$(w status router -o json | jq -r '.[0].nics[0].mac')
uid=$(pod_uid router)
old=$(k get pod router-0 -o jsonpath='{.status.podIP}')
k exec router-0 -- sh -c 'echo mine >/etc/my-own'
filter="labels.\"io.kubernetes.pod.namespace\"==$space,labels.\"io.cri-containerd.kind\"==sandbox"
sandbox=$(inside_node ctr -n k8s.io containers list -q "$filter")
inside_node ctr -n k8s.io tasks kill -s KILL "$sandbox"
changed() { [ "$(k get pod router-0 -o jsonpath='{.status.podIP}')" != "$old" ]; }
within 60 changed
within 60 k wait --for=condition=Ready pod/router-0 --timeout=1s
[ "$(pod_uid router)" = "$uid" ] || fail "it is another pod"
new=$(k get pod router-0 -o jsonpath='{.status.podIP}')
k exec router-0 -- ip -4 addr show dev eth0 | shows -F "inet $new/" || fail "eth0 is not $new"
k exec router-0 -- grep -qF "$new" /etc/config/network || fail "the settings have the former eth0"
k exec router-0 -- ip route | shows "^10.96.0.0/16 via .* dev eth0" || fail "no route to Services over eth0"
within 10 lan_sees 192.168.1.72 "$mac"
k exec router-0 -- grep -q mine /etc/my-own || fail "a file of the user's is gone"
service=$(k get service router -o jsonpath='{.spec.clusterIP}')
within 10 luci "$here/node" curl "http://$service/"
expect 0 w status router
said "1 of 1 ready"
[[ $(grep ' lan ' <<<"$out") == *"$mac"*"192.168.1.72/24"*"ok" ]] || fail "the row of lan is not ok"
expect 0 w delete router --delete-data
