# shellcheck shell=bash disable=SC2034
# What the scripts of the test cluster share: names, folders, and how a process is put onto a machine. Sourced, not run.
#   WRTPOD_TEST_RUN     state folder (default /tmp/wrtpod-cluster)
#   WRTPOD_TEST_PREFIX  prefix of network namespaces and control groups (default wrtpod)
#   WRTPOD_TEST_CACHE   what was built (default ~/.cache/wrtpod-tests)
#   WRTPOD_TEST_PATIENCE  how many times the usual time things may take (default 1; an emulated machine needs 10)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
run=${WRTPOD_TEST_RUN:-/tmp/wrtpod-cluster}
cache=${WRTPOD_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/wrtpod-tests}
prefix=${WRTPOD_TEST_PREFIX:-wrtpod}
patience=${WRTPOD_TEST_PATIENCE:-1}

# A machine is `node` (in Kubernetes node1), `node2` or `lan`. It is the network namespace $prefix-MACHINE and a control group of
# that name; a node is also a mount namespace that its process `holder-MACHINE` keeps. In that, these folders are the
# node's own; outside they are under $run/MACHINE. Nodes see $run as $state.
node=$prefix-node lan=$prefix-lan
own_folders=(/etc /opt /run /tmp /var/lib /var/log)
state=/var/lib/wrtpod

# Where the distribution keeps its CNI files; `up --layout` decides.
layout=$(cat "$run/layout" 2>/dev/null || echo kubeadm)
case $layout in
  k3s) cni_conf=/var/lib/rancher/k3s/agent/etc/cni/net.d cni_bin=/var/lib/rancher/k3s/data/cni ;;
  *) cni_conf=/etc/cni/net.d cni_bin=/opt/cni/bin ;;
esac
# Which Multus, thin or thick, and what it gives the runtime to read; `up --multus` decides.
multus=$(cat "$run/multus-kind" 2>/dev/null || echo thin)
# Who makes containers: Debian's containerd and runc, or those that give pods users of their own.
runtime=$(cat "$run/runtime" 2>/dev/null || echo debian)
case $multus in thick) multus_conf=$cni_conf/00-multus.conf ;; *) multus_conf=$cni_conf/00-multus.conflist ;; esac

die() {
  echo "${0##*/}: $*" >&2
  exit 1
}

need_root() { [ "$(id -u)" = 0 ] || die "must be root: it makes namespaces and control groups"; }

# manager_of ROOTFS: which package manager keeps that root.
manager_of() { if tar -tf "$1" | grep -xE '(\./)?lib/apk/db/installed' >/dev/null; then echo apk; else echo opkg; fi; }

# The machines that there are.
machines() {
  local machine
  for machine in lan node node2; do [ ! -e "/run/netns/$prefix-$machine" ] || echo "$machine"; done
}
# The name of a machine in Kubernetes, and its address on the LAN.
node_name() { case $1 in node) echo node1 ;; *) echo "$1" ;; esac; }
node_address() { case $1 in node) echo 192.168.1.10 ;; *) echo 192.168.1.2 ;; esac; }

# As nsenter and not as `ip netns exec`, which hides the control groups' mounts.
on() { nsenter --net="/run/netns/$prefix-$1" "${@:2}"; }
inside() { nsenter --net="/run/netns/$prefix-$1" --mount="$(mounts_of "$1")" "${@:2}"; }
on_node() { on node "$@"; }
inside_node() { inside node "$@"; }
mounts_of() { echo "/proc/$(cat "$run/pid/holder-$1")/ns/mnt"; }
kctl() { on_node "$run/bin/kubectl" --kubeconfig "$run/admin.kubeconfig" "$@"; }

# Control group roots: one for each hierarchy of version 1, and that of version 2.
control_groups() { awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/mounts; }

# start_on MACHINE NAME COMMAND…: runs a process there, in its control group, with its log in $run/log; `service` starts it again.
start_on() {
  local machine=$1 name=$2 root
  local -a where=()
  shift 2
  echo "$machine" >"$run/machine/$name"
  printf '%q ' "$@" >"$run/command/$name"
  case $machine/$name in
    */holder-*) ;;
    lan/*) where=(nsenter --net="/run/netns/$lan" --wd="$run") ;;
    *) where=(nsenter --net="/run/netns/$prefix-$machine" --mount="$(mounts_of "$machine")" --wdns="$state") ;;
  esac
  (
    unset TMPDIR # a node has folders of its own
    for root in $(control_groups); do echo "$BASHPID" >"$root/$prefix-$machine/system/cgroup.procs"; done
    exec setsid "${where[@]}" "$@"
  ) </dev/null >>"$run/log/$name.log" 2>&1 &
  echo $! >"$run/pid/$name"
}
start() { start_on node "$@"; }

# until_true SECONDS WHAT COMMAND…: polls; gives up with the end of the log that WHAT names.
until_true() {
  local tries=$(($1 * 10 * patience)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    if [ "$tries" -lt 0 ]; then
      tail -n 20 "$run/log/$what.log" >&2 2>/dev/null || true
      die "gave up waiting for $what: $* ($run/log/$what.log)"
    fi
    sleep 0.1
  done
}
