# A chart that wrtpod wrote, as Helm 4 and Helm 3 users have it: installed, upgraded, rolled back, uninstalled; the claim stays. From a
# file, and through the LAN's registry. With the release called as the appliance, it is what `deploy` would have made.
. "$here/hosts.bash"
host=192.168.1.1:5000
export HELM_CACHE_HOME=$folder/helm/cache HELM_CONFIG_HOME=$folder/helm/config HELM_DATA_HOME=$folder/helm/data
declare -A helms=([helm4]=$("$here/build" helm4)/helm [helm3]=$("$here/build" helm3)/helm)
h() { "$here/node" "$helm" --namespace "$space" "$@"; }
ready() { expect 0 k rollout status "statefulset/$1" --timeout=90s; }
port() { k exec router-0 -- uci -q get 'dropbear.@dropbear[0].Port'; }
uid() { k get "$1" -o jsonpath='{.metadata.uid}'; }

site "" "$(openwrt router 192.168.1.70/24)"
"$here/kubectl" create namespace "$space" || true
"$here/kubectl" label --overwrite namespace "$space" pod-security.kubernetes.io/enforce=privileged
expect 0 w chart router --out charts --package
chart=$(echo charts/router-*.tgz)
[ -f "$chart" ] || fail "no package: $(ls charts)"
mac=$(w render router -o json 2>/dev/null | jq -r '.items[] | select(.kind == "StatefulSet") | .spec.template.metadata.annotations["k8s.v1.cni.cncf.io/networks"] | fromjson | .[0].mac')
cat >values.yaml <<Y
credentials: {passwordHash: $(openssl passwd -1 secret)}
Y
cat >changed.yaml <<Y
labels: {team: network}
uci:
  dropbear: [{section: '@dropbear[0]', options: {Port: '2222'}}]
Y

say "a neighbour on the same network, by the same chart: another release in the namespace"
helm=${helms[helm4]}
cat >neighbour.yaml <<Y
fullnameOverride: neighbour
interfaces: [{network: lan, address: [192.168.1.143/24]}]
Y
expect 0 h install neighbour "$chart" -f values.yaml -f neighbour.yaml
noted neighbour 192.168.1.143

for name in helm4 helm3; do
  helm=${helms[$name]}
  say "$name installs: the pod is ready, and the LAN sees the MAC that wrtpod derives"
  expect 0 h version --short
  expect 0 h install router "$chart" -f values.yaml
  ready router
  within 10 lan_sees 192.168.1.70 "$mac"
  within 20 luci on_lan curl http://192.168.1.70/
  # Debian's static wget, which the stand-in has, ends in a segmentation fault.
  [ -z "${WRTPOD_TEST_ROOTFS:-}" ] || expect 0 h test router
  k exec router-0 -- sh -c "echo $name >>/etc/kept"
  before=$(port)
  workload=$(uid statefulset/router)
  claim=$(uid pvc/router-data)

  say "$name upgrades: a setting and a label, and no field that Kubernetes never changes"
  expect 0 h upgrade router "$chart" -f values.yaml -f changed.yaml
  ready router
  [ "$(port)" = 2222 ] || fail "the setting is not there: $(port)"
  [ "$(k get statefulset router -o jsonpath='{.metadata.labels.team}')" = network ] || fail "the label is not there"
  [ "$(uid statefulset/router)" = "$workload" ] || fail "the workload was made anew"
  on_lan ping -c 1 -W 2 192.168.1.70

  say "$name meets an attachment that somebody changed by hand: Helm 4 stops at it, Helm 3 goes by, and the notes tell of it"
  nad=$(nad_of router)
  config() { k get net-attach-def "$nad" -o json | jq -cS '.spec.config | fromjson'; }
  was=$(config)
  k patch net-attach-def "$nad" --type merge -p "$(jq -c '{spec: {config: (.plugins[0].mtu = 1400 | tojson)}}' <<<"$was")"
  if [ "$name" = helm4 ]; then
    expect 1 h upgrade router "$chart" -f values.yaml -f changed.yaml
    said 'conflict with "kubectl-patch"'
    expect 0 h upgrade router "$chart" -f values.yaml -f changed.yaml --force-conflicts
  else
    expect 0 h upgrade router "$chart" -f values.yaml -f changed.yaml
    said "Somebody changed the NetworkAttachmentDefinition $nad"
    expect 0 k delete net-attach-def "$nad"
    expect 0 h upgrade router "$chart" -f values.yaml -f changed.yaml
    not_said "Somebody changed"
  fi
  [ "$(config)" = "$was" ] || fail "the attachment is not as the chart has it: $(config)"

  say "$name rolls back"
  expect 0 h rollback router 1
  ready router
  [ "$(port)" = "$before" ] || fail "the setting is still there: $(port)"
  [ "$(uid statefulset/router)" = "$workload" ] || fail "the workload was made anew"

  say "$name uninstalls: the claim stays, and the next release finds it"
  expect 0 h uninstall router --wait
  within 60 sh -c "! '$here/kubectl' -n '$space' get pod router-0"
  [ "$(uid pvc/router-data)" = "$claim" ] || fail "the claim is gone"
  [ -z "$(k get statefulset,service,networkpolicy,net-attach-def -l wrtpod.dev/appliance=router -o name)" ] || fail "something else is left"
  untouched neighbour 192.168.1.143
done
helm=${helms[helm4]}

say "through a registry, by wrtpod and back by both"
expect 0 w chart router --push "oci://$host/charts"
version=$(h show chart "$chart" | sed -n 's/^version: //p')
for name in helm4 helm3; do
  helm=${helms[$name]}
  rm -rf pulled && mkdir pulled
  expect 0 h pull "oci://$host/charts/router" --version "$version" -d pulled
  cmp "$chart" pulled/router-*.tgz || fail "$name pulled another package than was pushed"
done
expect 0 h install router "oci://$host/charts/router" --version "$version" -f values.yaml
ready router
[ "$(k exec router-0 -- cat /etc/kept)" = $'helm4\nhelm3' ] || fail "the data of earlier releases is gone"

say "the neighbour's network changes, and the neighbour goes: the router stays as it is"
noted router 192.168.1.70
cat >sysctls.yaml <<Y
networks: {lan: {sysctls: {net.ipv4.conf.IFNAME.arp_notify: '1'}}}
Y
before=$(pod_uid neighbour)
expect 0 h upgrade neighbour "$chart" -f values.yaml -f neighbour.yaml -f sysctls.yaml
within 60 renewed neighbour "$before"
k exec neighbour-0 -- grep -qx 1 /proc/sys/net/ipv4/conf/lan/arp_notify || fail "the neighbour runs on what was there before"
untouched router 192.168.1.70
expect 0 h uninstall neighbour --wait
[ -z "$(k get statefulset,net-attach-def -l wrtpod.dev/appliance=neighbour -o name)" ] || fail "something of the neighbour is left"
untouched router 192.168.1.70
k delete pvc neighbour-data

say "the release goes back to documents that deploy makes the same of"
"$here/node" "$helm" -n "$space" get values router --all -o yaml >release.yaml
expect 0 w chart router --out folders
expect 0 w import --helm release.yaml --chart folders/router --name router --namespace "$space" --out imported.yaml
said "credentials.passwordHash"
w render -f imported.yaml router -o json 2>/dev/null | jq -S .items >imported.json
w render router -o json 2>/dev/null | jq -S .items >straight.json
[ -s straight.json ] && diff straight.json imported.json || fail "the documents render something else"

say "what wrtpod refuses, the chart refuses with the value's name"
expect 1 h upgrade router "$chart" -f values.yaml --set 'interfaces[0].network=lan,interfaces[0].mac=03:00:00:00:00:01'
said 'interfaces[0].mac'
expect 1 h upgrade router "$chart" -f values.yaml --set networks.lan.vlan=4095
said networks/lan/vlan
expect 0 h uninstall router --wait
k delete pvc router-data
