{{/*
Texts of values in YAML. Its readers take U+0085, U+2028 and U+2029 for line breaks wherever they stand bare, and refuse DEL and
the other controls; what stood behind such a break would be YAML of its own. Others turn the direction of a line, or cannot be
seen. Here they are written as their JSON escapes.
*/}}

{{/* A text with these characters as escapes: one that is JSON already, where they stand in strings alone. */}}
{{- define "wrtpod.escaped" -}}
{{- $text := . -}}
{{- if regexMatch "[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]" $text -}}
  {{- range concat (untilStep 127 160 1) (untilStep 0x200b 0x2010 1) (untilStep 0x2028 0x202f 1) (untilStep 0x2060 0x2070 1) (list 0xad 0x61c 0x180e 0xfeff 0xfff9 0xfffa 0xfffb 0xfffe 0xffff) -}}
    {{- $text = replace (printf "%c" .) (printf "\\u%04x" .) $text -}}
  {{- end -}}
{{- end -}}
{{- $text -}}
{{- end -}}

{{/* Any value as JSON on one line that is YAML too. */}}
{{- define "wrtpod.json" -}}
{{- toRawJson . | include "wrtpod.escaped" -}}
{{- end -}}

{{/*
A map or a list as YAML. `toYaml` writes these characters bare: where one stands, each entry's value is JSON. (JSON as Go writes it
has escapes for U+2028 and U+2029.)
*/}}
{{- define "wrtpod.yaml" -}}
{{- $json := toRawJson . -}}
{{- if not (regexMatch "[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]|\\\\u202[89]" $json) -}}
{{ toYaml . }}
{{- else if kindIs "map" . -}}
  {{- $lines := list -}}
  {{- range $key, $value := . -}}
    {{- $lines = append $lines (printf "%s: %s" (include "wrtpod.json" $key) (include "wrtpod.json" $value)) -}}
  {{- end -}}
  {{- join "\n" $lines -}}
{{- else -}}
  {{- $lines := list -}}
  {{- range . }}{{ $lines = include "wrtpod.json" . | printf "- %s" | append $lines }}{{ end -}}
  {{- join "\n" $lines -}}
{{- end -}}
{{- end -}}
