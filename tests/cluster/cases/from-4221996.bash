# Nobody who runs the build of commit 4221996 is left behind. What that build put on a cluster (../from-4221996: a deploy, Flux's folder,
# a release of Helm 3 and one of Helm 4) is taken over with one restart of a pod at most, which `diff` announces. MACs, addresses,
# claims, selectors and what the user changed stay, and an address of the pool is never another's, whichever build asked for it.
# Doing it once more changes nothing.
. "$here/hosts.bash"
. "$here/gitops.bash"
old=$here/from-4221996
export HELM_CACHE_HOME=$folder/helm/cache HELM_CONFIG_HOME=$folder/helm/config HELM_DATA_HOME=$folder/helm/data
declare -A helms=([helm3]=$("$here/build" helm3)/helm [helm4]=$("$here/build" helm4)/helm)
declare -A addresses=([deploy]=192.168.1.110/24 [flux]=192.168.1.111/24 [helm3]=192.168.1.112/24 [helm4]=192.168.1.113/24)
ways=(deploy flux helm3 helm4)
base=$space
h() { "$here/node" "${helms[$way]}" --namespace "$space" "$@"; }
# here_is WAY: whose namespace all words are about from now on.
here_is() {
  way=$1 space=$base-$1
  say "$way"
}

# whole FOLDER: the old build's objects as they were, the scripts put into their ConfigMaps from that build's chart.
whole() {
  local file appliance script
  mkdir -p "$folder/$1"
  for file in "$old/$1"/*.yaml; do
    cp "$file" "$folder/$1/"
    [[ $file == */configmap-*-scripts.yaml ]] || continue
    appliance=${file##*/configmap-}
    for script in "$folder/${appliance%-scripts.yaml}"/files/scripts/*; do
      printf '  %s: |\n' "${script##*/}"
      sed 's/./    &/' "$script"
    done >>"$folder/$1/${file##*/}"
  done
}

# facts: what must be the same afterwards, of the namespace at hand.
facts() {
  k get statefulset openwrt hub -o json | jq -c '.items[] | [.metadata.name, .metadata.uid, .spec.selector, .spec.serviceName]'
  k get pvc -o json | jq -c '.items[] | [.metadata.name, .metadata.uid, .spec.volumeName]'
  k get pod openwrt-0 hub-0 -o json | jq -c '.items[] | [.metadata.name, (.metadata.annotations["k8s.v1.cni.cncf.io/networks"] | fromjson | map([.interface, .mac]))]'
  k exec openwrt-0 -- sh -c 'cat /etc/mine; uci get system.system.timezone; uci get dhcp.@host[0].name; sed -n "s/^root://p" /etc/shadow'
}
pooled() { k get pod hub-0 -o json | jq -r '.metadata.annotations["k8s.v1.cni.cncf.io/network-status"] | fromjson | .[] | select(.interface == "lan").ips[0]'; }
# on_the_lan: the LAN sees both appliances with the MACs of their pods.
on_the_lan() {
  local address
  within 20 lan_sees "${addresses[$way]%/*}" "$(mac_of openwrt lan)"
  address=$(pooled)
  [[ $address =~ ^192\.168\.1\.1(1[4-9]|2[0-5])$ ]] || fail "the address $address is not of the pool"
  within 20 lan_sees "$address" "$(mac_of hub lan)"
}
# nobody_twice: no two pods of all namespaces have one address of the pool.
nobody_twice() {
  local taken
  taken=$("$here/kubectl" get pods -A -l app.kubernetes.io/managed-by=wrtpod -o json | jq -r --arg base "$base" '.items[].metadata |
    select(.namespace | startswith($base)).annotations["k8s.v1.cni.cncf.io/network-status"] // "[]" | fromjson | .[] | select(.interface == "lan") | .ips[]?' | sort)
  [ "$(wc -l <<<"$taken")" -ge ${#ways[@]} ] && [ -z "$(uniq -d <<<"$taken")" ] || fail "addresses of the pool: ${taken//$'\n'/ }"
}
# pods_of APPLIANCE: how many pods it has had in the namespace at hand since the watch began.
pods_of() { awk -v space="$space" -v pod="$1-0" '$1 == space && $2 == pod { print $3 }' pods | sort -u | wc -l; }
# ready APPLIANCE: the workload that is there now has made its pod, and it is ready.
ready() { k rollout status "statefulset/$1" --timeout=120s || fail "$1 is not ready"; }

# taken_over: both appliances are as they were, on one further pod at most that did not have to be started again.
taken_over() {
  local appliance
  for appliance in openwrt hub; do
    ready "$appliance"
    [ "$(pods_of "$appliance")" -le 2 ] || fail "$appliance was restarted more than once"
  done
  [ "$(k get pods -o json | jq '[.items[].status.containerStatuses[].restartCount] | add')" = 0 ] || fail "a container was restarted"
  facts >"$way.after"
  diff "$way.before" "$way.after" || fail "something is not as it was"
  on_the_lan
  nobody_twice
}
# once_more COMMAND…: changes nothing, and restarts nothing.
once_more() {
  local uids
  uids=$(pod_uid openwrt) && uids+=$(pod_uid hub)
  "$@"
  ready openwrt
  ready hub
  [ "$(pod_uid openwrt)$(pod_uid hub)" = "$uids" ] || fail "a pod was restarted by the same once more"
}

# documents WAY: the site file of that user, as the old build read it.
documents() { sed "s/@WAY@/$1/; s|@ADDRESS@|${addresses[$1]}|" "$old/site.yaml" >site.yaml; }

watch_pods() {
  "$here/kubectl" get pods -A -l app.kubernetes.io/managed-by=wrtpod --watch --no-headers \
    -o custom-columns=:.metadata.namespace,:.metadata.name,:.metadata.uid >pods &
  background+=($!)
}

say "what the old build put there: four namespaces, in each an OpenWrt at an address of its own and a machine with one of the pool"
with_flux
kustomization "$name"
for package in openwrt hub; do tar -xzf "$old/$package-0.1.0.tgz"; done
for way in "${ways[@]}"; do
  "$here/kubectl" create namespace "$base-$way"
  "$here/kubectl" label namespace "$base-$way" pod-security.kubernetes.io/enforce=privileged
done
watch_pods
here_is deploy
whole deploy
k create secret generic openwrt-credentials --from-literal=password=secret --from-literal=password-hash="$(openssl passwd -6 secret)"
version=$(k get secret openwrt-credentials -o jsonpath='{.metadata.resourceVersion}')
sed -i "s/@VERSION@/$version/" deploy/statefulset-openwrt.yaml
expect 0 k apply --server-side --field-manager wrtpod -f "$folder/deploy"
here_is flux
whole flux
k create secret generic openwrt-credentials --from-literal=password-hash="$(openssl passwd -6 secret)"
publish "$name" flux
for way in helm3 helm4; do
  here_is "$way"
  # The user of the OpenWrt chart states the whole place in the values; the other chart was made of that user's site.
  sed "s|@ADDRESS@|${addresses[$way]}|" "$old/openwrt-values.yaml" >"$way-openwrt.yaml"
  expect 0 h install openwrt "$old/openwrt-0.1.0.tgz" -f "$way-openwrt.yaml"
  expect 0 h install hub "$old/hub-0.1.0.tgz" -f "$old/hub-values.yaml"
done

say "and what its users made of it"
for way in "${ways[@]}"; do
  here_is "$way"
  ready openwrt
  ready hub
  k exec openwrt-0 -- sh -c 'echo mine >/etc/mine
    uci set system.system.timezone=CET-1CEST,M3.5.0,M10.5.0/3
    uci add dhcp host && uci set dhcp.@host[0].name=printer && uci set dhcp.@host[0].ip=192.168.1.250
    uci commit'
  on_the_lan
  facts >"$way.before"
  cat "$way.before"
done
nobody_twice

here_is deploy
documents deploy
say "a machine that is new takes another address of the pool, and leaves the others alone"
web late '  interfaces: [{network: lan, address: pool}]' >late.yaml
expect 0 w deploy late -f site.yaml -f late.yaml
nobody_twice
taken_over
[ "$(pods_of openwrt) $(pods_of hub)" = "1 1" ] || fail "one appliance's deploy restarts another"
for appliance in openwrt hub; do
  uid=$(pod_uid $appliance) code=0
  announced=$(w diff $appliance 2>&1) || code=$?
  printf '%s\n' "$announced"
  [ $code -le 1 ] || fail "diff failed"
  expect 0 w deploy $appliance
  ready $appliance
  if [ "$(pod_uid $appliance)" != "$uid" ]; then
    grep -qF "its pod would restart: " <<<"$announced" || fail "the restart of $appliance was not announced"
  fi
done
taken_over
versions >before
once_more expect 0 w deploy openwrt hub
said "openwrt: nothing changed"
said "hub: nothing changed"
versions >after
diff before after || fail "something was written"

here_is flux
documents flux
expect 0 w render openwrt hub --out flux
publish "$name" flux
taken_over
expect 0 w render openwrt hub --out again
once_more publish "$name" again

for way in helm3 helm4; do
  here_is "$way"
  documents "$way"
  expect 0 w chart hub --out "$way"
  expect 0 h upgrade openwrt "$top/charts/openwrt" -f "$way-openwrt.yaml"
  expect 0 h upgrade hub "$way/hub" -f "$old/hub-values.yaml"
  taken_over
  once_more expect 0 h upgrade openwrt "$top/charts/openwrt" -f "$way-openwrt.yaml"
  once_more expect 0 h upgrade hub "$way/hub" -f "$old/hub-values.yaml"
done
"$here/kubectl" delete kustomization "$name" --timeout=60s
"$here/kubectl" delete namespace "${ways[@]/#/$base-}" --timeout=120s
