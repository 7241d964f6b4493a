function hex_digit(c) { return index("0123456789abcdef", tolower(c)) - 1 }
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
