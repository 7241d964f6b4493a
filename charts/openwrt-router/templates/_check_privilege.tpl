{{/* What values may give the pod of its node or its cluster: some of it takes a reason under `allow`. */}}
{{- define "wrtpod.check.privilege" }}
{{- $allowed := dict }}
{{- range $name, $_ := .Values.allow }}
{{- $_ := set $allowed (hasPrefix "/" $name | ternary (include "wrtpod.nodePath" $name) $name) true }}
{{- end }}
{{- range $index, $volume := .Values.extraVolumes }}
{{- with (.hostPath | default dict).path }}
{{- $path := include "wrtpod.nodePath" . }}
{{- if and (include "wrtpod.isGrave" $path) (not (hasKey $allowed $path)) }}
extraVolumes[{{ $index }}].hostPath.path: the pod has `{{ $path }}` of the node, and no reason is given; remove it, or write `{{ $path }}: REASON` under `allow`
{{- end }}
{{- end }}
{{- range (.projected | default dict).sources }}
{{- if and .serviceAccountToken (not (hasKey $allowed "serviceAccountToken")) }}
extraVolumes[{{ $index }}].projected.sources: the pod has a token for the API server, and no reason is given; remove it, or write `serviceAccountToken: REASON` under `allow`
{{- end }}
{{- end }}
{{- end }}
{{- range $name, $volume := .Values.volumes }}
{{- with $volume.hostPath }}
{{- $path := include "wrtpod.nodePath" . }}
{{- if or (not (hasPrefix "/" .)) (has ".." (splitList "/" .)) }}
volumes.{{ $name }}.hostPath: `{{ . }}` is no path of the node; write it from `/` on, without `..`
{{- else if and (include "wrtpod.isGrave" $path) (not (hasKey $allowed $path)) }}
volumes.{{ $name }}.hostPath: the pod has `{{ $path }}` of the node, and no reason is given; write `{{ $path }}: REASON` under `allow`
{{- end }}
{{- end }}
{{- if and $volume.server (has ".." (splitList "/" $volume.path)) }}
volumes.{{ $name }}.path: `{{ $volume.path }}` is no path of the server; write it without `..`
{{- end }}
{{- end }}
{{- range $path, $map := dict "annotations" .Values.annotations "podAnnotations" .Values.podAnnotations }}
{{- range $key, $value := $map }}
{{- if and (hasPrefix "container.apparmor.security.beta.kubernetes.io/" $key) (eq $value "unconfined") (not (hasKey $allowed "appArmorUnconfined")) }}
{{ $path }}.{{ $key }}: no AppArmor profile confines the container, and no reason is given; remove it, or write `appArmorUnconfined: REASON` under `allow`
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* A path of the node: without empty parts and `.`, and /var/run is /run. */}}
{{- define "wrtpod.nodePath" -}}
{{- $path := printf "/%s" (without (splitList "/" .) "" "." | join "/") -}}
{{- if regexMatch "^/var/run(/|$)" $path }}{{ $path = trimPrefix "/var" $path }}{{ end -}}
{{- $path -}}
{{- end -}}

{{/* `yes` for a path by which one has the node. */}}
{{- define "wrtpod.isGrave" -}}
{{- $known := include "wrtpod.nodePaths" . | fromJson -}}
{{- $path := . -}}
{{- $inside := printf "%s/" (trimSuffix "/" $path) -}}
{{- $grave := or (has (splitList "/" $path | last) $known.sockets) (has ".." (splitList "/" $path)) -}}
{{- range concat $known.trees $known.whole -}}
  {{- if or (eq . $path) (hasPrefix $inside .) }}{{ $grave = true }}{{ end -}}
{{- end -}}
{{- range $known.trees -}}
  {{- if hasPrefix (printf "%s/" .) $path -}}
    {{- $harmless := false -}}
    {{- range $known.harmless -}}
      {{- if or (eq . $path) (hasPrefix (printf "%s/" .) $path) }}{{ $harmless = true }}{{ end -}}
    {{- end -}}
    {{- if not $harmless }}{{ $grave = true }}{{ end -}}
  {{- end -}}
{{- end -}}
{{- if $grave }}yes{{ end -}}
{{- end -}}
