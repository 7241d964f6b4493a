{{/*
Overlays: parts of an OpenWrt machine. What each one brings is in `files/overlays/NAME.yaml`; what the machine's own values say
stands over it.
*/}}

{{/*
A JSON list of the machine's overlays in their order, each once: those that the image was built with, then its own. Each has
what its file says, without scripts and files where the image has them, and
  name     its name
  value    the value that names it
  lacking  whether the image has not what it takes: packages, services, scripts, files
*/}}
{{- define "wrtpod.overlays" -}}
{{- $root := . -}}
{{- $overlays := list -}}
{{- $known := list -}}
{{- range list (list "image.overlays" .Values.image.overlays) (list "overlays" .Values.overlays) -}}
  {{- $value := first . -}}
  {{- range $index, $name := last . -}}
    {{- if not (has $name $known) -}}
      {{- $known = append $known $name -}}
      {{- $overlay := printf "files/overlays/%s.yaml" $name | $root.Files.Get | fromYaml -}}
      {{- $takes := or $overlay.packages $overlay.disabledServices $overlay.scripts $overlay.files $overlay.faults -}}
      {{- $_ := set $overlay "name" $name -}}
      {{- $_ := set $overlay "value" (printf "%s[%d]" $value $index) -}}
      {{- $_ := set $overlay "lacking" (and (eq $value "overlays") (not (empty $takes))) -}}
      {{- if not $overlay.lacking }}{{ $overlay = omit $overlay "scripts" "files" }}{{ end -}}
      {{- $overlays = append $overlays $overlay -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- toJson $overlays -}}
{{- end -}}

{{/*
A JSON object of the settings that are laid over the planned ones: for each file of UCI a list of `path`, whose words they are,
and `sections`. A later word wins, so the values' own come last.
*/}}
{{- define "wrtpod.uciWords" -}}
{{- $words := dict -}}
{{- range include "wrtpod.overlays" . | fromJsonArray -}}
  {{- $overlay := . -}}
  {{- range $file, $sections := .uci -}}
    {{- $one := dict "path" (printf "%s: uci.%s" $overlay.value $file) "sections" $sections -}}
    {{- $_ := set $words $file (append (get $words $file | default list) $one) -}}
  {{- end -}}
{{- end -}}
{{- range $file, $sections := .Values.uci -}}
  {{- $one := dict "path" (printf "uci.%s" $file) "sections" $sections -}}
  {{- $_ := set $words $file (append (get $words $file | default list) $one) -}}
{{- end -}}
{{- toJson $words -}}
{{- end -}}

{{/* Capabilities beside those that every such machine has: the values' own, then those of overlays, each once. */}}
{{- define "wrtpod.moreCapabilities" -}}
{{- $names := include "wrtpod.extraCapabilities" . | fromJsonArray -}}
{{- range include "wrtpod.overlays" . | fromJsonArray -}}
  {{- range .capabilities -}}
    {{- if not (has .name $names) }}{{ $names = append $names .name }}{{ end -}}
  {{- end -}}
{{- end -}}
{{- with $names }}{{ include "wrtpod.yaml" . }}{{ end -}}
{{- end -}}

{{/* Requests and limits: the values' own, and the devices of overlays. */}}
{{- define "wrtpod.resources" -}}
{{- $limits := dict -}}
{{- range include "wrtpod.overlays" . | fromJsonArray -}}
  {{- $limits = .limits | default dict | merge $limits -}}
{{- end -}}
{{- $resources := .Values.resources | default dict -}}
{{- with $limits }}{{ $resources = merge (deepCopy $resources) (dict "limits" .) }}{{ end -}}
{{- with $resources }}{{ include "wrtpod.yaml" . }}{{ end -}}
{{- end -}}

{{- define "wrtpod.profile.overlays" -}}
{{- include "wrtpod.overlays" . -}}
{{- end -}}
