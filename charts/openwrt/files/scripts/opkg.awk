function name_of(text,    line) { match(text, /(^|\n)Package: [^\n]*/); line = substr(text, RSTART, RLENGTH); sub(/^\n?Package: */, "", line); return line }
function field(text, key,    line) {
	if (!match(text, "(^|\n)" key ": [^\n]*")) return ""
	line = substr(text, RSTART, RLENGTH)
	sub(/^\n?[^:]*: */, "", line)
	return line
}
function clean(text,    lines, n, i, out) {
	n = split(text, lines, "\n")
	for (i = 1; i <= n; i++) {
		if (lines[i] ~ /^[A-Za-z-]+:[ \t]*$/ && (i == n || lines[i + 1] !~ /^[ \t]/)) continue
		if (lines[i] != "") out = out lines[i] "\n"
	}
	return out
}
function words(text, end,    n, parts, i) {
	n = split(text, parts, /[ \t]*,[ \t]*/)
	for (i = 1; i <= n; i++) {
		sub(/[ \t(].*/, "", parts[i])
		if (parts[i] != "") print parts[i] end
	}
}
function record(text,    name) {
	name = name_of(text)
	if (name == "") return
	if (op == "provides") { if (field(text, "Status") ~ / installed$/) words(field(text, "Provides"), " " name); return }
	if (op == "links") { if (index(with, " " name " ")) words(field(text, "Alternatives"), ""); return }
	if (op == "list") {
		if (field(text, "Status") ~ / installed$/) print name, field(text, "Version"), (field(text, "Auto-Installed") == "yes" ? "auto" : "user")
	} else if (image ? index(without, " " name " ") == 0 : index(with, " " name " ") > 0) printf "%s\n", clean(text)
}
BEGIN { RS = "" }
{ image = FILENAME == ARGV[1]; record($0) }
