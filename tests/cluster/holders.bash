# shellcheck shell=bash
# Which node holds a MAC, by the frames that enter the LAN's bridge through each node's port. Sourced by cases on two nodes.

# watch_mac MAC ADDRESS: notes every frame from the MAC, with its time and port, while the LAN asks everybody for the address
# once a second: whoever holds it answers.
watch_mac() {
  local host
  for host in node1 node2; do
    : >"$folder/frames-$host" # which is read before the watcher may have made it
    on_lan tcpdump -i "lan-$host" -Q in --immediate-mode -l -n -tt -e ether src "$1" 2>/dev/null >>"$folder/frames-$host" &
    watchers+=($!)
  done
  on_lan arping -b -q -I lan -w 600 "$2" >/dev/null &
  watchers+=($!)
}
watchers=()
# What runs on node2, in the order in which it is started.
on_node2=(containerd-node2 kubelet-node2 kube-proxy-node2 network-policy-node2)
# However a case ends: the watchers end, and both nodes are as `up` left them.
tidy() {
  end "${watchers[@]}"
  mend 2>/dev/null || true
  for name in "${on_node2[@]}"; do "$here/service" "$name" start 2>/dev/null || true; done
  kctl uncordon node1 node2 || true
  kctl taint node node2 node.kubernetes.io/out-of-service- 2>/dev/null || true
}
trap tidy EXIT

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

# An appliance on node2, whose claim is of the class $1 and whose address is $2.
start_on_node2() {
  site "" "$(openwrt router "$2/24")"
  sed -i "s/storageClass: local-path/storageClass: $1/" site.yaml
  kctl cordon node1
  expect 0 w deploy router
  kctl uncordon node1
  runs_on node2
  k exec router-0 -- sh -c 'echo mine >/etc/my-own'
  watch_mac "$(w status router -o json | jq -r '.[0].nics[0].mac')" "$2"
  hears node2 10
}
# runs_on HOST: it is ready there, and has what the user made.
runs_on() {
  within 90 k wait --for=condition=Ready pod/router-0 --timeout=1s
  [ "$(k get pod router-0 -o jsonpath='{.spec.nodeName}')" = "$1" ] || fail "it is not on $1"
  [ ! -e "$folder/frames-node1" ] || k exec router-0 -- grep -q mine /etc/my-own || fail "a file of the user's is gone"
}
is_ending() { [ -n "$(k get pod router-0 -o jsonpath='{.metadata.deletionTimestamp}')" ]; }
is_pending() { [ "$(k get pod router-0 -o jsonpath='{.status.phase}{.spec.nodeName}')" = Pending ]; }
node_is() { # STATUS of node2's condition Ready
  [ "$(kctl get node node2 -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}')" = "$1" ]
}

# cut_off: nothing goes between node2 and the control plane any more, and its kubelet hangs; its appliances stay on the LAN.
cut_off() {
  ip -n "$prefix-node2" route add blackhole 192.168.1.10/32
  ip -n "$prefix-node2" link set tunnel down
  kill -STOP "$(cat "$run/pid/kubelet-node2")"
}
mend() {
  ip -n "$prefix-node2" route del blackhole 192.168.1.10/32
  ip -n "$prefix-node2" link set tunnel up
  ip -n "$prefix-node2" route replace 10.42.0.0/24 via 10.42.0.0 dev tunnel onlink
  ip -n "$node" route replace 10.42.1.0/24 via 10.42.1.0 dev tunnel onlink
  kill -CONT "$(cat "$run/pid/kubelet-node2")" 2>/dev/null || true
}

# switch_off: node2's processes end and its pods' networks with them, as when the power goes.
switch_off() {
  local root
  for name in "${on_node2[@]}"; do kill -KILL "$(cat "$run/pid/$name")" 2>/dev/null || true; done
  for root in $(control_groups); do find "$root/$prefix-node2" -name cgroup.procs -exec cat {} +; done |
    sort -u | grep -vx "$(cat "$run/pid/holder-node2")" | xargs -r kill -KILL 2>/dev/null || true
  # shellcheck disable=SC2016 # the inner shell's
  inside node2 sh -c 'for netns in /run/netns/*; do umount "$netns" && rm "$netns"; done'
}
switch_on() { for name in "${on_node2[@]}"; do "$here/service" "$name" start; done; }
