{{- /* A JSON list of the ports that the Service shows: name, port, protocol. All of them where it names none. */ -}}
{{- define "wrtpod.servicePorts" -}}
{{- $ports := .Values.ports | default dict -}}
{{- $shown := list -}}
{{- if .Values.service.enabled -}}
  {{- range .Values.service.ports | default (keys $ports | sortAlpha) | uniq -}}
    {{- if hasKey $ports . -}}
      {{- $port := index $ports . -}}
      {{- $shown = append $shown (dict "name" . "port" (int $port.port) "protocol" ($port.protocol | default "TCP")) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- toJson $shown -}}
{{- end -}}
