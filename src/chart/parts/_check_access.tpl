{{- /* Ports, the Service and the Ingress. */ -}}
{{- define "wrtpod.check.access" }}
{{- $ports := .Values.ports | default dict }}
{{- $known := keys $ports | sortAlpha | join ", " | default "none" }}
{{- $seen := dict }}
{{- range $name, $port := $ports }}
{{- $key := printf "%s %d" ($port.protocol | default "TCP") (int $port.port) }}
{{- with get $seen $key }}
ports.{{ $name }}: `{{ . }}` is {{ $key }} too; keep one of the two
{{- end }}
{{- $_ := set $seen $key $name }}
{{- end }}
{{- if .Values.service.enabled }}
{{- if not (or $ports .Values.service.ports) }}
service.enabled: the Service has no port to show; add one under `ports`, for example `http: {port: 80}`
{{- end }}
{{- range $index, $name := .Values.service.ports }}
{{- if not (hasKey $ports .) }}
service.ports[{{ $index }}]: there is no port `{{ . }}`; write one of `ports`: {{ $known }}
{{- end }}
{{- end }}
{{- end }}
{{- with .Values.ingress }}
{{- if .enabled }}
{{- if not $.Values.service.enabled }}
ingress.enabled: there is no Service to lead to; set `service.enabled`
{{- else if .port }}
{{- $shown := list }}
{{- range include "wrtpod.servicePorts" $ | fromJsonArray }}{{ $shown = append $shown .name }}{{ end }}
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
