{{/*
What the pod's scripts read. The scripts themselves are in `files/scripts`, in a ConfigMap that is named by what it holds.
*/}}

{{/* The digest of the files that the scripts read: a change of it rolls the pod. */}}
{{- define "wrtpod.configDigest" -}}
{{- $all := list -}}
{{- range $name, $text := include "wrtpod.planFiles" . | fromJson -}}
  {{- $all = append $all (printf "%s\n%d\n%s" $name (len $text) $text) -}}
{{- end -}}
{{- range include "wrtpod.profile.bootFiles" . | fromJsonArray -}}
  {{- $content := include "wrtpod.content" . -}}
  {{- $all = append $all (printf "%s\n%d\n%s" .name (len $content) $content) -}}
{{- end -}}
{{- join "" $all | sha256sum -}}
{{- end -}}

{{/* The bytes of a file with `text` or `base64`. */}}
{{- define "wrtpod.content" -}}
{{- if hasKey . "text" }}{{ .text }}{{ else }}{{ b64dec .base64 }}{{ end -}}
{{- end -}}

{{/* The data of the ConfigMap `plan`. */}}
{{- define "wrtpod.planData" -}}
{{- include "wrtpod.planFiles" . | fromJson | include "wrtpod.blocks" -}}
{{- end -}}

{{/*
Texts by their names, each as a block that people can read. JSON stands where a block would need more than its indentation: for
white space at its beginning, several line breaks at its end, and what YAML too takes for one or does not take.
*/}}
{{- define "wrtpod.blocks" -}}
{{- $entries := list -}}
{{- range $name, $text := . -}}
  {{- $content := include "wrtpod.json" $text -}}
  {{- if not (regexMatch "^\\n*[ \\t]|^\\n*$|\\n\\n$|[\x00-\x08\x0b-\x1f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]" $text) -}}
    {{- $content = trimSuffix "\n" $text | indent 2 | printf "|%s\n%s" (ternary "" "-" (hasSuffix "\n" $text)) -}}
  {{- end -}}
  {{- $entries = append $entries (printf "%s: %s" $name $content) -}}
{{- end -}}
{{- join "\n" $entries -}}
{{- end -}}

{{/* The interfaces that the pod waits for, each NAME=MAC: the decided interfaces. */}}
{{- define "wrtpod.settings.nics" -}}
{{- $words := list -}}
{{- range . }}{{ $words = append $words (printf "%s=%s" .interface .mac) }}{{ end -}}
{{- join " " $words -}}
{{- end -}}

{{/* The cluster's own address ranges: what stays reachable over eth0. */}}
{{- define "wrtpod.settings.cluster" -}}
{{- concat .Values.cluster.podCIDRs .Values.cluster.serviceCIDRs | include "wrtpod.canonical" | fromJsonArray | join " " -}}
{{- end -}}
