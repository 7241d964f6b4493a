{{/* What the CNI plugins that configure the interfaces would refuse, or do to the wrong MAC: dict root, nics. */}}
{{- define "wrtpod.check.profile" }}
{{- $root := .root }}
{{- if eq (include "wrtpod.fullname" .root) "wire" }}
fullnameOverride: the name `wire` is taken by the chart's own container in the pod; use another name
{{- end }}
{{- range .nics }}
{{- $path := printf "interfaces[%d]" (int .index) }}
{{- $own := index $root.Values.interfaces (int .index) }}
{{- $network := index $root.Values.networks .network }}
{{- if not $own.address }}
{{ $path }}.address: it is not said; write an address with its prefix length, or dhcp, pool or none
{{- end }}
{{- if eq .addressing.kind "pppoe" }}
{{ $path }}.address: nobody dials in a generic appliance: `pppoe` is OpenWrt's; write an address with its prefix length, or dhcp, pool or none
{{- end }}
{{- if .serve }}
{{ $path }}.serve: only OpenWrt's DHCP and RA servers are configured by the chart; remove it, and configure the server in the appliance
{{- end }}
{{- if eq .addressing.kind "none" }}
{{- if and (not $network.existing) (has $network.kind (list "vlan" "ipvlan")) }}
{{ $path }}.address: `{{ .network }}` cannot be joined without an address: {{ $network.kind }} asks for one; write an address, or make the network a macvlan
{{- end }}
{{- else if eq .addressing.kind "pool" }}
{{- if $network.existing }}
{{- /* Its NAD hands them out. */}}
{{- else if not $network.pool }}
{{ $path }}.address: `{{ .network }}` has no pool; add `pool` to networks.{{ .network }}, or write a fixed address
{{- else if and (ne (len $root.Values.nodes) 1) (ne ($network.ipam | default "") "whereabouts") }}
{{ $path }}.address: a pool is kept on one node; write `ipam: whereabouts` at networks.{{ .network }}, where the cluster has that, or the node, alone, under `nodes`, or a fixed address
{{- end }}
{{- else if eq .addressing.kind "dhcp" }}
{{- if $network.existing }}
{{- /* Whose lease it is, is its NAD's. */}}
{{- else if include "wrtpod.macByTuning" $network }}
{{ $path }}.address: the lease on `{{ .network }}` would be another MAC's: {{ $network.kind }} gets its own after it; write a fixed address, or make the network a macvlan in mode bridge
{{- else if eq $network.kind "ipvlan" }}
{{ $path }}.address: the lease on `{{ .network }}` would be the node's: ipvlan shares its MAC; write a fixed address, or make the network a macvlan
{{- end }}
{{- if and $network.subnets (not (contains "." (join "" $network.subnets))) }}
{{ $path }}.address: `{{ .network }}` has no IPv4, and the plugin dhcp asks for nothing else; write a fixed address, or `none`: a router gives one
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Why a name that the kernel takes is none for an interface, or nothing: list NIC NICS. */}}
{{- define "wrtpod.profile.nameFault" -}}
{{- if not (regexMatch "^[a-z][a-z0-9_-]*$" (first .).interface) -}}
is not one that every plugin takes; write a small letter, then small letters, digits, `_` and `-`
{{- end -}}
{{- end -}}

{{/* `yes` when an interface asks its network for a gateway: never, CNI makes no default route of a lease. */}}
{{- define "wrtpod.profile.asks" -}}
{{- end -}}
