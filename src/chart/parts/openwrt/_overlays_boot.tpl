{{/*
Overlays that the pod applies itself: those that take something which the image has not. Persistence mode `system` alone keeps
what is installed. How it is done is in `files/scripts`: `overlays`, `overlay-files` and `install`.
*/}}

{{/* A JSON list of them, in their order. */}}
{{- define "wrtpod.bootOverlays" -}}
{{- $overlays := list -}}
{{- if eq .Values.persistence.mode "system" -}}
  {{- range include "wrtpod.overlays" . | fromJsonArray -}}
    {{- if .lacking }}{{ $overlays = append $overlays . }}{{ end -}}
  {{- end -}}
{{- end -}}
{{- toJson $overlays -}}
{{- end -}}

{{/* Their names for the pod's annotation; nothing without any. */}}
{{- define "wrtpod.profile.bootOverlays" -}}
{{- $names := list -}}
{{- range include "wrtpod.bootOverlays" . | fromJsonArray }}{{ $names = append $names .name }}{{ end -}}
{{- join "," $names -}}
{{- end -}}

{{/*
The same list, with what is to be done for each: of what several name, the last word counts, as in an image. The machine's own
scripts come last.
*/}}
{{- define "wrtpod.bootActions" -}}
{{- $actions := list -}}
{{- $packages := list -}}
{{- $scripts := keys (.Values.firstBoot | default dict) -}}
{{- $files := list -}}
{{- range include "wrtpod.bootOverlays" . | fromJsonArray | reverse -}}
  {{- $own := dict "name" .name "uci" (keys (.uci | default dict) | sortAlpha) "services" (.disabledServices | default list) -}}
  {{- $wishes := list -}}
  {{- range .packages -}}
    {{- if not (has (trimPrefix "-" .) $packages) }}{{ $wishes = append $wishes . }}{{ end -}}
  {{- end -}}
  {{- $_ := set $own "packages" $wishes -}}
  {{- $run := dict -}}
  {{- range $name, $text := .scripts -}}
    {{- if not (has $name $scripts) }}{{ $_ := set $run $name $text }}{{ end -}}
  {{- end -}}
  {{- $_ := set $own "scripts" $run -}}
  {{- $laid := list -}}
  {{- range .files -}}
    {{- if not (has .path $files) }}{{ $laid = append $laid . }}{{ end -}}
  {{- end -}}
  {{- $_ := set $own "files" $laid -}}
  {{- range .packages }}{{ $packages = append $packages (trimPrefix "-" .) }}{{ end -}}
  {{- range $name, $_ := .scripts }}{{ $scripts = append $scripts $name }}{{ end -}}
  {{- range .files }}{{ $files = append $files .path }}{{ end -}}
  {{- $actions = prepend $actions $own -}}
{{- end -}}
{{- toJson $actions -}}
{{- end -}}

{{/*
A JSON list of the files of the ConfigMap `overlays`, each with `name` and either `text` or `base64`: texts by their names, then
the others. The file `index` says what is to be done, an entry a line; its form is in the script `overlays`.
*/}}
{{- define "wrtpod.profile.bootFiles" -}}
{{- $index := list -}}
{{- $texts := dict -}}
{{- $files := list -}}
{{- $count := 0 -}}
{{- range include "wrtpod.bootActions" . | fromJsonArray -}}
  {{- $name := .name -}}
  {{- $index = append $index (list "overlay" $name) -}}
  {{- range .packages }}{{ $index = append $index (list "package" $name .) }}{{ end -}}
  {{- range .uci }}{{ $index = append $index (list "uci" $name .) }}{{ end -}}
  {{- range .services }}{{ $index = append $index (list "service" $name .) }}{{ end -}}
  {{- range $script, $text := .scripts -}}
    {{- $index = append $index (list "script" $name $script) -}}
    {{- $_ := set $texts (printf "script.%s" $script) $text -}}
  {{- end -}}
  {{- range .files -}}
    {{- $key := printf "%s.%d" (ternary "link" "file" (hasKey . "link")) $count -}}
    {{- $count = add1 $count -}}
    {{- if hasKey . "link" -}}
      {{- $index = append $index (list "link" $name $key .path) -}}
      {{- $_ := set $texts $key .link -}}
    {{- else -}}
      {{- $index = append $index (list "file" $name .mode $key .path) -}}
      {{- if hasKey . "base64" -}}
        {{- $files = append $files (dict "name" $key "base64" .base64) -}}
      {{- else -}}
        {{- $_ := set $texts $key .text -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- $lines := "" -}}
{{- range $index }}{{ $lines = join "\t" . | printf "%s%s\n" $lines }}{{ end -}}
{{- if $index }}{{ $_ := set $texts "index" $lines }}{{ end -}}
{{- $sorted := list -}}
{{- range $name, $text := $texts }}{{ $sorted = append $sorted (dict "name" $name "text" $text) }}{{ end -}}
{{- concat $sorted $files | toJson -}}
{{- end -}}

{{/* The data of that ConfigMap. */}}
{{- define "wrtpod.overlaysData" -}}
{{- $texts := dict -}}
{{- range include "wrtpod.profile.bootFiles" . | fromJsonArray -}}
  {{- if hasKey . "text" }}{{ $_ := set $texts .name .text }}{{ end -}}
{{- end -}}
{{- include "wrtpod.blocks" $texts -}}
{{- end -}}

{{- define "wrtpod.overlaysBinaryData" -}}
{{- range include "wrtpod.profile.bootFiles" . | fromJsonArray -}}
  {{- if hasKey . "base64" }}{{ printf "%s: %s\n" .name (toJson .base64) }}{{ end -}}
{{- end -}}
{{- end -}}
