function octal(text,    i, digits, special, n, c) {
	for (i = 0; i < 3; i++) {
		n = (substr(text, 2 + 3 * i, 1) == "r" ? 4 : 0) + (substr(text, 3 + 3 * i, 1) == "w" ? 2 : 0)
		c = substr(text, 4 + 3 * i, 1)
		if (c ~ /[xst]/) n++
		if (c ~ /[sStT]/) special += i == 0 ? 4 : i == 1 ? 2 : 1
		digits = digits n
	}
	return special digits
}
FNR == NR && FILENAME == ARGV[1] {
	sum[substr($0, 67)] = substr($0, 1, 64)
	next
}
{
	mode = $1
	path = $0
	sub(/^[^ ]+ +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+ +[^ ]+ +[^ ]+ +[^ ]+ /, "", path)
	kind = substr(mode, 1, 1)
	if (kind == "-" && path in sum) print "f\t" sum[path] "\t" octal(mode) "\t" path
	else if (kind == "d") print "d\t-\t" octal(mode) "\t" path
	else if (kind == "l") {
		at = index(path, " -> ")
		print "l\t" substr(path, at + 4) "\t-\t" substr(path, 1, at - 1)
	}
}
