{{/* What OpenWrt cannot be, or do: dict root, nics. */}}
{{- define "wrtpod.check.profile" }}
{{- $root := .root }}
{{- $servers := list }}
{{- range .nics }}
{{- $path := printf "interfaces[%d]" (int .index) }}
{{- $network := index $root.Values.networks .network }}
{{- if and (not $network.existing) (has $network.kind (list "vlan" "ipvlan")) }}
{{ $path }}.network: OpenWrt cannot be on `{{ .network }}`: {{ $network.kind }} needs addresses from the CNI; use kind macvlan, with `vlan` where there is one
{{- end }}
{{- if and .bridge (not $network.existing) (eq $network.kind "macvlan") (ne $network.mode "passthru") }}
{{ $path }}.bridge: a macvlan interface passes only its own MAC; leave it out and route, or use mode passthru, kind bridge or hostDevice
{{- end }}
{{- if eq .addressing.kind "pool" }}
{{ $path }}.address: OpenWrt's interfaces come without addresses of the CNI: there is no pool for them; write a fixed address, or dhcp
{{- end }}
{{- if .serve }}
{{- $wire := include "wrtpod.wire" (list $root $network) }}
{{- if has $wire $servers }}
{{ $path }}.serve: two interfaces serve `{{ .network }}`; keep it on one interface of a network
{{- else if ne .addressing.kind "static" }}
{{ $path }}.serve: `{{ .interface }}` serves its network without a fixed address; write the router's address on this network, or `address: gateway`
{{- end }}
{{- $servers = append $servers $wire }}
{{- end }}
{{- $own := index $root.Values.interfaces (int .index) }}
{{- if and $own.gateways (has .addressing.kind (list "dhcp" "pppoe")) }}
{{ $path }}.gateways: OpenWrt takes the gateway of its lease, or its provider; remove it, or write a fixed address
{{- end }}
{{- if and (eq .addressing.kind "pppoe") (not (include "wrtpod.devices" $root)) }}
{{ $path }}.address: it dials by PPPoE, and there is no /dev/ppp; write the overlay `pppoe`, or what your device plugin calls it under `resources.limits`
{{- end }}
{{- end }}
{{- range .nics }}
{{- $network := index $root.Values.networks .network }}
{{- if and (or $network.parent $network.existing) (not .serve) (eq .addressing.kind "dhcp") (has (include "wrtpod.wire" (list $root $network)) $servers) }}
interfaces[{{ int .index }}].address: `{{ .interface }}` asks for an address on the wire that the release itself serves; give the network another parent, or a vlan
{{- end }}
{{- end }}
{{- $values := .root.Values }}
{{- if or (regexMatch "[^!-~]|'" ($values.timezone | default "UTC")) ($values.timezone | default "UTC" | splitList "," | first | contains "/") }}
timezone: OpenWrt reads no time zone by name: `{{ $values.timezone }}`; write its POSIX string, for example CET-1CEST,M3.5.0,M10.5.0/3, and the name as `zonename`
{{- end }}
{{- if not (regexMatch "^[A-Za-z0-9_+/-]*$" ($values.zonename | default "")) }}
zonename: `{{ $values.zonename }}` is no name of a time zone; write one such as Europe/Berlin, and its POSIX string as `timezone`
{{- end }}
{{- range $index, $capability := $values.extraCapabilities }}
{{- if eq . "SYS_ADMIN" }}
extraCapabilities[{{ $index }}]: with SYS_ADMIN OpenWrt's init mounts over what the pod has; remove it
{{- end }}
{{- end }}
{{- if and (regexMatch "(openwrt/rootfs|^openwrtorg/rootfs)$" $values.image.repository) (regexMatch "^(armsr|armvirt|aarch64|arm_)" $values.image.tag) }}
image.tag: `{{ $values.image.tag }}` names its architecture in OpenWrt's words: kubelet finds no match; use an image whose architecture is written as arm64 or arm
{{- end }}
{{- range $index, $reserved := $values.reservedAddresses }}
{{- range splitList "-" . }}
{{- if not (include "wrtpod.isAddress" .) }}
reservedAddresses[{{ $index }}]: `{{ . }}` is no address; write one, or a range like 192.168.1.150-192.168.1.160
{{- end }}
{{- end }}
{{- end }}
{{- include "wrtpod.check.size" (list "persistence.size" $values.persistence.size) }}
{{- range $name, $_ := $values.firstBoot }}
{{- if not (regexMatch "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$" $name) }}
firstBoot.{{ $name }}: it is no name; use 1 to 63 of a-z, 0-9 and `-`, with a letter or digit at both ends
{{- end }}
{{- end }}
{{- include "wrtpod.check.credentials" $values.credentials }}
{{- include "wrtpod.check.overlays" . }}
{{- range $file, $words := include "wrtpod.uciWords" .root | fromJson }}
{{- include "wrtpod.check.uci" (list $file $words $) }}
{{- end }}
{{- end -}}

{{/* How root logs in: `credentials`, which an appliance with an empty password has not. */}}
{{- define "wrtpod.check.credentials" }}
{{- with . }}
{{- if and .existingSecret (or .passwordHash .authorizedKeys) }}
credentials: a Secret that is there and a new one; write either `existingSecret`, or `passwordHash` and `authorizedKeys`
{{- else if and .authorizedKeys (not .passwordHash) }}
credentials.passwordHash: it is empty, and `authorizedKeys` alone make no Secret; write what `openssl passwd -6` prints
{{- else if and .passwordHash (not (regexMatch "^[$][0-9a-z]+[$][^:\\s]+$" .passwordHash)) }}
credentials.passwordHash: it is no crypt(3) string; write what `openssl passwd -6` prints
{{- end }}
{{- end }}
{{- end -}}

{{/* Why a name that the kernel takes is none for an interface, or nothing: list NIC NICS. */}}
{{- define "wrtpod.profile.nameFault" -}}
{{- $nic := first . -}}
{{- $name := $nic.interface -}}
{{- $own := list "cluster" "loopback" "globals" "dnsmasq" "odhcpd" "discovery" -}}
{{- range last . -}}
  {{- $own = append $own (include "wrtpod.uci.twin" (list . (last $))) -}}
  {{- if .bridge }}{{ $own = printf "bridge_%s" .interface | append $own }}{{ end -}}
  {{- $nic := . -}}
  {{- range $index, $_ := .routes }}{{ $own = printf "route_%s_%d" $nic.interface (add1 $index) | append $own }}{{ end -}}
  {{- $sources := include "wrtpod.uci.targets" . | fromJsonArray | len | add (len (.sourceRouting.sources | default list)) -}}
  {{- range until (int $sources) }}{{ $own = printf "source_%s_%d" $nic.interface (add1 .) | append $own }}{{ end -}}
{{- end -}}
{{- if not (regexMatch "^[a-z][a-z0-9_]*$" $name) -}}
is no UCI section's name; write a small letter, then small letters, digits and `_`
{{- else if and $nic.bridge (gt (len $name) 12) -}}
is too long for a bridge `br-{{ $name }}`: the kernel takes 15 characters; give the interface another `name`
{{- else if or (has $name $own) (regexMatch "^(cluster|sources)_" $name) -}}
is a section that the chart writes itself; give the interface another `name`
{{- end -}}
{{- end -}}

{{/* `yes` when an interface asks its network for a gateway. */}}
{{- define "wrtpod.profile.asks" -}}
{{- if has .addressing.kind (list "dhcp" "pppoe") }}yes{{ end -}}
{{- end -}}

{{/* `yes` when the pod asks for a device of a device plugin. */}}
{{- define "wrtpod.devices" -}}
{{- $limits := (include "wrtpod.resources" . | fromYaml).limits | default dict -}}
{{- range $name, $_ := $limits }}{{ if contains "/" $name }}yes{{ break }}{{ end }}{{ end -}}
{{- end -}}
