# apk.awk: apk's installed database, record by record. Called by packages and install. Variable `op`:
#   list     prints `name version user` of each package     files   prints the paths of the packages in `with`
#   owner    prints the package that has the path `with`
#   provides prints `NAME PACKAGE` for each further name of a package     identities  prints the hashes of the packages in `with`
#   modules  prints the whole database, with a note that the node has the kernel modules in `with`; what an earlier note has stays
#   merge    from IMAGE and CLAIM (two files): the image's records without those in `without`, then the claim's in `with`
# (names between spaces).

function line_of(text, key,    line) {
	if (!match(text, "(^|\n)" key ":[^\n]*")) return ""
	line = substr(text, RSTART, RLENGTH)
	sub(/^\n?.:/, "", line)
	return line
}

# The paths of a package's files, or whether `wanted` is one of them.
function files(text, wanted,    lines, n, i, folder, path) {
	n = split(text, lines, "\n")
	for (i = 1; i <= n; i++) {
		if (lines[i] ~ /^F:/) folder = substr(lines[i], 3)
		if (lines[i] !~ /^R:/) continue
		path = (folder == "" ? "" : folder "/") substr(lines[i], 3)
		if (wanted == "") print path
		else if (path == wanted) return 1
	}
	return 0
}

# The package without files that stands for the node's modules, the same as in an image that wrtpod builds. Its identity, the hash in
# C:, only has to be nobody else's.
function note(modules) {
	sub(/^ +/, "", modules)
	sub(/ +$/, "", modules)
	noted = 1
	printf "C:Q1d3J0cG9kLWhvc3QtbW9kdWxlcy0=\nP:%s\nV:0\nA:noarch\nS:0\nI:0\nT:kernel modules that the node has to have\np:%s\n\n", NODE, modules
}

# Names that a package provides, without what versions they have.
function provides(text, package,    n, names, i) {
	n = split(line_of(text, "p"), names, " ")
	for (i = 1; i <= n; i++) {
		sub(/[<>=~@].*/, "", names[i])
		print names[i], package
	}
}

BEGIN { RS = ""; NODE = ".wrtpod-host-modules" }
{
	name = line_of($0, "P")
	if (name == "") next
	wanted = index(with, " " name " ") > 0
	if (op == "list") print name, line_of($0, "V"), "user"
	else if (op == "provides") provides($0, name)
	else if (op == "identities") { if (wanted) print line_of($0, "C") }
	else if (op == "files") { if (wanted) files($0) }
	else if (op == "owner") { if (files($0, with)) print name }
	else if (op == "modules") { if (name == NODE) note(line_of($0, "p") with); else printf "%s\n\n", $0 }
	else if (FILENAME == ARGV[1] ? index(without, " " name " ") == 0 : wanted) printf "%s\n\n", $0
}
END { if (op == "modules" && !noted) note(with) }
