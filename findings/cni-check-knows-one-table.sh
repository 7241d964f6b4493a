#!/usr/bin/env bash
# CHECK fails right after ADD where routes are in a table of their own: it looks for them in the main table.
#
# Input:     `macvlan` with `static`: once with a route of the main table, once with the same route and `table`, once with `sbr` behind it.
#            ADD, and at once CHECK; nobody has touched anything in between.
# Expected:  CHECK says 0: all is as ADD has made it.
# Behaviour: `macvlan` misses the route that it has itself set in the other table ("Expected Route … not found in routing table"), or
#            behind `sbr`, which moves the NIC's routes to a table of its own, the route to the address' gateway ("Failed to find
#            Gateway … for interface"). A guard that makes pods anew where CHECK fails would never end.
# Seen with: containernetworking plugins 1.9.1, cnitool 1.3.0, 2026-11-30.
# Control:   without `table` and `sbr` CHECK says 0, and 1 when the route is then taken away. With `table` the kernel has the route.
#
# Needs root, go, iproute2 and util-linux. Exits with 0 when this is still so, with 1 when it is not, with 2 when it cannot tell.
set -euo pipefail
readonly plugins=v1.9.1 cnitool=v1.3.0

cannot() {
  echo "cannot tell: $1" >&2
  exit 2
}

# In namespaces of its own. Says for each chain what CHECK says, and for the control what it says without the route.
inside() {
  local folder=$1 name
  mount -t tmpfs none /run
  mount -t tmpfs none /var/lib
  mkdir -p /run/pods /run/nets
  export PATH=$PATH:$folder/bin CNI_PATH=$folder/bin NETCONFPATH=/run/nets CNI_IFNAME=net1
  ip link add eno1 type veth peer name lan0
  ip link set eno1 up
  ip link set lan0 up
  # $1: a name, $2: more of the route, $3: more of the chain
  network() {
    printf '{"cniVersion": "1.0.0", "name": "%s", "plugins": [{"type": "macvlan", "master": "eno1", "ipam": {"type": "static", %s, %s}}%s]}' "$1" \
      '"addresses": [{"address": "192.168.7.50/24", "gateway": "192.168.7.1"}]' \
      "\"routes\": [{\"dst\": \"10.9.0.0/16\", \"gw\": \"192.168.7.1\"$2}]" "$3" >"/run/nets/$1.conflist"
  }
  network main "" ""
  network table ', "table": 99' ""
  network sbr "" ', {"type": "sbr"}'
  check() {
    local status=0
    cnitool check "$1" "/run/pods/$1" >/dev/null 2>"/run/$1.log" || status=$?
    echo "$2 $status $(cat "/run/$1.log")"
  }
  for name in main table sbr; do
    touch "/run/pods/$name"
    unshare --net="/run/pods/$name" true
    cnitool add "$name" "/run/pods/$name" >/dev/null 2>&1
    check "$name" "$name"
  done
  nsenter --net=/run/pods/table ip route show table 99 | grep -q '^10.9.0.0/16 via 192.168.7.1 dev net1'
  nsenter --net=/run/pods/sbr ip route show table all | grep -q '^10.9.0.0/16 via 192.168.7.1 dev net1 table'
  nsenter --net=/run/pods/main ip route del 10.9.0.0/16
  check main main-without-it
}

if [ "${1:-}" = inside ]; then
  inside "$2"
  exit
fi

[ "$(id -u)" = 0 ] || cannot "it has to be root, for network namespaces"
for tool in go ip nsenter unshare; do command -v "$tool" >/dev/null || cannot "$tool is missing"; done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for package in "cni/cnitool@$cnitool" "plugins/plugins/main/macvlan@$plugins" "plugins/plugins/ipam/static@$plugins" "plugins/plugins/meta/sbr@$plugins"; do
  GOBIN=$folder/bin CGO_ENABLED=0 GOFLAGS=-trimpath go install "github.com/containernetworking/$package" ||
    cannot "github.com/containernetworking/$package does not build"
done

seen=$(unshare --net --mount --propagation private bash "$0" inside "$folder") || cannot "a chain could not be added, or has no route: $seen"
awk '{ sub(" ", ": CHECK exits with "); print }' <<<"$seen"
case $(awk '{ printf "%s %s,", $1, $2 }' <<<"$seen") in
  "main 0,table 1,sbr 1,main-without-it 1,") echo "still so: CHECK knows no table but the main one" ;;
  "main 0,"*"main-without-it 1,")
    echo "this has changed: CHECK finds routes in other tables, a guard can stand on it" >&2
    exit 1 ;;
  *) cannot "CHECK is wrong about the main table too" ;;
esac
