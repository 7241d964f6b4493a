{{/* Fixed addresses are in their subnet, and free: dict root, nics. */}}
{{- define "wrtpod.check.addresses" }}
{{- $root := .root }}
{{- $seen := list }}
{{- range $nic := .nics }}
{{- $path := printf "interfaces[%d].address" (int .index) }}
{{- $own := index $root.Values.interfaces (int .index) }}
{{- $network := index $root.Values.networks .network }}
{{- $wanted := ternary $own.address (list $own.address) (kindIs "slice" $own.address) | compact }}
{{- range $wanted }}
{{- if has . (list "dhcp" "pppoe" "pool" "none" "gateway") }}
{{- if gt (len $wanted) 1 }}
{{ $path }}: `{{ . }}` stands beside other addresses; write either fixed addresses, or one of dhcp, pppoe, pool, none, gateway
{{- end }}
{{- else if not (include "wrtpod.isCidr" .) }}
{{ $path }}: `{{ . }}` is no address; write it with its prefix length like 192.168.1.10/24, or one of dhcp, pppoe, pool, none, gateway
{{- end }}
{{- end }}
{{- if and (has "gateway" $wanted) (eq (len $wanted) 1) }}
{{- if not .serve }}
{{ $path }}: `gateway` is for who serves the network; add `serve: true`, or write the address out
{{- else if not .addressing.addresses }}
{{ $path }}: `gateway`, and the network has none in one of its subnets; add `gateways` and `subnets` to networks.{{ .network }}
{{- end }}
{{- end }}
{{- range $cidr := .addressing.addresses }}
{{- if include "wrtpod.isCidr" . }}
{{- $address := splitList "/" . | first }}
{{- include "wrtpod.check.address" (list $path . $nic $network $root) }}
{{- $place := printf "%s %s" (include "wrtpod.wire" (list $root $network)) $address }}
{{- if has $place $seen }}
{{ $path }}: {{ $address }} is used twice; give each interface its own address
{{- end }}
{{- $seen = append $seen $place }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* One fixed address: list PATH ADDRESS NIC NETWORK ROOT. */}}
{{- define "wrtpod.check.address" }}
{{- $path := index . 0 }}
{{- $parts := index . 1 | splitList "/" }}
{{- $address := first $parts }}
{{- $nic := index . 2 }}
{{- $network := index . 3 }}
{{- $subnet := include "wrtpod.subnetOf" (list $network.subnets $address) }}
{{- $prefix := $subnet | default (join "/" $parts) | splitList "/" | last }}
{{- if include "wrtpod.isNobody" $address }}
{{ $path }}: {{ $address }} is no machine's address; take one of the network
{{- else if and $network.subnets (not $subnet) }}
{{ $path }}: {{ $address }} is in no subnet of `{{ $nic.network }}`; write an address of {{ join " or " $network.subnets }}
{{- else }}
{{- if ne $prefix (last $parts) }}
{{ $path }}: {{ join "/" $parts }} has another prefix length than its subnet {{ $subnet }}; write {{ $address }}/{{ $prefix }}
{{- end }}
{{- with include "wrtpod.edge" (list (printf "/%s" $prefix) $address) }}
{{ $path }}: {{ $address }} is the {{ . }} address of its subnet; take an address between the first and the last
{{- end }}
{{- $values := (index . 4).Values }}
{{- range $name := include "wrtpod.onWire" (list (index . 4) $nic.network) | fromJsonArray }}
{{- with index $values.networks . }}
{{- if and (not $nic.serve) (has $address (include "wrtpod.canonical" .gateways | fromJsonArray)) }}
{{ $path }}: {{ $address }} is the gateway of `{{ $name }}`; take another address; or say `serve: true` if this appliance is the router
{{- end }}
{{- range .pool }}
{{- if include "wrtpod.within" (list . $address) }}
{{ $path }}: {{ $address }} is in the pool {{ . }}; take an address outside of it
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Gateways and name servers of the interfaces, and the way out: dict root, nics. */}}
{{- define "wrtpod.check.gateways" }}
{{- $root := .root }}
{{- $cluster := concat .root.Values.cluster.podCIDRs .root.Values.cluster.serviceCIDRs }}
{{- range $nic := .nics }}
{{- $path := printf "interfaces[%d]" (int .index) }}
{{- $own := index $root.Values.interfaces (int .index) }}
{{- $network := index $root.Values.networks .network }}
{{- include "wrtpod.check.family" (list (printf "%s.gateways" $path) $own.gateways) }}
{{- include "wrtpod.check.dns" (list (printf "%s.dns" $path) $own.dns $cluster) }}
{{- $fixed := .addressing.addresses }}
{{- range $index, $gateway := $own.gateways }}
{{- if not (has $gateway $network.gateways) }}
{{- include "wrtpod.check.neighbour" (list (printf "%s.gateways[%d]" $path $index) $gateway (concat ($network.subnets | default list) $fixed)) }}
{{- end }}
{{- $family := ternary "IPv6" "IPv4" (contains ":" .) }}
{{- $has := false }}
{{- range $fixed }}{{ $has = or $has (eq (contains ":" .) (contains ":" $gateway)) }}{{ end }}
{{- if and $fixed (not $has) }}
{{ $path }}.gateways[{{ $index }}]: the gateway {{ . }} without an {{ $family }} address; add one, or remove the gateway
{{- end }}
{{- end }}
{{- if .defaultRoute }}
{{- if eq .addressing.kind "none" }}
{{ $path }}.defaultRoute: the default route leaves by `{{ .interface }}`, and it has no address; write an `address`{{ include "wrtpod.profile.login" . }}, or remove `defaultRoute`
{{- else if not (or .gateways (include "wrtpod.profile.asks" .)) }}
{{ $path }}.defaultRoute: the default route leaves by `{{ .interface }}`, and nobody names a gateway; add `gateways` to networks.{{ .network }} or to the interface
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
