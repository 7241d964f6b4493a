# shellcheck shell=bash
# Machines of a case's own on the networks of the test cluster, and what is to be seen on the wire. A case that needs them sources
# this file; what was started ends with the case.
machines=() background=()
leave() {
  local machine
  end "${background[@]}"
  for machine in "${machines[@]}"; do unplug "$machine"; done
}
trap leave EXIT

# The kernel ends a namespace at leisure: the port goes first, or its name would still be taken.
unplug() {
  ip -n "$lan" link del "host-$1" 2>/dev/null || true
  ip netns del "$prefix-host-$1" 2>/dev/null || true
}
# machine NAME NETWORK [ADDRESS/LENGTH]: plugs a machine into the bridge lan, iot or wan; its NIC is called nic.
machine() {
  local space=$prefix-host-$1
  unplug "$1"
  ip netns add "$space"
  machines+=("$1")
  ip link add "host-$1" netns "$lan" type veth peer name nic netns "$space"
  ip -n "$lan" link set "host-$1" master "$2" up
  ip -n "$space" link set lo up
  ip -n "$space" link set nic up
  [ -z "${3:-}" ] || ip -n "$space" addr add "$3" dev nic
}
# at MACHINE COMMAND…: runs a command as that machine.
at() {
  local space=$prefix-host-$1
  shift
  nsenter --net="/run/netns/$space" "$@"
}

# watch FILE NETWORK FILTER…: what passes the network's bridge from now on, one line a frame, with MACs and times.
watch() {
  local file=$1 network=$2
  shift 2
  on_lan tcpdump -i "$network" -e -n -l -tt "$@" >"$file" 2>"$file.err" &
  background+=($!)
  within 10 grep -q "listening on" "$file.err"
}

# dhcp_server MACHINE FIRST LAST [OPTION VALUE…]: leases for a minute, on the machine's network.
dhcp_server() {
  local machine=$1
  printf 'interface nic\nstart %s\nend %s\nlease_file %s\n' "$2" "$3" "$folder/leases.$machine" >"udhcpd.$machine"
  shift 3
  while [ $# -gt 0 ]; do
    printf 'option %s %s\n' "$1" "$2" >>"udhcpd.$machine"
    shift 2
  done
  : >"leases.$machine"
  at "$machine" busybox udhcpd -f "$folder/udhcpd.$machine" >"udhcpd.$machine.log" 2>&1 &
  background+=($!)
}

# dnsmasq_server MACHINE FIRST LAST: dnsmasq as DHCP server, which knows its clients by their ids; leases.MACHINE has what it gave.
dnsmasq_server() {
  at "$1" dnsmasq --no-daemon --conf-file=/dev/null --user=root --port=0 --interface=nic --bind-interfaces --no-ping --dhcp-authoritative \
    --dhcp-range="$2,$3,2m" --dhcp-leasefile="$folder/leases.$1" --pid-file= --log-dhcp >"dnsmasq.$1.log" 2>&1 &
  background+=($!)
}

# in_table MACHINE ADDRESS MAC: the machine's neighbour table has it so.
in_table() { at "$1" ip neigh show "$2" | has -i "lladdr $3"; }

# mac_of APPLIANCE INTERFACE: as the pod's request says.
mac_of() { k get pod "$1-0" -o json | jq -r --arg nic "$2" '.metadata.annotations["k8s.v1.cni.cncf.io/networks"] | fromjson | .[] | select(.interface == $nic).mac'; }
# own APPLIANCE: its workload, pod and attachments, as the cluster has them.
own() { k get statefulset,pod,net-attach-def -l "wrtpod.dev/appliance=$1" -o json | jq -r '.items[] | "\(.kind) \(.metadata.name) \(.metadata.uid)"' | sort; }
# noted APPLIANCE ADDRESS: it is ready, and what it has is remembered.
noted() {
  within 90 k wait --for=condition=Ready "pod/$1-0" --timeout=1s
  own "$1" >"own.$1"
  has NetworkAttachmentDefinition <"own.$1" || fail "$1 has no attachment of its own"
  untouched "$1" "$2"
}
# untouched APPLIANCE ADDRESS: nothing of it was made anew or went, and it answers on the LAN with its MAC.
untouched() {
  diff "own.$1" <(own "$1") || fail "$1 did not stay as it was"
  within 20 lan_sees "$2" "$(mac_of "$1" lan)"
}
eth0_of() { k exec "$1-0" -- ip addr show dev eth0 | awk '/ scope global/ { print $2 }'; }

# pid_1 POD: the first process of its main container, as this machine numbers it.
pid_1() {
  local id
  id=$(k get pod "$1" -o jsonpath='{.status.containerStatuses[0].containerID}')
  inside_node ctr -n k8s.io tasks ls | awk -v id="${id#containerd://}" '$1 == id { print $2 }'
}
# in_network_of POD COMMAND…: a command of this machine in the pod's network, for what its image cannot do.
in_network_of() {
  local pid
  pid=$(pid_1 "$1")
  shift
  nsenter --net="/proc/$pid/ns/net" "$@"
}
# connects POD ADDRESS PORT: from the pod's network, by TCP.
connects() { in_network_of "$1" timeout 5 bash -c "exec 3<>/dev/tcp/$2/$3"; }
