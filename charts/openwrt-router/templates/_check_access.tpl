{{/* Ports, the Service and the Ingress. */}}
{{- define "wrtpod.check.access" }}
{{- $names := list }}
{{- $seen := dict }}
{{- range $index, $port := .Values.ports }}
{{- $key := printf "%s %d" (.protocol | default "TCP") (int .port) }}
{{- if or (contains "--" .name) (not (regexMatch "[a-z]" .name)) }}
ports[{{ $index }}].name: `{{ .name }}` is not a name of a port; use small letters, digits and single `-`, with a letter somewhere
{{- end }}
{{- if has .name $names }}
ports[{{ $index }}].name: two ports are called `{{ .name }}`; give one of them another name
{{- else if hasKey $seen $key }}
ports[{{ $index }}].port: `{{ get $seen $key }}` is {{ $key }} too; keep one of the two
{{- end }}
{{- $names = append $names .name }}
{{- $_ := set $seen $key .name }}
{{- end }}
{{- if .Values.service.enabled }}
{{- if not (or $names .Values.service.ports) }}
service.enabled: the Service has no port to show; add one to `ports`, for example `{name: http, port: 80}`
{{- end }}
{{- range $index, $name := .Values.service.ports }}
{{- if not (has . $names) }}
service.ports[{{ $index }}]: there is no port `{{ . }}`; write one of `ports`: {{ join ", " $names | default "none" }}
{{- end }}
{{- end }}
{{- end }}
{{- range $index, $range := (.Values.egress | default dict).cidrs }}
{{- if not (include "wrtpod.isCidr" $range) }}
egress.cidrs[{{ $index }}]: `{{ $range }}` is no range of addresses; write one like 0.0.0.0/0
{{- else if contains "y" (splitList "/" $range | first | include "wrtpod.bits" | substr (splitList "/" $range | last | atoi) 128) }}
egress.cidrs[{{ $index }}]: `{{ $range }}` is an address in a range; write the range's first address before the `/`
{{- end }}
{{- end }}
{{- with .Values.ingress }}
{{- if .enabled }}
{{- if not $.Values.service.enabled }}
ingress.enabled: there is no Service to lead to; set `service.enabled`
{{- else if .port }}
{{- $shown := list }}
{{- range include "wrtpod.shownPorts" $ | fromJsonArray }}{{ $shown = append $shown .name }}{{ end }}
{{- if not (has .port $shown) }}
ingress.port: the Service shows no port `{{ .port }}`; write one of {{ join ", " $shown }}
{{- end }}
{{- end }}
{{- $label := "[a-z0-9]([a-z0-9-]*[a-z0-9])?" }}
{{- if not .host }}
ingress.host: it is empty; write a name like home.example.org
{{- else if or (include "wrtpod.isAddress" .host) (not (regexMatch (printf "^([*][.])?%s([.]%s)*$" $label $label) .host)) }}
ingress.host: `{{ .host }}` is no DNS name; write one like home.example.org, without scheme and port
{{- end }}
{{- if or (not (hasPrefix "/" .path)) (contains "//" .path) }}
ingress.path: `{{ .path }}` is not the path of a page; start it with one `/`
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
