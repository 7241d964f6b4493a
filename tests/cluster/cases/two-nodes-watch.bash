# What the other cases on two nodes rest on: two holders of one MAC on the wire do not go unseen.
. "$here/holders.bash"
mac=02:00:00:00:00:39
hold() { # NAMESPACE: takes the MAC, and 192.168.1.39 with it
  ip -n "$1" link add twin link enp3s0 address "$mac" type macvlan mode bridge
  ip -n "$1" addr add 192.168.1.39/24 dev twin noprefixroute
  ip -n "$1" link set twin up
}
let_go() { ip -n "$1" link del twin 2>/dev/null || true; }
trap 'let_go "$node"; let_go "$prefix-node2"; tidy' EXIT

watch_mac "$mac" 192.168.1.39
hold "$prefix-node2"
hears node2 10
held_by node2
hold "$node"
hears node1 10
hears node2 10
if (held_by node2) || (held_by node2 node1); then fail "two holders were taken for one"; fi
