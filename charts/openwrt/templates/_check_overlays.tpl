{{/* Overlays: each is in the image or can be applied by the pod, and the networks set what it needs: dict root, nics. */}}
{{- define "wrtpod.check.overlays" }}
{{- $facts := . }}
{{- range $overlay := include "wrtpod.overlays" .root | fromJsonArray }}
{{- $what := printf "the image is not built with the overlay `%s`" .name }}
{{- if and .lacking (ne $facts.root.Values.persistence.mode "system") }}
{{ .value }}: {{ $what }}; build it with that, and write it under `image.overlays`, or have the pod install it at boot with `persistence.mode: system`
{{- else if .lacking }}
{{- range .faults }}
{{ $overlay.value }}: {{ $what }}, and {{ . }}; build it with that, and write it under `image.overlays`
{{- end }}
{{- end }}
{{- include "wrtpod.check.overlaySysctls" (list . $facts) }}
{{- range .packages }}
{{- if regexMatch "^((luci-app-)?mwan3|(luci-app-)?pbr|pbr-iptables|pbr-netifd)$" . }}
{{- $package := . }}
{{- range $facts.nics }}
{{- if .sourceRouting }}
interfaces[{{ int .index }}].sourceRouting: the overlay `{{ $overlay.name }}` has {{ $package }}, which makes such rules too; remove it
{{- end }}
{{- end }}
{{- break }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* A device by its path is none of a pod with users of its own. */}}
{{- define "wrtpod.check.overlayUsers" }}
{{- $root := . }}
{{- range $overlay := include "wrtpod.overlays" . | fromJsonArray }}
{{- range .volumes }}
{{- with (.hostPath | default dict).path }}
{{- if not (include "wrtpod.standsFor" (list $root .)) }}
{{ $overlay.value }}: a pod with users of its own cannot have `{{ . }}` by its path, which the overlay `{{ $overlay.name }}` needs; write what your device plugin calls it under `resources.limits`, such as `squat.ai/{{ base . }}: 1`
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The pod's sysctls are those of its network namespace, which the attachments set: list OVERLAY FACTS. */}}
{{- define "wrtpod.check.overlaySysctls" }}
{{- $overlay := first . }}
{{- $facts := last . }}
{{- $set := list }}
{{- $unknown := not $facts.nics }}
{{- range $facts.nics }}
{{- $network := index $facts.root.Values.networks .network }}
{{- /* What a NAD sets that is there already, nobody knows. */}}
{{- if $network.existing }}{{ $unknown = true }}{{ end }}
{{- $set = include "wrtpod.sysctls" (list . $network) | fromJsonArray | concat $set }}
{{- end }}
{{- range $key, $value := $overlay.sysctls }}
{{- if not (or $unknown (has (list $key $value) $set)) }}
{{ $overlay.value }}: the overlay `{{ $overlay.name }}` needs {{ $key }} = {{ $value }}, and no network sets it so; write it under `sysctls` of one of `networks`
{{- end }}
{{- end }}
{{- end -}}
