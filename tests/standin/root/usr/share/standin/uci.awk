# One operation on one UCI file; see /sbin/uci. Reads the whole file by uci's own grammar: '…' is literal, "…" and bare
# words know the backslash, pieces that touch belong together, `#` starts a comment.
function bad(why) { print "uci: Parse error (" why ")" >"/dev/stderr"; failed = 1; exit 1 }

function token(    c, out, any, quote) { # the next word of `text` at `at`; sets `ended` at the end of a command
	ended = 0
	while ((c = substr(text, at, 1)) == " " || c == "\t" || c == "\r") at++
	for (;;) {
		c = substr(text, at, 1)
		if (c == "#") { while (at <= size && substr(text, at, 1) != "\n") at++; c = substr(text, at, 1) }
		if (c == "" || c == "\n" || c == ";") { if (!any) { at++; ended = 1; return "" } word = out; return 1 }
		if (c == " " || c == "\t" || c == "\r") { word = out; return 1 }
		any = 1
		if (c == "'" || c == "\"") {
			quote = c
			for (at++; (c = substr(text, at, 1)) != quote; at++) {
				if (at > size) bad("unterminated " quote)
				if (c == "\\" && quote == "\"") { at++; c = substr(text, at, 1) }
				out = out c
			}
			at++
		} else {
			if (c == "\\") { at++; c = substr(text, at, 1) }
			out = out c
			at++
		}
	}
}

function section(type, name,    i) {
	if (name != "") for (i = 1; i <= sections; i++) if (names[i] == name) { if (types[i] != type) bad("section of different type"); return i }
	types[++sections] = type
	names[sections] = name
	counts[sections] = 0
	return sections
}

function find_option(s, name,    o) { for (o = 1; o <= counts[s]; o++) if (options[s, o] == name) return o; return 0 }

function put(s, name, value, is_list,    o) {
	o = find_option(s, name)
	if (!o) { o = ++counts[s]; options[s, o] = name; values[s, o] = 0; lists[s, o] = is_list }
	if (!is_list) values[s, o] = 0
	if (is_list) lists[s, o] = 1; else lists[s, o] = 0
	value_of[s, o, ++values[s, o]] = value
}

function drop_option(s, o,    v, n) {
	for (; o < counts[s]; o++) {
		options[s, o] = options[s, o + 1]; lists[s, o] = lists[s, o + 1]; values[s, o] = n = values[s, o + 1]
		for (v = 1; v <= n; v++) value_of[s, o, v] = value_of[s, o + 1, v]
	}
	counts[s]--
}

function read_all(    n, args, s) {
	at = 1; size = length(text); s = 0
	while (at <= size) {
		n = 0
		while (token() != "") args[++n] = word
		if (!n) continue
		if (args[1] == "package" || args[1] == "p") continue
		if (args[1] == "config" || args[1] == "c") { if (n < 2 || n > 3) bad("config"); s = section(args[2], n == 3 ? args[3] : "") }
		else if (args[1] == "option" || args[1] == "o" || args[1] == "list" || args[1] == "l") {
			if (n != 3) bad(args[1])
			if (!s) bad("option before config")
			if (args[2] !~ /^[A-Za-z0-9_]+$/) bad("name " args[2])
			put(s, args[2], args[3], substr(args[1], 1, 1) == "l")
		} else bad("command " args[1])
	}
}

function quoted(value) { gsub(/'/, "'\\''", value); return "'" value "'" }

function write_all(    s, o, v) {
	for (s = 1; s <= sections; s++) if (!gone[s]) {
		printf "%sconfig %s%s\n", (s > 1 ? "\n" : ""), types[s], (names[s] == "" ? "" : " " quoted(names[s]))
		for (o = 1; o <= counts[s]; o++) for (v = 1; v <= values[s, o]; v++)
			printf "\t%s %s %s\n", lists[s, o] ? "list" : "option", options[s, o], quoted(value_of[s, o, v])
	}
}

function id(s) { return names[s] != "" ? names[s] : sprintf("cfg%02x%04x", s, (length(types[s]) * 2654435761) % 65536) }

function label(s,    i, n) {
	if (names[s] != "") return names[s]
	for (i = n = 0; i < s; i++) if (types[i] == types[s]) n++
	return "@" types[s] "[" n "]"
}

function find(path,    i, n, type, index_of, hits) {
	if (path ~ /^@/) {
		type = path; sub(/^@/, "", type); index_of = type; sub(/\[.*/, "", type); sub(/.*\[/, "", index_of); sub(/\].*/, "", index_of)
		for (i = 1; i <= sections; i++) if (types[i] == type) hits[n++] = i
		if (index_of + 0 < 0) index_of += n
		return (index_of in hits) ? hits[index_of] : 0
	}
	for (i = 1; i <= sections; i++) if (id(i) == path) return i
	return 0
}

function joined(s, o, quote,    v, out) {
	for (v = 1; v <= values[s, o]; v++) out = out (v > 1 ? " " : "") (quote ? quoted(value_of[s, o, v]) : value_of[s, o, v])
	return out
}

function show(s, only,    o) {
	if (only == "") print package "." label(s) "=" types[s]
	for (o = 1; o <= counts[s]; o++) if (only == "" || options[s, o] == only) print package "." label(s) "." options[s, o] "=" joined(s, o, 1)
}

{ text = text $0 "\n" }

END {
	if (failed) exit 1
	op = ENVIRON["UCI_OP"]; package = ENVIRON["UCI_PACKAGE"]; value = ENVIRON["UCI_VALUE"]
	n = split(ENVIRON["UCI_PATH"], path, ".")
	read_all()
	if (failed) exit 1
	s = n && path[1] != "" ? find(path[1]) : 0
	o = s && n > 1 ? find_option(s, path[2]) : 0
	if (op == "check") { write_all(); exit }
	if (op == "export") { print "package " package "\n"; write_all(); print ""; exit }
	if (op == "show" && !n) { for (s = 1; s <= sections; s++) show(s); exit }
	if (op == "add") { s = section(value, ""); print "#added " id(s); write_all(); exit }
	if (op == "set" && n == 1) { if (!s) s = section(value, path[1]); else types[s] = value; write_all(); exit }
	if (!s || (op ~ /^(get|show|del|del_list|rename)$/ && n > 1 && !o)) exit 1
	if (op == "show") show(s, n > 1 ? path[2] : "")
	else if (op == "get") print (n > 1 ? joined(s, o) : types[s])
	else {
		if (op == "set") { if (value == "") { if (o) drop_option(s, o) } else put(s, path[2], value, 0) }
		else if (op == "add_list") put(s, path[2], value, 1)
		else if (op == "rename") { if (n > 1) options[s, o] = value; else names[s] = value }
		else if (op == "del") { if (n > 1) drop_option(s, o); else gone[s] = 1 }
		else if (op == "del_list") {
			for (v = kept = 0; ++v <= values[s, o];) if (value_of[s, o, v] != value) value_of[s, o, ++kept] = value_of[s, o, v]
			values[s, o] = kept
			if (!kept) drop_option(s, o)
		}
		write_all()
	}
}
