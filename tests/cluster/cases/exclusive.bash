# Links that take a node's interface whole: passthru and hostDevice get the MAC that was asked for (`tuning` sets it), the WAN sees it,
# the node has its interface and its own MAC again afterwards, and nobody else may use the parent.
. "$here/hosts.bash"
machine far wan 203.0.113.7/24
nodes_mac() { ip -n "$node" -br link show enp4s0 | awk '{ print $3 }'; }
own=$(nodes_mac)
is_as_before() { [ "$(nodes_mac)" = "$own" ]; }
mac=02:00:5e:10:00:01
wan() {
  site "" "$(openwrt box 203.0.113.47/24 | sed "s#- {network: lan, address: 203.0.113.47/24}#- {network: wan, address: 203.0.113.47/24, mac: '$mac'}#")"
  sed -i "s#^      macvlan: {parent: enp4s0}#      $1\n      subnet: 203.0.113.0/24#" site.yaml
}
for link in 'macvlan: {parent: enp4s0, mode: passthru}' 'hostDevice: {device: enp4s0}'; do
  say "$link"
  wan "$link"
  expect 0 w deploy box
  [ "$(k exec box-0 -- cat /sys/class/net/wan/address)" = $mac ] || fail "the pod has another MAC"
  at far ip neigh flush dev nic
  at far ping -c 1 -W 2 203.0.113.47
  in_table far 203.0.113.47 $mac || fail "the WAN sees another MAC"
  expect 0 w delete box --delete-data
  within 20 is_as_before
  ip -n "$node" link set enp4s0 up
done
say "no other appliance and no other network on it"
wan 'hostDevice: {device: enp4s0}'
cat >>site.yaml <<Y
$(openwrt other 203.0.113.48/24 | sed 's/network: lan/network: wan/')
Y
expect 1 w deploy box other
said "parent-exclusive"
if k get statefulset box 2>/dev/null; then fail "something was written"; fi
