{{/*
The rules: what wrtpod refuses, the chart refuses, and names the value. All faults are said at once. Each template
`wrtpod.check.…` writes a line for each fault, `VALUE: what is wrong; what to write`. What one value alone can get wrong
is in values.schema.json.
*/}}
{{- define "wrtpod.check" -}}
{{- $nics := include "wrtpod.nics" . | fromJsonArray -}}
{{- $facts := dict "root" . "nics" $nics -}}
{{- $faults := include "wrtpod.check.names" . -}}
{{- $faults = include "wrtpod.check.networks" . | printf "%s%s" $faults -}}
{{- $faults = include "wrtpod.check.interfaces" $facts | printf "%s%s" $faults -}}
{{- $faults = include "wrtpod.check.links" $facts | printf "%s%s" $faults -}}
{{- $faults = include "wrtpod.check.addresses" $facts | printf "%s%s" $faults -}}
{{- $faults = include "wrtpod.check.gateways" $facts | printf "%s%s" $faults -}}
{{- $faults = include "wrtpod.check.access" . | printf "%s%s" $faults -}}
{{- $faults = include "wrtpod.check.profile" $facts | printf "%s%s" $faults -}}
{{- $faults = include "wrtpod.check.cluster" . | printf "%s%s" $faults -}}
{{- with $faults }}{{ fail . }}{{ end -}}
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
{{- $annotations := dict
      "annotations" .Values.annotations "podAnnotations" .Values.podAnnotations
      "service.annotations" .Values.service.annotations "ingress.annotations" .Values.ingress.annotations }}
{{- range $path, $map := merge (dict "labels" .Values.labels "podLabels" .Values.podLabels) $annotations }}
{{- range $key, $_ := $map }}
{{- $own := regexMatch "^app[.]kubernetes[.]io/(name|instance|managed-by)$" $key | and (hasSuffix "abels" $path) }}
{{- if or $own (regexMatch "^(wrtpod[.]dev|applyset[.]kubernetes[.]io|k8s[.]v1[.]cni[.]cncf[.]io)/" $key) }}
{{ $path }}.{{ $key }}: the chart writes it itself; remove it
{{- end }}
{{- end }}
{{- end }}
{{- range $index, $volume := .Values.extraVolumes }}
{{- if hasPrefix "wrtpod-" $volume.name }}
extraVolumes[{{ $index }}].name: `{{ $volume.name }}` is a name of the chart's own; use one that does not start with `wrtpod-`
{{- end }}
{{- end }}
{{- range $index, $mount := .Values.extraVolumeMounts }}
{{- if regexMatch "^/wrtpod(/|$)" $mount.mountPath }}
extraVolumeMounts[{{ $index }}].mountPath: `{{ $mount.mountPath }}` is the chart's own; mount it elsewhere, for example below /srv
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
