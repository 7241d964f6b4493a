{{/* What the appliance is: the label app.kubernetes.io/name. */}}
{{- define "wrtpod.name" -}}
{{- .Values.nameOverride | default "openwrt-router" }}
{{- end }}
