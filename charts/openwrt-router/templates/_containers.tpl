{{/* Containers beside the appliance's own. */}}

{{/* A list in YAML, or nothing: no more privilege than their values state. */}}
{{- define "wrtpod.sidecars" -}}
{{- $keys := list "imagePullPolicy" "command" "args" "env" "envFrom" "volumeMounts" "resources" "startupProbe" "readinessProbe" "livenessProbe" -}}
{{- $containers := list -}}
{{- range $name, $one := .Values.containers -}}
  {{- if $one -}}
    {{- $capabilities := dict "drop" (list "ALL") -}}
    {{- with include "wrtpod.capabilities" $one.capabilities | fromJsonArray }}{{ $_ := set $capabilities "add" . }}{{ end -}}
    {{- $seccomp := dict "type" "RuntimeDefault" -}}
    {{- $context := dict "allowPrivilegeEscalation" false "capabilities" $capabilities "seccompProfile" $seccomp -}}
    {{- /* A user without a group has the group of his number. */ -}}
    {{- $group := $one.group -}}
    {{- if not (regexMatch "^[0-9]" (toString $group)) }}{{ $group = $one.user }}{{ end -}}
    {{- if regexMatch "^[0-9]" (toString $one.user) }}{{ $_ := int64 $one.user | set $context "runAsUser" }}{{ end -}}
    {{- if regexMatch "^[0-9]" (toString $group) }}{{ $_ := int64 $group | set $context "runAsGroup" }}{{ end -}}
    {{- $container := dict "name" $name "image" $one.image "securityContext" $context -}}
    {{- range $key := $keys -}}
      {{- with get $one $key }}{{ $_ := set $container $key . }}{{ end -}}
    {{- end -}}
    {{- $containers = append $containers $container -}}
  {{- end -}}
{{- end -}}
{{- with $containers }}{{ include "wrtpod.yaml" . }}{{ end -}}
{{- end -}}

{{/* Seconds that the pod must have been ready, where one of them says itself ready at once; or nothing. */}}
{{- define "wrtpod.minReadySeconds" -}}
{{- $hasty := false -}}
{{- range .Values.containers }}{{ if and . (not .readinessProbe) }}{{ $hasty = true }}{{ end }}{{ end -}}
{{- if $hasty }}10{{ end -}}
{{- end -}}

{{/* What they cannot be. */}}
{{- define "wrtpod.check.containers" }}
{{- $taken := include "wrtpod.profile.containers" . | fromJsonArray }}
{{- $volumes := include "wrtpod.ownVolumes" . | fromJsonArray }}
{{- range .Values.extraVolumes }}{{ $volumes = append $volumes .name }}{{ end }}
{{- range $name, $one := .Values.containers }}
{{- if and $one (has $name $taken) }}
containers.{{ $name }}: the name `{{ $name }}` is taken: another container of the pod has it; use another name
{{- end }}
{{- include "wrtpod.check.amounts" (list (printf "containers.%s.resources" $name) (($one | default dict).resources | default dict)) }}
{{- range $key := list "startupProbe" "readinessProbe" "livenessProbe" }}
{{- $probe := get ($one | default dict) $key | default dict }}
{{- with ($probe.httpGet | default $probe.tcpSocket | default dict).port }}
{{- $asked := int . }}
{{- $named := dict }}
{{- range $.Values.ports }}
{{- if eq (int .port) $asked }}{{ $_ := set $named (.protocol | default "TCP") .name }}{{ end }}
{{- end }}
{{- if and $named.UDP (not $named.TCP) }}
containers.{{ $name }}.{{ $key }}: a probe asks by TCP, and the port `{{ $named.UDP }}` is UDP; name a TCP port, or ask inside the container, by `exec`
{{- end }}
{{- end }}
{{- end }}
{{- $paths := list }}
{{- range $index, $mount := ($one | default dict).volumeMounts }}
{{- $at := printf "containers.%s.volumeMounts[%d]" $name (int $index) }}
{{- if not (has $mount.name $volumes) }}
{{ $at }}.name: the appliance has no volume `{{ $mount.name }}`; {{ with $volumes }}write one that it has: {{ join ", " . }}, or {{ end }}add it under `extraVolumes`
{{- end }}
{{- $path := regexReplaceAll "/+$" $mount.mountPath "" }}
{{- if or (not $path) (contains ":" $path) (has ".." (splitList "/" $path)) (ne $path (clean $path)) }}
{{ $at }}.mountPath: the path `{{ $mount.mountPath }}` cannot be a mount's; write a folder, from `/` on, without `:`, `.` and `..`
{{- else if has $path $paths }}
{{ $at }}.mountPath: two volumes are mounted on `{{ $path }}`; mount it elsewhere, or remove one of the two
{{- end }}
{{- $paths = append $paths $path }}
{{- end }}
{{- end }}
{{- end -}}
