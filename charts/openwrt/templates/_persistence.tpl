{{/* The folders of the claim that stand in the place of the image's, by mode. */}}
{{- define "wrtpod.persistentFolders" -}}
{{- if eq .Values.persistence.mode "config" -}}
- mountPath: /etc/config
  name: wrtpod-data
  subPath: config
{{- else if eq .Values.persistence.mode "etc" -}}
- mountPath: /etc
  name: wrtpod-data
  subPath: etc
{{- else if eq .Values.persistence.mode "system" -}}
- mountPath: /etc
  name: wrtpod-data
  subPath: etc
- mountPath: /usr
  name: wrtpod-data
  subPath: usr
- mountPath: /lib
  name: wrtpod-data
  subPath: lib
- mountPath: /bin
  name: wrtpod-data
  subPath: bin
- mountPath: /sbin
  name: wrtpod-data
  subPath: sbin
- mountPath: /www
  name: wrtpod-data
  subPath: www
- mountPath: /root
  name: wrtpod-data
  subPath: root
{{- end }}
{{- end }}

{{/* The claim as a whole: wrtpod's own records lie in it. */}}
{{- define "wrtpod.dataMount" -}}
{{- if ne .Values.persistence.mode "none" -}}
- mountPath: /wrtpod/data
  name: wrtpod-data
{{- end }}
{{- end }}

{{/* The volume of the claim. */}}
{{- define "wrtpod.dataVolume" -}}
{{- if ne .Values.persistence.mode "none" -}}
- name: wrtpod-data
  persistentVolumeClaim:
    claimName: {{ .Values.persistence.existingClaim | default (printf "%s-data" (include "wrtpod.fullname" .)) | quote }}
{{- end }}
{{- end }}

{{/* The size of the claim: what the mode needs unless one was chosen. */}}
{{- define "wrtpod.claimSize" -}}
{{- .Values.persistence.size | default (ternary "512Mi" "64Mi" (eq .Values.persistence.mode "system")) }}
{{- end }}
