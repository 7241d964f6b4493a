{{/*
What a generic appliance makes of its interfaces: the CNI plugins configure them, from the pod's annotation.
*/}}

{{/* The address of an interface that names none: there is no such interface, and the rules say so. */}}
{{- define "wrtpod.profile.address" -}}
{{- end -}}

{{/* The last word on the interfaces: list ROOT NICS. Nothing is left to say. */}}
{{- define "wrtpod.profile.settle" -}}
{{- end -}}

{{/* What else an interface without an address may want. */}}
{{- define "wrtpod.profile.login" -}}
{{- end -}}

{{/* Which default routes cannot stand beside each other: any two. */}}
{{- define "wrtpod.profile.slot" -}}
{{- end -}}

{{/* What the name of a CNI network has behind the network's: how an interface uses it. */}}
{{- define "wrtpod.profile.variant" -}}
{{- $words := dict "static" "" "dhcp" "-dhcp" "pool" "-pool" "none" "-l2" "pppoe" "-l2" -}}
{{- index $words .addressing.kind -}}
{{- if and .defaultRoute (has .addressing.kind (list "dhcp" "none")) }}-default{{ end -}}
{{- end -}}

{{/* The addresses that the annotation asks for: a JSON list, or nothing. */}}
{{- define "wrtpod.profile.ips" -}}
{{- if eq .addressing.kind "static" }}{{ include "wrtpod.json" .addressing.addresses }}{{ end -}}
{{- end -}}

{{/* The plugin that gives addresses, or nothing: list NIC NETWORK. */}}
{{- define "wrtpod.profile.ipam" -}}
{{- $kind := (first .).addressing.kind -}}
{{- if eq $kind "static" -}}
{
  "type": "static"
}
{{- else if eq $kind "dhcp" -}}
{{- /* The client is known by its MAC, which Multus passes on and which stays the same. The router's option stays out: routes are made by `wire`. */ -}}
{
  "type": "dhcp",
  "request": [
    {
      "skipDefault": true,
      "option": "subnet-mask"
    }
  ],
  "provide": [
    {
      "option": "dhcp-client-identifier",
      "fromArg": "MAC"
    },
    {
      "option": "host-name",
      "value": {{ include "wrtpod.json" (first .).hostname }}
    }
  ]
}
{{- else if eq $kind "pool" -}}
  {{- include "wrtpod.pool" (last .) -}}
{{- end -}}
{{- end -}}

{{/* host-local gives one address of each set of ranges: the ranges of a family are one. */}}
{{- define "wrtpod.pool" -}}
{{- $network := . -}}
{{- if eq ($network.ipam | default "") "whereabouts" -}}
  {{- include "wrtpod.whereabouts" $network -}}
{{- else -}}
{{- $ipv4 := list -}}
{{- $ipv6 := list -}}
{{- range $network.pool -}}
  {{- $range := include "wrtpod.range" (list . $network.subnets) -}}
  {{- if contains ":" . }}{{ $ipv6 = append $ipv6 $range }}{{ else }}{{ $ipv4 = append $ipv4 $range }}{{ end -}}
{{- end -}}
{{- $sets := list -}}
{{- range without (list (join ",\n" $ipv4) (join ",\n" $ipv6)) "" -}}
  {{- $sets = append $sets (indent 2 . | printf "[\n%s\n]") -}}
{{- end -}}
{
  "type": "host-local",
  "ranges": [
    {{- join ",\n" $sets | nindent 4 }}
  ]
}
{{- end -}}
{{- end -}}

{{/* whereabouts gives an address of each range, that no other pod of the cluster has: a network. */}}
{{- define "wrtpod.whereabouts" -}}
{{- $network := . -}}
{{- $ranges := list -}}
{{- range .pool -}}
  {{- $ends := splitList "-" . -}}
  {{- $subnet := include "wrtpod.subnetOf" (list $network.subnets (first $ends)) | include "wrtpod.address" | toRawJson -}}
  {{- $first := first $ends | include "wrtpod.address" | toRawJson -}}
  {{- $last := last $ends | include "wrtpod.address" | toRawJson -}}
  {{- $ranges = append $ranges (printf "{\n  \"range\": %s,\n  \"range_start\": %s,\n  \"range_end\": %s\n}" $subnet $first $last) -}}
{{- end -}}
{
  "type": "whereabouts",
  "ipRanges": [
    {{- join ",\n" $ranges | nindent 4 }}
  ]
  {{- with .ipamConfig }},
  "configuration_path": {{ toRawJson . }}
  {{- end }}
}
{{- end -}}

{{/* A range of host-local's: list RANGE SUBNETS. */}}
{{- define "wrtpod.range" -}}
{{- $ends := splitList "-" (first .) -}}
{{- $subnet := include "wrtpod.subnetOf" (list (last .) (first $ends)) -}}
{
  "subnet": {{ include "wrtpod.address" $subnet | include "wrtpod.json" }},
  "rangeStart": {{ first $ends | include "wrtpod.address" | include "wrtpod.json" }},
  "rangeEnd": {{ last $ends | include "wrtpod.address" | include "wrtpod.json" }}
}
{{- end -}}

{{/* Answers leave by the interface that they came in by, unless the value says otherwise. */}}
{{- define "wrtpod.profile.sourceRouting" -}}
yes
{{- end -}}

{{/* A JSON list of what its packets come from, beside the addresses that `wire` finds on it: those that are advertised may come later. List NETWORK ADDRESSING. */}}
{{- define "wrtpod.profile.sources" -}}
{{- $subnets := list -}}
{{- if has (last .).kind (list "dhcp" "none") -}}
  {{- range (first .).subnets }}{{ if contains ":" . }}{{ $subnets = append $subnets . }}{{ end }}{{ end -}}
{{- end -}}
{{- include "wrtpod.canonical" $subnets -}}
{{- end -}}

{{- define "wrtpod.profile.needsSources" -}}
{{- end -}}

{{/* Overlays that the pod applies itself, and their files: none. */}}
{{- define "wrtpod.profile.bootOverlays" -}}
{{- end -}}

{{- define "wrtpod.profile.bootFiles" -}}
[]
{{- end -}}

{{/* Sysctls of an interface, KEY VALUE on each line. `IFNAME` stands for its name. */}}
{{- define "wrtpod.profile.sysctls" -}}
{{- $given := has .addressing.kind (list "static" "pool") -}}
{{- /* With two interfaces an answer may leave by the other one. */ -}}
net.ipv4.conf.IFNAME.rp_filter 2
{{- /* Where the addresses are given, an advertisement would add others, and a default route. */}}
net.ipv6.conf.IFNAME.accept_ra {{ ternary 0 1 $given }}
net.ipv6.conf.IFNAME.autoconf {{ ternary 0 1 $given }}
{{- end -}}

{{/* Capabilities beside the chart's own. */}}
{{- define "wrtpod.moreCapabilities" -}}
{{- with include "wrtpod.extraCapabilities" . | fromJsonArray }}{{ include "wrtpod.yaml" . }}{{ end -}}
{{- end -}}

{{/* `yes` where a policy admits the Service's ports and nothing else. */}}
{{- define "wrtpod.guarded" -}}
{{- if eq (toString .Values.guard) "true" }}yes{{ end -}}
{{- end -}}

{{/* Requests and limits: those of the values. */}}
{{- define "wrtpod.resources" -}}
{{- with .Values.resources }}{{ include "wrtpod.yaml" . }}{{ end -}}
{{- end -}}

{{/* What overlays ask of the node: there are none. */}}
{{- define "wrtpod.check.overlayUsers" -}}
{{- end -}}

{{/* The number of the user that the appliance runs as, or nothing. */}}
{{- define "wrtpod.user" -}}
{{- if regexMatch "^[0-9]" (toString .Values.user) }}{{ int64 .Values.user }}{{ end -}}
{{- end -}}

{{/* The number of its group, or nothing: a user without one has the group of his number. */}}
{{- define "wrtpod.group" -}}
{{- if regexMatch "^[0-9]" (toString .Values.group) }}{{ int64 .Values.group }}{{ else }}{{ include "wrtpod.user" . }}{{ end -}}
{{- end -}}

{{/* Whose is what is on the claims, as the pod's security context has it, or nothing. */}}
{{- define "wrtpod.podSecurity" -}}
{{- with include "wrtpod.group" . -}}
fsGroup: {{ . }}
fsGroupChangePolicy: OnRootMismatch
{{- end -}}
{{- end -}}

{{/* Names of the containers of the pod: a JSON list. */}}
{{- define "wrtpod.profile.containers" -}}
{{- list (include "wrtpod.fullname" .) "wire" | toJson -}}
{{- end -}}

{{/* What overlays list of devices: there are none. */}}
{{- define "wrtpod.profile.overlays" -}}
[]
{{- end -}}
