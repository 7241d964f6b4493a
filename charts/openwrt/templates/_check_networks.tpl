{{/* The cluster's own ranges: without them, its traffic would leave by the LAN. */}}
{{- define "wrtpod.check.ranges" }}
{{- if not .Values.cluster.podCIDRs }}
cluster.podCIDRs: nothing says which addresses are pods'; write the ranges, for example [10.42.0.0/16] (k3s) or [10.244.0.0/16] (kubeadm)
{{- end }}
{{- if not .Values.cluster.serviceCIDRs }}
cluster.serviceCIDRs: nothing says which addresses are Services'; write the ranges, for example [10.43.0.0/16] (k3s) or [10.96.0.0/12] (kubeadm)
{{- end }}
{{- end -}}

{{/* What a network says of itself. */}}
{{- define "wrtpod.check.networks" }}
{{- $cluster := concat .Values.cluster.podCIDRs .Values.cluster.serviceCIDRs }}
{{- $pools := dict }}
{{- $used := list }}
{{- range .Values.interfaces }}{{ $used = append $used .network }}{{ end }}
{{- range $name, $network := .Values.networks }}
{{- $path := printf "networks.%s" $name }}
{{- /* One of the chart's own that nobody filled in and nobody uses is in nobody's way. */}}
{{- if and (not .existing) (or .parent (has $name $used)) }}{{ include "wrtpod.check.parent" (list $path .) }}{{ end }}
{{- if and (kindIs "bool" .create) (not .create) (not .existing) }}
{{ $path }}.create: each release makes attachments of its own; leave it out, or name one that is there: `existing: NAME`
{{- end }}
{{- range $index, $subnet := .subnets }}
{{- include "wrtpod.check.subnet" (list (printf "%s.subnets[%d]" $path $index) . $cluster) }}
{{- end }}
{{- include "wrtpod.check.family" (list (printf "%s.gateways" $path) .gateways) }}
{{- range $index, $gateway := .gateways }}
{{- include "wrtpod.check.neighbour" (list (printf "%s.gateways[%d]" $path $index) . $network.subnets) }}
{{- /* In IPv6 the first address of a subnet is any router's. */}}
{{- with ternary "" (include "wrtpod.subnetOf" (list $network.subnets .)) (contains ":" .) }}
{{- with include "wrtpod.edge" (list . $gateway) }}
{{ $path }}.gateways[{{ $index }}]: {{ $gateway }} is the {{ . }} address of its subnet; write the router's address, usually the first one behind it
{{- end }}
{{- end }}
{{- end }}
{{- include "wrtpod.check.dns" (list (printf "%s.dns" $path) .dns $cluster) }}
{{- include "wrtpod.check.routes" (list (printf "%s.routes" $path) .routes .gateways .subnets $cluster) }}
{{- $wire := include "wrtpod.wire" (list $ .) }}
{{- $gateways := list }}
{{- range include "wrtpod.onWire" (list $ $name) | fromJsonArray }}
{{- $gateways = concat $gateways ((index $.Values.networks .).gateways | default list) }}
{{- end }}
{{- include "wrtpod.check.pools" (list $path . (get $pools $wire | default list) $gateways) }}
{{- $_ := set $pools $wire (concat (get $pools $wire | default list) (.pool | default list)) }}
{{- if and (eq (.ipam | default "") "whereabouts") (not .pool) }}
{{ $path }}.ipam: the network has no pool; add `pool`, or remove it
{{- end }}
{{- if eq (.ipam | default "") "whereabouts" }}
{{- $families := list }}
{{- range $index, $pool := .pool }}
{{- if has (contains ":" .) $families }}
{{ $path }}.pool[{{ $index }}]: whereabouts gives an address of each range, and a family has two; write one range of each family
{{- end }}
{{- $families = contains ":" . | append $families }}
{{- end }}
{{- end }}
{{- if and .mtu (lt (int .mtu) 1280) (contains ":" (join "" .subnets)) }}
{{ $path }}.mtu: IPv6 does not run over an MTU of {{ int .mtu }}; write at least 1280
{{- end }}
{{- range $key, $_ := .sysctls }}
{{- if not (regexMatch "^net([.][A-Za-z0-9_-]+)+$" $key) }}
{{ $path }}.sysctls.{{ $key }}: it is no setting of a network namespace; write a key below `net.`, with dots; `IFNAME` stands for the interface
{{- end }}
{{- end }}
{{- range $index, $plugin := .chain }}
{{- if not $network.existing }}
{{- include "wrtpod.check.chained" (list (printf "%s.chain[%d]" $path $index) (fromJson $plugin) $network.kind) }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* A plugin behind the link's own: list PATH PLUGIN KIND. */}}
{{- define "wrtpod.check.chained" }}
{{- $path := index . 0 }}
{{- $plugin := index . 1 }}
{{- $type := get $plugin "type" }}
{{- $isBridge := eq (last . | toString) "bridge" }}
{{- if not (and $type (kindIs "string" $type)) }}
{{ $path }}: it is no CNI plugin; write a JSON object with `type`, the name of the plugin's binary
{{- else if eq $type "sbr" }}
{{ $path }}: the plugin sbr has nothing to route by: no gateway reaches it; remove it: `sourceRouting` of an interface has answers leave by it
{{- else if and (eq $type "portmap") (not $isBridge) }}
{{ $path }}: the plugin portmap takes a port of the node and answers nobody on it; remove it: the LAN reaches the appliance at its own address
{{- else if and (eq $type "firewall") (not $isBridge) }}
{{ $path }}: the plugin firewall does nothing for an interface on a LAN; remove it
{{- else if and (eq $type "bandwidth") (not $isBridge) (or (get $plugin "ingressRate") (get $plugin "ingressBurst") (get $plugin "egressRate") (get $plugin "egressBurst")) }}
{{ $path }}: the plugin bandwidth wants a veth pair, and kind {{ last . }} has none; remove it, or use kind bridge
{{- else if has $type (list "bridge" "dummy" "host-device" "ipvlan" "loopback" "macvlan" "ptp" "tap" "vlan" "win-bridge") }}
{{ $path }}: the plugin {{ $type }} makes an interface, and the network has made it; remove it, the network's `kind` says what it hangs on
{{- end }}
{{- end -}}

{{/* What a network hangs on: list PATH NETWORK. */}}
{{- define "wrtpod.check.parent" }}
{{- $path := first . }}
{{- $parent := last . | include "wrtpod.parent" }}
{{- with last . }}
{{- if not .kind }}
{{ $path }}.kind: it is not said; write macvlan, ipvlan, vlan, bridge or hostDevice
{{- else if and (eq .kind "vlan") (not .vlan) }}
{{ $path }}.vlan: a network of kind vlan has no id; write a number from 1 to 4094
{{- end }}
{{- /* Other kinds have no mode: one that is left from the chart's own values is nothing to them. */}}
{{- with get (dict "macvlan" (list "bridge" "private" "vepa" "passthru") "ipvlan" (list "l2" "l3" "l3s")) .kind }}
{{- $network := last $ }}
{{- if and $network.mode (not (has $network.mode .)) }}
{{ $path }}.mode: {{ $network.kind }} has no mode `{{ $network.mode }}`; write one of {{ join ", " . }}
{{- end }}
{{- end }}
{{- if not .parent }}
{{ $path }}.parent: the node's interface is not named; write it, for example enp3s0
{{- else if gt (len $parent) 15 }}
{{ $path }}.parent: `{{ $parent }}` has {{ len $parent }} characters, the kernel takes 15; make the VLAN's interface under a shorter name and write that, without `vlan`
{{- else if regexMatch "^(lo([.]|$)|(veth|lxc)[0-9A-Fa-f]{7,}([.]|$)|antrea-gw|antrea-tun|cali|cbr0|cilium_|cni-podman|cni0|docker0|docker_|flannel|genev_sys_|kube-bridge|kube-dummy-if|kube-ipvs0|lxc_health|nodelocaldns|ovn-k8s-|podman0|tunl0|vethwe-|vxlan_sys_|vxlan[.]calico|vxlan-v6[.]calico|weave|wg-v6[.]cali|wireguard[.]cali)" $parent }}
{{ $path }}.parent: `{{ $parent }}` is on no LAN, it is the node's loopback or the cluster's own; write the node's interface on the LAN
{{- else if and (regexMatch "^(wlan|wlp|wlx|wlo|wl)" $parent) (not (has .kind (list "ipvlan" "hostDevice"))) }}
{{ $path }}.parent: `{{ $parent }}` looks like Wi-Fi, where frames of a second MAC are dropped; use a wired interface, or kind ipvlan
{{- end }}
{{- end }}
{{- end -}}

{{/* A subnet, and that it is not the cluster's: list PATH SUBNET CLUSTER. */}}
{{- define "wrtpod.check.subnet" }}
{{- $path := index . 0 }}
{{- $subnet := index . 1 }}
{{- $parts := splitList "/" $subnet }}
{{- if not (include "wrtpod.isCidr" $subnet) }}
{{ $path }}: `{{ $subnet }}` is no subnet; write it like 192.168.1.0/24
{{- else if include "wrtpod.hasHost" (list (last $parts) (first $parts)) }}
{{ $path }}: `{{ $subnet }}` is an address inside of a subnet; write the subnet's first address
{{- else }}
{{- range list "0.0.0.0/8" "127.0.0.0/8" "169.254.0.0/16" "224.0.0.0/4" "255.255.255.255/32" "::/96" "::ffff:0:0/96" "ff00::/8" }}
{{- if or (include "wrtpod.contains" (list . (first $parts))) (include "wrtpod.contains" (list $subnet (splitList "/" . | first))) }}
{{ $path }}: {{ $subnet }} holds addresses of {{ . }}, which no LAN has; write the LAN's own subnet, such as 192.168.1.0/24
{{- break }}
{{- end }}
{{- end }}
{{- range index . 2 }}
{{- if or (include "wrtpod.contains" (list . (first $parts))) (include "wrtpod.contains" (list $subnet (splitList "/" . | first))) }}
{{ $path }}: {{ $subnet }} overlaps the cluster's {{ . }}; correct it, or `cluster`
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Addresses that `address: pool` hands out: list PATH NETWORK BEFORE GATEWAYS, of the networks on the same wire. */}}
{{- define "wrtpod.check.pools" }}
{{- $path := index . 0 }}
{{- $network := index . 1 }}
{{- $before := index . 2 }}
{{- $gateways := index . 3 }}
{{- range $index, $pool := $network.pool }}
{{- $ends := splitList "-" . }}
{{- $first := first $ends }}
{{- $last := last $ends }}
{{- $low := include "wrtpod.bits" $first }}
{{- $high := include "wrtpod.bits" $last }}
{{- $subnet := include "wrtpod.subnetOf" (list $network.subnets $first) }}
{{- if not (and (include "wrtpod.isAddress" $first) (include "wrtpod.isAddress" $last) (eq (len $low) (len $high)) (le $low $high)) }}
{{ $path }}.pool[{{ $index }}]: `{{ . }}` is no range; write the first and the last address, like 192.168.1.200-192.168.1.216
{{- else if not (and $subnet (include "wrtpod.contains" (list $subnet $last))) }}
{{ $path }}.pool[{{ $index }}]: {{ . }} is in no subnet of the network; write a range of one of `subnets`
{{- else if lt (sub (len $low) (splitList "/" $subnet | last | atoi)) 2 }}
{{ $path }}.pool[{{ $index }}]: {{ $subnet }} is too small for a pool; write fixed addresses
{{- else if or (include "wrtpod.edge" (list $subnet $first)) (include "wrtpod.edge" (list $subnet $last)) }}
{{ $path }}.pool[{{ $index }}]: {{ . }} holds the first or the last address of {{ $subnet }}; leave it out
{{- else }}
{{- range uniq $gateways }}
{{- if include "wrtpod.within" (list $pool .) }}
{{ $path }}.pool[{{ $index }}]: {{ $pool }} holds the gateway {{ . }}; leave it out
{{- end }}
{{- end }}
{{- end }}
{{- range $before }}
{{- $other := splitList "-" . }}
{{- if or (include "wrtpod.within" (list . $first)) (include "wrtpod.within" (list $pool (first $other))) }}
{{ $path }}.pool[{{ $index }}]: {{ $pool }} overlaps {{ . }} on the same wire; give each pool addresses of its own
{{- end }}
{{- end }}
{{- $before = append $before . }}
{{- end }}
{{- end -}}

{{/* A routing table has one default route of each family: list PATH GATEWAYS. */}}
{{- define "wrtpod.check.family" }}
{{- $path := first . }}
{{- $seen := list }}
{{- range $index, $gateway := last . }}
{{- $family := ternary "IPv6" "IPv4" (contains ":" .) }}
{{- if not (include "wrtpod.isAddress" .) }}
{{ $path }}[{{ $index }}]: `{{ . }}` is no address; write it like 192.168.1.1
{{- else if has $family $seen }}
{{ $path }}[{{ $index }}]: {{ . }} is the second gateway of {{ $family }}; keep one of each family
{{- end }}
{{- $seen = append $seen $family }}
{{- end }}
{{- end -}}

{{/* A gateway is a neighbour, in one of these subnets or link-local: list PATH GATEWAY SUBNETS. */}}
{{- define "wrtpod.check.neighbour" }}
{{- $path := index . 0 }}
{{- $gateway := index . 1 }}
{{- $subnets := index . 2 }}
{{- if include "wrtpod.isNobody" $gateway }}
{{ $path }}: the gateway {{ $gateway }} is no machine's address; write the router's address on the network
{{- else if and $subnets (include "wrtpod.isAddress" $gateway) (not (include "wrtpod.subnetOf" (list (append $subnets "fe80::/10") $gateway))) }}
{{ $path }}: the gateway {{ $gateway }} is in none of the subnets; correct it, or `subnets`
{{- end }}
{{- end -}}

{{/* Name servers outside of the cluster, whose own may ask this appliance: list PATH SERVERS CLUSTER. */}}
{{- define "wrtpod.check.dns" }}
{{- $path := index . 0 }}
{{- $cluster := index . 2 }}
{{- range $index, $server := index . 1 }}
{{- if not (include "wrtpod.isAddress" .) }}
{{ $path }}[{{ $index }}]: `{{ . }}` is no address; write it like 192.168.1.1
{{- else if include "wrtpod.subnetOf" (list $cluster .) }}
{{ $path }}[{{ $index }}]: {{ . }} is the cluster's; write a name server on the LAN or the Internet
{{- end }}
{{- end }}
{{- end -}}

{{/* `yes` for an address that no machine on a network has: of the loopback, of a group, or none at all. */}}
{{- define "wrtpod.isNobody" -}}
{{- if regexMatch "^(127|22[4-9]|23[0-9])[.]|^255[.]255[.]255[.]255$|^0[.]0[.]0[.]0$|^ff..:|^::1?$" . }}yes{{ end -}}
{{- end -}}

{{/* `yes` when an address has a bit behind a prefix: list PREFIX ADDRESS. */}}
{{- define "wrtpod.hasHost" -}}
{{- $bits := last . | include "wrtpod.bits" -}}
{{- if contains "y" (substr (first . | atoi) (len $bits) $bits) }}yes{{ end -}}
{{- end -}}

{{/*
`network` or `broadcast` when an address is the first or, in IPv4, the last one of a subnet, which no machine has, unless
the subnet is only one or two addresses: list SUBNET ADDRESS.
*/}}
{{- define "wrtpod.edge" -}}
{{- $prefix := first . | splitList "/" | last -}}
{{- $bits := last . | include "wrtpod.bits" -}}
{{- if le (atoi $prefix) (sub (len $bits) 2) -}}
  {{- if not (include "wrtpod.hasHost" (list $prefix (last .))) -}}
network
  {{- else if and (eq (len $bits) 32) (not (contains "n" (substr (atoi $prefix) 32 $bits))) -}}
broadcast
  {{- end -}}
{{- end -}}
{{- end -}}

{{/* A JSON list of the networks on the wire of this one, itself first: list ROOT NAME. */}}
{{- define "wrtpod.onWire" -}}
{{- $root := first . -}}
{{- $networks := $root.Values.networks -}}
{{- $own := last . -}}
{{- $wire := include "wrtpod.wire" (list $root (index $networks $own)) -}}
{{- $names := list $own -}}
{{- range $name, $network := $networks -}}
  {{- if and $wire (ne $name $own) (eq (include "wrtpod.wire" (list $root $network)) $wire) -}}
    {{- $names = append $names $name -}}
  {{- end -}}
{{- end -}}
{{- toJson $names -}}
{{- end -}}

{{/*
The wire behind a network: two networks with one wire are one LAN, and so are two with one NAD, with its namespace or
without: list ROOT NETWORK.
*/}}
{{- define "wrtpod.wire" -}}
{{- $home := (first .).Release.Namespace -}}
{{- with last . -}}
{{- if .existing -}}
{{- .existing | trimPrefix (printf "%s/" $home) | printf "existing %s" -}}
{{- else -}}
{{- .parent -}}
{{- if and .vlan (ne .kind "hostDevice") }}.{{ int .vlan }}{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}
