# Reads a tar as one byte a line and prints NAME OFFSET LENGTH of each file, as apk does: what is of no type known to it is passed over.
{ b[NR - 1] = $1 }
function text(at, most, i, out) {
	for (i = 0; i < most && b[at + i]; i++) out = out sprintf("%c", b[at + i])
	return out
}
function octal(at, i, out) {
	for (i = 0; i < 11 && b[at + i] >= 48 && b[at + i] <= 55; i++) out = out * 8 + b[at + i] - 48
	return out + 0
}
END {
	for (at = 0; b[at]; at += 512 + int((size + 511) / 512) * 512) {
		size = octal(at + 124)
		type = b[at + 156]
		if (type == 76) { long = text(at + 512, size); continue } # L: a name of more than 100 bytes
		if (type == 48) print long == "" ? text(at, 100) : long, at + 512, size
		long = ""
	}
}
