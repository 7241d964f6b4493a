{{/*
What OpenWrt starts from: UCI files as the plan writes them, with the settings of overlays and of `uci` laid over them, and scripts for
the first boot. Each file of UCI is made by the template `wrtpod.uci.FILE`.
*/}}

{{/* A JSON object of the files of the ConfigMap `plan`. */}}
{{- define "wrtpod.planFiles" -}}
{{- $facts := dict "root" . "nics" (include "wrtpod.nics" . | fromJsonArray) -}}
{{- $planned := dict -}}
{{- range list "dhcp" "firewall" "network" "system" -}}
  {{- $text := include (printf "wrtpod.uci.%s" .) $facts | trim -}}
  {{- $_ := set $planned . (printf "\n%s\n" $text) -}}
{{- end -}}
{{- range $file, $words := include "wrtpod.uciWords" . | fromJson -}}
  {{- $sections := list -}}
  {{- range $words }}{{ $sections = concat $sections .sections }}{{ end -}}
  {{- $_ := set $planned $file (include "wrtpod.uci.over" (list (get $planned $file) $sections)) -}}
{{- end -}}
{{- $files := dict "settings" (include "wrtpod.settings" $facts | printf "%s\n") -}}
{{- range $file, $text := $planned -}}
  {{- $_ := set $files (printf "uci.%s" $file) $text -}}
{{- end -}}
{{- range $name, $script := .Values.firstBoot -}}
  {{- $_ := set $files (printf "first-boot.%s" $name) (trimSuffix "\n" $script | printf "%s\n") -}}
{{- end -}}
{{- toJson $files -}}
{{- end -}}

{{/* What the scripts of the pod read, as shell assignments: dict root, nics. */}}
{{- define "wrtpod.settings" -}}
{{- $values := .root.Values -}}
{{- $leadsOut := false -}}
{{- range .nics }}{{ $leadsOut = or $leadsOut .defaultRoute }}{{ end -}}
PERSISTENCE='{{ $values.persistence.mode | default "etc" }}'
PACKAGES='{{ $values.persistence.packages | default "drop" }}'
NICS='{{ include "wrtpod.settings.nics" .nics }}'
CLUSTER_CIDRS='{{ include "wrtpod.settings.cluster" .root }}'
DEFAULT_ROUTE_VIA_NIC='{{ ternary 1 0 $leadsOut }}'
{{- /* Services that cannot work in a pod: they set the clock, drive LEDs or unmount what is not theirs. */}}
DISABLED_SERVICES='sysntpd sysfixtime umount led gpio_switch urandom_seed bootcount'
CLUSTER_FORWARDING='{{ ternary 1 0 $values.clusterForwarding }}'
OVERLAYS='{{ concat ($values.image.overlays | default list) ($values.overlays | default list) | uniq | join " " }}'
{{- end -}}

{{/* /etc/config/system. The clock is the node's: no NTP client, no server. */}}
{{- define "wrtpod.uci.system" }}
config system 'system'
	option hostname '{{ include "wrtpod.hostname" .root }}'
	option timezone '{{ .root.Values.timezone | default "UTC" }}'
{{- with .root.Values.zonename }}
	option zonename '{{ replace "_" " " . }}'
{{- end }}
	option ttylogin '0'
	option log_size '128'
	option urandom_seed '0'

config timeserver 'ntp'
	option enabled '0'
	option enable_server '0'
{{- end -}}
