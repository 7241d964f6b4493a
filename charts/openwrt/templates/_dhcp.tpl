{{/*
/etc/config/dhcp: dict root, nics. dnsmasq answers nobody but the networks that the appliance serves, and asks the name
servers of its interfaces, never the cluster's: those ask the node, which may ask this appliance.
*/}}
{{- define "wrtpod.uci.dhcp" }}
{{- $mode := .root.Values.persistence.mode | default "etc" }}
{{- $serves := false }}
{{- $servers := list }}
{{- range .nics }}
{{- $serves = or $serves .serve }}
{{- $device := ternary (printf "br-%s" .interface) .interface (eq (toString .bridge) "true") }}
{{- range .dns }}
{{- /* A link-local address means nothing without the device that it is reached by. */}}
{{- $servers = append $servers (ternary (printf "%s%%%s" . $device) . (regexMatch "^[Ff][Ee][89ABab][0-9A-Fa-f]:" .)) }}
{{- end }}
{{- end }}
config dnsmasq 'dnsmasq'
	option domainneeded '1'
	option localise_queries '1'
	option rebind_protection '1'
	option rebind_localhost '1'
	option local '/lan/'
	option domain 'lan'
	option expandhosts '1'
{{- /* Whose lease the other router of a pair gave is no stranger to be sent away. */}}
	option authoritative '{{ ternary 1 0 (and $serves (not .root.Values.pair)) }}'
	option readethers '1'
	option leasefile '{{ ternary "/tmp/dhcp.leases" "/wrtpod/data/wrtpod/dhcp.leases" (eq $mode "none") }}'
	option localservice '1'
	option ednspacket_max '1232'
	option nonwildcard '1'
{{- /* kubelet's resolv.conf is mounted over OpenWrt's: dnsmasq must not append itself to it. */}}
	option localuse '0'
{{- /* Without servers of its own it reads what the leases brought. */}}
{{- with $servers }}
	option noresolv '1'
{{- range . }}
	list server '{{ . }}'
{{- end }}
{{- end }}
{{- range .nics }}
{{- if .serve }}

config dhcp '{{ .interface }}'
	option interface '{{ .interface }}'
{{- /* Without a range of its own dnsmasq would take its default one, in whatever subnet. */}}
{{- with include "wrtpod.dhcp.range" (list . $.root) | splitList " " | compact }}
	option start '{{ first . }}'
	option limit '{{ last . }}'
	option leasetime '12h'
	option dhcpv4 'server'
{{- else }}
	option dhcpv4 'disabled'
{{- end }}
{{- if $.root.Values.pair }}
{{- /* dnsmasq's init script stays silent beside another server, unless it is forced. */}}
	option force '1'
{{- with include "wrtpod.dhcp.router" (list . (index $.root.Values.networks .network)) }}
	list dhcp_option '3,{{ . }}'
{{- end }}
{{- end }}
{{- if .ipv6 }}
	option dhcpv6 'server'
	option ra 'server'
	list ra_flags 'managed-config'
	list ra_flags 'other-config'
{{- else }}
	option dhcpv6 'disabled'
	option ra 'disabled'
{{- end }}
{{- else }}
{{- include "wrtpod.dhcp.silent" .interface }}
{{- end }}
{{- end }}
{{- include "wrtpod.dhcp.silent" "cluster" }}

config odhcpd 'odhcpd'
	option maindhcp '0'
	option leasefile '/tmp/hosts/odhcpd'
	option leasetrigger '/usr/sbin/odhcpd-update'
	option loglevel '4'
{{- end -}}

{{/* The network's IPv4 gateway, where it is not this router itself: list NIC NETWORK. */}}
{{- define "wrtpod.dhcp.router" -}}
{{- $own := list -}}
{{- range (first .).addressing.addresses }}{{ $own = splitList "/" . | first | append $own }}{{ end -}}
{{- range include "wrtpod.canonical" (last .).gateways | fromJsonArray -}}
  {{- if not (or (contains ":" .) (has . $own)) -}}
    {{- . -}}
    {{- break -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{/* An interface on whose network somebody else hands out addresses. */}}
{{- define "wrtpod.dhcp.silent" }}

config dhcp '{{ . }}'
	option interface '{{ . }}'
	option ignore '1'
	option dhcpv4 'disabled'
	option dhcpv6 'disabled'
	option ra 'disabled'
{{- end -}}

{{/*
The range of addresses that the appliance hands out on a network that it serves: list NIC ROOT. The number of the first
host and their count, or nothing: the longest row of free addresses in OpenWrt's usual span, 100 to 249 of a /24, the
upper half of a smaller network, or in one half of that span.
*/}}
{{- define "wrtpod.dhcp.range" -}}
{{- $nic := first . -}}
{{- $root := last . -}}
{{- $own := "" -}}
{{- range reverse $nic.addressing.addresses -}}
  {{- if not (contains ":" .) }}{{ $own = . }}{{ end -}}
{{- end -}}
{{- $prefix := splitList "/" $own | last | atoi -}}
{{- if and $own (gt $prefix 0) -}}
  {{- $size := 1 -}}
  {{- range until (sub 32 $prefix | int) }}{{ $size = mul $size 2 }}{{ end -}}
  {{- $address := include "wrtpod.number" $own | int64 -}}
  {{- $network := sub $address (mod $address $size) -}}
  {{- $hosts := sub $size 2 -}}
  {{- $from := ternary 100 (add (div $hosts 2) 1) (ge $hosts 249) -}}
  {{- $to := ternary 249 $hosts (ge $hosts 249) -}}
  {{- $middle := div (add $from $to) 2 -}}
  {{- if eq $root.Values.pair "lower" }}{{ $to = $middle }}{{ else if eq $root.Values.pair "upper" }}{{ $from = add1 $middle }}{{ end -}}
  {{- /* What others have in that span, as texts that sort by number. */ -}}
  {{- $taken := list -}}
  {{- range append (include "wrtpod.dhcp.taken" $root | fromJsonArray) $own -}}
    {{- if not (contains ":" .) -}}
      {{- $ends := splitList "-" . -}}
      {{- $first := sub (first $ends | include "wrtpod.number" | int64) $network -}}
      {{- $last := sub (last $ends | include "wrtpod.number" | int64) $network -}}
      {{- if and (ge $last $from) (le $first $to) -}}
        {{- $taken = append $taken (printf "%03d %03d" (max $first $from) (min $last $to)) -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
  {{- $free := $from -}}
  {{- $start := $from -}}
  {{- $limit := 0 -}}
  {{- range append (sortAlpha $taken) (printf "%d %d" (add $to 1) $to) -}}
    {{- $ends := splitList " " . -}}
    {{- $count := sub (first $ends | atoi) $free | int -}}
    {{- if gt $count $limit -}}
      {{- $start = $free -}}
      {{- $limit = $count -}}
    {{- end -}}
    {{- $free = max $free (last $ends | atoi | add1) -}}
  {{- end -}}
  {{- if $limit }}{{ printf "%d %d" $start $limit }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* A line for each interface that serves a network, and has no address to hand out there; unless it is said to. */}}
{{- define "wrtpod.dhcpNotes" -}}
{{- $root := . -}}
{{- $meant := list -}}
{{- range (include "wrtpod.uciWords" . | fromJson).dhcp -}}
  {{- range .sections -}}
    {{- $options := .options | default dict -}}
    {{- if or (hasKey $options "dhcpv4") (hasKey $options "ignore") }}{{ $meant = append $meant .section }}{{ end -}}
  {{- end -}}
{{- end -}}
{{- range include "wrtpod.nics" . | fromJsonArray -}}
  {{- $four := false -}}
  {{- /* On a line between two machines there is nobody else to give an address to. */ -}}
  {{- range .addressing.addresses }}{{ if and (not (contains ":" .)) (lt (splitList "/" . | last | atoi) 30) }}{{ $four = true }}{{ end }}{{ end -}}
  {{- if and .serve $four (not (has .interface $meant)) (not (include "wrtpod.dhcp.range" (list . $root))) }}
WARNING: interfaces[{{ int .index }}].serve: no address of `{{ .network }}` is free to be handed out by DHCP; give it a larger subnet, or keep fixed addresses and pools out of it
  {{- end }}
{{- end -}}
{{- end -}}

{{/* A JSON list of the addresses and ranges that are not to be handed out. */}}
{{- define "wrtpod.dhcp.taken" -}}
{{- $taken := .Values.reservedAddresses | default list -}}
{{- range .Values.interfaces -}}
  {{- $addresses := ternary .address (list .address) (kindIs "slice" .address) -}}
  {{- range $addresses -}}
    {{- if contains "/" (toString .) }}{{ $taken = append $taken . }}{{ end -}}
  {{- end -}}
{{- end -}}
{{- range .Values.networks -}}
  {{- $taken = concat $taken (.gateways | default list) (.pool | default list) -}}
{{- end -}}
{{- toJson $taken -}}
{{- end -}}

{{/* An IPv4 address, with or without a prefix length, as a number. */}}
{{- define "wrtpod.number" -}}
{{- $number := 0 -}}
{{- range splitList "/" . | first | splitList "." -}}
  {{- $number = add (mul $number 256) (atoi .) -}}
{{- end -}}
{{- $number -}}
{{- end -}}
