{{/* A JSON object of the files of the ConfigMap `plan`: what the init container `wire` reads, as shell assignments. */}}
{{- define "wrtpod.planFiles" -}}
{{- dict "settings" (include "wrtpod.settings" . | printf "%s\n") | toJson -}}
{{- end -}}

{{- define "wrtpod.settings" -}}
{{- $nics := include "wrtpod.nics" . | fromJsonArray -}}
{{- $route := list -}}
{{- $discovery := "" -}}
{{- range $nics -}}
  {{- if and .defaultRoute (not $route) }}{{ $route = prepend .gateways .interface }}{{ end -}}
  {{- if and .discovery (not $discovery) }}{{ $discovery = .interface }}{{ end -}}
{{- end -}}
{{- $routes := list -}}
{{- $sources := list -}}
{{- range $nic := $nics -}}
  {{- range .routes }}{{ $routes = append $routes (printf "%s,%s,%s" $nic.interface .to .via) }}{{ end -}}
  {{- with .sourceRouting -}}
    {{- $sources = append $sources (concat (list $nic.interface) .gateways .sources | join ",") -}}
  {{- end -}}
{{- end -}}
NICS='{{ include "wrtpod.settings.nics" $nics }}'
CLUSTER_CIDRS='{{ include "wrtpod.settings.cluster" . }}'
DEFAULT_ROUTE='{{ join " " $route }}'
DISCOVERY='{{ $discovery }}'
ROUTES='{{ join " " $routes }}'
SOURCE_ROUTING='{{ join " " $sources }}'
{{- end -}}
