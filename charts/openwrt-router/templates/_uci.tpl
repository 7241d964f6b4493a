{{/*
The settings of `uci`, laid over a file: list TEXT SECTIONS.

A section that the file has is changed option by option; another one is added at its end. `@TYPE[N]` is the section that it is to
`uci`, whatever its name: here in a file that has a text, among what the text has; by the pod's scripts, which read the word
`place`, in one that the image brings. An empty option changes nothing.
*/}}
{{- define "wrtpod.uci.over" -}}
{{- /* Sections in order, each with its head, its options in order, and the lines of each option. */ -}}
{{- $sections := list -}}
{{- $named := dict -}}
{{- range splitList "\nconfig " (first .) | rest -}}
  {{- $lines := splitList "\n" . -}}
  {{- $section := dict "head" (first $lines) "place" 0 "order" list "lines" dict -}}
  {{- range rest $lines | compact -}}
    {{- $option := index (splitList " " .) 1 -}}
    {{- include "wrtpod.uci.put" (list $section $option (printf "%s%s\n" (get $section.lines $option) .)) -}}
  {{- end -}}
  {{- $sections = append $sections $section -}}
  {{- $_ := set $named (regexFind "[^']+'$" $section.head | trimSuffix "'") $section -}}
{{- end -}}
{{- $whole := not (empty (first .)) -}}
{{- $own := $sections -}}
{{- range $user := last . -}}
  {{- $section := get $named $user.section -}}
  {{- $place := 0 -}}
  {{- if hasPrefix "@" $user.section -}}
    {{- $type := include "wrtpod.uci.head" $user -}}
    {{- $place = include "wrtpod.uci.place" $user.section | int -}}
    {{- $same := list -}}
    {{- range $known := ternary $own $sections $whole -}}
      {{- if eq $type (ternary (splitList " " $known.head | first) $known.head $whole) }}{{ $same = append $same $known }}{{ end -}}
    {{- end -}}
    {{- $at := ternary (add (len $same) $place) $place (lt $place 0) | int -}}
    {{- if and $whole (ge $at 0) (lt $at (len $same)) -}}
      {{- $section = index $same $at -}}
    {{- else -}}
      {{- range $known := ternary $sections $same $whole -}}
        {{- $is := eq $place $known.place -}}
        {{- if $whole }}{{ $is = and (eq $place 0) (eq $type (splitList " " $known.head | first)) }}{{ end -}}
        {{- if and (not $section) $is }}{{ $section = $known }}{{ end -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
  {{- if not $section -}}
    {{- $section = dict "head" (include "wrtpod.uci.head" $user) "place" $place "order" list "lines" dict -}}
    {{- $sections = append $sections $section -}}
    {{- if not (hasPrefix "@" $user.section) }}{{ $_ := set $named $user.section $section }}{{ end -}}
  {{- end -}}
  {{- range $option, $value := $user.options -}}
    {{- with include "wrtpod.uci.lines" (list $option $value) -}}
      {{- include "wrtpod.uci.put" (list $section $option .) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- range $section := $sections -}}
{{ printf "\nconfig %s\n" .head }}
  {{- if ne (int .place) 0 }}{{ printf "\tplace '%d'\n" (int .place) }}{{ end -}}
  {{- range .order }}{{ index $section.lines . }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* Puts the lines of an option into a section, in the place of those that it has: list SECTION OPTION LINES. */}}
{{- define "wrtpod.uci.put" -}}
{{- $section := index . 0 -}}
{{- $option := index . 1 -}}
{{- if not (hasKey $section.lines $option) -}}
  {{- $_ := set $section "order" (append $section.order $option) -}}
{{- end -}}
{{- $_ := set $section.lines $option (index . 2) -}}
{{- end -}}

{{/* The head of a section behind the word `config`: its type, and its name if it has one. */}}
{{- define "wrtpod.uci.head" -}}
{{- $type := .type | default "" -}}
{{- if hasPrefix "@" .section -}}
  {{- $type = regexReplaceAll "^@(.*)\\[[^\\[]*\\]$" .section "${1}" -}}
{{- end -}}
{{- $type -}}
{{- if not (hasPrefix "@" .section) }}{{ printf " '%s'" .section }}{{ end -}}
{{- end -}}

{{/* The number in `@TYPE[N]`. */}}
{{- define "wrtpod.uci.place" -}}
{{- regexFind "-?[0-9]+\\]$" . | trimSuffix "]" -}}
{{- end -}}

{{/* The lines of an option, one for each value; none for nothing: list OPTION VALUE. */}}
{{- define "wrtpod.uci.lines" -}}
{{- $option := first . -}}
{{- $value := last . -}}
{{- if kindIs "slice" $value -}}
  {{- range $value }}{{ include "wrtpod.uci.quote" . | printf "\tlist %s %s\n" $option }}{{ end -}}
{{- else if kindIs "map" $value -}}
  {{- printf "\tsecret %s '%s/%s'\n" $option $value.secretKeyRef.name $value.secretKeyRef.key -}}
{{- else if $value -}}
  {{- include "wrtpod.uci.quote" $value | printf "\toption %s %s\n" $option -}}
{{- end -}}
{{- end -}}

{{- define "wrtpod.uci.quote" -}}
{{- replace "'" "'\\''" . | printf "'%s'" -}}
{{- end -}}
