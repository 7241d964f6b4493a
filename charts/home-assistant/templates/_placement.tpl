{{/*
Where the pod may run, as the field `affinity`: `affinity` itself, or the nodes by name and the architecture of the image.
OpenWrt's image tags begin with their target; other images are built for several architectures.
*/}}
{{- define "wrtpod.nodeAffinity" -}}
{{- if .Values.affinity -}}
  {{- include "wrtpod.yaml" .Values.affinity -}}
{{- else -}}
  {{- $terms := list -}}
  {{- with .Values.nodes -}}
    {{- $terms = append $terms (dict "key" "kubernetes.io/hostname" "operator" "In" "values" .) -}}
  {{- end -}}
  {{- if regexMatch "^x86[-_]64" .Values.image.tag -}}
    {{- $terms = append $terms (dict "key" "kubernetes.io/arch" "operator" "In" "values" (list "amd64")) -}}
  {{- end -}}
  {{- with $terms -}}
nodeAffinity:
  requiredDuringSchedulingIgnoredDuringExecution:
    nodeSelectorTerms:
    - matchExpressions:
      {{- include "wrtpod.yaml" . | nindent 6 }}
  {{- end -}}
{{- end -}}
{{- end -}}
