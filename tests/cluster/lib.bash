# shellcheck shell=bash disable=SC2034
# What the scripts of the test cluster share: names, folders, and how a process is put onto the node. Sourced, not run.
#   WRTPOD_TEST_RUN     state folder (default /tmp/wrtpod-cluster)
#   WRTPOD_TEST_PREFIX  prefix of network namespaces and control groups (default wrtpod)
#   WRTPOD_TEST_CACHE   what was built (default ~/.cache/wrtpod-tests)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
run=${WRTPOD_TEST_RUN:-/tmp/wrtpod-cluster}
cache=${WRTPOD_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/wrtpod-tests}
prefix=${WRTPOD_TEST_PREFIX:-wrtpod}
node=$prefix-node lan=$prefix-lan

# The node is a network namespace, a mount namespace that the process `holder` keeps, and a control group.
# In the mount namespace these folders are the node's own; outside they are under $run/node. The node sees $run as $state.
own_folders=(/etc /opt /run /tmp /var/lib /var/log)
state=/var/lib/wrtpod

die() {
  echo "${0##*/}: $*" >&2
  exit 1
}

need_root() { [ "$(id -u)" = 0 ] || die "must be root: it makes namespaces and control groups"; }

# As nsenter and not as `ip netns exec`, which hides the control groups' mounts.
on_node() { nsenter --net="/run/netns/$node" "$@"; }
inside_node() { nsenter --net="/run/netns/$node" --mount="/proc/$(cat "$run/pid/holder")/ns/mnt" "$@"; }
kctl() { on_node "$run/bin/kubectl" --kubeconfig "$run/admin.kubeconfig" "$@"; }

# Control group roots: one for each hierarchy of version 1, and that of version 2.
control_groups() { awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/mounts; }

# start NAME COMMAND…: runs a process of the node, in its control group, with its log in $run/log; `service` starts it again.
start() { start_on node "$@"; }
# start_on MACHINE NAME COMMAND…: the same on another machine, `lan` or `node`.
start_on() {
  local machine=$1 name=$2 root where
  shift 2
  echo "$machine" >"$run/machine/$name"
  printf '%q ' "$@" >"$run/command/$name"
  case $name@$machine in
    holder@*) where=() ;;
    *@lan) where=(--net="/run/netns/$lan" --wd="$run") ;;
    *) where=(--net="/run/netns/$node" --mount="/proc/$(cat "$run/pid/holder")/ns/mnt" --wdns="$state") ;;
  esac
  (
    for root in $(control_groups); do echo "$BASHPID" >"$root/$node/system/cgroup.procs"; done
    if [ "$name" = holder ]; then exec setsid "$@"; fi
    exec setsid nsenter "${where[@]}" "$@"
  ) </dev/null >>"$run/log/$name.log" 2>&1 &
  echo $! >"$run/pid/$name"
}

# until_true SECONDS WHAT COMMAND…: polls; gives up with the end of the log that WHAT names.
until_true() {
  local tries=$(($1 * 10)) what=$2
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
