{{/* Environment of the appliance, and the image of its init container. */}}

{{- define "wrtpod.timezone" -}}
{{- with .Values.timezone }}
- name: TZ
  value: {{ . | quote }}
{{- end }}
{{- end }}

{{- define "wrtpod.env" -}}
{{- include "wrtpod.timezone" . }}
{{- with .Values.extraEnv }}
{{ include "wrtpod.yaml" . }}
{{- end }}
{{- end }}

{{- define "wrtpod.helperImage" -}}
{{- .Values.helperImage | default (include "wrtpod.image" .) }}
{{- end }}
