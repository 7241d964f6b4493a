#!/usr/bin/env bash
# `sbr` cannot be deleted once the pod's network namespace is gone, and keeps the whole chain: the address of the pool too.
#
# Input:     `macvlan` with `host-local`, and `sbr` behind it. ADD; the namespace goes, as on a node that lost its power; DEL.
# Expected:  DEL says 0 and frees the address: what is to be taken away is gone already, and DEL should not fail for that.
# Behaviour: `sbr` wants to enter the namespace and fails, with the path that ADD had ("unknown FS magic") and without one. It is the
#            last of the chain, so DEL ends with it: `macvlan` and `host-local` are not asked, at no further DEL either, and the address
#            stays taken. At the path of the namespace stands an empty file, which `sbr` has made to lock it.
# Seen with: containernetworking plugins 1.9.1, cnitool and libcni 1.3.0, 2026-11-30.
# Control:   the same without `sbr`, and with `tuning` in its place, which is last as well: DEL says 0, the address is free.
#
# Needs root, go, iproute2 and util-linux. Exits with 0 when this is still so, with 1 when it is not, with 2 when it cannot tell.
set -euo pipefail
readonly plugins=v1.9.1 cnitool=v1.3.0

cannot() {
  echo "cannot tell: $1" >&2
  exit 2
}

# In namespaces of its own. Says for each chain what DEL says, how many addresses are still taken, and whether something stands at
# the namespace's path.
inside() {
  local folder=$1 name deleted
  mount -t tmpfs none /run
  mount -t tmpfs none /var/lib
  mkdir -p /run/pods /run/nets
  export PATH=$PATH:$folder/bin CNI_PATH=$folder/bin NETCONFPATH=/run/nets CNI_IFNAME=net1
  ip link add eno1 type veth peer name lan0
  ip link set eno1 up
  ip link set lan0 up
  network() {
    printf '{"cniVersion": "1.0.0", "name": "%s", "plugins": [{"type": "macvlan", "master": "eno1", "ipam": %s}%s]}' "$1" \
      '{"type": "host-local", "subnet": "192.168.7.0/24", "dataDir": "/run/pools"}' "$2" >"/run/nets/$1.conflist"
  }
  network alone ""
  network tuning ', {"type": "tuning", "sysctl": {"net.ipv4.conf.IFNAME.arp_filter": "1"}}'
  network sbr ', {"type": "sbr"}'
  for name in alone tuning sbr; do
    touch "/run/pods/$name"
    unshare --net="/run/pods/$name" true
    cnitool add "$name" "/run/pods/$name" >/dev/null 2>&1
    [ "$(find "/run/pools/$name" -name '192.168.7.*' | wc -l)" = 1 ]
    umount "/run/pods/$name"
    rm "/run/pods/$name"
    deleted=0
    cnitool del "$name" "/run/pods/$name" >/dev/null 2>&1 || deleted=$?
    echo "$name $deleted $(find "/run/pools/$name" -name '192.168.7.*' | wc -l) $(find /run/pods -name "$name" | wc -l)"
  done
  # Each of the two by itself, without a path.
  for name in tuning sbr; do
    deleted=0
    printf '{"cniVersion": "1.0.0", "name": "%s", "type": "%s"}' "$name" "$name" |
      CNI_COMMAND=DEL CNI_CONTAINERID=pod CNI_NETNS="" "$name" >/dev/null 2>&1 || deleted=$?
    echo "$name-without-path $deleted"
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
for package in "cni/cnitool@$cnitool" "plugins/plugins/main/macvlan@$plugins" "plugins/plugins/ipam/host-local@$plugins" "plugins/plugins/meta/sbr@$plugins" "plugins/plugins/meta/tuning@$plugins"; do
  GOBIN=$folder/bin CGO_ENABLED=0 GOFLAGS=-trimpath go install "github.com/containernetworking/$package" ||
    cannot "github.com/containernetworking/$package does not build"
done

seen=$(unshare --net --mount --propagation private bash "$0" inside "$folder") || cannot "a chain could not be added: $seen"
awk 'NF == 4 { print $1 ": DEL exits with " $2 ", addresses taken: " $3 ", files at the path: " $4; next }
  { print $1 ": DEL exits with " $2 }' <<<"$seen"
case $(tr '\n' ',' <<<"$seen") in
  "alone 0 0 0,tuning 0 0 0,sbr 1 1 1,tuning-without-path 0,sbr-without-path 1,")
    echo "still so: a chain with sbr cannot be deleted without its namespace" ;;
  "alone 0 0 0,tuning 0 0 0,sbr "*)
    echo "this has changed: look whether pods with sbr still have to be deleted by hand after a power cut" >&2
    exit 1 ;;
  *) cannot "chains without sbr are not deleted either" ;;
esac
