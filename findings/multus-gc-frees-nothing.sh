#!/usr/bin/env bash
# GC through Multus frees nothing: an address that a failed DEL has left stays taken.
#
# Input:     `bridge` with `host-local`, once as a network of its own, once as the delegate of `multus`; cniVersion 1.1.0. ADD, then a
#            DEL while the program `host-local` is away, as while plugins are installed anew; with `host-local` back, GC.
# Expected:  DEL fails, and GC frees the address: no attachment is valid any more.
# Behaviour: GC says 0, as every further DEL does, and behind Multus the address stays taken. The failed DEL has thrown away what
#            Multus had noted of the delegates (`retryDeleteOnError` is off if nobody sets it), so a later DEL calls nobody; and its
#            GC does not look at the runtime's list of valid attachments: valid is all that is in Multus' own cache of results.
# Seen with: Multus 4.3.0, containernetworking plugins 1.9.1, cnitool 1.3.0, 2026-11-30.
# Control:   the same network without Multus: DEL fails, GC frees the address. A DEL that does not fail frees it behind Multus too.
#
# Needs root, go, iproute2 and util-linux. Exits with 0 when this is still so, with 1 when it is not, with 2 when it cannot tell.
set -euo pipefail
readonly multus=v4.3.0 plugins=v1.9.1 cnitool=v1.3.0

cannot() {
  echo "cannot tell: $1" >&2
  exit 2
}

# $1: a network. How many addresses of its pool are taken.
taken() { find "/run/pools/$1" -name '192.168.7.*' | wc -l; }

# In namespaces of its own. Says of each network what its last command said, and how many addresses are taken.
inside() {
  local folder=$1 name status
  mount -t tmpfs none /run
  mount -t tmpfs none /var/lib
  mkdir -p /run/bin /run/pods /run/nets
  cp "$folder"/bin/* /run/bin
  network() {
    printf '{"cniVersion": "1.1.0", "name": "%s", "plugins": [{"type": "bridge", "bridge": "br0", "ipam": %s}]}' "$1" \
      '{"type": "host-local", "subnet": "192.168.7.0/24", "dataDir": "/run/pools"}'
  }
  network alone >/run/nets/alone.conflist
  through_multus() {
    printf '"type": "multus", "binDir": "/run/bin", "cniDir": "/run/%s", "delegates": [%s]' "$1" "$(network "$1")"
  }
  for name in healthy broken; do
    printf '{"cniVersion": "1.1.0", "name": "of-%s", "plugins": [{%s}]}' "$name" "$(through_multus "$name")" >"/run/nets/$name.conflist"
  done
  export CNI_PATH=/run/bin NETCONFPATH=/run/nets CNI_IFNAME=eth0
  export CNI_ARGS="IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=router-0;K8S_POD_INFRA_CONTAINER_ID=1;K8S_POD_UID=1"
  for name in alone of-healthy of-broken; do
    touch "/run/pods/$name"
    unshare --net="/run/pods/$name" true
    cnitool add "$name" "/run/pods/$name" >/dev/null
    [ "$(taken "${name#of-}")" = 1 ]
  done
  step() {
    status=0
    cnitool "$1" "$2" "/run/pods/$2" >/dev/null 2>&1 || status=$?
    echo "$2 $1 $status $(taken "${2#of-}")"
  }
  step del of-healthy
  mv /run/bin/host-local /run/away
  step del alone
  step del of-broken
  mv /run/away /run/bin/host-local
  step gc alone
  step gc of-broken
  step del of-broken
  # The runtime's list as it reaches Multus: empty.
  status=0
  printf '{"cniVersion": "1.1.0", "name": "of-broken", "cni.dev/valid-attachments": [], %s}' "$(through_multus broken)" |
    CNI_COMMAND=GC multus >/dev/null 2>&1 || status=$?
  echo "of-broken gc-of-an-empty-list $status $(taken broken)"
}

if [ "${1:-}" = inside ]; then
  PATH=$PATH:/run/bin
  inside "$2"
  exit
fi

[ "$(id -u)" = 0 ] || cannot "it has to be root, for network namespaces"
for tool in go ip unshare; do command -v "$tool" >/dev/null || cannot "$tool is missing"; done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for package in "cni/cnitool@$cnitool" "plugins/plugins/main/bridge@$plugins" "plugins/plugins/ipam/host-local@$plugins"; do
  GOBIN=$folder/bin CGO_ENABLED=0 GOFLAGS=-trimpath go install "github.com/containernetworking/$package" ||
    cannot "github.com/containernetworking/$package does not build"
done
# By a module of its own: `go install` would ask for the list of all versions, which not every proxy has.
printf 'module finding\n\ngo 1.25\n\nrequire gopkg.in/k8snetworkplumbingwg/multus-cni.v4 %s\n' "$multus" >"$folder/go.mod"
(cd "$folder" && CGO_ENABLED=0 GOFLAGS='-trimpath -mod=mod' go build -o bin/multus gopkg.in/k8snetworkplumbingwg/multus-cni.v4/cmd/multus) ||
  cannot "Multus does not build"

seen=$(unshare --net --mount --propagation private bash "$0" inside "$folder") || cannot "a network could not be added: $seen"
awk '{ print $1 ": " $2 " exits with " $3 ", addresses taken: " $4 }' <<<"$seen"
case $(tr '\n' ',' <<<"$seen") in
  "of-healthy del 0 0,alone del 1 1,of-broken del 1 1,alone gc 0 0,of-broken gc 0 1,of-broken del 0 1,of-broken gc-of-an-empty-list 0 1,")
    echo "still so: behind Multus neither GC nor another DEL frees the address" ;;
  "of-healthy del 0 0,alone del 1 1,of-broken del 1 1,alone gc 0 0,of-broken gc "*)
    echo "this has changed: look whether pools still fill up on nodes where plugins fail" >&2
    exit 1 ;;
  *) cannot "the network without Multus is not freed either, or DEL did not fail" ;;
esac
