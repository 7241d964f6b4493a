{{/* Whose users the pod has: its own ones are nobody on the node. */}}

{{/* Whether the pod has the node's users, or nothing. */}}
{{- define "wrtpod.hostUsers" -}}
{{- if kindIs "bool" .Values.hostUsers }}{{ .Values.hostUsers }}{{ end -}}
{{- end -}}

{{/* `yes` when a device plugin's resource stands for a file of the node: its last word is the file's, or the path's below /dev. List ROOT PATH. */}}
{{- define "wrtpod.standsFor" -}}
{{- $path := last . -}}
{{- $words := list (base $path) (trimPrefix "/dev/" $path | replace "/" "_") -}}
{{- range $name, $_ := (include "wrtpod.resources" (first .) | fromYaml).limits -}}
  {{- if and (contains "/" $name) (has (base $name) $words) }}yes{{ break }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* Volumes of the appliance's devices and those of its overlays, and where the machine sees them. */}}
{{- define "wrtpod.deviceVolumes" -}}
{{- with include "wrtpod.devicesOf" (list . "volumes") | fromJsonArray }}{{ include "wrtpod.yaml" . }}{{ end -}}
{{- end -}}

{{- define "wrtpod.deviceMounts" -}}
{{- with include "wrtpod.devicesOf" (list . "volumeMounts") | fromJsonArray }}{{ include "wrtpod.yaml" . }}{{ end -}}
{{- end -}}

{{/* The mounts of an appliance that has none beside these. */}}
{{- define "wrtpod.moreMounts" -}}
{{- with concat (include "wrtpod.devicesOf" (list . "volumeMounts") | fromJsonArray) (.Values.extraVolumeMounts | default list) }}{{ include "wrtpod.yaml" . }}{{ end -}}
{{- end -}}

{{/*
A JSON list of what the appliance and its overlays list under a key, each item once, but for files that a device plugin's resource
stands for: list ROOT KEY.
*/}}
{{- define "wrtpod.devicesOf" -}}
{{- $root := first . -}}
{{- $key := last . -}}
{{- $items := list -}}
{{- range prepend (include "wrtpod.profile.overlays" $root | fromJsonArray) (include "wrtpod.ownDevices" $root | fromJson) -}}
  {{- range get . $key | default list -}}
    {{- $file := (.hostPath | default dict).path | default .mountPath -}}
    {{- if not (include "wrtpod.standsFor" (list $root $file)) }}{{ $items = append $items . | uniq }}{{ end -}}
  {{- end -}}
{{- end -}}
{{- toJson $items -}}
{{- end -}}

{{/* What a pod with users of its own cannot have, and what only such a pod can have: dict root, nics. */}}
{{- define "wrtpod.check.users" }}
{{- $values := .root.Values }}
{{- $known := include "wrtpod.userNamespace" .root | fromJson }}
{{- if ne (include "wrtpod.hostUsers" .root) "false" }}
{{- if $values.procMount }}
procMount: it is for a pod with users of its own; write `hostUsers: false` beside it, or remove it
{{- end }}
{{- else }}
{{- $root := .root }}
{{- range (include "wrtpod.ownDevices" .root | fromJson).volumeMounts }}
{{- if not (include "wrtpod.standsFor" (list $root .mountPath)) }}
hostUsers: a pod with users of its own cannot have `{{ .mountPath }}` by its path; write what your device plugin calls it under `resources.limits`, such as `squat.ai/{{ base .mountPath }}: 1`, or set `hostUsers` to true
{{- end }}
{{- end }}
{{- include "wrtpod.check.overlayUsers" .root }}
{{- range $name, $volume := $values.volumes }}
{{- with include "wrtpod.userFault" (list $known $volume.hostPath) }}
volumes.{{ $name }}.hostPath: {{ . }}
{{- end }}
{{- if $volume.server }}
volumes.{{ $name }}.server: NFS maps no users, and the pod has its own; use a claim on a disk, or set `hostUsers` to true
{{- end }}
{{- end }}
{{- range $index, $volume := $values.extraVolumes }}
{{- with include "wrtpod.userFault" (list $known (.hostPath | default dict).path) }}
extraVolumes[{{ $index }}].hostPath.path: {{ . }}
{{- end }}
{{- if .nfs }}
extraVolumes[{{ $index }}].nfs: NFS maps no users, and the pod has its own; use a claim on a disk, or set `hostUsers` to true
{{- end }}
{{- end }}
{{- $networks := list }}
{{- range .nics }}{{ $networks = append $networks .network }}{{ end }}
{{- range uniq $networks }}
{{- $name := . }}
{{- range $key, $_ := (index $values.networks .).sysctls }}
{{- if has $key $known.lackingSysctls }}
networks.{{ $name }}.sysctls: the network of a pod with users of its own has no `{{ $key }}`; remove it, or set `hostUsers` to true
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Why a pod with users of its own cannot have a path of its node, or nothing: list KNOWN PATH. */}}
{{- define "wrtpod.userFault" -}}
{{- $known := first . -}}
{{- with last . -}}
  {{- $path := include "wrtpod.nodePath" . | printf "%s/" -}}
  {{- $why := "" -}}
  {{- range $known.unmapped }}{{ if hasPrefix (printf "%s/" .) $path }}{{ $why = "the node's kernel maps no users there" }}{{ end }}{{ end -}}
  {{- if hasPrefix (printf "%s/" $known.bus) $path }}{{ $why = "the bus turns away who is nobody on the node" }}{{ end -}}
  {{- with $why }}a pod with users of its own cannot have it: {{ . }}; remove it, or set `hostUsers` to true{{ end -}}
{{- end -}}
{{- end -}}

{{/* A line for each device that may be closed to users of the pod's own: its owner and its group are nobody there. */}}
{{- define "wrtpod.userNotes" -}}
{{- if eq (include "wrtpod.hostUsers" .) "false" -}}
{{- $open := (include "wrtpod.userNamespace" . | fromJson).openDevices -}}
{{- range $name, $_ := (include "wrtpod.resources" . | fromYaml).limits }}
{{- if and (contains "/" $name) (not (has (base $name) $open)) }}
WARNING: hostUsers: the device of `{{ $name }}` opens in the pod only if its mode lets everybody in (0666); see to that with a udev rule on the node
{{- end }}
{{- end }}
{{- end -}}
{{- end -}}
