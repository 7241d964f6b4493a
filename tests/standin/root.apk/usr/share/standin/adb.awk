# Reads apk's container without its compression, given as one byte a line (0 to 255), and prints fields between tabs:
#   info NAME VERSION ARCH DEPENDS PROVIDES ID SIZE TEXT URL LICENSE ORIGIN PRIORITY   of a package, or of each in an index
#   script KIND OFFSET LENGTH    folder PATH MODE    file PATH MODE USER GROUP HASH OFFSET LENGTH    link PATH TARGET
# Offsets are in bytes from the start. An ID that is `-` is the hash of what lies at `header OFFSET LENGTH`.
{ b[NR - 1] = $1 }
function u16(at) { return b[at] + 256 * b[at + 1] }
function u32(at) { return u16(at) + 65536 * u16(at + 2) }
function tag(v) { return int(v / 268435456) }
function place(v) { return P + v % 268435456 }
function number(v) { return tag(v) == 1 ? v % 268435456 : v ? u32(place(v)) : 0 }
# Sets from and count.
function blob(v, at) {
	count = 0
	if (!v) return
	at = place(v)
	if (tag(v) == 8) { count = b[at]; from = at + 1 }
	else if (tag(v) == 9) { count = u16(at); from = at + 2 }
	else { count = u32(at); from = at + 4 }
}
function text(v, skip, i, out) {
	blob(v)
	for (i = skip + 0; i < count; i++) out = out sprintf("%c", b[from + i])
	gsub(/[\t\n]/, " ", out)
	return out
}
# Slots of an object or array count from 1; 0 is beyond the end.
function slots(v) { return v ? u32(place(v)) - 1 : 0 }
function slot(v, i) { return v && i <= slots(v) ? u32(place(v) + 4 * i) : 0 }
# How the database names a hash: the first 20 bytes in base64.
function hash(v, i, out, all, word) {
	blob(v)
	if (!count) return "-"
	all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for (i = 0; i < 20; i += 3) {
		word = b[from + i] * 65536 + b[from + i + 1] * 256 + (i < 18 ? b[from + i + 2] : 0)
		out = out substr(all, int(word / 262144) + 1, 1) substr(all, int(word / 4096) % 64 + 1, 1) substr(all, int(word / 64) % 64 + 1, 1) (i < 18 ? substr(all, word % 64 + 1, 1) : "=")
	}
	return "Q1" out
}
function wishes(v, i, one, bits, sign, out) {
	for (i = 1; i <= slots(v); i++) {
		one = slot(v, i)
		bits = slot(one, 3) ? number(slot(one, 3)) : 1
		sign = (int(bits / 4) % 2 ? ">" : "") (int(bits / 2) % 2 ? "<" : "") (int(bits / 8) % 2 ? "~" : bits % 2 ? "=" : "")
		out = out (i > 1 ? " " : "") (int(bits / 16) % 2 ? "!" : "") text(slot(one, 1)) (slot(one, 2) ? sign text(slot(one, 2)) : "")
	}
	return out
}
function info(v, id) {
	print "info", text(slot(v, 1)), text(slot(v, 2)), text(slot(v, 5)), wishes(slot(v, 15)), wishes(slot(v, 16)), id, number(slot(v, 12)), text(slot(v, 4)), text(slot(v, 9)), text(slot(v, 6)), text(slot(v, 7)), number(slot(v, 14))
}
function mode(acl) { return sprintf("%o", number(slot(acl, 1))) }
function package(v, paths, scripts, kinds, i, k, folder, files, one, name, at, size) {
	info(slot(v, 1), hash(slot(slot(v, 1), 3)))
	split("trigger pre-install post-install pre-deinstall post-deinstall pre-upgrade post-upgrade", kinds, " ")
	scripts = slot(v, 3)
	for (i = 1; i <= slots(scripts); i++) if (slot(scripts, i)) { blob(slot(scripts, i)); print "script", kinds[i], from, count }
	paths = slot(v, 2)
	for (i = 1; i <= slots(paths); i++) {
		folder = text(slot(slot(paths, i), 1))
		print "folder", "/" folder, mode(slot(slot(paths, i), 2))
		files = slot(slot(paths, i), 3)
		for (k = 1; k <= slots(files); k++) {
			one = slot(files, k)
			name = (folder == "" ? "" : "/" folder) "/" text(slot(one, 1))
			if (slot(one, 6)) {
				# Two bytes of mode, then where it leads.
				print "link", name, text(slot(one, 6), 2)
				continue
			}
			at = data[i, k]
			print "file", name, mode(slot(one, 2)), text(slot(slot(one, 2), 2)), text(slot(slot(one, 2), 3)), hash(slot(one, 5)), at + 0, at ? length_of[i, k] : 0
		}
	}
}
END {
	OFS = "\t"
	at = 8
	while (at < NR) {
		word = u32(at)
		size = word % 1073741824
		if (int(word / 1073741824) == 0) { P = at + 4; print "header", P, size - 4 }
		if (int(word / 1073741824) == 2) {
			data[u32(at + 4), u32(at + 8)] = at + 12
			length_of[u32(at + 4), u32(at + 8)] = size - 12
		}
		at += int((size + 7) / 8) * 8
	}
	root = u32(P + 4)
	if (b[4] == 112) package(root) # pckg
	else for (i = 1; i <= slots(slot(root, 2)); i++) info(slot(slot(root, 2), i), hash(slot(slot(slot(root, 2), i), 3)))
}
