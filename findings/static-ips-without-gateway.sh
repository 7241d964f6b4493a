#!/usr/bin/env bash
# An address asked for by the capability `ips` takes the gateway away: the default route of `static` becomes one without a next hop.
#
# Input:     `macvlan` with `static`: an address with `gateway`, a default route without `gw`, which means that gateway, and the capability
#            `ips`. ADD with another address of the same subnet in `ips`, as Multus gives it from a pod's annotation.
# Expected:  the pod has the other address, and the default route by the gateway; or ADD says that there is none for it.
# Behaviour: ADD says 0, the default route has no gateway: the pod takes the whole Internet for neighbours and asks the LAN for each
#            address by ARP. `ips` replaces the configured addresses with all that belongs to them, and a route whose gateway is
#            missing is set as one on the link. CHECK says 0 too.
# Seen with: containernetworking plugins 1.9.1, cnitool 1.3.0, 2026-11-30.
# Control:   without `ips` the route has its gateway. With `gw` in the route itself `ips` does no harm.
#
# Needs root, go, iproute2 and util-linux. Exits with 0 when this is still so, with 1 when it is not, with 2 when it cannot tell.
set -euo pipefail
readonly plugins=v1.9.1 cnitool=v1.3.0

cannot() {
  echo "cannot tell: $1" >&2
  exit 2
}

# In namespaces of its own. Says for each network the pod's address, its default route, and what CHECK says.
inside() {
  local folder=$1 name status
  mount -t tmpfs none /run
  mount -t tmpfs none /var/lib
  mkdir -p /run/pods /run/nets
  export PATH=$PATH:$folder/bin CNI_PATH=$folder/bin NETCONFPATH=/run/nets CNI_IFNAME=net1
  ip link add eno1 type veth peer name lan0
  ip link set eno1 up
  ip link set lan0 up
  # $1: a name, $2: more of the route
  network() {
    printf '{"cniVersion": "1.0.0", "name": "%s", "plugins": [{"type": "macvlan", "master": "eno1", %s, "ipam": {"type": "static", %s, %s}}]}' "$1" \
      '"capabilities": {"ips": true}' '"addresses": [{"address": "192.168.7.50/24", "gateway": "192.168.7.1"}]' \
      "\"routes\": [{\"dst\": \"0.0.0.0/0\"$2}]" >"/run/nets/$1.conflist"
  }
  network configured ""
  network asked-for ""
  network asked-for-with-gw ', "gw": "192.168.7.1"'
  for name in configured asked-for asked-for-with-gw; do
    touch "/run/pods/$name"
    unshare --net="/run/pods/$name" true
    [ "$name" = configured ] || export CAP_ARGS='{"ips": ["192.168.7.60/24"]}'
    cnitool add "$name" "/run/pods/$name" >/dev/null
    status=0
    cnitool check "$name" "/run/pods/$name" >/dev/null 2>&1 || status=$?
    echo "$name $status $(nsenter --net="/run/pods/$name" ip -o -4 address show net1 | awk '{ print $4 }')" \
      "$(nsenter --net="/run/pods/$name" ip -4 route show default)"
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
for package in "cni/cnitool@$cnitool" "plugins/plugins/main/macvlan@$plugins" "plugins/plugins/ipam/static@$plugins"; do
  GOBIN=$folder/bin CGO_ENABLED=0 GOFLAGS=-trimpath go install "github.com/containernetworking/$package" ||
    cannot "github.com/containernetworking/$package does not build"
done

seen=$(unshare --net --mount --propagation private bash "$0" inside "$folder") || cannot "a pod could not be added: $seen"
awk '{ name = $1; status = $2; address = $3; $1 = $2 = $3 = ""; print name ": " address ", CHECK exits with " status ", route" $0 }' <<<"$seen"
mapfile -t lines <<<"$seen"
[[ ${lines[0]} == "configured 0 192.168.7.50/24 default via 192.168.7.1 dev net1"* ]] || cannot "without ips the route has no gateway either"
[[ ${lines[2]} == "asked-for-with-gw 0 192.168.7.60/24 default via 192.168.7.1 dev net1"* ]] || cannot "a route with gw has none either"
if [[ ${lines[1]} == "asked-for 0 192.168.7.60/24 default dev net1"* ]]; then
  echo "still so: with ips the default route has no gateway"
else
  echo "this has changed: look whether every route still needs its gw" >&2
  exit 1
fi
