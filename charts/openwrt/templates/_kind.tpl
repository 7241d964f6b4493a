{{/* What the appliance is: the label app.kubernetes.io/name. */}}
{{- define "wrtpod.name" -}}
{{- .Values.nameOverride | default "openwrt" }}
{{- end }}

{{/* The kind of its workload. */}}
{{- define "wrtpod.workload" -}}
StatefulSet
{{- end -}}

{{/* What the site says of the attachments to its networks. */}}
{{- define "wrtpod.siteLabels" -}}
{}
{{- end -}}

{{- define "wrtpod.siteAnnotations" -}}
{}
{{- end -}}
