{{/* The networks and the names of interfaces, and what an appliance has once: dict root, nics. */}}
{{- define "wrtpod.check.interfaces" }}
{{- $values := .root.Values }}
{{- if not $values.interfaces }}
interfaces: the appliance is on no network; write `- network: lan`
{{- end }}
{{- range $index, $interface := $values.interfaces }}
{{- if not (hasKey $values.networks .network) }}
interfaces[{{ $index }}].network: there is no network `{{ .network }}`; write one of {{ keys $values.networks | sortAlpha | join ", " }}, or add it to `networks`
{{- end }}
{{- end }}
{{- $names := list }}
{{- $identity := false }}
{{- range .nics }}
{{- $fault := include "wrtpod.check.name" (list . $.nics) }}
{{- if $fault }}
interfaces[{{ int .index }}].name: `{{ .interface }}` {{ $fault }}
{{- end }}
{{- if has .interface $names }}
interfaces[{{ int .index }}].name: two interfaces are called `{{ .interface }}`; give one of them another `name`
{{- end }}
{{- $names = append $names .interface }}
{{- if or .mac .addressing.addresses }}{{ $identity = true }}{{ end }}
{{- end }}
{{- if and $identity (gt (int $values.replicas) 1) }}
replicas: {{ int $values.replicas }} replicas would share one MAC and address; keep one, and install a second release
{{- end }}
{{- include "wrtpod.check.once" (list "defaultRoute" "the default route" .nics) }}
{{- include "wrtpod.check.once" (list "discovery" "the multicast of discovery" .nics) }}
{{- end -}}

{{/* A MAC that was asked for is the MAC on the wire: dict root, nics. */}}
{{- define "wrtpod.check.macs" }}
{{- $root := .root }}
{{- $seen := dict }}
{{- $derived := false }}
{{- range .nics }}
{{- $path := printf "interfaces[%d].mac" (int .index) }}
{{- if not (index $root.Values.interfaces (int .index)).mac }}
{{- if .mac }}{{ $derived = true }}{{ end }}
{{- else if eq .mac "00:00:00:00:00:00" }}
{{ $path }}: the MAC is all zeros; leave it out to have one derived
{{- else if regexMatch "^.[13579bdf]" .mac }}
{{ $path }}: the MAC {{ .mac }} is a group address; write one whose second digit is even
{{- else if eq ((index $root.Values.networks .network).kind | default "") "ipvlan" }}
{{ $path }}: interfaces of `{{ .network }}`, an ipvlan network, share their parent's MAC; leave it out, or make the network a macvlan
{{- else if index $root.Values.networks .network | include "wrtpod.withoutMac" }}
{{ $path }}: the NAD of `{{ .network }}` sets no MAC: its interfaces have the one that it gives them; leave it out, or `mac: false` of the network
{{- end }}
{{- /* Two interfaces of one name have one derived MAC: that they have one name is said elsewhere. */}}
{{- if and .mac (ne (get $seen .mac | default .interface) .interface) }}
{{ $path }}: `{{ get $seen .mac }}` has the MAC {{ .mac }} too; leave one of them out to have it derived
{{- end }}
{{- $_ := set $seen .mac .interface }}
{{- end }}
{{- if and $derived (not (trim $root.Values.salt)) }}
salt: MAC addresses are derived from it, and it is empty; write random text of your own, once, for example what `openssl rand -hex 8` prints
{{- end }}
{{- end -}}

{{/* Why an interface cannot be called so, or nothing: list NIC NICS. */}}
{{- define "wrtpod.check.name" -}}
{{- $name := (first .).interface -}}
{{- if has $name (list "eth0" "lo" "veth0") -}}
is taken: eth0 is the cluster's, lo the loopback, veth0 other tools'; give the interface another `name`
{{- else if gt (len $name) 15 -}}
has {{ len $name }} characters, the kernel takes 15; give the interface another `name`
{{- else -}}
{{- include "wrtpod.profile.nameFault" . -}}
{{- end -}}
{{- end -}}

{{/* A switch that only one interface may have: list KEY WHAT NICS. */}}
{{- define "wrtpod.check.once" }}
{{- $key := index . 0 }}
{{- $what := index . 1 }}
{{- $first := dict }}
{{- range index . 2 }}
{{- if index . $key }}
{{- $slot := "" }}
{{- if eq $key "defaultRoute" }}{{ $slot = include "wrtpod.profile.slot" . }}{{ end }}
{{- if hasKey $first $slot }}
interfaces[{{ int .index }}].{{ $key }}: `{{ get $first $slot }}` and `{{ .interface }}` both take {{ $what }}; keep it on one interface{{ with $slot }}, or give each a `metric` of its own{{ end }}
{{- else }}
{{- $_ := set $first $slot .interface }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Links of the node that two interfaces of one pod would fight over: dict root, nics. */}}
{{- define "wrtpod.check.links" }}
{{- $root := .root }}
{{- $before := list }}
{{- range $nic := .nics }}
{{- $one := index $root.Values.networks .network }}
{{- if not $one.existing }}
{{- range $name := $before }}
{{- $other := index $root.Values.networks . }}
{{- $both := ternary (printf "`%s`" .) (printf "`%s` and `%s`" . $nic.network) (eq . $nic.network) }}
{{- if or (include "wrtpod.whole" (list $one $other)) (include "wrtpod.whole" (list $other $one)) }}
interfaces[{{ int $nic.index }}].network: two interfaces on {{ $both }}, and one of them takes the parent whole; give each its own parent, or use macvlan in mode bridge
{{- else if and (eq (include "wrtpod.wire" (list $root $one)) (include "wrtpod.wire" (list $root $other))) (include "wrtpod.twoOfVlan" (list $one.kind $other.kind)) }}
interfaces[{{ int $nic.index }}].network: two interfaces on {{ $both }}, and a VLAN id exists once on a node; use kind macvlan with `vlan`
{{- else if eq (include "wrtpod.parent" $one) (include "wrtpod.parent" $other) }}
{{- if and (eq $one.kind "ipvlan" $other.kind) (ne ($one.mode | default "l2") ($other.mode | default "l2")) }}
interfaces[{{ int $nic.index }}].network: two interfaces on {{ $both }}, and a parent has one mode of ipvlan for all; write one `mode` for both
{{- else if and (has $one.kind (list "ipvlan" "macvlan")) (has $other.kind (list "ipvlan" "macvlan")) (ne $one.kind $other.kind) }}
interfaces[{{ int $nic.index }}].network: two interfaces on {{ $both }}, and a parent carries ipvlan or macvlan, not both; use one kind
{{- end }}
{{- end }}
{{- end }}
{{- $before = append $before .network }}
{{- end }}
{{- end }}
{{- end -}}

{{/* `yes` for kinds that both make, or hang on, the interface of a VLAN, and one of them makes it: list KIND KIND. */}}
{{- define "wrtpod.twoOfVlan" -}}
{{- if and (has "vlan" .) (not (has "bridge" .)) (not (has "hostDevice" .)) }}yes{{ end -}}
{{- end -}}

{{/* `yes` when a network takes the whole interface of the node that another one hangs on: list NETWORK OTHER. */}}
{{- define "wrtpod.whole" -}}
{{- $whole := first . -}}
{{- $parent := include "wrtpod.parent" (last .) -}}
{{- $passthru := and (eq $whole.kind "macvlan") (eq $whole.mode "passthru") -}}
{{- if and (or $passthru (eq $whole.kind "hostDevice")) (has (include "wrtpod.parent" $whole) (list $parent (splitList "." $parent | first))) -}}
yes
{{- end -}}
{{- end -}}
