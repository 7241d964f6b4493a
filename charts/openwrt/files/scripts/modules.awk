# modules.awk: the kernel modules that opkg or apk would install, or miss, by what it says of an installation that it only plays.
# Called by install with that text; prints each name once. Before `:` and `[`, apk has the version behind the name.

{
	rest = $0
	while (match(rest, /kmod-[A-Za-z0-9+._-]*[A-Za-z0-9+_]/)) {
		before = RSTART > 1 ? substr(rest, RSTART - 1, 1) : ""
		name = substr(rest, RSTART, RLENGTH)
		rest = substr(rest, RSTART + RLENGTH)
		if (rest ~ /^[:[]/ && !sub(/-[0-9][^-]*-r[0-9]+$/, "", name)) continue
		# Part of a file's name or of another word.
		if (before ~ /[A-Za-z0-9+._\/-]/ || name ~ /\.(ipk|apk)$/) continue
		if (!(name in known)) print name
		known[name] = 1
	}
}
