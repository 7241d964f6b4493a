{{/*
/etc/config/network: dict root, nics. The interface `cluster` on eth0 is not here: the start script writes it, for only
the pod knows eth0's address.
*/}}
{{- define "wrtpod.uci.network" }}
config interface 'loopback'
	option device 'lo'
	option proto 'static'
	option ipaddr '127.0.0.1'
	option netmask '255.0.0.0'

config globals 'globals'
	option dhcp_default_duid '{{ include "wrtpod.duid" .root }}'
{{- with include "wrtpod.ulaPrefix" . }}
	option ula_prefix '{{ . }}'
{{- end }}
{{- range $nic := .nics }}
{{- $device := ternary (printf "br-%s" .interface) .interface .bridge }}
{{- if .bridge }}

config device 'bridge_{{ .interface }}'
	option name '{{ $device }}'
	option type 'bridge'
	list ports '{{ .interface }}'
{{- end }}

config interface '{{ .interface }}'
	option device '{{ $device }}'
{{- if eq .addressing.kind "static" }}
	option proto 'static'
{{- include "wrtpod.uci.addresses" .addressing.addresses }}
{{- if .defaultRoute }}
{{- range .gateways }}
	option {{ ternary "ip6gw" "gateway" (contains ":" .) }} '{{ . }}'
{{- end }}
{{- end }}
{{- else if eq .addressing.kind "dhcp" }}
	option proto 'dhcp'
	option hostname '{{ .hostname }}'
{{- include "wrtpod.uci.wayOut" . }}
{{- else if eq .addressing.kind "pppoe" }}
	option proto 'pppoe'
{{- /* IPv6 in the tunnel; without the word, netifd would make an interface of its own beside the twin. */}}
{{- if include "wrtpod.uci.twin" (list . $.nics) }}
	option ipv6 '1'
{{- end }}
{{- include "wrtpod.uci.wayOut" . }}
{{- else }}
	option proto 'none'
{{- end }}
{{- if and (not (has .addressing.kind (list "dhcp" "pppoe"))) (not (kindIs "invalid" .metric)) }}
	option metric '{{ int64 .metric }}'
{{- end }}
{{- range .dns }}
	list dns '{{ . }}'
{{- end }}
{{- if and .serve .ipv6 }}
	option ip6assign '60'
{{- end }}
{{- if .discovery }}

config route 'discovery'
	option interface '{{ .interface }}'
	option target '224.0.0.0/4'
{{- end }}
{{- include "wrtpod.uci.routes" . }}
{{- with include "wrtpod.uci.twin" (list $nic $.nics) }}

config interface '{{ . }}'
	option device '{{ ternary (printf "@%s" $nic.interface) $device (eq $nic.addressing.kind "pppoe") }}'
	option proto 'dhcpv6'
{{- include "wrtpod.uci.wayOut" $nic }}
{{- end }}
{{- end }}
{{- include "wrtpod.uci.clusterRules" . }}
{{- end -}}

{{/* Whether an interface takes the way out that its network tells it, and how near that is. */}}
{{- define "wrtpod.uci.wayOut" }}
{{- if not .defaultRoute }}
	option defaultroute '0'
{{- end }}
{{- if not (kindIs "invalid" .metric) }}
	option metric '{{ int64 .metric }}'
{{- end }}
{{- end -}}

{{/*
Fixed addresses. One IPv4 address is written with its netmask, the only form that every release since 2019 reads;
several are a list.
*/}}
{{- define "wrtpod.uci.addresses" }}
{{- $ipv4 := list }}
{{- $ipv6 := list }}
{{- range . }}
{{- if contains ":" . }}{{ $ipv6 = append $ipv6 . }}{{ else }}{{ $ipv4 = append $ipv4 . }}{{ end }}
{{- end }}
{{- if eq (len $ipv4) 1 }}
{{- $address := first $ipv4 | splitList "/" }}
	option ipaddr '{{ first $address }}'
	option netmask '{{ last $address | atoi | include "wrtpod.netmask" }}'
{{- else }}
{{- range $ipv4 }}
	list ipaddr '{{ . }}'
{{- end }}
{{- end }}
{{- range $ipv6 }}
	list ip6addr '{{ . }}'
{{- end }}
{{- end -}}

{{/* The netmask of an IPv4 prefix length. */}}
{{- define "wrtpod.netmask" -}}
{{- $octets := list -}}
{{- range list 0 8 16 24 -}}
  {{- $bits := sub $ . | max 0 | min 8 | int -}}
  {{- $octets = append $octets (index (list 0 128 192 224 240 248 252 254 255) $bits) -}}
{{- end -}}
{{- join "." $octets -}}
{{- end -}}

{{/*
The name of the second interface that a router has for its uplink, which asks for an IPv6 prefix to hand on; nothing
for other interfaces: list NIC NICS.
*/}}
{{- define "wrtpod.uci.twin" -}}
{{- $nic := first . -}}
{{- range last . -}}
  {{- if and $nic.ipv6 .serve (has $nic.addressing.kind (list "dhcp" "pppoe")) -}}
    {{- printf "%s6" $nic.interface -}}
    {{- break -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{/* The prefix of a router's unique local addresses, derived as its MAC addresses are: dict root, nics. */}}
{{- define "wrtpod.ulaPrefix" -}}
{{- range .nics -}}
  {{- if and .serve .ipv6 -}}
    {{- $digits := include "wrtpod.derived" (list $.root "" "ula") -}}
    {{- printf "fd%s:%s:%s::/48" (substr 0 2 $digits) (substr 2 6 $digits) (substr 6 10 $digits) -}}
    {{- break -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{/* By what DHCP servers know the appliance: a DUID of type 4, whose UUID is derived as MAC addresses are, of no interface. */}}
{{- define "wrtpod.duid" -}}
{{- $digits := include "wrtpod.derivedDigest" (list .) -}}
{{- printf "0004%s8%s8%s" (substr 0 12 $digits) (substr 13 16 $digits) (substr 17 32 $digits) -}}
{{- end -}}
