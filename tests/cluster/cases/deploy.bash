# A site file and a word: the pod is on the LAN with its MAC, eth0 is the cluster's, a second deploy writes nothing.
site "" "$(openwrt router 192.168.1.9/24)"
expect 0 w deploy router
said "router-0 ready"
said "LuCI on the LAN: http://192.168.1.9/"
said "root's password is in the Secret router-credentials"
mac=$(w render router -o json 2>/dev/null | jq -r '.items[] | select(.kind == "StatefulSet") | .spec.template.metadata.annotations["k8s.v1.cni.cncf.io/networks"] | fromjson | .[0].mac')
said "$mac"
row=$(grep '^lan ' <<<"$out") || fail "no row for lan"
[[ $row == *"192.168.1.9/24"*"ok" ]] || fail "the row of lan is not ok: $row"

say "a LAN host reaches it and sees its MAC"
within 10 lan_sees 192.168.1.9 "$mac"
within 20 luci on_lan curl http://192.168.1.9/

say "eth0 has its address and routes"
address=$(k get pod router-0 -o jsonpath='{.status.podIP}')
k exec router-0 -- ip addr show dev eth0 | shows -F "$address/" || fail "eth0 lost its address"
k exec router-0 -- ip route | shows "^10.96.0.0/16 via .* dev eth0" || fail "no route to Services over eth0"

say "the Service answers, from the node and over kube-proxy"
service=$(k get service router -o jsonpath='{.spec.clusterIP}')
within 10 luci "$here/node" curl "http://$service/"

say "nothing has more privilege than it needs"
k get pod router-0 -o json | jq -e '[.spec.containers[], .spec.initContainers[]] | all(.securityContext.privileged != true and .securityContext.allowPrivilegeEscalation == false)' >/dev/null || fail "privilege"

say "a second deploy writes nothing"
versions >before
expect 0 w deploy router
said "router: nothing changed"
versions >after
diff before after || fail "something was written"

say "the password in the Secret is root's"
password=$(k get secret router-credentials -o jsonpath='{.data.password}' | base64 -d)
hash=$(k exec router-0 -- sh -c "sed -n 's/^root:\\([^:]*\\):.*/\\1/p' /etc/shadow")
[ "$(openssl passwd -1 -salt "$(cut -d'$' -f3 <<<"$hash")" "$password")" = "$hash" ] || fail "root's hash is not of the password"
not_said "$password"

say "status tells it all"
expect 0 w status router
said "StatefulSet router: 1 of 1 ready"
expect 0 w status router -o json
jq -e '.[0].nics[0].verdict == "ok" and .[0].pod.ready and (.[0].changed_attachments | not)' <<<"$out" >/dev/null || fail "status -o json"
say "a NAD that was changed underneath is reported"
k get net-attach-def "$(nad_of router)" -o json | jq '.spec.config |= sub("bridge"; "private")' >nad.json
k apply --server-side --force-conflicts --field-manager=somebody -f "$folder/nad.json"
expect 0 w status router
said "were edited or deleted"

say "gone within the grace period"
begin=$SECONDS
expect 0 w delete router
[ $((SECONDS - begin)) -lt 30 ] || fail "it took $((SECONDS - begin)) s"
