#!/usr/bin/env bash
# `portmap` behind `macvlan`: the port leads nowhere, and the node's own service on that port is cut off.
#
# Input:     a conflist of `macvlan` and `portmap` with its capability, and `portMappings` 8080 to 80. A service of the node listens
#            on 8080, one in the pod on 80.
# Expected:  8080 of the node's address leads to the pod, or ADD says that it cannot: a macvlan NIC and its node never hear each other.
# Behaviour: ADD says 0. From then on nobody answers on 8080, neither the LAN nor the node itself: what comes there is sent on to an
#            address that the node cannot reach, in the place of its own service. DEL brings that one back.
# Seen with: containernetworking plugins 1.9.1, cnitool 1.3.0, Linux 6.18, iptables 1.8.9, 2026-11-30.
# Control:   the same pod without `portmap`: the node's service answers on, and the LAN reaches the pod's at the pod's own address.
#
# Needs root, go, iproute2, iptables or nft, python3 and util-linux. Exits with 0 when this is still so, with 1 when it is not, with 2
# when it cannot tell.
set -euo pipefail
readonly plugins=v1.9.1 cnitool=v1.3.0

cannot() {
  echo "cannot tell: $1" >&2
  exit 2
}

# $1: who asks (a namespace, or "node"), $2 and $3: an address and a port. Who answers there.
who() {
  local from=()
  [ "$1" = node ] || from=(nsenter --net="/run/pods/$1")
  "${from[@]}" python3 -c '
import socket, sys
try:
    print(socket.create_connection((sys.argv[1], int(sys.argv[2])), 2).recv(9).decode())
except OSError:
    print("nobody")' "$2" "$3"
}

readonly service='
import socket, sys
service = socket.create_server(("0.0.0.0", int(sys.argv[2])))
while True:
    with service.accept()[0] as client:
        client.sendall(sys.argv[1].encode())'

# In namespaces of its own. Says who answers on 8080 of the node, to the LAN and to the node, and on 80 of the pod, to the LAN: without
# a pod, with one of each kind, and without again.
inside() {
  local folder=$1 pod
  mount -t tmpfs none /run
  mount -t tmpfs none /var/lib
  mkdir -p /run/pods /run/nets
  export PATH=$PATH:$folder/bin CNI_PATH=$folder/bin NETCONFPATH=/run/nets CNI_IFNAME=net1
  export CAP_ARGS='{"portMappings": [{"hostPort": 8080, "containerPort": 80, "protocol": "tcp"}]}'
  for pod in lan plain mapped; do
    touch "/run/pods/$pod"
    unshare --net="/run/pods/$pod" true
  done
  ip link set lo up
  ip link add eno1 type veth peer name lan0
  ip link set lan0 netns /run/pods/lan
  ip link set eno1 up
  ip address add 192.168.7.10/24 dev eno1
  nsenter --net=/run/pods/lan ip link set lan0 up
  nsenter --net=/run/pods/lan ip address add 192.168.7.1/24 dev lan0
  local nic='{"type": "macvlan", "master": "eno1", "ipam": {"type": "static", "addresses": [{"address": "192.168.7.50/24"}]}}'
  printf '{"cniVersion": "1.0.0", "name": "plain", "plugins": [%s]}' "$nic" >/run/nets/plain.conflist
  printf '{"cniVersion": "1.0.0", "name": "mapped", "plugins": [%s, %s]}' "$nic" \
    '{"type": "portmap", "capabilities": {"portMappings": true}}' >/run/nets/mapped.conflist
  python3 -c "$service" node 8080 &
  for pod in plain mapped; do nsenter --net="/run/pods/$pod" python3 -c "$service" pod 80 & done
  # shellcheck disable=SC2046 # several numbers
  trap 'kill $(jobs -p)' EXIT
  sleep 1
  asked() { echo "$1 $(who lan 192.168.7.10 8080) $(who node 127.0.0.1 8080) $(who lan 192.168.7.50 80)"; }
  asked before
  for pod in plain mapped; do
    cnitool add "$pod" "/run/pods/$pod" >/dev/null
    asked "$pod"
    cnitool del "$pod" "/run/pods/$pod"
  done
  asked after
}

if [ "${1:-}" = inside ]; then
  inside "$2"
  exit
fi

[ "$(id -u)" = 0 ] || cannot "it has to be root, for network namespaces"
for tool in go ip nsenter python3 unshare; do command -v "$tool" >/dev/null || cannot "$tool is missing"; done
command -v iptables >/dev/null || command -v nft >/dev/null || cannot "iptables and nft are missing"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for package in "cni/cnitool@$cnitool" "plugins/plugins/main/macvlan@$plugins" "plugins/plugins/meta/portmap@$plugins" \
  "plugins/plugins/ipam/static@$plugins"; do
  GOBIN=$folder/bin CGO_ENABLED=0 GOFLAGS=-trimpath go install "github.com/containernetworking/$package" ||
    cannot "github.com/containernetworking/$package does not build"
done

seen=$(unshare --net --mount --propagation private bash "$0" inside "$folder") || cannot "a pod could not be added: $seen"
awk '{ print $1 ": 8080 of the node answers the LAN: " $2 ", the node: " $3 "; 80 of the pod answers the LAN: " $4 }' <<<"$seen"
case $(tr '\n' ',' <<<"$seen") in
  "before node node nobody,plain node node pod,mapped nobody nobody pod,after node node nobody,")
    echo "still so: portmap behind macvlan takes the node's own port, and leads nowhere" ;;
  "before node node nobody,plain node node pod,mapped "*)
    echo "this has changed: look whether portmap behind macvlan still has to be refused" >&2
    exit 1 ;;
  *) cannot "the node's service or the pod's does not answer without portmap" ;;
esac
