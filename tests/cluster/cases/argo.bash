# GitOps: the engine of Argo CD applies what `render` prints into a repository, and follows it. When the appliance leaves the repository,
# everything is pruned but the claim and its namespace: whoever comes back finds what was there.
. "$here/hosts.bash"
. "$here/gitops.bash"
argo=$("$here/build" argo)
declare -A ports=([repository]=9793 [neighbours]=9794)
for repository in "${!ports[@]}"; do git init -q "$repository"; done
# commit, follow, publish REPOSITORY: of which an engine of its own is kept.
commit() {
  git -C "$1" add -A
  git -C "$1" -c user.name=x -c user.email=x@x commit -q -m x
}
follow() {
  commit "$1"
  "$here/node" "$argo/agent" "$folder/$1" --kubeconfig "$KUBECONFIG" --port "${ports[$1]}" --resync-seconds 3600 >"argo.$1.log" 2>&1 &
  background+=($!)
}
publish() {
  commit "$1"
  "$here/node" curl -sf --max-time 60 "http://127.0.0.1:${ports[$1]}/api/v1/sync"
}
ready() { k wait --for=condition=Ready pod/router-0 --timeout=1s; }

say "the repository as it is: ready on the LAN"
site "" "$(openwrt router 192.168.1.82/24)
$(openwrt neighbour 192.168.1.142/24)"
w render router --with-namespace >repository/site.yaml
follow repository
within 60 k create secret generic router-credentials --from-literal=password-hash="$(openssl passwd -6 secret)"
within 90 ready
at_home 192.168.1.82

say "a neighbour on the same network comes, by another application"
noted router 192.168.1.82
k create secret generic neighbour-credentials --from-literal=password-hash="$(openssl passwd -6 secret)"
w render neighbour >neighbours/site.yaml
follow neighbours
noted neighbour 192.168.1.142
untouched router 192.168.1.82

say "a change of the repository rolls the pod"
uid=$(pod_uid router)
w render router --with-namespace --set resources.limits.memory=200Mi >repository/site.yaml
publish repository
within 90 renewed router "$uid"
as_before 192.168.1.82
untouched neighbour 192.168.1.142

say "it leaves the repository: all goes but the claim and the namespace"
mv repository/site.yaml .
publish repository
pruned
untouched neighbour 192.168.1.142
for object in 'PersistentVolumeClaim.*router-data' "Namespace.*$space"; do
  within 20 grep -E "$object.*no prune" argo.repository.log
done

say "and comes back"
mv site.yaml repository/
publish repository
within 90 ready
as_before 192.168.1.82

say "the neighbour goes"
noted router 192.168.1.82
rm neighbours/site.yaml
publish neighbours
within 60 gone pod neighbour-0
within 20 sh -c "! '$here/kubectl' -n '$space' get net-attach-def -o name | grep /neighbour"
untouched router 192.168.1.82
"$here/kubectl" delete namespace "$space" --wait=false
