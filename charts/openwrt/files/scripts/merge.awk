BEGIN { FS = "\t" }
FNR == 1 { file++ }
file == 1 { at = index($0, " "); rule[substr($0, 1, at - 1), substr($0, at + 1)] = 1; if ($0 ~ /^(drop|link) /) seen[substr($0, at + 1)] = 1; next }
$0 == "-" { next }
{ what = $1 "\t" $2 }
file == 2 { old[$4] = what; old_mode[$4] = $3; seen[$4] = 1; note_service($4, old_services) }
file == 3 { new[$4] = what; new_mode[$4] = $3; seen[$4] = 1; order[++count] = $4 }
file == 4 { has[$4] = what; mode[$4] = $3; if (($4 in old) || ($4 in new)) note_service($4, services) }
function service_of(path) { return path ~ /^etc\/rc\.d\/[SK][0-9][0-9]/ ? substr(path, 10, 1) substr(path, 13) : "" }
function note_service(path, table,    s) { s = service_of(path); if (s != "") table[s] = 1 }
function disabled(path,    s) { s = service_of(path); return s != "" && (s in old_services) && !(s in services) }
function goes(path) {
	if (("skip", path) in rule || new[path] != "" || has[path] == "" || has[path] ~ /^d/) return 0
	return ("drop", path) in rule || has[path] == old[path]
}
function plain(path,    n, parts, i, kept, depth, out) {
	n = split(path, parts, "/")
	for (i = 1; i <= n; i++) {
		if (parts[i] == "..") { if (depth) depth-- }
		else if (parts[i] != "" && parts[i] != ".") kept[++depth] = parts[i]
	}
	for (i = 1; i <= depth; i++) out = out "" (i > 1 ? "/" : "") kept[i]
	return out
}
function target_of(path,    to, folder) {
	to = substr(has[path], 3)
	folder = path
	sub(/[^\/]*$/, "", folder)
	return real(plain(to ~ /^\// ? to : folder to))
}
function real(path,    n, parts, i, above) {
	n = split(path, parts, "/")
	for (i = 1; i < n; i++) {
		above = above "" (i > 1 ? "/" : "") parts[i]
		if (has[above] ~ /^l/ && hops++ < 20) return real(target_of(above) substr(path, length(above) + 1))
	}
	return path
}
function leads_away(path) {
	hops = 0
	while (has[path] ~ /^l/ && hops++ < 20) {
		path = target_of(path)
		if (goes(path)) return 1
	}
	return 0
}
function put(path) {
	print "8\tput\t" path
	if ((path in mode) && (path in old_mode) && new[path] ~ /^f/ && has[path] ~ /^f/ && mode[path] != old_mode[path]) print "7\tmode\t" mode[path] "\t" path
}
function merge(path,    o, n, c) {
	o = old[path]; n = new[path]; c = has[path]
	if (("skip", path) in rule) return
	if (("drop", path) in rule && n == "") { if (c !~ /^d/) print "6\tdel\t" path; return }
	if (c ~ /^l/ && c != n && leads_away(path)) {
		if (n == "") print "6\tdel\t" path; else put(path)
		return
	}
	if (n == "") {
		if (c == o && c != "") print (c ~ /^d/ ? "5\trmdir\t" : "6\tdel\t") path
		return
	}
	if (("planned", path) in rule && c != "") return
	if (n ~ /^d/) {
		if (c == "" && o == "") print "9\tmkdir\t" new_mode[path] "\t" path
		return
	}
	if (("force", path) in rule) { if (c != n) put(path); return }
	if (c == "") {
		if (("omit", path) in rule || disabled(path)) return
		if (o == "" || path ~ /^etc\/uci-defaults\// && o != n) put(path)
		return
	}
	if (c == n) {
		if (mode[path] == old_mode[path] && mode[path] != new_mode[path] && n ~ /^f/) print "7\tmode\t" new_mode[path] "\t" path
		return
	}
	if (n == o) return
	if (c == o) put(path)
	else print "4\tconflict\t" path
}
END {
	for (path in seen) merge(path)
}
