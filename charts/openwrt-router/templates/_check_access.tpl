{{/* Ports, the Service, the Ingress and the HTTPRoute. */}}
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
{{- else }}
{{- include "wrtpod.check.tcpPort" (list $ "ingress.port" .port) }}
{{- end }}
{{- if not .host }}
ingress.host: it is empty; write a name like home.example.org
{{- else }}
{{- include "wrtpod.check.host" (list "ingress.host" .host) }}
{{- end }}
{{- include "wrtpod.check.page" (list "ingress.path" .path) }}
{{- end }}
{{- end }}
{{- with .Values.httpRoute }}
{{- if .enabled }}
{{- if not .parentRefs }}
httpRoute.parentRefs: no Gateway leads to it; write `- {name: NAME, namespace: NAMESPACE}`
{{- end }}
{{- if not $.Values.service.enabled }}
httpRoute.enabled: there is no Service to lead to; set `service.enabled`
{{- else }}
{{- include "wrtpod.check.tcpPort" (list $ "httpRoute.port" .port) }}
{{- end }}
{{- range $index, $host := .hostnames }}
{{- include "wrtpod.check.host" (list (printf "httpRoute.hostnames[%d]" $index) $host) }}
{{- end }}
{{- include "wrtpod.check.page" (list "httpRoute.path" .path) }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The port that HTTP is forwarded to: list ROOT PATH NAME, which may be empty. A Service without ports is told of as that. */}}
{{- define "wrtpod.check.tcpPort" }}
{{- $root := first . }}
{{- $name := last . }}
{{- $shown := list }}
{{- range include "wrtpod.tcpPorts" $root | fromJsonArray }}{{ $shown = append $shown .name }}{{ end }}
{{- if and (include "wrtpod.shownPorts" $root | fromJsonArray) (not (ternary (has $name $shown) $shown (not (empty $name)))) }}
{{ index . 1 }}: the Service shows no TCP port `{{ $name }}`; write one of {{ join ", " $shown | default "none: add one to `ports`" }}
{{- end }}
{{- end -}}

{{/* A host name: list PATH NAME. */}}
{{- define "wrtpod.check.host" }}
{{- $label := "[a-z0-9]([a-z0-9-]*[a-z0-9])?" }}
{{- $host := last . }}
{{- if or (include "wrtpod.isAddress" $host) (not (regexMatch (printf "^([*][.])?%s([.]%s)*$" $label $label) $host)) }}
{{ first . }}: `{{ $host }}` is no DNS name; write one like home.example.org, without scheme and port
{{- end }}
{{- end -}}

{{/* The path of a page: list PATH VALUE. */}}
{{- define "wrtpod.check.page" }}
{{- $path := last . }}
{{- if or (not (hasPrefix "/" $path)) (contains "//" $path) }}
{{ first . }}: `{{ $path }}` is not the path of a page; start it with one `/`
{{- else if regexMatch "/[.][.]?(/|$)" $path }}
{{ first . }}: `{{ $path }}` has a part `.` or `..`; write the path that it leads to
{{- else if contains "%2f" (lower $path) }}
{{ first . }}: `{{ $path }}` has a `/` that is written as `%2f`; write `/`
{{- else if and (hasPrefix "httpRoute" (first .)) (not (regexMatch "^([-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})+$" $path)) }}
{{ first . }}: `{{ $path }}` has characters that a path has not; write them as `%` and two hexadecimal digits, without `#` and `?`
{{- end }}
{{- end -}}
