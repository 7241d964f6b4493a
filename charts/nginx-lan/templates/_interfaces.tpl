{{/*
The appliance's interfaces, decided: `wrtpod.nics` answers what `interfaces` and `networks` leave open.
*/}}

{{/*
A JSON list with an element for each interface whose network is known:
  index          its place in `interfaces`
  interface      its name in the pod
  network        the name of its network
  attachment     the name of its CNI network: the network's, and a word for how it is used
  mac            its MAC address; "" where the kind of network gives it none of its own
  addressing     kind: static, dhcp, pppoe, pool or none; addresses: the static ones, with prefix lengths
  gateways, dns  lists of addresses
  routes         networks behind routers, each with to and via
  sourceRouting  gateways, and sources beside the addresses that the pod finds; empty where nothing is done about answers
  defaultRoute, serve, discovery, bridge  true or false
  metric         a number, or null
  hostname       what a DHCP server is told
  ipv6           whether the kernel that it is on has IPv6
*/}}
{{- define "wrtpod.nics" -}}
{{- $root := . -}}
{{- $nics := list -}}
{{- $routed := list -}}
{{- range $index, $interface := .Values.interfaces -}}
  {{- if hasKey $root.Values.networks $interface.network -}}
    {{- $network := index $root.Values.networks $interface.network -}}
    {{- $addressing := include "wrtpod.addressing" (list $interface $network) | fromJson -}}
    {{- $gateways := include "wrtpod.gateways" (list $interface $network $addressing) | fromJsonArray -}}
    {{- $dns := $interface.dns | default $network.dns -}}
    {{- /* Where nobody names one, the gateway: it answers DNS on most LANs. */ -}}
    {{- if and (not $dns) (not $interface.serve) (eq $addressing.kind "static") -}}
      {{- $dns = $gateways -}}
    {{- end -}}
    {{- $routes := include "wrtpod.routesOf" (list $interface $network $addressing $routed) | fromJsonArray -}}
    {{- range $routes }}{{ $routed = append $routed .to }}{{ end -}}
    {{- $nics = append $nics (dict
          "index" $index
          "interface" ($interface.name | default $interface.network)
          "network" $interface.network
          "mac" (include "wrtpod.mac" (list $root $interface $network $addressing))
          "addressing" $addressing
          "gateways" $gateways
          "dns" (include "wrtpod.canonical" $dns | fromJsonArray)
          "routes" $routes
          "sourceRouting" (include "wrtpod.sourceRouting" (list $interface $network $addressing) | fromJson)
          "defaultRoute" ($interface.defaultRoute | default false)
          "serve" ($interface.serve | default false)
          "discovery" ($interface.discovery | default false)
          "metric" $interface.metric
          "hostname" (include "wrtpod.hostname" $root)
          "bridge" ($interface.bridge | default false)
          "ipv6" (ne (toString $root.Values.ipv6) "false")
        ) -}}
  {{- end -}}
{{- end -}}
{{- include "wrtpod.profile.settle" (list $root $nics) -}}
{{- /* The name comes last: it says how the network is used, by the default route too. */ -}}
{{- range $nic := $nics -}}
  {{- $_ := include "wrtpod.profile.variant" $nic | printf "%s%s" $nic.network | set $nic "attachment" -}}
{{- end -}}
{{- toJson $nics -}}
{{- end -}}

{{/* Where the addresses of an interface come from: list INTERFACE NETWORK. */}}
{{- define "wrtpod.addressing" -}}
{{- $interface := first . -}}
{{- $network := last . -}}
{{- $wanted := $interface.address | default (include "wrtpod.profile.address" .) -}}
{{- if not (kindIs "slice" $wanted) }}{{ $wanted = list $wanted }}{{ end -}}
{{- $kind := first $wanted -}}
{{- $addresses := list -}}
{{- if not (has $kind (list "dhcp" "pppoe" "pool" "none")) -}}
  {{- if eq $kind "gateway" -}}
    {{- /* The router's addresses are those that the network calls its gateways. */ -}}
    {{- $wanted = list -}}
    {{- range $gateway := ternary $network.gateways list ($interface.serve | default false) -}}
      {{- with include "wrtpod.subnetOf" (list $network.subnets $gateway) -}}
        {{- $wanted = append $wanted (printf "%s/%s" $gateway (splitList "/" . | last)) -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
  {{- $addresses = include "wrtpod.canonical" (compact $wanted) | fromJsonArray -}}
  {{- $kind = "static" -}}
{{- end -}}
{{- dict "kind" $kind "addresses" $addresses | toJson -}}
{{- end -}}

{{/*
The gateways of an interface: list INTERFACE NETWORK ADDRESSING. A router is its network's gateway and has none there,
and without an address of a family a gateway of that family is of no use.
*/}}
{{- define "wrtpod.gateways" -}}
{{- $interface := index . 0 -}}
{{- $network := index . 1 -}}
{{- $addressing := index . 2 -}}
{{- /* An address of each family that it has, or may get by DHCP. */ -}}
{{- $own := dict
      "static" $addressing.addresses
      "pool" (ternary (list "0.0.0.0" "::") ($network.pool | default list) (not (empty $network.existing)))
      "dhcp" (list "0.0.0.0" "::")
      "pppoe" list
      "none" list
    -}}
{{- $gateways := $interface.gateways | default list -}}
{{- if not (or $gateways $interface.serve) -}}
  {{- range $gateway := $network.gateways -}}
    {{- range index $own $addressing.kind -}}
      {{- if eq (contains ":" .) (contains ":" $gateway) -}}
        {{- $gateways = append $gateways $gateway -}}
        {{- break -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- include "wrtpod.canonical" $gateways -}}
{{- end -}}

{{/*
The MAC address of an interface: list ROOT INTERFACE NETWORK ADDRESSING. Of several pods with addresses of a pool each has its
own. One that is left out is derived, and stays the same for
ever: it depends on `salt`, the namespace, the appliance's name, the network's name, and the interface's where one was given.
*/}}
{{- define "wrtpod.mac" -}}
{{- $root := index . 0 -}}
{{- $interface := index . 1 -}}
{{- $network := index . 2 -}}
{{- if $interface.mac -}}
  {{- $interface.mac | lower | replace "-" ":" -}}
{{- else if and (gt (int $root.Values.replicas) 1) (eq (index . 3).kind "pool") -}}
{{- else if not (include "wrtpod.withoutMac" $network) -}}
  {{- $digits := include "wrtpod.derived" (concat (list $root $interface.network) (compact (list $interface.name))) -}}
  {{- regexFindAll ".." $digits -1 | join ":" | printf "02:%s" -}}
{{- end -}}
{{- end -}}

{{/* `yes` where no interface on the network has a MAC of its own: its kind shares the parent's, or its NAD sets none. */}}
{{- define "wrtpod.withoutMac" -}}
{{- if or (eq (.kind | default "") "ipvlan") (and .existing (kindIs "bool" .mac) (not .mac)) -}}
yes
{{- end -}}
{{- end -}}

{{/* Ten hexadecimal digits that only this appliance has: list ROOT WORD…. */}}
{{- define "wrtpod.derived" -}}
{{- include "wrtpod.derivedDigest" . | trunc 10 -}}
{{- end -}}

{{/* What they are the first of: list ROOT WORD…. */}}
{{- define "wrtpod.derivedDigest" -}}
{{- $root := first . -}}
{{- $appliance := list $root.Values.salt $root.Release.Namespace (include "wrtpod.fullname" $root) -}}
{{- concat $appliance (rest .) | join "\n" | sha256sum -}}
{{- end -}}
