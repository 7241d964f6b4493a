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
  {{- /* OpenWrt's DHCP client brings its own gateway. */ -}}
  {{- if eq .addressing.kind "dhcp" }}{{ $_ := set . "gateways" list }}{{ end -}}
{{- end -}}
{{- /* Where nobody chose, the default route leaves by the first interface that is a client and knows a gateway. */ -}}
{{- $chosen := false -}}
{{- range $root.Values.interfaces -}}
  {{- if kindIs "bool" .defaultRoute }}{{ $chosen = true }}{{ end -}}
{{- end -}}
{{- if not $chosen -}}
  {{- range $nics -}}
    {{- $knows := or (eq .addressing.kind "dhcp") (and (eq .addressing.kind "static") .gateways) -}}
    {{- if and $knows (not .serve) -}}
      {{- $_ := set . "defaultRoute" true -}}
      {{- break -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{/* What the name of a CNI network has behind the network's: how an interface uses it. */}}
{{- define "wrtpod.profile.variant" -}}
{{- if .serve -}}
-openwrt-serve
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

{{/* Sysctls of an interface, KEY VALUE on each line. `IFNAME` stands for its name. */}}
{{- define "wrtpod.profile.sysctls" -}}
{{- /* OpenWrt forwards, and /proc/sys is read-only in the pod. Answers may leave by another interface: fw4 filters. */ -}}
net.ipv4.ip_forward 1
net.ipv6.conf.all.forwarding 1
net.ipv4.conf.all.rp_filter 0
net.ipv4.conf.IFNAME.rp_filter 0
{{- /* A machine that forwards hears router advertisements only with 2; the router itself hears no other. */}}
net.ipv6.conf.IFNAME.accept_ra {{ ternary 0 2 .serve }}
net.ipv6.conf.IFNAME.autoconf {{ ternary 0 1 .serve }}
{{- end -}}

{{/* `yes` where a policy admits the Service's ports and nothing else. */}}
{{- define "wrtpod.guarded" -}}
{{- if ne (toString .Values.guard) "false" }}yes{{ end -}}
{{- end -}}
