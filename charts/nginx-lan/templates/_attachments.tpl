{{/*
How the pod's interfaces hang on the node: NetworkAttachmentDefinitions for Multus, and the annotation by which the
pod asks for them.
*/}}

{{/*
A JSON list of the NetworkAttachmentDefinitions of this release, each once: name, network, config, and the interfaces that
have it, by their places. A network becomes one for each way in which it is used; those that `existing` names are not among
them. The name ends in a digest of the content: no pod starts on what stood there before, and nothing is shared with
another release.
*/}}
{{- define "wrtpod.attachments" -}}
{{- $root := . -}}
{{- $names := list -}}
{{- $found := dict -}}
{{- range include "wrtpod.nics" . | fromJsonArray -}}
  {{- $network := index $root.Values.networks .network -}}
  {{- if not $network.existing -}}
    {{- $config := include "wrtpod.conflist" (list . $network) -}}
    {{- $name := printf "%s-%s-%s" (include "wrtpod.fullname" $root) .attachment (sha256sum $config | trunc 10) -}}
    {{- if not (hasKey $found $name) -}}
      {{- $names = append $names $name -}}
      {{- $_ := dict "name" $name "network" .network "config" $config "interfaces" list | set $found $name -}}
    {{- end -}}
    {{- $one := get $found $name -}}
    {{- $_ := append $one.interfaces .index | set $one "interfaces" -}}
  {{- end -}}
{{- end -}}
{{- $attachments := list -}}
{{- range $names }}{{ $attachments = get $found . | append $attachments }}{{ end -}}
{{- toJson $attachments -}}
{{- end -}}

{{/* Attachments that somebody changed by hand: Helm 3 leaves them so and says that all went well. */}}
{{- define "wrtpod.attachmentNotes" -}}
{{- if .Capabilities.APIVersions.Has "k8s.cni.cncf.io/v1/NetworkAttachmentDefinition" -}}
{{- range include "wrtpod.attachments" . | fromJsonArray -}}
{{- $there := lookup "k8s.cni.cncf.io/v1" "NetworkAttachmentDefinition" $.Release.Namespace .name -}}
{{- if and $there (ne (dig "spec" "config" "" $there | fromJson | toJson) (.config | fromJson | toJson)) }}
Somebody changed the NetworkAttachmentDefinition {{ .name }}, which Helm 3 leaves as it is:

  kubectl -n {{ $.Release.Namespace }} delete net-attach-def {{ .name }}

and run `helm upgrade` again.
{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Labels of an attachment: those of every object, its network's and the site's. List ROOT NETWORK. */}}
{{- define "wrtpod.attachmentLabels" -}}
{{- $root := first . -}}
{{- $labels := include "wrtpod.siteLabels" $root | fromYaml -}}
{{- $place := dict "wrtpod.dev/site" $root.Values.site "wrtpod.dev/network" (last .) -}}
{{- mergeOverwrite $labels $place (include "wrtpod.labels" $root | fromYaml) | include "wrtpod.yaml" -}}
{{- end -}}

{{/* Its annotations: those of every object, and the site's. */}}
{{- define "wrtpod.attachmentAnnotations" -}}
{{- $annotations := include "wrtpod.annotations" . | fromYaml -}}
{{- mergeOverwrite $annotations (include "wrtpod.siteAnnotations" . | fromYaml) .Values.annotations | include "wrtpod.yaml" -}}
{{- end -}}

{{/*
The annotation `k8s.v1.cni.cncf.io/networks`: every element names its interface, or Multus would number it. A namespace
stands only where it is another one: in this text, no tool that moves the objects elsewhere would find it.
*/}}
{{- define "wrtpod.networks" -}}
{{- $root := . -}}
{{- $names := dict -}}
{{- range $attachment := include "wrtpod.attachments" . | fromJsonArray -}}
  {{- range .interfaces }}{{ $_ := set $names (int . | toString) $attachment.name }}{{ end -}}
{{- end -}}
{{- $elements := list -}}
{{- range include "wrtpod.nics" . | fromJsonArray -}}
  {{- $existing := (index $root.Values.networks .network).existing -}}
  {{- $place := splitList "/" ($existing | default (int .index | toString | get $names)) -}}
  {{- $members := list (last $place | include "wrtpod.json" | printf "\"name\":%s") -}}
  {{- if and (gt (len $place) 1) (ne (first $place) $root.Release.Namespace) -}}
    {{- $members = append $members (first $place | include "wrtpod.json" | printf "\"namespace\":%s") -}}
  {{- end -}}
  {{- $members = append $members (printf "\"interface\":%s" (include "wrtpod.json" .interface)) -}}
  {{- with .mac -}}
    {{- $members = append $members (printf "\"mac\":%s" (include "wrtpod.json" .)) -}}
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
{
  "cniVersion": "1.0.0",
  "name": {{ (first .).attachment | include "wrtpod.json" }},
  "plugins": [
    {{- include "wrtpod.link" . | nindent 4 }},
    {{- range (last .).chain }}
    {{- trim . | include "wrtpod.escaped" | nindent 4 }},
    {{- end }}
    {{- include "wrtpod.tuning" . | nindent 4 }}
  ]
}
{{- end -}}

{{/* The plugin that makes the link: list NIC NETWORK. */}}
{{- define "wrtpod.link" -}}
{{- $network := last . -}}
{{- $capabilities := list -}}
{{- if and (has $network.kind (list "macvlan" "bridge")) (not (include "wrtpod.macByTuning" $network)) -}}
  {{- $capabilities = append $capabilities "\"mac\": true" -}}
{{- end -}}
{{- if first . | include "wrtpod.profile.ips" -}}
  {{- $capabilities = append $capabilities "\"ips\": true" -}}
{{- end -}}
{
{{- if has $network.kind (list "macvlan" "ipvlan") }}
  "type": {{ include "wrtpod.json" $network.kind }},
  "master": {{ include "wrtpod.parent" $network | include "wrtpod.json" }},
  "mode": {{ $network.mode | default (ternary "bridge" "l2" (eq $network.kind "macvlan")) | include "wrtpod.json" }}
{{- else if eq $network.kind "vlan" }}
  "type": "vlan",
  "master": {{ include "wrtpod.json" $network.parent }},
  "vlanId": {{ int $network.vlan }}
{{- else if eq $network.kind "bridge" }}
  "type": "bridge",
  "bridge": {{ include "wrtpod.json" $network.parent }}
  {{- with $network.vlan }},
  "vlan": {{ int . }},
  "preserveDefaultVlan": false
  {{- end }}
{{- else }}
  "type": "host-device",
  "device": {{ include "wrtpod.json" $network.parent }}
{{- end }}
{{- if and $network.mtu (ne $network.kind "hostDevice") }},
  "mtu": {{ int $network.mtu }}
{{- end }}
{{- with $capabilities }},
  "capabilities": {
    {{- join ",\n" . | nindent 4 }}
  }
{{- end }}
{{- with include "wrtpod.profile.ipam" . }},
  "ipam": {{ indent 2 . | trim }}
{{- end }}
}
{{- end -}}

{{/*
The plugins `tuning`, the last of the list: they write sysctls into the pod's network namespace, and the last of them sets a
MAC that the link's own plugin would drop. A plugin writes its sysctls in random order, so those that others depend on stand
in one of their own. Each notes the MAC before; of a device of the node's, the first one's note has to last. List NIC NETWORK.
*/}}
{{- define "wrtpod.tuning" -}}
{{- $byTuning := include "wrtpod.macByTuning" (last .) -}}
{{- $givesBack := eq (last .).kind "hostDevice" -}}
{{- $steps := dict -}}
{{- range include "wrtpod.sysctls" . | fromJsonArray -}}
  {{- $rank := first . | include "wrtpod.sysctlRank" -}}
  {{- $line := printf "%s: %s" (first . | include "wrtpod.json") (last . | include "wrtpod.json") -}}
  {{- $_ := set $steps $rank (append (get $steps $rank | default list) $line) -}}
{{- end -}}
{{- $last := keys $steps | sortAlpha | last -}}
{{- range $rank, $lines := $steps }}
{{- if ne $rank (keys $steps | sortAlpha | first) }},
{{ end -}}
{
  "type": "tuning",
  {{- if and $givesBack (ne $rank $last) }}
  "dataDir": "/run/cni/tuning-{{ $rank }}",
  {{- end }}
  {{- if and $byTuning (eq $rank $last) }}
  "capabilities": {
    "mac": true
  },
  {{- end }}
  "sysctl": {
    {{- join ",\n" $lines | nindent 4 }}
  }
}
{{- end -}}
{{- end -}}

{{/* In which step a sysctl is written: whether the machine forwards, then what is said of all interfaces, then the rest. */}}
{{- define "wrtpod.sysctlRank" -}}
{{- if or (eq . "net.ipv4.ip_forward") (regexMatch "^net[.]ipv[46][.]conf[.]all[.]forwarding$" .) -}}
0
{{- else if regexMatch "^net[.]ipv[46][.]conf[.](all|default)[.]" . -}}
1
{{- else -}}
2
{{- end -}}
{{- end -}}

{{/* A JSON list of the sysctls of an attachment, each a key and a value. The network's own win. List NIC NETWORK. */}}
{{- define "wrtpod.sysctls" -}}
{{- $nic := first . -}}
{{- $network := last . -}}
{{- $own := $network.sysctls | default dict -}}
{{- $planned := first . | include "wrtpod.profile.sysctls" | splitList "\n" -}}
{{- $hears := include "wrtpod.hearsRouters" $own -}}
{{- range $planned -}}
  {{- $words := splitList " " . -}}
  {{- $hears = printf "%s%s" $hears (include "wrtpod.hearsRouters" (dict (first $words) (last $words))) -}}
{{- end -}}
{{- /* An advertisement also brings a default route, of the same metric as eth0's. */ -}}
{{- if $hears -}}
  {{- $planned = append $planned (printf "net.ipv6.conf.IFNAME.accept_ra_defrtr %d" (ternary 1 0 (first .).defaultRoute)) -}}
{{- end -}}
{{- $sysctls := list -}}
{{- range $planned -}}
  {{- if not (hasKey $own (splitList " " . | first)) -}}
    {{- $sysctls = append $sysctls (splitList " " .) -}}
  {{- end -}}
{{- end -}}
{{- range $key, $value := $own -}}
  {{- $sysctls = append $sysctls (list $key $value) -}}
{{- end -}}
{{- /* `tuning` fails on a file that is not there, and with it each pod. */ -}}
{{- $there := list -}}
{{- range $sysctls -}}
  {{- if or $nic.ipv6 (not (hasPrefix "net.ipv6." (first .))) }}{{ $there = append $there . }}{{ end -}}
{{- end -}}
{{- toJson $there -}}
{{- end -}}

{{/* `yes` where one of these sysctls has an interface take router advertisements; its name may stand for `IFNAME`. */}}
{{- define "wrtpod.hearsRouters" -}}
{{- range $key, $value := . -}}
  {{- if and (regexMatch "^net[.]ipv6[.]conf[.].+[.]accept_ra$" $key) (not (regexMatch "[.](all|default)[.]accept_ra$" $key)) (ne $value "0") -}}
yes
    {{- break -}}
  {{- end -}}
{{- end -}}
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
{{- if or (has .kind (list "vlan" "hostDevice")) (and (eq .kind "macvlan") (eq .mode "passthru")) -}}
yes
{{- end -}}
{{- end -}}
