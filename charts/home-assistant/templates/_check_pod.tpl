{{/* What Kubernetes would refuse of the pod, and that nobody else has its MAC: dict root, nics. */}}
{{- define "wrtpod.check.pod" }}
{{- $values := .root.Values }}
{{- include "wrtpod.check.amounts" (list "resources" ($values.resources | default dict)) }}
{{- include "wrtpod.check.containers" .root }}
{{- range $name, $volume := $values.volumes }}
{{- include "wrtpod.check.size" (list (printf "volumes.%s.size" $name) $volume.size) }}
{{- end }}
{{- range $index, $toleration := $values.tolerations }}
{{- with include "wrtpod.check.toleration" . }}
tolerations[{{ $index }}]: this is no toleration: {{ . }}
{{- end }}
{{- end }}
{{- $identity := false }}
{{- range .nics }}{{ if or .mac .addressing.addresses }}{{ $identity = true }}{{ end }}{{ end }}
{{- if and $identity (not (include "wrtpod.oneHolder" .root)) }}
nodes: a Deployment may run two pods of `{{ include "wrtpod.fullname" .root }}` while a node does not answer; pin it to one node, or use a claim with `accessMode: ReadWriteOncePod`
{{- end }}
{{- end -}}

{{/* Requests and limits of a container: list PATH RESOURCES. */}}
{{- define "wrtpod.check.amounts" }}
{{- $path := first . }}
{{- $resources := last . }}
{{- range $name, $request := $resources.requests }}
{{- $limit := get ($resources.limits | default dict) $name | default $request }}
{{- if gt (include "wrtpod.amount" $request | float64) (include "wrtpod.amount" $limit | float64) }}
{{ $path }}.requests.{{ $name }}: {{ $request }} of {{ $name }} are requested, and {{ $limit }} are the limit; lower the request, or raise the limit
{{- end }}
{{- end }}
{{- end -}}

{{/* An amount of Kubernetes' as a plain number. */}}
{{- define "wrtpod.amount" -}}
{{- $unit := toString . | regexFind "[A-Za-z]+$" -}}
{{- $factors := dict "n" 1e-9 "u" 1e-6 "m" 1e-3 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "E" 1e18
      "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 "Pi" 1125899906842624 "Ei" 1152921504606846976 -}}
{{- get $factors $unit | default 1 | mulf (toString . | trimSuffix $unit | float64) -}}
{{- end -}}

{{/* Why a map is no toleration, or nothing. What its values alone can get wrong is in values.schema.json. */}}
{{- define "wrtpod.check.toleration" -}}
{{- if and (not .key) (ne .operator "Exists") -}}
without a `key` it tolerates everything; write `key`, or `operator: Exists` for everything
{{- else if and (eq .operator "Exists") .value -}}
`Exists` looks at no value; remove `value`, or write `operator: Equal`
{{- else if and (not (kindIs "invalid" .tolerationSeconds)) (ne .effect "NoExecute") -}}
`tolerationSeconds` is for the effect NoExecute; remove it, or write `effect: NoExecute`
{{- end -}}
{{- end -}}

{{/*
`yes` where no second pod can start beside one whose node does not answer: a StatefulSet waits, else the pod has one node or a
claim for one pod. What an affinity of one's own does, nobody knows.
*/}}
{{- define "wrtpod.oneHolder" -}}
{{- $claims := values (.Values.volumes | default dict) -}}
{{- with .Values.persistence }}{{ if ne .mode "none" }}{{ $claims = append $claims . }}{{ end }}{{ end -}}
{{- $one := or .Values.affinity (ne (include "wrtpod.workload" .) "Deployment") (eq (len .Values.nodes) 1) -}}
{{- range $claims -}}
  {{- if and (not .existingClaim) (eq (toString .accessMode) "ReadWriteOncePod") }}{{ $one = true }}{{ end -}}
{{- end -}}
{{- if $one }}yes{{ end -}}
{{- end -}}

{{/* A line for each amount of bytes whose unit was probably forgotten. Nothing is refused for it: Kubernetes takes them. */}}
{{- define "wrtpod.unitNotes" -}}
{{- $amounts := dict -}}
{{- with (.Values.persistence | default dict).size }}{{ $_ := set $amounts "persistence.size" . }}{{ end -}}
{{- range $name, $volume := .Values.volumes }}{{ with $volume.size }}{{ $_ := set $amounts (printf "volumes.%s.size" $name) . }}{{ end }}{{ end -}}
{{- $resources := dict "resources" .Values.resources -}}
{{- range $name, $one := .Values.containers }}{{ with $one }}{{ $_ := set $resources (printf "containers.%s.resources" $name) .resources }}{{ end }}{{ end -}}
{{- range $path, $stated := $resources -}}
  {{- range $kind := list "requests" "limits" -}}
    {{- with get ($stated | default dict) $kind }}{{ with .memory }}{{ $_ := set $amounts (printf "%s.%s.memory" $path $kind) . }}{{ end }}{{ end -}}
  {{- end -}}
{{- end -}}
{{- range $path, $amount := $amounts }}
{{- $bytes := include "wrtpod.amount" $amount | float64 -}}
{{- if and (gt $bytes 0.0) (lt $bytes 1048576.0) }}
WARNING: {{ $path }}: {{ $amount }} is {{ $bytes }} bytes; write it with its unit, such as 64Mi
{{- end }}
{{- end }}
{{- end -}}
