# apk.awk: apk's installed database, record by record. Called by packages. Variable `op`:
#   list     prints `name version user` of each package     files   prints the paths of the packages in `with`
#   merge    from IMAGE and CLAIM (two files): the image's records without those in `without`, then the claim's in `with`
# (names between spaces).

function line_of(text, key,    line) {
	if (!match(text, "(^|\n)" key ":[^\n]*")) return ""
	line = substr(text, RSTART, RLENGTH)
	sub(/^\n?.:/, "", line)
	return line
}

function files(text,    lines, n, i, folder) {
	n = split(text, lines, "\n")
	for (i = 1; i <= n; i++) {
		if (lines[i] ~ /^F:/) folder = substr(lines[i], 3)
		if (lines[i] ~ /^R:/) print (folder == "" ? "" : folder "/") substr(lines[i], 3)
	}
}

BEGIN { RS = "" }
{
	name = line_of($0, "P")
	if (name == "") next
	wanted = index(with, " " name " ") > 0
	if (op == "list") print name, line_of($0, "V"), "user"
	else if (op == "files") { if (wanted) files($0) }
	else if (FILENAME == ARGV[1] ? index(without, " " name " ") == 0 : wanted) printf "%s\n\n", $0
}
