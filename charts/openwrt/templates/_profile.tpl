{{/*
What OpenWrt makes of its interfaces: they come without addresses, and netifd configures them.
*/}}

{{/* The address of an interface that names none. */}}
{{- define "wrtpod.profile.address" -}}
dhcp
{{- end -}}

{{/* The last word on the interfaces: list ROOT NICS. It changes the interfaces in place and writes nothing. */}}
{{- define "wrtpod.profile.settle" -}}
{{- $root := first . -}}
{{- $nics := last . -}}
{{- range $nics -}}
  {{- /* OpenWrt's DHCP client brings its own gateway, and so does pppd. */ -}}
  {{- if has .addressing.kind (list "dhcp" "pppoe") }}{{ $_ := set . "gateways" list }}{{ end -}}
{{- end -}}
{{- /* Where nobody chose, the default route leaves by the first interface that is a client and knows a gateway; with mwan3, which chooses between uplinks, by each of them that has a metric of its own. */ -}}
{{- $several := false -}}
{{- range include "wrtpod.overlays" $root | fromJsonArray -}}
  {{- range .packages }}{{ $several = or $several (regexMatch "^[^-].*mwan3$|^mwan3$" .) }}{{ end -}}
{{- end -}}
{{- $chosen := false -}}
{{- $taken := list -}}
{{- range $nics -}}
  {{- $own := index $root.Values.interfaces (int .index) -}}
  {{- if kindIs "bool" $own.defaultRoute }}{{ $chosen = not $several }}{{ end -}}
  {{- if .defaultRoute }}{{ $taken = include "wrtpod.profile.slot" . | append $taken }}{{ end -}}
{{- end -}}
{{- range $nics -}}
  {{- $own := index $root.Values.interfaces (int .index) -}}
  {{- $knows := or (has .addressing.kind (list "dhcp" "pppoe")) (and (eq .addressing.kind "static") .gateways) -}}
  {{- $free := not (or $chosen (kindIs "bool" $own.defaultRoute) (has (include "wrtpod.profile.slot" .) $taken)) -}}
  {{- if and $knows $free (not .serve) -}}
    {{- $_ := set . "defaultRoute" true -}}
    {{- $taken = include "wrtpod.profile.slot" . | append $taken -}}
    {{- $chosen = not $several -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{/* What else an interface without an address may want. */}}
{{- define "wrtpod.profile.login" -}}
, `address: pppoe` where a provider asks for a login
{{- end -}}

{{/* Which default routes cannot stand beside each other: those of one metric. */}}
{{- define "wrtpod.profile.slot" -}}
{{- .metric | default 0 | int64 -}}
{{- end -}}

{{/* What the name of a CNI network has behind the network's: how an interface uses it. */}}
{{- define "wrtpod.profile.variant" -}}
{{- if .serve -}}
-openwrt-serve
{{- else if eq .addressing.kind "pppoe" -}}
-openwrt-pppoe
{{- else if .defaultRoute -}}
-openwrt
{{- else -}}
-openwrt-no-default
{{- end -}}
{{- end -}}

{{/* The addresses that the annotation asks for: none. */}}
{{- define "wrtpod.profile.ips" -}}
{{- end -}}

{{/* The plugin that gives addresses: none. */}}
{{- define "wrtpod.profile.ipam" -}}
{{- end -}}

{{/* Whether answers leave by the interface that they came in by: only where the value says so. */}}
{{- define "wrtpod.profile.sourceRouting" -}}
{{- end -}}

{{/* A JSON list of what its packets come from: its addresses where they are known, else its subnets. List NETWORK ADDRESSING. */}}
{{- define "wrtpod.profile.sources" -}}
{{- $sources := list -}}
{{- if eq (last .).kind "static" -}}
  {{- range (last .).addresses -}}
    {{- $sources = append $sources (printf "%s/%d" (splitList "/" . | first) (ternary 128 32 (contains ":" .))) -}}
  {{- end -}}
{{- else if eq (last .).kind "dhcp" -}}
  {{- $sources = (first .).subnets | default list -}}
{{- end -}}
{{- include "wrtpod.canonical" $sources -}}
{{- end -}}

{{- define "wrtpod.profile.needsSources" -}}
yes
{{- end -}}

{{/* Sysctls of an interface, KEY VALUE on each line. `IFNAME` stands for its name. */}}
{{- define "wrtpod.profile.sysctls" -}}
{{- /* OpenWrt forwards, and /proc/sys is read-only in the pod. Answers may leave by another interface: fw4 filters. */ -}}
net.ipv4.ip_forward 1
net.ipv6.conf.all.forwarding 1
net.ipv4.conf.all.rp_filter 0
net.ipv4.conf.IFNAME.rp_filter 0
net.ipv4.conf.IFNAME.arp_ignore 1
{{- /* A machine that forwards hears router advertisements only with 2; the router itself hears no other, nor does the wire under a tunnel. */}}
{{- $deaf := or .serve (eq .addressing.kind "pppoe") }}
net.ipv6.conf.IFNAME.accept_ra {{ ternary 0 2 $deaf }}
net.ipv6.conf.IFNAME.autoconf {{ ternary 0 1 $deaf }}
{{- end -}}

{{/* `yes` where a policy admits the Service's ports and nothing else. */}}
{{- define "wrtpod.guarded" -}}
{{- if ne (toString .Values.guard) "false" }}yes{{ end -}}
{{- end -}}

{{/* Names of the containers of the pod: a JSON list. */}}
{{- define "wrtpod.profile.containers" -}}
["openwrt","prepare"]
{{- end -}}

{{/* A line for each probe beside OpenWrt that its firewall would keep out: the node's come in by eth0. */}}
{{- define "wrtpod.probeNotes" -}}
{{- $open := list -}}
{{- if .Values.service.enabled -}}
  {{- range include "wrtpod.shownPorts" . | fromJsonArray }}{{ if eq (.protocol | default "TCP") "TCP" }}{{ $open = append $open (int .port) }}{{ end }}{{ end -}}
{{- end -}}
{{- range $name, $one := .Values.containers }}
{{- range $key := list "startupProbe" "readinessProbe" "livenessProbe" }}
{{- $probe := get ($one | default dict) $key | default dict }}
{{- with ($probe.httpGet | default $probe.tcpSocket | default dict).port }}
{{- if not (has (int .) $open) }}
WARNING: containers.{{ $name }}.{{ $key }}: OpenWrt's firewall lets no probe through to the port {{ int . }}; add it to the Service's `ports`, or ask inside the container, by `exec`
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
