{{/*
How the pod's interfaces hang on the node: NetworkAttachmentDefinitions for Multus, and the annotation by which the
pod asks for them.
*/}}

{{/*
A JSON list of the NetworkAttachmentDefinitions of this release, each once: name, network, create, config. A network
becomes one for each way in which it is used. Those that `existing` names are not among them.
*/}}
{{- define "wrtpod.attachments" -}}
{{- $root := . -}}
{{- $attachments := list -}}
{{- $known := list -}}
{{- range include "wrtpod.nics" . | fromJsonArray -}}
  {{- $network := index $root.Values.networks .network -}}
  {{- if not (or $network.existing (has .attachment $known)) -}}
    {{- $known = append $known .attachment -}}
    {{- $attachments = append $attachments (dict
          "name" .attachment
          "network" .network
          "create" (ne ($network.create | toString) "false")
          "config" (include "wrtpod.conflist" (list . $network))
        ) -}}
  {{- end -}}
{{- end -}}
{{- toJson $attachments -}}
{{- end -}}

{{/* The digest of the attachments: a change of it rolls the pod, which gets its interfaces only when it starts. */}}
{{- define "wrtpod.attachmentsDigest" -}}
{{- $namespace := .Release.Namespace -}}
{{- $texts := dict -}}
{{- range include "wrtpod.attachments" . | fromJsonArray -}}
  {{- $_ := set $texts .name (printf "%s/%s\n%s\n" $namespace .name .config) -}}
{{- end -}}
{{- /* A map is walked in the order of its keys. */ -}}
{{- $all := "" -}}
{{- range $texts }}{{ $all = printf "%s%s" $all . }}{{ end -}}
{{- sha256sum $all -}}
{{- end -}}

{{/* The annotation `k8s.v1.cni.cncf.io/networks`: every element names its interface, or Multus would number it. */}}
{{- define "wrtpod.networks" -}}
{{- $elements := list -}}
{{- range include "wrtpod.nics" . | fromJsonArray -}}
  {{- $members := list
        (printf "\"name\":%s" (toRawJson .attachment))
        (printf "\"namespace\":%s" (toRawJson .namespace))
        (printf "\"interface\":%s" (toRawJson .interface))
      -}}
  {{- with .mac -}}
    {{- $members = append $members (printf "\"mac\":%s" (toRawJson .)) -}}
  {{- end -}}
  {{- with include "wrtpod.profile.ips" . -}}
    {{- $members = append $members (printf "\"ips\":%s" .) -}}
  {{- end -}}
  {{- $elements = append $elements (join "," $members | printf "{%s}") -}}
{{- end -}}
{{- if $elements }}{{ join ",\n  " $elements | printf "[\n  %s\n]" }}{{ end -}}
{{- end -}}

{{/* The configuration of one attachment, a list of CNI plugins: list NIC NETWORK. */}}
{{- define "wrtpod.conflist" -}}
{{- $nic := first . -}}
{{- $network := last . -}}
{{- $plugins := list (include "wrtpod.link" .) -}}
{{- range $network.chain -}}
  {{- $plugins = append $plugins (trim .) -}}
{{- end -}}
{{- $plugins = append $plugins (include "wrtpod.tuning" .) -}}
{{- include "wrtpod.object" (list
      "\"cniVersion\": \"1.0.0\""
      (printf "\"name\": %s" (toRawJson $nic.attachment))
      (include "wrtpod.array" $plugins | printf "\"plugins\": %s")
    ) -}}
{{- end -}}

{{/* The plugin that makes the link: list NIC NETWORK. */}}
{{- define "wrtpod.link" -}}
{{- $nic := first . -}}
{{- $network := last . -}}
{{- $type := ternary "host-device" $network.kind (eq $network.kind "hostDevice") -}}
{{- $members := list (printf "\"type\": %s" (toRawJson $type)) -}}
{{- if has $network.kind (list "macvlan" "ipvlan") -}}
  {{- $mode := $network.mode | default (ternary "bridge" "l2" (eq $network.kind "macvlan")) -}}
  {{- $members = append $members (include "wrtpod.parent" $network | toRawJson | printf "\"master\": %s") -}}
  {{- $members = append $members (toRawJson $mode | printf "\"mode\": %s") -}}
{{- else if eq $network.kind "vlan" -}}
  {{- $members = append $members (toRawJson $network.parent | printf "\"master\": %s") -}}
  {{- $members = append $members (int $network.vlan | printf "\"vlanId\": %d") -}}
{{- else if eq $network.kind "bridge" -}}
  {{- $members = append $members (toRawJson $network.parent | printf "\"bridge\": %s") -}}
  {{- with $network.vlan }}{{ $members = append $members (int . | printf "\"vlan\": %d") }}{{ end -}}
{{- else -}}
  {{- $members = append $members (toRawJson $network.parent | printf "\"device\": %s") -}}
{{- end -}}
{{- if and $network.mtu (ne $network.kind "hostDevice") -}}
  {{- $members = append $members (int $network.mtu | printf "\"mtu\": %d") -}}
{{- end -}}
{{- $ipam := include "wrtpod.profile.ipam" . -}}
{{- $capabilities := list -}}
{{- if and (has $network.kind (list "macvlan" "bridge")) (not (include "wrtpod.macByTuning" $network)) -}}
  {{- $capabilities = append $capabilities "\"mac\": true" -}}
{{- end -}}
{{- if include "wrtpod.profile.ips" $nic -}}
  {{- $capabilities = append $capabilities "\"ips\": true" -}}
{{- end -}}
{{- with $capabilities -}}
  {{- $members = append $members (include "wrtpod.object" . | printf "\"capabilities\": %s") -}}
{{- end -}}
{{- with $ipam -}}
  {{- $members = append $members (printf "\"ipam\": %s" .) -}}
{{- end -}}
{{- include "wrtpod.object" $members -}}
{{- end -}}

{{/*
The plugin `tuning`, the last of the list: it writes sysctls into the pod's network namespace, and sets a MAC that the
link's own plugin would drop. The network's own sysctls win. List NIC NETWORK.
*/}}
{{- define "wrtpod.tuning" -}}
{{- $network := last . -}}
{{- $sysctls := list -}}
{{- range first . | include "wrtpod.profile.sysctls" | trim | splitList "\n" -}}
  {{- $pair := splitList " " . -}}
  {{- if not (hasKey ($network.sysctls | default dict) (first $pair)) -}}
    {{- $sysctls = append $sysctls (printf "%s: %s" (first $pair | toRawJson) (last $pair | toRawJson)) -}}
  {{- end -}}
{{- end -}}
{{- range $key, $value := $network.sysctls -}}
  {{- $sysctls = append $sysctls (printf "%s: %s" (toRawJson $key) (toRawJson $value)) -}}
{{- end -}}
{{- $members := list "\"type\": \"tuning\"" -}}
{{- if include "wrtpod.macByTuning" $network -}}
  {{- $members = append $members (list "\"mac\": true" | include "wrtpod.object" | printf "\"capabilities\": %s") -}}
{{- end -}}
{{- $members = append $members (include "wrtpod.object" $sysctls | printf "\"sysctl\": %s") -}}
{{- include "wrtpod.object" $members -}}
{{- end -}}

{{/* The node's interface that the pod's hangs on: of macvlan and ipvlan with a VLAN, the interface of the VLAN. */}}
{{- define "wrtpod.parent" -}}
{{- if and .vlan (has .kind (list "macvlan" "ipvlan")) -}}
  {{- printf "%s.%d" .parent (int .vlan) -}}
{{- else -}}
  {{- .parent -}}
{{- end -}}
{{- end -}}

{{/* `yes` where `tuning` has to set the MAC: the link's own plugin drops it, or gives the parent's in its place. */}}
{{- define "wrtpod.macByTuning" -}}
{{- if or (has .kind (list "vlan" "hostDevice")) (and (eq .kind "macvlan") (eq (.mode | default "bridge") "passthru")) -}}
yes
{{- end -}}
{{- end -}}

{{/* A JSON object of these members, indented: each a text `"key": value`. */}}
{{- define "wrtpod.object" -}}
{{- join ",\n" . | indent 2 | printf "{\n%s\n}" -}}
{{- end -}}

{{/* A JSON list of these elements, indented. */}}
{{- define "wrtpod.array" -}}
{{- join ",\n" . | indent 2 | printf "[\n%s\n]" -}}
{{- end -}}
