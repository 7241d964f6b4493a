{{/* Parts of the pod that follow from several values. */}}

{{/* Annotations of the pod: what Multus reads, and a digest that rolls the pod when the files of its ConfigMaps change. */}}
{{- define "wrtpod.podAnnotations" -}}
{{- $own := dict
    "k8s.v1.cni.cncf.io/networks" (include "wrtpod.networks" .)
    "wrtpod.dev/config-sha256" (include "wrtpod.configDigest" .) }}
{{- with include "wrtpod.profile.bootOverlays" . }}{{ $_ := set $own "wrtpod.dev/boot-overlays" . }}{{ end }}
{{- mergeOverwrite (dict) .Values.annotations .Values.podAnnotations $own | include "wrtpod.yaml" }}
{{- end }}

{{/* The ports that the appliance listens on. */}}
{{- define "wrtpod.containerPorts" -}}
{{- range .Values.ports }}
- name: {{ .name | quote }}
  containerPort: {{ .port | int }}
  protocol: {{ .protocol | default "TCP" | quote }}
{{- end }}
{{- end }}

{{/* The capabilities that values add to the chart's own, sets by their members: a JSON list. */}}
{{- define "wrtpod.extraCapabilities" -}}
{{- $own := include "wrtpod.ownCapabilities" . | fromJsonArray -}}
{{- $names := list -}}
{{- range include "wrtpod.capabilities" .Values.extraCapabilities | fromJsonArray -}}
  {{- if not (has . $own) }}{{ $names = append $names . }}{{ end -}}
{{- end -}}
{{- toJson $names -}}
{{- end -}}

{{/* The capabilities of a list, each once and sets by their members: a JSON list. */}}
{{- define "wrtpod.capabilities" -}}
{{- $sets := include "wrtpod.capabilitySets" . | fromJson -}}
{{- $names := list -}}
{{- range . -}}
  {{- range get $sets . | default (list .) -}}
    {{- if not (has . $names) }}{{ $names = append $names . }}{{ end -}}
  {{- end -}}
{{- end -}}
{{- toJson $names -}}
{{- end -}}
