# routes.awk: the routes that must stay with eth0. Called by cluster and wire; reads the capture of eth0.
#
# Variable cidrs: the pod and Service CIDRs. Prints one route a line, `DESTINATION GATEWAY METRIC ONLINK`, `-` for no gateway:
# first on-link ones (a gateway such as 169.254.1.1 is reached by one), then the cluster's, then eth0's others, the defaults last.
# Routes that come with an address are left out: whoever sets the address gets them.

function hex_digit(c) { return index("0123456789abcdef", tolower(c)) - 1 }

# `n` as `width` binary digits: prefixes are then compared as text.
function binary(n, width,    text) {
	for (; width > 0; width--) { text = (n % 2) text; n = int(n / 2) }
	return text
}

function bits(address,    parts, n, i, j, text, gap, halves, tail) {
	if (address !~ /:/) {
		n = split(address, parts, ".")
		if (n != 4) return ""
		for (i = 1; i <= 4; i++) text = text binary(parts[i], 8)
		return text
	}
	sub(/%.*/, "", address)
	if (address ~ /\./) {
		tail = address; sub(/.*:/, "", tail)
		split(tail, parts, ".")
		sub(/[0-9.]+$/, sprintf("%x:%x", parts[1] * 256 + parts[2], parts[3] * 256 + parts[4]), address)
	}
	if (split(address, halves, "::") == 2) {
		gap = 8 - split(halves[1], parts, ":") - split(halves[2], parts, ":")
		for (tail = ""; gap > 0; gap--) tail = tail ":0"
		address = halves[1] tail ":" halves[2]
		sub(/^:/, "", address); sub(/:$/, "", address)
	}
	if (split(address, parts, ":") != 8) return ""
	for (i = 1; i <= 8; i++) {
		n = 0
		for (j = 1; j <= length(parts[i]); j++) n = n * 16 + hex_digit(substr(parts[i], j, 1))
		text = text binary(n, 16)
	}
	return text
}

# The network part of ADDRESS/LENGTH as binary text; tells the family by its first letter.
function prefix(cidr,    at) {
	if (cidr !~ /\//) cidr = cidr "" (cidr ~ /:/ ? "/128" : "/32")
	at = index(cidr, "/")
	return (cidr ~ /:/ ? "6" : "4") substr(bits(substr(cidr, 1, at - 1)), 1, substr(cidr, at + 1) + 0)
}

function on_link(cidr,    p, i, own) {
	p = prefix(cidr)
	for (i = 1; i <= addresses; i++) {
		own = prefix(address[i])
		if (substr(p, 1, length(own)) == own) return 1
	}
	return 0
}

function emit(destination, gateway, metric, onlink) {
	if (prefix(destination) in done) return
	done[prefix(destination)] = 1
	if (destination !~ /\/0$/) covered[++covers] = prefix(destination)
	print destination, gateway, metric, onlink
}

# A gateway outside every subnet of eth0 needs `onlink`; a link-local one is always on the link.
function needs_onlink(gateway) { return gateway != "-" && tolower(gateway) !~ /^fe80:/ && !on_link(gateway) }

function is_covered(destination,    i, p) {
	p = prefix(destination)
	for (i = 1; i <= covers; i++) if (substr(p, 1, length(covered[i])) == covered[i]) return 1
	return 0
}

function via_default(destination,    family) {
	family = destination ~ /:/ ? 6 : 4
	if (destination !~ /^[0-9a-fA-F:.]+(\/[0-9]+)?$/ || destination ~ /^(127\.|::1$|0\.|fe80:)/ || on_link(destination) || is_covered(destination)) return
	if (!(family in default_gateway)) return
	if (destination !~ /\//) destination = destination "" (family == 6 ? "/128" : "/32")
	emit(destination, default_gateway[family], 0, needs_onlink(default_gateway[family]))
}

$1 == "address" { address[++addresses] = $2 }
$1 == "route" { destination[++routes] = $2; gateway[routes] = $3; metric[routes] = $4 }
$1 == "nameserver" || $1 == "host" { other[++others] = $2 }

END {
	for (i = 1; i <= routes; i++)
		if (destination[i] == "0.0.0.0/0" || destination[i] == "::/0") default_gateway[destination[i] ~ /:/ ? 6 : 4] = gateway[i]
	for (i = 1; i <= addresses; i++) done[prefix(address[i])] = 1
	for (i = 1; i <= routes; i++)
		if (gateway[i] == "-" && destination[i] !~ /\/0$/) emit(destination[i], "-", metric[i], 0)
	n = split(cidrs, cidr, " ")
	for (i = 1; i <= routes; i++)
		if (gateway[i] != "-" && destination[i] !~ /\/0$/) emit(destination[i], gateway[i], metric[i], needs_onlink(gateway[i]))
	for (i = 1; i <= n; i++) via_default(cidr[i])
	for (i = 1; i <= others; i++) via_default(other[i])
	for (i = 1; i <= routes; i++)
		if (destination[i] ~ /\/0$/) emit(destination[i], gateway[i], metric[i], needs_onlink(gateway[i]))
}
