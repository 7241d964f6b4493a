function option(name, value) { printf "\toption %s '%s'\n", name, value }
function list(name, value) { printf "\tlist %s '%s'\n", name, value }
function netmask(bits,    i, n, octet, text) {
	for (i = 0; i < 4; i++) {
		for (octet = n = 0; n < 8; n++) octet = octet * 2 + (bits-- > 0)
		text = text "" (i ? "." : "") octet
	}
	return text
}
function default_metric(metric) { return via_nic == "1" ? 4096 : metric }
function usual(destination, metric) { return metric == 0 || destination ~ /:/ && metric == 1024 }
FILENAME ~ /eth0$/ {
	if ($1 == "address") { if ($2 ~ /:/) six[++sixes] = $2; else four[++fours] = $2 }
	next
}
{
	metric = $1 ~ /\/0$/ ? default_metric($3) : $3
	if ($1 == "0.0.0.0/0" && $2 != "-" && !$4 && metric == 0) gateway = $2
	else if ($1 == "::/0" && $2 != "-" && !$4 && usual($1, metric)) gateway6 = $2
	else { destination[++routes] = $1; via[routes] = $2; priority[routes] = metric; onlink[routes] = $4 }
}
END {
	print "config interface 'cluster'"
	option(old == "1" ? "ifname" : "device", "eth0")
	option("proto", "static")
	if (old == "1" && fours == 1) {
		split(four[1], part, "/")
		option("ipaddr", part[1])
		option("netmask", netmask(part[2]))
	} else for (i = 1; i <= fours; i++) list("ipaddr", four[i])
	if (gateway != "") option("gateway", gateway)
	for (i = 1; i <= sixes; i++) list("ip6addr", six[i])
	if (gateway6 != "") option("ip6gw", gateway6)
	for (i = 1; i <= routes; i++) {
		printf "\nconfig %s 'cluster_%d'\n", destination[i] ~ /:/ ? "route6" : "route", i
		option("interface", "cluster")
		option("target", destination[i])
		if (via[i] != "-") option("gateway", via[i])
		if (!usual(destination[i], priority[i])) option("metric", priority[i])
		if (onlink[i]) option("onlink", "1")
	}
}
