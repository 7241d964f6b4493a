{{/* Where the pod's scripts find the overlays that they apply. */}}
{{- define "wrtpod.overlaysMount" -}}
{{- if include "wrtpod.profile.bootOverlays" . -}}
- mountPath: /wrtpod/overlays
  name: wrtpod-overlays
  readOnly: true
{{- end }}
{{- end }}

{{/* The volume of them. */}}
{{- define "wrtpod.overlaysVolume" -}}
{{- if include "wrtpod.profile.bootOverlays" . -}}
- configMap:
    name: {{ include "wrtpod.fullname" . | printf "%s-overlays" | quote }}
  name: wrtpod-overlays
{{- end }}
{{- end }}
