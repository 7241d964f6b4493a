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

{{/* Secrets that stand in the values, a line for each: whoever reads the release or the ConfigMap has them. */}}
{{- define "wrtpod.secretNotes" -}}
{{- $names := include "wrtpod.secretNames" . | fromJson -}}
{{- range $file, $sections := .Values.uci -}}
  {{- range $index, $section := $sections -}}
    {{- $kind := .type | default (trimSuffix "[0]" .section | trimPrefix "@") -}}
    {{- range $option, $value := .options -}}
      {{- $named := or (has $option $names.names) (eq $option "secret") (has (printf "%s %s" $kind $option) $names.ofTypes) -}}
      {{- range $names.ends }}{{ if hasSuffix . $option }}{{ $named = true }}{{ end }}{{ end -}}
      {{- if and $named (kindIs "string" $value) (gt (len $value) 1) (not (hasPrefix "$p$" $value)) (or (not (hasPrefix "/" $value)) (hasSuffix "=" $value)) }}
WARNING: uci.{{ $file }}[{{ $index }}].options.{{ $option }}: it is a secret; write {secretKeyRef: {name: SECRET, key: KEY}} and put it into a Secret
      {{- end -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- end -}}
