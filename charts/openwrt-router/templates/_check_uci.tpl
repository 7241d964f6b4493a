{{/* Settings of one file of UCI, those of overlays and the values' own: list FILE WORDS FACTS. */}}
{{- define "wrtpod.check.uci" }}
{{- $file := index . 0 }}
{{- $facts := index . 2 }}
{{- $word := "^[A-Za-z0-9_]+$" }}
{{- /* These characters mean something to UCI's parser outside of quotes. */}}
{{- $meaningful := "['\"\\\\#;]" }}
{{- $names := list }}
{{- range $facts.nics }}{{ $names = append $names .interface }}{{ end }}
{{- range index . 1 }}
{{- if not (regexMatch "^[A-Za-z0-9_-]+$" $file) }}
{{ .path }}: it is no UCI file; use letters, digits, `_` and `-`, as in /etc/config
{{- end }}
{{- end }}
{{- $planned := "" }}
{{- if has $file (list "dhcp" "firewall" "network" "system") }}{{ $planned = include (printf "wrtpod.uci.%s" $file) $facts }}{{ end }}
{{- $types := dict }}
{{- range regexFindAll "config [^ ]+ '[^']+'" $planned -1 }}
{{- $words := splitList " " . }}
{{- $_ := set $types (last $words | trimAll "'") (index $words 1) }}
{{- end }}
{{- range $words := index . 1 }}
{{- range $index, $section := .sections }}
{{- $path := printf "%s[%d]" $words.path $index }}
{{- $type := .type | default (get $types .section) }}
{{- if hasPrefix "@" .section }}
{{- if regexMatch $meaningful .section }}
{{ $path }}.section: the type in `{{ .section }}` has a quote, `\`, `#` or `;`; leave it out: `uci` writes types without quotes
{{- else if not (regexMatch "^@[!-~]+\\[(0|-?[1-9][0-9]{0,3})\\]$" .section) }}
{{ $path }}.section: `{{ .section }}` is no section by its type and number; write `@TYPE[0]` for the first of its type, `@TYPE[1]` for the second, `@TYPE[-1]` for the last, or the section's name
{{- else if and .type (ne .type (include "wrtpod.uci.head" .)) }}
{{ $path }}.type: the type of `{{ .section }}` is `{{ include "wrtpod.uci.head" . }}`, whatever this says; leave it out, or write the section that has this type
{{- else if $planned }}
{{- $kind := include "wrtpod.uci.head" . }}
{{- $place := include "wrtpod.uci.place" .section | int }}
{{- $there := regexFindAll (printf "(?m)^config %s( '|$)" (regexQuoteMeta $kind)) $planned -1 | len }}
{{- if and (ne $place 0) (or (ge $place $there) (lt $place (sub 0 $there | int))) }}
{{ $path }}.section: `{{ .section }}` is missing: wrtpod writes {{ $there }} of that type; write a lower number, or the section with a name and `type: {{ $kind }}`
{{- end }}
{{- end }}
{{- else if not (regexMatch $word .section) }}
{{ $path }}.section: `{{ .section }}` is not a UCI section name; use letters, digits and `_`
{{- else if and (eq $file "network") (regexMatch "^cluster(_|$)" .section) }}
{{ $path }}.section: the section `{{ .section }}` is written at each start; remove it: eth0 stays as the cluster made it
{{- else if not $type }}
{{ $path }}.type: section `{{ .section }}` has no type; add it, for example `type: interface`
{{- else if not (regexMatch "^[!-~]+$" $type) }}
{{ $path }}.type: `{{ $type }}` is not a UCI section type; use printable ASCII characters without spaces
{{- else if regexMatch $meaningful $type }}
{{ $path }}.type: `{{ $type }}` has a quote, `\`, `#` or `;`; leave it out: `uci` writes types without quotes
{{- else if ne $type (get $types .section | default $type) }}
{{ $path }}.type: the section `{{ .section }}` has the types `{{ get $types .section }}` and `{{ $type }}`; give the second section another name
{{- end }}
{{- $_ := set $types .section $type }}
{{- range $option, $value := .options }}
{{- if not (regexMatch $word $option) }}
{{ $path }}.options.{{ $option }}: it is not a UCI option name; use letters, digits and `_`
{{- else if and (eq $file "network") (eq $option "macaddr") (has $section.section $names) }}
{{ $path }}.options.macaddr: it would change the MAC inside the appliance alone; write it as `mac` of the interface
{{- end }}
{{- if regexMatch "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f]" (ternary $value (list $value) (kindIs "slice" $value) | join "") }}
{{ $path }}.options.{{ $option }}: the value has a control character; remove it: UCI files hold none but tab and line breaks
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
