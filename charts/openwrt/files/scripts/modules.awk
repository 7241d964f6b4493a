{
	rest = $0
	while (match(rest, /kmod-[A-Za-z0-9+._-]*[A-Za-z0-9+_]/)) {
		before = RSTART > 1 ? substr(rest, RSTART - 1, 1) : ""
		name = substr(rest, RSTART, RLENGTH)
		rest = substr(rest, RSTART + RLENGTH)
		if (rest ~ /^[:[]/ && !sub(/-[0-9][^-]*-r[0-9]+$/, "", name)) continue
		if (before ~ /[A-Za-z0-9+._\/-]/ || name ~ /\.(ipk|apk)$/) continue
		if (!(name in known)) print name
		known[name] = 1
	}
}
