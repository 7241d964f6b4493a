# shellcheck shell=bash
# Which node holds a MAC, by the frames that enter the LAN's bridge through each node's port. Sourced by cases on two nodes.

# watch_mac MAC ADDRESS: notes every frame from the MAC, with its time and port, while the LAN asks everybody for the address
# once a second: whoever holds it answers.
watch_mac() {
  local host
  for host in node1 node2; do
    on_lan tcpdump -i "lan-$host" -Q in --immediate-mode -l -n -tt -e ether src "$1" 2>/dev/null >"$folder/frames-$host" &
    watchers+=($!)
  done
  on_lan arping -b -q -I lan -w 600 "$2" >/dev/null &
  watchers+=($!)
  trap 'kill "${watchers[@]}" 2>/dev/null || true' EXIT
}
watchers=()

# The nodes in the order in which they held the MAC; two at the same time come out as many changes.
holders() {
  local host
  for host in node1 node2; do sed "s/ .*/ $host/" "$folder/frames-$host"; done | sort -n | cut -d' ' -f2 | uniq | xargs
}
# frames HOST: how many came from there so far.
frames() { wc -l <"$folder/frames-$1"; }
# hears HOST SECONDS: another frame comes from there.
hears() {
  local before
  before=$(frames "$1")
  more() { [ "$(frames "$1")" -gt "$2" ]; }
  within "$2" more "$1" "$before"
}
held_by() { [ "$(holders)" = "$*" ] || fail "the MAC was held by: $(holders)"; }

# An appliance whose claim is of the class $1, with the address $2, which the site lets run on both nodes and prefers nowhere.
on_two_nodes() {
  site "" "$(openwrt router "$2/24")"
  sed -i "s/storageClass: local-path/storageClass: $1/" site.yaml
}
mac_of() { w status router -o json | jq -r '.[0].nics[0].mac'; }
host_of() { k get pod router-0 -o jsonpath='{.spec.nodeName}'; }

# cut HOST: nothing goes between the node and the control plane any more; its appliances stay on the LAN. mend: it does again.
cut_off() { ip -n "$prefix-$1" route add blackhole 192.168.1.10/32 && ip -n "$prefix-$1" link set tunnel down; }
mend() {
  ip -n "$prefix-$1" route del blackhole 192.168.1.10/32
  ip -n "$prefix-$1" link set tunnel up
  ip -n "$prefix-$1" route replace 10.42.0.0/24 via 10.42.0.0 dev tunnel onlink
  ip -n "$node" route replace 10.42.1.0/24 via 10.42.1.0 dev tunnel onlink
}
node_is() { # HOST STATUS of the condition Ready
  [ "$(kctl get node "$1" -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}')" = "$2" ]
}
