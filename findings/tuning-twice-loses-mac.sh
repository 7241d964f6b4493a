#!/usr/bin/env bash
# A device that `host-device` moves into a pod does not get its own MAC back when the chain has `tuning` twice.
#
# Input:     a conflist of `host-device`, `tuning` (a sysctl) and `tuning` (another sysctl), and MAC in CNI_ARGS. Each `tuning`
#            is valid, and sets that MAC.
# Expected:  after DEL the device is in the host's namespace again, with the MAC that it had before ADD.
# Behaviour: it keeps the MAC of CNI_ARGS. Each `tuning` notes at ADD what it changes in `dataDir`, in one file for a container
#            and an interface; the second one writes over the note of the first, with the MAC that the first has just set.
# Seen with: containernetworking plugins 1.1.1 and 1.9.1 (this script: 1.9.1, cnitool 1.3.0), 2026-11-30.
# Control:   with one `tuning` of both sysctls the MAC comes back; with a `dataDir` of its own for each `tuning` too.
#
# Needs root, go, iproute2 and util-linux. Exits with 0 when this is still so, with 1 when it is not, with 2 when it cannot tell.
set -euo pipefail
readonly plugins=v1.9.1 cnitool=v1.3.0
readonly own=02:00:00:00:00:0a asked=02:00:00:00:00:0b

cannot() {
  echo "cannot tell: $1" >&2
  exit 2
}

# In namespaces of its own: adds and deletes the device by a chain, and prints the MAC that it ends with.
round() {
  local folder=$1 chain=$2 name=$3
  mount -t tmpfs none /run
  mount -t tmpfs none /var/lib
  touch "$folder/$name.ns"
  unshare --net="$folder/$name.ns" true
  ip link add dev0 address "$own" type veth peer name other0
  mkdir "$folder/$name"
  printf '{"cniVersion": "1.0.0", "name": "%s", "plugins": [{"type": "host-device", "device": "dev0"}, %s]}' \
    "$name" "$chain" >"$folder/$name/10.conflist"
  export CNI_PATH=$folder/bin NETCONFPATH=$folder/$name CNI_ARGS="IgnoreUnknown=1;MAC=$asked" CNI_IFNAME=net1
  "$folder/bin/cnitool" add "$name" "$folder/$name.ns" >"$folder/$name/log"
  local inside
  inside=$(nsenter --net="$folder/$name.ns" ip -o link show net1 | sed 's|.*link/ether \([^ ]*\).*|\1|')
  "$folder/bin/cnitool" del "$name" "$folder/$name.ns" >>"$folder/$name/log"
  ip link show dev0 >/dev/null || return 1
  echo "$(nsenter --net="$folder/$name.ns" ip -o link show net1 2>/dev/null | wc -l) $inside $(ip -o link show dev0 | sed 's|.*link/ether \([^ ]*\).*|\1|')"
}

if [ "${1:-}" = round ]; then
  shift
  round "$@"
  exit
fi

[ "$(id -u)" = 0 ] || cannot "it has to be root, for network namespaces"
for tool in go ip nsenter unshare; do command -v "$tool" >/dev/null || cannot "$tool is missing"; done
folder=$(mktemp -d)
# Go keeps its modules read-only.
trap 'umount "$folder"/*.ns 2>/dev/null || true; chmod -R u+w "$folder"; rm -rf "$folder"' EXIT

for package in "cni/cnitool@$cnitool" "plugins/plugins/main/host-device@$plugins" "plugins/plugins/meta/tuning@$plugins"; do
  GOBIN=$folder/bin CGO_ENABLED=0 GOFLAGS=-trimpath go install "github.com/containernetworking/$package" ||
    cannot "github.com/containernetworking/$package does not build"
done

readonly first='"sysctl": {"net.ipv4.conf.IFNAME.rp_filter": "2"}' second='"sysctl": {"net.ipv4.conf.IFNAME.arp_filter": "1"}'
readonly both='"sysctl": {"net.ipv4.conf.IFNAME.rp_filter": "2", "net.ipv4.conf.IFNAME.arp_filter": "1"}'
try() {
  local seen
  seen=$(unshare --net --mount --propagation private "$0" round "$folder" "$2" "$1") || cannot "the chain \"$1\" failed"
  read -r left inside after <<<"$seen"
  [ "$left" = 0 ] || cannot "the device is still in the pod"
  [ "$inside" = "$asked" ] || cannot "in the pod the device has $inside, not $asked"
  echo "$1: MAC before $own, in the pod $inside, after DEL $after"
}

try once "{\"type\": \"tuning\", $both}"
[ "$after" = "$own" ] || cannot "one tuning loses the MAC too"
try apart "{\"type\": \"tuning\", $first, \"dataDir\": \"/run/one\"}, {\"type\": \"tuning\", $second, \"dataDir\": \"/run/two\"}"
apart=$after
try twice "{\"type\": \"tuning\", $first}, {\"type\": \"tuning\", $second}"
if [ "$after" = "$asked" ] && [ "$apart" = "$own" ]; then
  echo "still so: with two tuning of one dataDir the device keeps the pod's MAC"
else
  echo "this has changed: look whether wrtpod still has to do without a second tuning, or with a dataDir for each" >&2
  exit 1
fi
