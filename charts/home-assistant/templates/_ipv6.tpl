{{/* Nodes that were booted without IPv6. */}}

{{/* What takes IPv6 where `ipv6` is false: dict root, nics. What an interface says itself counts before what its network says. */}}
{{- define "wrtpod.check.ipv6" }}
{{- $root := .root }}
{{- if eq (toString $root.Values.ipv6) "false" }}
{{- range $nic := .nics }}
{{- $own := list }}
{{- range .addressing.addresses }}{{ if contains ":" . }}{{ $own = append $own . }}{{ end }}{{ end }}
{{- with $own }}
interfaces[{{ int $nic.index }}].address: {{ first . }} is of IPv6, and `ipv6` is false; remove it, or set `ipv6` to true
{{- else }}
{{- with include "wrtpod.ipv6Of" (index $root.Values.networks $nic.network) }}
networks.{{ $nic.network }}.{{ . }} is of IPv6, and `ipv6` is false; remove it, or set `ipv6` to true
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The first thing of IPv6 that a network has, as `KEY[PLACE]: WHAT`, or nothing. */}}
{{- define "wrtpod.ipv6Of" -}}
{{- $network := . -}}
{{- $found := list -}}
{{- range $key := list "subnets" "gateways" "pool" "dns" -}}
  {{- range $index, $one := get $network $key | default list -}}
    {{- if contains ":" $one }}{{ $found = printf "%s[%d]: %s" $key $index $one | append $found }}{{ end -}}
  {{- end -}}
{{- end -}}
{{- range $index, $route := $network.routes -}}
  {{- if contains ":" $route.to }}{{ $found = printf "routes[%d]: %s" $index $route.to | append $found }}{{ end -}}
{{- end -}}
{{- with $found }}{{ first . }}{{ end -}}
{{- end -}}
