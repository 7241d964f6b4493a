{{/*
Routes of an interface to networks behind its routers, and the table and the rules by which answers leave by the interface
that they came in by: a NIC.
*/}}
{{- define "wrtpod.uci.routes" }}
{{- $name := .interface }}
{{- range $index, $route := .routes }}
{{- include "wrtpod.uci.route" (list (printf "route_%s_%d" $name (add1 $index)) $name .to .via) }}
{{- end }}
{{- $table := add 101 (int .index) }}
{{- $targets := include "wrtpod.uci.targets" . | fromJsonArray }}
{{- range $index, $target := $targets }}
{{- include "wrtpod.uci.route" (list (printf "source_%s_%d" $name (add1 $index)) $name .to .via) }}
	option table '{{ $table }}'
{{- end }}
{{- range $index, $source := .sourceRouting.sources }}

config {{ ternary "rule6" "rule" (contains ":" .) }} 'source_{{ $name }}_{{ add 1 $index (len $targets) }}'
	option in 'loopback'
	option src '{{ . }}'
	option lookup '{{ $table }}'
	option priority '1001'
{{- end }}
{{- end -}}

{{/* A JSON list of what the table of an interface has: its subnets, the networks behind its routers, everything else. */}}
{{- define "wrtpod.uci.targets" -}}
{{- $targets := list -}}
{{- with .sourceRouting -}}
  {{- $subnets := list -}}
  {{- range $.addressing.addresses | default .sources }}{{ $subnets = append $subnets (include "wrtpod.subnet" .) }}{{ end -}}
  {{- range uniq $subnets }}{{ $targets = append $targets (dict "to" . "via" "") }}{{ end -}}
  {{- $targets = concat $targets $.routes -}}
  {{- range .gateways }}{{ $targets = append $targets (dict "to" (ternary "::/0" "0.0.0.0/0" (contains ":" .)) "via" .) }}{{ end -}}
{{- end -}}
{{- toJson $targets -}}
{{- end -}}

{{/* A route: list SECTION INTERFACE TO VIA. */}}
{{- define "wrtpod.uci.route" }}

config {{ ternary "route6" "route" (contains ":" (index . 2)) }} '{{ index . 0 }}'
	option interface '{{ index . 1 }}'
	option target '{{ index . 2 }}'
{{- with index . 3 }}
	option gateway '{{ . }}'
{{- end }}
{{- end -}}

{{/* What goes to the cluster is the main table's, whatever it comes from: dict root, nics. */}}
{{- define "wrtpod.uci.clusterRules" }}
{{- $any := false }}
{{- range .nics }}{{ $any = or $any (not (empty .sourceRouting)) }}{{ end }}
{{- range $index, $range := ternary (include "wrtpod.settings.cluster" .root | splitList " ") list $any }}

config {{ ternary "rule6" "rule" (contains ":" .) }} 'sources_{{ add1 $index }}'
	option in 'loopback'
	option dest '{{ . }}'
	option lookup '254'
	option priority '1000'
{{- end }}
{{- end -}}
