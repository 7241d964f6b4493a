{{/*
The rules: what wrtpod refuses, the chart refuses, and names the value. All faults are said at once. Each template
`wrtpod.check.…` writes a line for each fault, `VALUE: what is wrong; what to write`. What one value alone can get wrong
is in values.schema.json.
*/}}
{{- define "wrtpod.check" -}}
{{- $facts := dict "root" . "nics" (include "wrtpod.nics" . | fromJsonArray) -}}
{{- with include "wrtpod.faults" $facts }}{{ include "wrtpod.refuse" . }}{{ end -}}
{{- /* Only what is good otherwise can be measured. */ -}}
{{- with include "wrtpod.check.config" . }}{{ include "wrtpod.refuse" . }}{{ end -}}
{{- end -}}

{{- define "wrtpod.refuse" -}}
{{- printf "%s\n\nGive values in a file, with -f my-values.yaml; README.md shows one, and values.yaml has them all" . | fail -}}
{{- end -}}

{{- define "wrtpod.faults" -}}
{{- include "wrtpod.check.names" .root -}}
{{- include "wrtpod.check.ranges" .root -}}
{{- include "wrtpod.check.networks" .root -}}
{{- include "wrtpod.check.interfaces" . -}}
{{- include "wrtpod.check.macs" . -}}
{{- include "wrtpod.check.links" . -}}
{{- include "wrtpod.check.addresses" . -}}
{{- include "wrtpod.check.gateways" . -}}
{{- include "wrtpod.check.ways" . -}}
{{- include "wrtpod.check.access" .root -}}
{{- include "wrtpod.check.pod" . -}}
{{- include "wrtpod.check.privilege" .root -}}
{{- include "wrtpod.check.users" . -}}
{{- include "wrtpod.check.ipv6" . -}}
{{- include "wrtpod.check.profile" . -}}
{{- include "wrtpod.check.cluster" .root -}}
{{- end -}}

{{/* Names that Kubernetes takes, and that are nobody else's. */}}
{{- define "wrtpod.check.names" }}
{{- $name := include "wrtpod.fullname" . }}
{{- if gt (len $name) 50 }}
fullnameOverride: `{{ $name }}` has {{ len $name }} characters, at most 50 fit; use a shorter name
{{- end }}
{{- if and .Values.service.enabled (regexMatch "^[0-9]" $name) }}
fullnameOverride: a Service cannot be called `{{ $name }}`; start the name with a letter
{{- end }}
{{- if and .Values.service.enabled (eq $name "kubernetes") (eq .Release.Namespace "default") }}
fullnameOverride: the name `kubernetes` is taken in the namespace `default`: it is the API server's Service; use another name
{{- end }}
{{- range $path, $map := dict "labels" .Values.labels "podLabels" .Values.podLabels "nodeSelector" .Values.nodeSelector }}
{{- range $key, $value := $map }}
{{- if and (ne $path "nodeSelector") (regexMatch "^app[.]kubernetes[.]io/(name|instance|managed-by)$" $key) }}
{{ $path }}.{{ $key }}: the chart writes it itself; remove it
{{- end }}
{{- if not (regexMatch "^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$" $value) }}
{{ $path }}.{{ $key }}: `{{ $value }}` is not a value of a label; use at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends
{{- end }}
{{- include "wrtpod.check.key" (list $path $key) }}
{{- end }}
{{- end }}
{{- range $path, $map := dict "annotations" .Values.annotations "podAnnotations" .Values.podAnnotations
      "service.annotations" .Values.service.annotations "ingress.annotations" .Values.ingress.annotations
      "httpRoute.annotations" (.Values.httpRoute | default dict).annotations }}
{{- range $key, $_ := $map }}
{{- include "wrtpod.check.key" (list $path (lower $key)) }}
{{- end }}
{{- end }}
{{- range $index, $volume := .Values.extraVolumes }}
{{- if hasPrefix "wrtpod-" $volume.name }}
extraVolumes[{{ $index }}].name: `{{ $volume.name }}` is a name of the chart's own; use one that does not start with `wrtpod-`
{{- end }}
{{- end }}
{{- range $index, $mount := .Values.extraVolumeMounts }}
{{- if regexMatch "^/+wrtpod(/|$)" (clean $mount.mountPath) }}
extraVolumeMounts[{{ $index }}].mountPath: `{{ $mount.mountPath }}` is the chart's own; mount it elsewhere, for example below /srv
{{- end }}
{{- end }}
{{- end -}}

{{/* The size of a claim: list PATH SIZE. */}}
{{- define "wrtpod.check.size" }}
{{- if regexMatch "^0+([.]0+)?[A-Za-z]*$" (last . | default "") }}
{{ first . }}: the claim would hold nothing; write a size, for example 64Mi
{{- end }}
{{- end -}}

{{/* The key of a label or an annotation: list PATH KEY. */}}
{{- define "wrtpod.check.key" }}
{{- $path := first . }}
{{- $key := last . }}
{{- $label := "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?" }}
{{- if and (ne $path "nodeSelector") (regexMatch "^(wrtpod[.]dev|applyset[.]kubernetes[.]io|k8s[.]v1[.]cni[.]cncf[.]io)/" $key) }}
{{ $path }}.{{ $key }}: wrtpod or Multus writes it; remove it
{{- else if not (regexMatch (printf "^(%s([.]%s)*/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$" $label $label) $key) }}
{{ $path }}.{{ $key }}: it is not a key; write NAME or DOMAIN/NAME: letters, digits, `-`, `_` and `.`, a letter or digit at both ends
{{- end }}
{{- end -}}

{{/* The files of a pod fit into their ConfigMaps. */}}
{{- define "wrtpod.check.config" }}
{{- $plan := 0 }}
{{- range $name, $text := include "wrtpod.planFiles" . | fromJson }}
{{- $plan = add $plan (len $name) (len $text) }}
{{- end }}
{{- $overlays := 0 }}
{{- range include "wrtpod.profile.bootFiles" . | fromJsonArray }}
{{- $overlays = add $overlays (len .name) (include "wrtpod.content" . | len) }}
{{- end }}
{{- range $path, $size := dict (ternary "firstBoot" "uci" (not (empty .Values.firstBoot))) $plan "overlays" $overlays }}
{{- if gt $size 1048576 }}
{{ $path }}: `{{ include "wrtpod.fullname" $ }}` comes with {{ div (add $size 1023) 1024 }} KiB of settings, scripts and files of overlays; a ConfigMap holds 1024 KiB: put large files into the image, or on a volume
{{- end }}
{{- end }}
{{- end -}}

{{/* What the cluster has to have. */}}
{{- define "wrtpod.check.cluster" }}
{{- $api := "k8s.cni.cncf.io/v1" }}
{{- $known := or (.Capabilities.APIVersions.Has $api) (.Capabilities.APIVersions.Has (printf "%s/NetworkAttachmentDefinition" $api)) }}
{{- if and .Values.multus.check (not $known) }}
multus.check: the cluster has no NetworkAttachmentDefinitions; install Multus (https://github.com/k8snetworkplumbingwg/multus-cni), or set it to false to render without a cluster
{{- end }}
{{- end -}}
