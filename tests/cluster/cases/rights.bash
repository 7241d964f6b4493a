# Somebody who may deploy but not exec: the addresses that only the guest knows read `unknown`, never `ok`; with the right they are told.
site "" "$(openwrt router 192.168.1.49/24)"
expect 0 w deploy router
k create serviceaccount operator
k create role operator --verb='*' --resource=namespaces,pods,pods/log,configmaps,secrets,services,events,persistentvolumeclaims,serviceaccounts,statefulsets.apps,deployments.apps,networkpolicies.networking.k8s.io,ingresses.networking.k8s.io,net-attach-def.k8s.cni.cncf.io
k create rolebinding operator --role=operator --serviceaccount="$space:operator"
sed "s#^users: .*#users: [{name: operator, user: {token: $(k create token operator)}}]#; s#user: admin}#user: operator}#" "$run/admin.kubeconfig" >operator.kubeconfig
expect 0 w status router --kubeconfig "$folder/operator.kubeconfig"
row=$(grep '^ *lan ' <<<"$out")
[[ $row == *unknown* && $row != *192.168.1.49* && $row != *ok* ]] || fail "without exec the row is: $row"
expect 0 w deploy router --kubeconfig "$folder/operator.kubeconfig"
said "router: nothing changed"
[[ $(grep '^ *lan ' <<<"$out") == *unknown* ]] || fail "deploy says something else"
k create role guests --verb=create,get --resource=pods/exec
k create rolebinding guests --role=guests --serviceaccount="$space:operator"
within 10 "$here/node" "$wrtpod" status router --kubeconfig "$folder/operator.kubeconfig"
expect 0 w status router --kubeconfig "$folder/operator.kubeconfig"
[[ $(grep '^ *lan ' <<<"$out") == *192.168.1.49*ok ]] || fail "with exec the row is not ok"
expect 0 w delete router --delete-data
