# GitOps: the engine of Argo CD applies what `render` prints into a repository, and follows it. When the appliance leaves the repository,
# everything is pruned but the claim and its namespace: whoever comes back finds what was there.
. "$here/hosts.bash"
. "$here/gitops.bash"
argo=$("$here/build" argo)
git init -q repository
commit() {
  git -C repository add -A
  git -C repository -c user.name=x -c user.email=x@x commit -q -m x
}
publish() {
  commit
  "$here/node" curl -sf --max-time 60 http://127.0.0.1:9793/api/v1/sync
}
ready() { k wait --for=condition=Ready pod/router-0 --timeout=1s; }

say "the repository as it is: ready on the LAN"
site "" "$(openwrt router 192.168.1.82/24)"
w render router --with-namespace >repository/site.yaml
commit
"$here/node" "$argo/agent" "$folder/repository" --kubeconfig "$KUBECONFIG" --port 9793 --resync-seconds 3600 >argo.log 2>&1 &
background+=($!)
within 60 k create secret generic router-credentials --from-literal=password-hash="$(openssl passwd -6 secret)"
within 90 ready
at_home 192.168.1.82

say "a change of the repository rolls the pod"
uid=$(pod_uid router)
w render router --with-namespace --set resources.limits.memory=200Mi >repository/site.yaml
publish
within 90 renewed router "$uid"
as_before 192.168.1.82

say "it leaves the repository: all goes but the claim and the namespace"
mv repository/site.yaml .
publish
pruned
for object in 'PersistentVolumeClaim.*router-data' "Namespace.*$space"; do
  within 20 grep -E "$object.*no prune" argo.log
done

say "and comes back"
mv site.yaml repository/
publish
within 90 ready
as_before 192.168.1.82
"$here/kubectl" delete namespace "$space" --wait=false
