{{/* Names and labels that every object carries. */}}

{{/* The name of all objects: the release's, with the chart's behind it unless it is part of it. */}}
{{- define "wrtpod.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride }}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* The label by which the workload, its Service and its policy find the pod. A selector never changes. */}}
{{- define "wrtpod.selectorLabels" -}}
wrtpod.dev/appliance: {{ include "wrtpod.fullname" . | quote }}
{{- end }}

{{/*
Labels of every object. The chart's own is none of the pod's and of no selector: it changes with each version, and a pod would
be made anew for it.
*/}}
{{- define "wrtpod.labels" -}}
{{- $chart := printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | regexFind "^.*[A-Za-z0-9]" }}
{{- $own := include "wrtpod.ownLabels" . | fromYaml | merge (dict "helm.sh/chart" $chart) }}
{{- mergeOverwrite $own .Values.labels | include "wrtpod.yaml" }}
{{- end }}

{{/* Labels of the pod: those of every object, and its own. */}}
{{- define "wrtpod.podLabels" -}}
{{- $own := include "wrtpod.ownLabels" . | fromYaml }}
{{- mergeOverwrite $own .Values.labels .Values.podLabels | include "wrtpod.yaml" }}
{{- end }}

{{- define "wrtpod.ownLabels" -}}
{{ include "wrtpod.selectorLabels" . }}
app.kubernetes.io/name: {{ include "wrtpod.name" . | quote }}
app.kubernetes.io/instance: {{ include "wrtpod.fullname" . | quote }}
app.kubernetes.io/managed-by: wrtpod
{{- end }}

{{/* Annotations of every object. By the first, Flux leaves every ${...} in it alone. */}}
{{- define "wrtpod.annotations" -}}
{{- mergeOverwrite (dict "kustomize.toolkit.fluxcd.io/substitute" "disabled") .Values.annotations | include "wrtpod.yaml" }}
{{- end }}

{{/* The same of what carries the pod's scripts and settings: those are never substituted in. */}}
{{- define "wrtpod.textAnnotations" -}}
{{- mergeOverwrite (include "wrtpod.annotations" . | fromYaml) (dict "kustomize.toolkit.fluxcd.io/substitute" "disabled") | include "wrtpod.yaml" }}
{{- end }}

{{/* The image: its digest, where there is one, is what is pulled. */}}
{{- define "wrtpod.image" -}}
{{- with .Values.image }}
{{- .repository }}
{{- with .tag }}:{{ . }}{{ end }}
{{- with .digest }}@{{ . }}{{ end }}
{{- end }}
{{- end }}

{{/* The host name that the network is told. */}}
{{- define "wrtpod.hostname" -}}
{{- .Values.hostname | default (include "wrtpod.fullname" .) -}}
{{- end -}}
