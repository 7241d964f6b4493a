{{/*
Settings whose values Secrets have, `{secretKeyRef: {name, key}}` in the place of a value: the pod's scripts find each in a file,
and put it into UCI.
*/}}

{{/* A JSON object of the keys that the settings name, by Secret. */}}
{{- define "wrtpod.uciSecrets" -}}
{{- $secrets := dict -}}
{{- range include "wrtpod.uciWords" . | fromJson -}}
  {{- range . -}}
    {{- range .sections -}}
      {{- range .options -}}
        {{- if kindIs "map" . -}}
          {{- $keys := get $secrets .secretKeyRef.name | default list -}}
          {{- $_ := append $keys .secretKeyRef.key | uniq | sortAlpha | set $secrets .secretKeyRef.name -}}
        {{- end -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- toJson $secrets -}}
{{- end -}}

{{/* Where the machine sees them. */}}
{{- define "wrtpod.secretsMount" -}}
{{- if include "wrtpod.uciSecrets" . | fromJson -}}
- mountPath: /wrtpod/secrets
  name: wrtpod-secrets
  readOnly: true
{{- end -}}
{{- end -}}

{{/* The volume of them: these keys alone, for root alone. */}}
{{- define "wrtpod.secretsVolume" -}}
{{- with include "wrtpod.uciSecrets" . | fromJson -}}
- name: wrtpod-secrets
  projected:
    defaultMode: 256
    sources:
    {{- range $name, $keys := . }}
    - secret:
        items:
        {{- range $keys }}
        - key: {{ . | quote }}
          path: {{ printf "%s/%s" $name . | quote }}
        {{- end }}
        name: {{ $name | quote }}
    {{- end }}
{{- end -}}
{{- end -}}

{{/*
Secrets that stand in the values, a line for each: whoever reads the release or the ConfigMap has them. What is one is what wrtpod
takes for one in a document.
*/}}
{{- define "wrtpod.secretNotes" -}}
{{- range $file, $sections := .Values.uci -}}
  {{- range $index, $section := $sections -}}
    {{- $kind := .type | default (ternary "interface" "" (eq $file "network")) -}}
    {{- if and (not .type) (hasPrefix "@" .section) }}{{ $kind = include "wrtpod.uci.head" . }}{{ end -}}
    {{- range $option, $value := .options -}}
      {{- if and (not (kindIs "map" $value)) (include "wrtpod.isSecret" (list $kind $option)) }}
      {{- $texts := kindIs "slice" $value | ternary $value (list $value) -}}
      {{- $is := false -}}
      {{- range $texts }}{{ if not (include "wrtpod.isHarmless" (list $option .)) }}{{ $is = true }}{{ end }}{{ end -}}
      {{- if and $is (gt (len $texts) 1) }}
WARNING: uci.{{ $file }}[{{ $index }}].options.{{ $option }}: it is a secret, and a Secret has no lists; leave it out, and set it inside the appliance, where `persistence` keeps it
      {{- else if $is }}
WARNING: uci.{{ $file }}[{{ $index }}].options.{{ $option }}: it is a secret; write {secretKeyRef: {name: SECRET, key: KEY}} and put it into a Secret
      {{- end -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{/* Whether the value of such an option is no secret, a word or nothing: list OPTION VALUE. */}}
{{- define "wrtpod.isHarmless" -}}
{{- $value := last . -}}
{{- $number := and (eq (first .) "key") (has $value (list "1" "2" "3" "4")) -}}
{{- $path := and (hasPrefix "/" $value) (not (hasSuffix "=" $value)) -}}
{{- if or (not $value) $number (hasPrefix "$p$" $value) $path -}}yes{{- end -}}
{{- end -}}

{{/* Whether an option of UCI holds a secret, a word or nothing: list TYPE OPTION. */}}
{{- define "wrtpod.isSecret" -}}
{{- $names := include "wrtpod.secretNames" . | fromJson -}}
{{- $whole := join " " . -}}
{{- $name := last . | lower -}}
{{- $is := has $name $names.names -}}
{{- range $names.ends }}{{ if hasSuffix . $name }}{{ $is = true }}{{ end }}{{ end -}}
{{- if has (last .) $names.harmlessNames }}{{ $is = false }}{{ end -}}
{{- if or (eq (last .) "secret") (has $whole $names.ofTypes) (and $is (not (has $whole $names.harmless))) -}}yes{{- end -}}
{{- end -}}
