{{/*
Ways out of an interface beside the default route: to networks behind its routers, and back to where a request came from.
*/}}

{{/* A JSON list of routes, each with `to` and `via`; one whose router nobody names is left out: list ROUTES GATEWAYS. */}}
{{- define "wrtpod.routes" -}}
{{- $gateways := last . -}}
{{- $routes := list -}}
{{- range $route := first . -}}
  {{- $via := .via | default "" -}}
  {{- range $gateways -}}
    {{- if and (not $via) (eq (contains ":" .) (contains ":" $route.to)) }}{{ $via = . }}{{ end -}}
  {{- end -}}
  {{- if $via -}}
    {{- $routes = append $routes (dict "to" (include "wrtpod.address" .to) "via" (include "wrtpod.address" $via)) -}}
  {{- end -}}
{{- end -}}
{{- toJson $routes -}}
{{- end -}}

{{/*
The routes of an interface: its own, or those of its network that it has an address for, whose router it is not, and that no
interface before it has: list INTERFACE NETWORK ADDRESSING BEFORE.
*/}}
{{- define "wrtpod.routesOf" -}}
{{- $interface := index . 0 -}}
{{- $network := index . 1 -}}
{{- $addressing := index . 2 -}}
{{- $before := index . 3 -}}
{{- if $interface.routes -}}
  {{- include "wrtpod.routes" (list $interface.routes ($interface.gateways | default $network.gateways)) -}}
{{- else -}}
  {{- $routes := list -}}
  {{- range include "wrtpod.routes" (list $network.routes $network.gateways) | fromJsonArray -}}
    {{- if and (not (has .to $before)) (include "wrtpod.neighbour" (list $network $addressing .via)) -}}
      {{- $routes = append $routes . -}}
    {{- end -}}
  {{- end -}}
  {{- toJson $routes -}}
{{- end -}}
{{- end -}}

{{/*
`yes` where an interface has, or may get, an address of a router's family, and is not that router itself: list NETWORK
ADDRESSING ROUTER. Without addresses, what it gets comes of router advertisements.
*/}}
{{- define "wrtpod.neighbour" -}}
{{- $network := index . 0 -}}
{{- $addressing := index . 1 -}}
{{- $router := index . 2 -}}
{{- $own := dict
      "static" $addressing.addresses
      "pool" (ternary (list "0.0.0.0" "::") ($network.pool | default list) (not (empty $network.existing)))
      "dhcp" (list "0.0.0.0" "::")
      "none" (list "::")
    -}}
{{- $has := false -}}
{{- $is := false -}}
{{- range get $own $addressing.kind | default list -}}
  {{- $has = or $has (eq (contains ":" .) (contains ":" $router)) -}}
  {{- $is = or $is (hasPrefix (printf "%s/" $router) .) -}}
{{- end -}}
{{- if and $has (not $is) }}yes{{ end -}}
{{- end -}}

{{/* How answers leave by the interface that they came in by, as JSON; empty where nothing is done: list INTERFACE NETWORK ADDRESSING. */}}
{{- define "wrtpod.sourceRouting" -}}
{{- $interface := index . 0 -}}
{{- $network := index . 1 -}}
{{- $addressing := index . 2 -}}
{{- $wanted := include "wrtpod.profile.sourceRouting" . -}}
{{- if kindIs "bool" $interface.sourceRouting }}{{ $wanted = $interface.sourceRouting }}{{ end -}}
{{- $routing := dict -}}
{{- if and $wanted (not $interface.serve) -}}
  {{- $gateways := list -}}
  {{- range include "wrtpod.canonical" ($interface.gateways | default $network.gateways) | fromJsonArray -}}
    {{- if include "wrtpod.neighbour" (list $network $addressing .) }}{{ $gateways = append $gateways . }}{{ end -}}
  {{- end -}}
  {{- $sources := include "wrtpod.profile.sources" (list $network $addressing) | fromJsonArray -}}
  {{- if and $gateways (or $sources (not (include "wrtpod.profile.needsSources" .))) -}}
    {{- $routing = dict "gateways" $gateways "sources" $sources -}}
  {{- end -}}
{{- end -}}
{{- toJson $routing -}}
{{- end -}}

{{/* Routes of a network or an interface: list PATH ROUTES GATEWAYS SUBNETS CLUSTER. */}}
{{- define "wrtpod.check.routes" }}
{{- $gateways := index . 2 }}
{{- $subnets := index . 3 }}
{{- $cluster := index . 4 }}
{{- $seen := list }}
{{- range $index, $route := index . 1 }}
{{- $path := printf "%s[%d]" (index $ 0) $index }}
{{- $parts := splitList "/" .to }}
{{- $decided := include "wrtpod.routes" (list (list .) $gateways) | fromJsonArray }}
{{- $via := "" }}
{{- range $decided }}{{ $via = .via }}{{ end }}
{{- if not (include "wrtpod.isCidr" .to) }}
{{ $path }}: `{{ .to }}` is no network; write it like 10.50.0.0/16
{{- else if include "wrtpod.hasHost" (list (last $parts) (first $parts)) }}
{{ $path }}: `{{ .to }}` is an address inside of a network; write the network's first address
{{- else if not $via }}
{{ $path }}: nobody names the router on the way to {{ .to }}; add `via`, or `gateways` to the network
{{- else if not (include "wrtpod.isAddress" $via) }}
{{ $path }}: `{{ $via }}` is no address; write it like 192.168.1.254
{{- else if eq (last $parts) "0" }}
{{ $path }}: {{ .to }} is everything, which is the default route; remove it, and write `defaultRoute: true` at the interface
{{- else if ne (contains ":" .to) (contains ":" $via) }}
{{ $path }}: {{ .to }} and its router {{ $via }} are of two families; write a router of the network's family
{{- else if has (include "wrtpod.address" .to) $seen }}
{{ $path }}: there are two routes to {{ .to }}; keep one of them
{{- else }}
{{- include "wrtpod.check.neighbour" (list $path $via $subnets) }}
{{- range $cluster }}
{{- if or (include "wrtpod.contains" (list . (first $parts))) (include "wrtpod.contains" (list $route.to (splitList "/" . | first))) }}
{{ $path }}: the route to {{ $route.to }} overlaps the cluster's {{ . }}, which stays with eth0; correct it, or `cluster`
{{- end }}
{{- end }}
{{- end }}
{{- $seen = append $seen (include "wrtpod.address" .to) }}
{{- end }}
{{- end -}}

{{/* Routes of the interfaces, and answers that are to leave by them: dict root, nics. */}}
{{- define "wrtpod.check.ways" }}
{{- $values := .root.Values }}
{{- $cluster := concat $values.cluster.podCIDRs $values.cluster.serviceCIDRs }}
{{- $first := dict }}
{{- range $nic := .nics }}
{{- $path := printf "interfaces[%d]" (int .index) }}
{{- $own := index $values.interfaces (int .index) }}
{{- $network := index $values.networks .network }}
{{- $subnets := concat ($network.subnets | default list) .addressing.addresses }}
{{- include "wrtpod.check.routes" (list (printf "%s.routes" $path) $own.routes ($own.gateways | default $network.gateways) $subnets $cluster) }}
{{- range $index, $route := .routes }}
{{- if hasKey $first .to }}
{{- if ne (get $first .to) $nic.interface }}
{{ $path }}.routes[{{ $index }}]: `{{ get $first .to }}` has a route to {{ .to }} too; keep it on one interface
{{- end }}
{{- else }}
{{- $_ := set $first .to $nic.interface }}
{{- end }}
{{- end }}
{{- if and (eq (toString $own.sourceRouting) "true") (not .sourceRouting) }}
{{- if .serve }}
{{ $path }}.sourceRouting: it serves the network, and is the router there; remove it, or `serve`
{{- else }}
{{ $path }}.sourceRouting: nobody names a gateway, or what the interface's addresses are; add `gateways` and `subnets` to networks.{{ .network }}, or remove it
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
