{{/* How the cluster reaches the appliance over eth0. */}}

{{/* The ports that the Service shows, as JSON: those that it names, each once, or all. */}}
{{- define "wrtpod.shownPorts" -}}
{{- $shown := list }}
{{- if .Values.service.enabled }}
{{- range $name := .Values.service.ports | uniq }}
{{- range $.Values.ports }}
{{- if eq .name $name }}{{ $shown = append $shown . }}{{ end }}
{{- end }}
{{- end }}
{{- if not .Values.service.ports }}{{ $shown = .Values.ports }}{{ end }}
{{- end }}
{{- toJson $shown }}
{{- end }}

{{/* Ports of the Service. */}}
{{- define "wrtpod.servicePorts" -}}
{{- range include "wrtpod.shownPorts" . | fromJsonArray }}
- name: {{ .name }}
  port: {{ .port | int }}
  protocol: {{ .protocol | default "TCP" }}
  targetPort: {{ .name }}
{{- end }}
{{- end }}

{{/* What the policy admits on eth0. The interfaces on the LAN are out of its reach: the cluster's CNI does not see them. */}}
{{- define "wrtpod.policyPorts" -}}
{{- with include "wrtpod.shownPorts" . | fromJsonArray }}
- ports:
  {{- range . }}
  - port: {{ .name }}
    protocol: {{ .protocol | default "TCP" }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "wrtpod.serviceAnnotations" -}}
{{- toYaml (mergeOverwrite (include "wrtpod.annotations" . | fromYaml) .Values.service.annotations) }}
{{- end }}

{{- define "wrtpod.ingressAnnotations" -}}
{{- toYaml (mergeOverwrite (include "wrtpod.annotations" . | fromYaml) .Values.ingress.annotations) }}
{{- end }}

{{/* The port behind the Ingress: the Service's first, where none is named. */}}
{{- define "wrtpod.ingressPort" -}}
{{- $shown := include "wrtpod.shownPorts" . | fromJsonArray }}
{{- .Values.ingress.port | default (get (first $shown | default dict) "name") }}
{{- end }}

{{- define "wrtpod.ingressTls" -}}
{{- with .Values.ingress.tlsSecret }}
- hosts:
  - {{ $.Values.ingress.host | quote }}
  secretName: {{ . | quote }}
{{- end }}
{{- end }}
