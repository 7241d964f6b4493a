#!/usr/bin/env bash
# A pod on the node's own bridge gives the node its MTU, and another MAC on the LAN.
#
# Input:     a bridge of the node, as a person makes it for the LAN: with the NIC as its port, the node's address on it, no MAC set. A pod is
#            added by `bridge` with `"mtu": 1400`, without IPAM.
# Expected:  the pod's NIC has the MTU; the bridge, which is the node's own, keeps what it has.
# Behaviour: as long as the pod is there the bridge has MTU 1400, so the node sends smaller packets to the whole LAN, and the MAC of the
#            veth's end on the node, which is random, so the LAN knows the node by another MAC. Linux gives a bridge the least MTU and
#            the least MAC of its ports unless somebody has set them; the plugin sets neither. Both come back at DEL. (The NIC here
#            has a MAC above all that a veth can get. Beside another NIC it is chance whether the first pod or a later one does it.)
# Seen with: containernetworking plugins 1.9.1, cnitool 1.3.0, Linux 6.18, 2026-11-30.
# Control:   a bridge whose MAC was set keeps it, and without `mtu` in the configuration the bridge keeps its MTU.
#
# Needs root, go, iproute2 and util-linux. Exits with 0 when this is still so, with 1 when it is not, with 2 when it cannot tell.
set -euo pipefail
readonly plugins=v1.9.1 cnitool=v1.3.0

cannot() {
  echo "cannot tell: $1" >&2
  exit 2
}

# In namespaces of its own. Says for each bridge its MTU and MAC, before, with a pod and after.
inside() {
  local folder=$1 name when
  mount -t tmpfs none /run
  mount -t tmpfs none /var/lib
  mkdir -p /run/pods /run/nets
  export PATH=$PATH:$folder/bin CNI_PATH=$folder/bin NETCONFPATH=/run/nets CNI_IFNAME=net1
  # $1: a name, $2: the last byte of the NIC's MAC, $3: more of the configuration
  node() {
    ip link add "nic-$1" address "fe:ff:ff:ff:ff:$2" type veth peer name "lan-$1"
    ip link add "br-$1" type bridge
    ip link set "nic-$1" master "br-$1"
    for name in "nic-$1" "lan-$1" "br-$1"; do ip link set "$name" up; done
    printf '{"cniVersion": "1.0.0", "name": "%s", "plugins": [{"type": "bridge", "bridge": "br-%s"%s}]}' "$1" "$1" "$3" >"/run/nets/$1.conflist"
    touch "/run/pods/$1"
    unshare --net="/run/pods/$1" true
  }
  node plain 01 ', "mtu": 1400'
  node set 02 ""
  ip link set br-set address fe:ff:ff:ff:ff:02
  for when in before with after; do
    for name in plain set; do
      [ "$when" != with ] || cnitool add "$name" "/run/pods/$name" >/dev/null
      [ "$when" != after ] || cnitool del "$name" "/run/pods/$name"
      echo "$name $when $(ip -o link show "br-$name" | sed 's|.* mtu \([0-9]*\) .*link/ether \([^ ]*\).*|\1 \2|')"
    done
  done
}

if [ "${1:-}" = inside ]; then
  inside "$2"
  exit
fi

[ "$(id -u)" = 0 ] || cannot "it has to be root, for network namespaces"
for tool in go ip nsenter unshare; do command -v "$tool" >/dev/null || cannot "$tool is missing"; done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for package in "cni/cnitool@$cnitool" "plugins/plugins/main/bridge@$plugins"; do
  GOBIN=$folder/bin CGO_ENABLED=0 GOFLAGS=-trimpath go install "github.com/containernetworking/$package" ||
    cannot "github.com/containernetworking/$package does not build"
done

seen=$(unshare --net --mount --propagation private bash "$0" inside "$folder") || cannot "a pod could not be added: $seen"
awk '{ print "bridge " $1 ", " $2 " the pod: MTU " $3 ", MAC " $4 }' <<<"$seen"
mapfile -t lines <<<"$seen"
[[ ${lines[0]} == "plain before 1500 fe:ff:ff:ff:ff:01" && ${lines[1]} == "set before 1500 fe:ff:ff:ff:ff:02" ]] ||
  cannot "the bridges do not begin with what their NICs have"
[[ ${lines[3]} == "set with 1500 fe:ff:ff:ff:ff:02" ]] || cannot "the bridge whose MAC was set changes too"
if [[ ${lines[2]} == "plain with 1400 "* && ${lines[2]} != *fe:ff:ff:ff:ff:01 && ${lines[4]} == "plain after 1500 fe:ff:ff:ff:ff:01" ]]; then
  echo "still so: with the pod the node's bridge has another MTU and MAC"
else
  echo "this has changed: look whether bridges without a MAC of their own still have to be warned of" >&2
  exit 1
fi
