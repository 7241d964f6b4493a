{{/* How the cluster reaches the appliance over eth0. */}}

{{/* The ports that the Service shows, as JSON: those that it names, each once, or all. */}}
{{- define "wrtpod.shownPorts" -}}
{{- $shown := list }}
{{- if .Values.service.enabled }}
{{- range $name := .Values.service.ports | uniq }}
{{- range $.Values.ports }}
{{- if eq .name $name }}{{ $shown = append $shown . }}{{ end }}
{{- end }}
{{- end }}
{{- if not .Values.service.ports }}{{ $shown = .Values.ports }}{{ end }}
{{- end }}
{{- toJson $shown }}
{{- end }}

{{/* Ports of the Service. */}}
{{- define "wrtpod.servicePorts" -}}
{{- range include "wrtpod.shownPorts" . | fromJsonArray }}
- name: {{ .name | quote }}
  port: {{ .port | int }}
  protocol: {{ .protocol | default "TCP" | quote }}
  targetPort: {{ .name | quote }}
{{- end }}
{{- end }}

{{- define "wrtpod.policyTypes" }}
{{- if include "wrtpod.guarded" . }}
- Ingress
{{- end }}
{{- if (.Values.egress | default dict).enabled }}
- Egress
{{- end }}
{{- end }}

{{/* What the policy admits on eth0. The interfaces on the LAN are out of its reach: the cluster's CNI does not see them. */}}
{{- define "wrtpod.policyPorts" -}}
{{- if include "wrtpod.guarded" . }}
{{- with include "wrtpod.shownPorts" . | fromJsonArray }}
- ports:
  {{- range . }}
  - port: {{ .name | quote }}
    protocol: {{ .protocol | default "TCP" | quote }}
  {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* What may be reached by eth0: names, and what the values say. */}}
{{- define "wrtpod.policyEgress" -}}
{{- if (.Values.egress | default dict).enabled }}
- ports:
  - port: 53
    protocol: UDP
  - port: 53
    protocol: TCP
{{- $cluster := list }}
{{- range concat .Values.cluster.podCIDRs .Values.cluster.serviceCIDRs }}{{ $cluster = append $cluster (include "wrtpod.address" .) }}{{ end }}
{{- $closed := include "wrtpod.linkLocal" . | fromJsonArray }}
{{- $own := list }}
{{- range .Values.interfaces }}{{ $own = append $own .network }}{{ end }}
{{- range $name, $network := .Values.networks }}
{{- if has $name $own }}{{ range $network.subnets }}{{ $closed = append $closed (include "wrtpod.address" .) }}{{ end }}{{ end }}
{{- end }}
{{- $peers := list }}
{{- if .Values.egress.cluster }}
{{- $peers = append $peers (dict "namespaceSelector" (dict)) }}
{{- range $cluster }}{{ $peers = append $peers (dict "ipBlock" (dict "cidr" .)) }}{{ end }}
{{- else }}
{{- $closed = concat $closed $cluster }}
{{- end }}
{{- range .Values.egress.cidrs }}
{{- $peers = append $peers (dict "ipBlock" (include "wrtpod.rangeWithout" (list (include "wrtpod.address" .) $closed) | fromJson)) }}
{{- end }}
{{- with $peers }}
- to:
  {{- include "wrtpod.yaml" . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}

{{/* A range without those of others that lie in it, as an ipBlock in JSON: list RANGE OTHERS. */}}
{{- define "wrtpod.rangeWithout" -}}
{{- $range := first . -}}
{{- $bits := splitList "/" $range | last | atoi -}}
{{- $inside := dict -}}
{{- range last . -}}
  {{- $address := splitList "/" . | first -}}
  {{- $other := splitList "/" . | last | atoi -}}
  {{- if and (gt $other $bits) (include "wrtpod.contains" (list $range $address)) -}}
    {{- /* IPv4 before IPv6, then by address, then by length. */ -}}
    {{- $_ := set $inside (printf "%d %s %03d" (ternary 6 4 (contains ":" $address)) (include "wrtpod.bits" $address) $other) . -}}
  {{- end -}}
{{- end -}}
{{- $except := list -}}
{{- range keys $inside | sortAlpha }}{{ $except = append $except (get $inside .) }}{{ end -}}
{{- $block := dict "cidr" $range -}}
{{- with $except }}{{ $_ := set $block "except" . }}{{ end -}}
{{- toJson $block -}}
{{- end -}}

{{- define "wrtpod.serviceAnnotations" -}}
{{- mergeOverwrite (include "wrtpod.annotations" . | fromYaml) .Values.service.annotations | include "wrtpod.yaml" }}
{{- end }}

{{- define "wrtpod.ingressAnnotations" -}}
{{- mergeOverwrite (include "wrtpod.annotations" . | fromYaml) .Values.ingress.annotations | include "wrtpod.yaml" }}
{{- end }}

{{- define "wrtpod.routeAnnotations" -}}
{{- mergeOverwrite (include "wrtpod.annotations" . | fromYaml) .Values.httpRoute.annotations | include "wrtpod.yaml" }}
{{- end }}

{{/* The Gateways that lead to the HTTPRoute. */}}
{{- define "wrtpod.routeParents" -}}
{{- range .Values.httpRoute.parentRefs }}
- {{- merge (dict "group" "gateway.networking.k8s.io" "kind" "Gateway") . | include "wrtpod.yaml" | nindent 2 }}
{{- end }}
{{- end }}

{{/* A JSON list of the Service's ports that an Ingress or an HTTPRoute can lead to. */}}
{{- define "wrtpod.tcpPorts" -}}
{{- $tcp := list }}
{{- range include "wrtpod.shownPorts" . | fromJsonArray }}
{{- if eq (.protocol | default "TCP") "TCP" }}{{ $tcp = append $tcp . }}{{ end }}
{{- end }}
{{- toJson $tcp }}
{{- end }}

{{/* The number of the port behind the HTTPRoute: the Service's first one of TCP, where none is named. */}}
{{- define "wrtpod.routePort" -}}
{{- range include "wrtpod.tcpPorts" . | fromJsonArray }}
{{- if or (not $.Values.httpRoute.port) (eq .name $.Values.httpRoute.port) }}
{{- int .port }}
{{- break }}
{{- end }}
{{- end }}
{{- end }}

{{/* The port behind the Ingress: the Service's first one of TCP, where none is named. */}}
{{- define "wrtpod.ingressPort" -}}
{{- $shown := include "wrtpod.tcpPorts" . | fromJsonArray }}
{{- .Values.ingress.port | default (get (first $shown | default dict) "name") }}
{{- end }}

{{- define "wrtpod.ingressTls" -}}
{{- with .Values.ingress.tlsSecret }}
- hosts:
  - {{ $.Values.ingress.host | quote }}
  secretName: {{ . | quote }}
{{- end }}
{{- end }}
