# One DHCP identity for one NIC, for ever, unlike any other on the LAN: OpenWrt and a generic machine, of the same names in two
# namespaces, each with two NICs on the LAN of one server (dnsmasq, which goes by client ids) and one on the network of another (BusyBox,
# which goes by MACs). No two NICs get one address, and the next pods get the ones that they had. In persistence mode `none` nothing but
# the plan can tell OpenWrt who it is.
. "$here/hosts.bash"
machine names lan 192.168.1.7/24
machine things iot 192.168.32.7/24
dnsmasq_server names 192.168.1.130 192.168.1.149
dhcp_server things 192.168.32.130 192.168.32.149 subnet 255.255.255.0
# The plugin's client, which a cluster with DHCP by CNI runs on each node.
inside_node "$cni_bin/dhcp" daemon >daemon.log 2>&1 &
background+=($!)

nics='interfaces: [{network: lan, address: dhcp}, {network: lan, name: lan2, address: dhcp}, {network: iot, address: dhcp}]'
site "" "apiVersion: wrtpod.dev/v1alpha1
kind: Appliance
metadata: {name: router}
spec:
  from: openwrt
  image: localhost/openwrt-standin:1
  hostname: gate
  persistence: {mode: none}
  $nics
---
$(web hub "  $nics")"
sed "s/namespace: $space/&-2/" site.yaml >second.yaml
base=$space
# each COMMAND…: in both namespaces.
each() {
  local space
  for space in "$base" "$base-2"; do "$@"; done
}
deploy() { expect 0 w deploy router hub -f "$1"; }
deploy site.yaml
space=$base-2 deploy second.yaml

# addresses: NAMESPACE MAC ADDRESS of each NIC, as the pods have them.
of_pods() {
  local pod
  for pod in router-0 hub-0; do
    k exec $pod -- ip addr | awk -v space="$space" '/link\/ether/ { mac = $2 } $1 == "inet" && / (lan|lan2|iot)$/ { print space, mac, $2 }'
  done
}
all_leased() { each of_pods >addresses && [ "$(wc -l <addresses)" = 12 ]; }
leased_apart() {
  within 30 all_leased
  sort -o addresses addresses
  cat addresses
  [ "$(cut -d' ' -f3 addresses | sort -u | wc -l)" = 12 ] || fail "two NICs have one address"
}
leased_apart

say "dnsmasq knows each by an id of its own: of OpenWrt one DUID for each machine, of the others the MAC"
# Seconds, MAC, address, host name, client id.
awk 'NF == 5' leases.names | tee ids
[ "$(cut -d' ' -f5 ids | sort -u | wc -l)" = 8 ] || fail "two NICs have one client id"
[ "$(grep -o 'ff:..:..:..:..:00:04:.*' ids | cut -d: -f6- | sort | uniq -c | awk '$1 == 2' | wc -l)" = 2 ] || fail "not a DUID for each machine"
[ "$(sed -n 's/.*client provides name: //p' dnsmasq.names.log | sort -u | tr '\n' ' ')" = 'gate hub ' ] || fail "it is told other host names"
hex() { printf %s "$1" | od -An -v -tx1 | tr -d '\n' | sed 's/^ //; s/ /:/g'; }
for mac in $(each mac_of hub lan) $(each mac_of hub lan2); do
  grep -qi " $mac .* $(hex "$mac")$" ids || fail "the client id of $mac is not the MAC"
done
cut -d' ' -f2,5 ids | sort >ids.before

say "other pods are the same clients"
cp addresses before
each renew router hub
leased_apart
diff before addresses || fail "somebody has another address"
awk 'NF == 5 { print $2, $5 }' leases.names | sort | diff ids.before - || fail "somebody has another client id"
expect 0 w delete router hub
space=$base-2 expect 0 w delete router hub -f second.yaml
