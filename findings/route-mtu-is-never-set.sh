#!/usr/bin/env bash
# `mtu` and `advmss` of a route are taken, told in the result, and never set.
#
# Input:     `macvlan` with `static` and a route with `priority`, `mtu` and `advmss`, as the CNI specification has them since 1.1: to a network
#            behind a tunnel.
# Expected:  the pod's route has all three.
# Behaviour: it has the priority alone. The result of ADD says all three, and CHECK says 0.
# Seen with: containernetworking plugins 1.9.1, cnitool 1.3.0, iproute2 6.1, 2026-11-30.
# Control:   `ip route` sets both on the same device, and shows them.
#
# Needs root, go, iproute2 and util-linux. Exits with 0 when this is still so, with 1 when it is not, with 2 when it cannot tell.
set -euo pipefail
readonly plugins=v1.9.1 cnitool=v1.3.0

cannot() {
  echo "cannot tell: $1" >&2
  exit 2
}

# In namespaces of its own. Says the result's route, the kernel's, and that of `ip route`.
inside() {
  local folder=$1 enter=(nsenter --net=/run/pods/pod)
  mount -t tmpfs none /run
  mount -t tmpfs none /var/lib
  mkdir -p /run/pods /run/nets
  export PATH=$PATH:$folder/bin CNI_PATH=$folder/bin NETCONFPATH=/run/nets CNI_IFNAME=net1
  ip link add eno1 type veth peer name lan0
  ip link set eno1 up
  ip link set lan0 up
  printf '{"cniVersion": "1.1.0", "name": "lan", "plugins": [{"type": "macvlan", "master": "eno1", "ipam": {"type": "static", %s, %s}}]}' \
    '"addresses": [{"address": "192.168.7.50/24"}]' \
    '"routes": [{"dst": "10.9.0.0/16", "gw": "192.168.7.1", "priority": 77, "mtu": 1400, "advmss": 1300}]' >/run/nets/lan.conflist
  touch /run/pods/pod
  unshare --net=/run/pods/pod true
  echo "result $(cnitool add lan /run/pods/pod | tr -d ' \n' | grep -o '"routes":.*\]')"
  cnitool check lan /run/pods/pod >/dev/null 2>&1
  echo "kernel $("${enter[@]}" ip route show 10.9.0.0/16)"
  "${enter[@]}" ip route add 10.10.0.0/16 via 192.168.7.1 dev net1 metric 77 mtu 1400 advmss 1300
  echo "by-hand $("${enter[@]}" ip route show 10.10.0.0/16)"
}

if [ "${1:-}" = inside ]; then
  inside "$2"
  exit
fi

[ "$(id -u)" = 0 ] || cannot "it has to be root, for network namespaces"
for tool in go ip nsenter unshare; do command -v "$tool" >/dev/null || cannot "$tool is missing"; done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for package in "cni/cnitool@$cnitool" "plugins/plugins/main/macvlan@$plugins" "plugins/plugins/ipam/static@$plugins"; do
  GOBIN=$folder/bin CGO_ENABLED=0 GOFLAGS=-trimpath go install "github.com/containernetworking/$package" ||
    cannot "github.com/containernetworking/$package does not build"
done

seen=$(unshare --net --mount --propagation private bash "$0" inside "$folder") || cannot "the pod could not be added, or CHECK fails: $seen"
echo "$seen"
mapfile -t lines <<<"$seen"
[[ ${lines[2]} == *"metric 77"* && ${lines[2]} == *"mtu 1400"* && ${lines[2]} == *"advmss 1300"* ]] || cannot "ip route does not set them either"
[[ ${lines[1]} == *"via 192.168.7.1 dev net1"*"metric 77"* ]] || cannot "the route has no priority either"
if [[ ${lines[0]} == *'"mtu":1400'* && ${lines[1]} != *mtu* && ${lines[1]} != *advmss* ]]; then
  echo "still so: the route has neither mtu nor advmss"
else
  echo "this has changed: routes through tunnels can have their MTU by CNI" >&2
  exit 1
fi
