{{/* The Secret with root's password hash and keys. */}}
{{- define "wrtpod.credentialsSecret" -}}
{{- .Values.credentials.existingSecret | default (printf "%s-credentials" (include "wrtpod.fullname" .)) }}
{{- end }}
