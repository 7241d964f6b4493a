{{/*
/etc/config/firewall: dict root, nics. A zone for each side, and one for eth0 that admits ping and the Service's ports
alone. A machine on several networks is their router only when it serves one of them.
*/}}
{{- define "wrtpod.uci.firewall" }}
{{- $routes := false }}
{{- range .nics }}{{ $routes = or $routes .serve }}{{ end }}
{{- $inside := list }}
{{- $outside := list }}
{{- range $nic := .nics }}
{{- $names := compact (list .interface (include "wrtpod.uci.twin" (list . $.nics))) }}
{{- if and $routes (not .serve) }}{{ $outside = concat $outside $names }}{{ else }}{{ $inside = concat $inside $names }}{{ end }}
{{- end }}
config defaults 'defaults'
	option syn_flood '1'
	option input 'REJECT'
	option output 'ACCEPT'
	option forward 'REJECT'

config zone 'zone_lan'
	option name 'lan'
{{- range $inside }}
	list network '{{ . }}'
{{- end }}
	option input 'ACCEPT'
	option output 'ACCEPT'
	option forward '{{ ternary "ACCEPT" "REJECT" $routes }}'
{{- with $outside }}
{{- include "wrtpod.uci.wan" . }}
{{- end }}

config zone 'zone_cluster'
	option name 'cluster'
	list network 'cluster'
	option input 'REJECT'
	option output 'ACCEPT'
	option forward 'REJECT'

config rule 'cluster_ping'
	option name 'Allow-Cluster-Ping'
	option src 'cluster'
	option proto 'icmp'
	option icmp_type 'echo-request'
	option target 'ACCEPT'
{{- $shown := include "wrtpod.shownPorts" .root | fromJsonArray }}
{{- range $protocol := list "TCP" "UDP" }}
{{- $ports := list }}
{{- range $shown }}
{{- if eq (.protocol | default "TCP") $protocol }}{{ $ports = append $ports (int .port) }}{{ end }}
{{- end }}
{{- with $ports }}

config rule 'cluster_service_{{ lower $protocol }}'
	option name 'Allow-Cluster-Service'
	option src 'cluster'
	option proto '{{ lower $protocol }}'
	option dest_port '{{ join " " . }}'
	option target 'ACCEPT'
{{- end }}
{{- end }}
{{- end -}}

{{/* The side of the uplink, with what firewall4's own default file admits there: the interfaces. */}}
{{- define "wrtpod.uci.wan" }}

config zone 'zone_wan'
	option name 'wan'
{{- range . }}
	list network '{{ . }}'
{{- end }}
	option input 'REJECT'
	option output 'ACCEPT'
	option forward 'REJECT'
	option masq '1'
	option mtu_fix '1'

config forwarding 'lan_wan'
	option src 'lan'
	option dest 'wan'

config rule 'wan_dhcp_renew'
	option name 'Allow-DHCP-Renew'
	option src 'wan'
	option proto 'udp'
	option dest_port '68'
	option family 'ipv4'
	option target 'ACCEPT'

config rule 'wan_ping'
	option name 'Allow-Ping'
	option src 'wan'
	option proto 'icmp'
	option icmp_type 'echo-request'
	option family 'ipv4'
	option target 'ACCEPT'

config rule 'wan_igmp'
	option name 'Allow-IGMP'
	option src 'wan'
	option proto 'igmp'
	option family 'ipv4'
	option target 'ACCEPT'

config rule 'wan_dhcpv6'
	option name 'Allow-DHCPv6'
	option src 'wan'
	option proto 'udp'
	option dest_port '546'
	option family 'ipv6'
	option target 'ACCEPT'

config rule 'wan_mld'
	option name 'Allow-MLD'
	option src 'wan'
	option proto 'icmp'
	option src_ip 'fe80::/10'
	list icmp_type '130/0'
	list icmp_type '131/0'
	list icmp_type '132/0'
	list icmp_type '143/0'
	option family 'ipv6'
	option target 'ACCEPT'

config rule 'wan_icmpv6_input'
	option name 'Allow-ICMPv6-Input'
	option src 'wan'
	option proto 'icmp'
	list icmp_type 'echo-request'
	list icmp_type 'echo-reply'
	list icmp_type 'destination-unreachable'
	list icmp_type 'packet-too-big'
	list icmp_type 'time-exceeded'
	list icmp_type 'bad-header'
	list icmp_type 'unknown-header-type'
	list icmp_type 'router-solicitation'
	list icmp_type 'neighbour-solicitation'
	list icmp_type 'router-advertisement'
	list icmp_type 'neighbour-advertisement'
	option limit '1000/sec'
	option family 'ipv6'
	option target 'ACCEPT'

config rule 'wan_icmpv6_forward'
	option name 'Allow-ICMPv6-Forward'
	option src 'wan'
	option dest '*'
	option proto 'icmp'
	list icmp_type 'echo-request'
	list icmp_type 'echo-reply'
	list icmp_type 'destination-unreachable'
	list icmp_type 'packet-too-big'
	list icmp_type 'time-exceeded'
	list icmp_type 'bad-header'
	list icmp_type 'unknown-header-type'
	option limit '1000/sec'
	option family 'ipv6'
	option target 'ACCEPT'
{{- end -}}
