# shellcheck shell=bash
# Folders, machines and the networks between them.

# make_folders LAYOUT MULTUS RUNTIME: the state folder.
make_folders() {
  mkdir -p "$run"
  touch "$run/.wrtpod-cluster" # what `down` asks for before it removes the folder
  mkdir "$run"/{command,machine,log,pid,pki,images,kube,registry}
  ln -s "$kube" "$run/bin"
  echo "$1" >"$run/layout"
  echo "$2" >"$run/multus-kind"
  echo "$3" >"$run/runtime"
  # shellcheck source=/dev/null # lib.bash again, for the layout's folders and Multus' file
  . "$here/lib.bash"
}

# The LAN's machine has a bridge for each network, so that nodes and hosts can be plugged in, and an address on it.
make_networks() {
  local network address mac
  add_control_group lan
  ip netns add "$lan"
  ip -n "$lan" link set lo up
  # A bridge without a MAC of its own takes the least one of its ports: each host that comes or goes would change it.
  while read -r network address mac; do
    ip -n "$lan" link add "$network" address "$mac" type bridge
    ip -n "$lan" addr add "$address" dev "$network"
    ip -n "$lan" link set "$network" up
  done <<N
lan 192.168.1.1/24 02:00:5e:00:01:01
iot 192.168.32.1/24 02:00:5e:00:32:01
wan 203.0.113.1/24 02:00:5e:00:71:01
N
}

# plug MACHINE NIC NETWORK: its port on the network's bridge is called NETWORK-NODE, as lan-node1.
plug() {
  local port
  port=$3-$(node_name "$1")
  ip link add "$2" netns "$prefix-$1" type veth peer name "$port" netns "$lan"
  ip -n "$lan" link set "$port" master "$3" up
  ip -n "$prefix-$1" link set "$2" up
}

# add_machine MACHINE: a node without anything that runs on it.
add_machine() {
  local namespace=$prefix-$1
  add_control_group "$1"
  ip netns add "$namespace"
  ip -n "$namespace" link set lo up
  plug "$1" enp3s0 lan # made first: its index is 2, as that of eth0 in a pod, which is the collision that netifd falls for
  plug "$1" enp3s0.2 iot
  plug "$1" enp4s0 wan
  ip -n "$namespace" addr add "$(node_address "$1")/24" dev enp3s0
  ip -n "$namespace" route add default via 192.168.1.1
  # Packets between pods of one bridge pass the node's firewall too, or NetworkPolicies would not see them.
  on "$1" sysctl -qw net.ipv4.ip_forward=1 net.bridge.bridge-nf-call-iptables=1
  # What leaves the cluster by eth0 comes from the node, as with every cluster CNI: the LAN knows no way back to a pod.
  on "$1" nft "add table ip wrtpod-test; add chain ip wrtpod-test leaving { type nat hook postrouting priority srcnat; };
    add rule ip wrtpod-test leaving oifname != cni0 ip saddr 10.42.0.0/16 ip daddr != 10.42.0.0/16 masquerade"
  add_mounts "$1"
  [ "$1" = node ] || join_nodes "$1"
}

# join_nodes MACHINE: its pods and those of the first node reach each other by a link of its own, with addresses as flannel's
# tunnel has them. A node's packets to the other's pods then come from the pods' range, and not from the LAN, where pods have NICs.
join_nodes() {
  local one other
  ip link add tunnel netns "$node" type veth peer name tunnel netns "$prefix-$1"
  for one in node "$1"; do
    ip -n "$prefix-$one" addr add "10.42.$(pod_number "$one").0/32" dev tunnel
    ip -n "$prefix-$one" link set tunnel up
  done
  for one in node "$1"; do
    case $one in node) other=$1 ;; *) other=node ;; esac
    ip -n "$prefix-$one" route add "10.42.$(pod_number "$other").0/24" via "10.42.$(pod_number "$other").0" dev tunnel onlink
  done
}
pod_number() { case $1 in node) echo 0 ;; *) echo 1 ;; esac; }

add_control_group() {
  local root group file
  for root in $(control_groups); do
    mkdir -p "$root/$prefix-$1/system"
    if [ -e "$root/cgroup.controllers" ]; then
      for group in "$root" "$root/$prefix-$1"; do
        sed 's/[^ ]*/+&/g' "$group/cgroup.controllers" >"$group/cgroup.subtree_control"
      done
      continue
    fi
    for group in "$root/$prefix-$1" "$root/$prefix-$1/system"; do # a new cpuset of version 1 is empty, and takes no process
      for file in cpuset.cpus cpuset.mems; do
        if [ -e "$group/$file" ] && [ -z "$(cat "$group/$file")" ]; then cat "${group%/*}/$file" >"$group/$file"; fi
      done
    done
  done
}

# open_device MACHINE FILE MAJOR MINOR: a device file as udev makes it where it runs, open to all, in the place of this machine's. Pods
# with users of their own have no other right to it.
open_device() {
  local own
  own=$(basename "$2")
  mknod -m 666 "$run/$1/var/lib/kubelet/$own" c "$3" "$4"
  inside "$1" mount --bind "/var/lib/kubelet/$own" "$2"
}

# The node's own folders, in a mount namespace. No folder outside $run is made or removed: a mount point that vanishes takes
# the mounts of every namespace with it. Claims of the class `shared` are the first node's folder on every node.
add_mounts() {
  mkdir -p "$run/$1"/{opt/cni/bin,run,tmp/hostpath_pv,var/lib/kubelet,var/lib/wrtpod,var/log}
  cp -a /etc "$run/$1/"
  rm -rf "$run/$1/etc/cni"
  mkdir -p "$run/$1/etc/cni/net.d"
  chmod 1777 "$run/$1/tmp"
  start_on "$1" "holder-$1" unshare --mount sleep infinity
  # shellcheck disable=SC2016 # the inner shell's
  until_true 5 "holder-$1" sh -c '[ "$(readlink /proc/self/ns/mnt)" != "$(readlink "$1")" ]' - "$(mounts_of "$1")"
  # shellcheck disable=SC2016
  inside "$1" bash -c 'set -e; run=$1 machine=$2 kube=$3; shift 3
    mount --bind "$kube" "$run/kube"
    mount --bind "$run/node/tmp/hostpath_pv" "$run/$machine/tmp/hostpath_pv"
    mount --rbind "$run" "$run/$machine/var/lib/wrtpod"
    cd "$run/$machine" # which a folder mounted here may hide
    for folder; do mount --no-canonicalize --rbind ".$folder" "$folder"; done
    mount --make-rshared /' - "$run" "$1" "$kube" "${own_folders[@]}"
  if [ "$runtime" = userns ]; then
    open_device "$1" /dev/null 1 3
    [ ! -e /dev/net/tun ] || open_device "$1" /dev/net/tun 10 200
  fi
}
