function fail(text) { if (bad == "") bad = text }
function more_input() {
	if ((getline rest < reading) <= 0) { rest = ""; return 0 }
	line_number++
	return 1
}
function next_arg(    c, verbatim) {
	arg = ""; verbatim = 1
	sub(/^[ \t\r\f\v]+/, "", rest)
	if (substr(rest, 1, 1) == ";") { rest = substr(rest, 2); return }
	while (bad == "") {
		c = substr(rest, 1, 1)
		if (c == "") return
		if (c == ";") { if (verbatim) rest = ""; return }
		if (c == "#") { rest = ""; return }
		if (c ~ /['"\\]/) {
			verbatim = 0
			if (c == "'") single_quoted()
			else if (c == "\"") double_quoted()
			else backslash()
		} else {
			match(rest, /^[^'"#;\\ \t\r\f\v]+/)
			arg = arg substr(rest, 1, RLENGTH)
			rest = substr(rest, RLENGTH + 1)
		}
		if (rest == "" || rest ~ /^[ \t\r\f\v]/) return
	}
}
function single_quoted(    end) {
	rest = substr(rest, 2)
	while (!(end = index(rest, "'"))) {
		arg = arg rest "\n"
		if (!more_input()) { fail("a ' is never closed"); return }
	}
	arg = arg substr(rest, 1, end - 1)
	rest = substr(rest, end + 1)
}
function double_quoted(    c) {
	rest = substr(rest, 2)
	while (bad == "") {
		match(rest, /^[^"\\]*/)
		arg = arg substr(rest, 1, RLENGTH)
		rest = substr(rest, RLENGTH + 1)
		c = substr(rest, 1, 1)
		if (c == "\"") { rest = substr(rest, 2); return }
		if (c == "\\") backslash()
		else {
			arg = arg "\n"
			if (!more_input()) fail("a \" is never closed")
		}
	}
}
function backslash() {
	if (rest == "\\" || rest == "\\\r") { more_input(); return }
	arg = arg substr(rest, 2, 1)
	rest = substr(rest, 3)
}
function end_of_command() {
	next_arg()
	if (arg != "") fail("too many arguments")
}
function parse(doc, file,    word) {
	count[doc] = 0; current = 0; bad = ""; line_number = 0; reading = file
	if (file == "") return 1
	while (bad == "" && more_input()) {
		sub(/^[ \t\r\f\v]+/, "", rest)
		while (bad == "") {
			sub(/^[ \t\r\f\v]+/, "", rest)
			if (rest == "" || substr(rest, 1, 1) == "#") break
			match(rest, /^[^ \t]+/)
			word = substr(rest, 1, RLENGTH)
			rest = substr(rest, RLENGTH + 2)
			if (word == "config" || word == "c") parse_config(doc)
			else if (word == "option" || word == "o") parse_option(doc, 0)
			else if (word == "list" || word == "l") parse_option(doc, 1)
			else if (word == "package" || word == "p") parse_package()
			else if (word == "secret" && doc ~ /^[OPB]$/) parse_secret(doc)
			else if (word == "place" && doc ~ /^[OPB]$/) parse_place(doc)
			else fail("unknown word `" word "`")
		}
	}
	close(file)
	if (bad != "") bad = "line " line_number ": " bad
	return bad == ""
}
function parse_package() {
	next_arg()
	if (arg !~ /^[A-Za-z0-9_-]+$/) fail("a package needs a name")
	end_of_command()
}
function parse_config(doc,    kind, i) {
	next_arg(); kind = arg
	if (bad == "" && kind !~ /^[!-~]+$/) fail("a section needs a type of printable characters")
	next_arg()
	if (arg != "" && arg !~ /^[A-Za-z0-9_]+$/) fail("bad section name `" arg "`")
	word_name = arg
	end_of_command()
	if (bad != "") return
	if (word_name != "" && ((doc, word_name) in by_name)) {
		i = by_name[doc, word_name]
		if (type[doc, i] != kind) fail("section `" word_name "` has two types")
		current = i
		return
	}
	current = add_section(doc, kind, word_name)
}
function add_section(doc, kind, section,    i) {
	i = ++count[doc]
	type[doc, i] = kind; name[doc, i] = section; options[doc, i] = 0; skip[doc, i] = 0; places[doc, i] = ""
	if (section != "") {
		by_name[doc, section] = i
		if (owned != "" && doc != "F" && section ~ owned) skip[doc, i] = 1
	}
	return i
}
function parse_option(doc, is_list,    option) {
	if (!current) { fail("an option before the first section"); return }
	next_arg(); option = arg
	if (bad == "" && option !~ /^[A-Za-z0-9_]+$/) fail("bad option name `" option "`")
	next_arg(); word_value = arg
	end_of_command()
	if (bad != "") return
	if (ifname && doc ~ /^[OP]$/ && option == "device" && type[doc, current] == "interface") option = "ifname"
	if (is_list) {
		if ((doc, current, option) in value) set(doc, current, option, "l" substr(value[doc, current, option], 2) ITEM word_value)
		else set(doc, current, option, "l" ITEM word_value)
	} else if (word_value != "") set(doc, current, option, "o" ITEM word_value)
}
function parse_secret(doc,    option, v) {
	if (!current) { fail("an option before the first section"); return }
	next_arg(); option = arg
	if (bad == "" && option !~ /^[A-Za-z0-9_]+$/) fail("bad option name `" option "`")
	next_arg(); word_value = arg
	end_of_command()
	if (bad != "") return
	if (doc == "B") { set(doc, current, option, "s" ITEM SEALED word_value); sealed[option] = 1; return }
	v = secret_text(word_value)
	if (bad == "" && v != "") set(doc, current, option, "s" ITEM v)
}
function parse_place(doc) {
	if (!current) { fail("a place before the first section"); return }
	next_arg(); word_value = arg
	if (bad == "" && word_value !~ /^-?[0-9]+$/) fail("bad place `" word_value "`")
	end_of_command()
	if (bad == "") put_place(doc, current, word_value + 0)
}
function put_place(doc, i, n) { if (!is_placed(doc, i, n)) places[doc, i] = places[doc, i] " " n " " }
function is_placed(doc, i, n) { return index(places[doc, i], " " n " ") > 0 }
function nth_of(doc, kind, n,    i) {
	if (n < 0) n += of_type(doc, kind)
	for (i = 1; i <= count[doc] && n >= 0; i++) if (!skip[doc, i] && type[doc, i] == kind && n-- == 0) return i
	return 0
}
function place_of(doc, i,    k, n) {
	for (k = 1; k < i; k++) if (!skip[doc, k] && type[doc, k] == type[doc, i]) n++
	return n + 0
}
function of_type(doc, kind,    i, n) {
	for (i = 1; i <= count[doc]; i++) if (!skip[doc, i] && type[doc, i] == kind) n++
	return n + 0
}
function secret_text(path,    text, line, n, answer) {
	while ((answer = (getline line < (secrets "/" path))) > 0) text = n++ ? text "\n" line : line
	close(secrets "/" path)
	if (answer < 0) { fail("the Secret's key " path " is not there"); return "" }
	sub(/[\r\n]+$/, "", text)
	line = text
	gsub(/[\t\r\n]/, "", line)
	if (line ~ /[[:cntrl:]]/) fail("the Secret's key " path " holds a control character, which UCI cannot")
	return text
}
function sum_of(v,    command, line) {
	if (v in sums) return sums[v]
	printf "%s", v > scratch
	close(scratch)
	command = "sha256sum <" scratch
	command | getline line
	close(command)
	printf "" > scratch
	close(scratch)
	sums[v] = substr(line, 1, 64)
	return sums[v]
}
function unseal(    i, k, o, v, known) {
	for (i = 1; i <= count["L"]; i++)
		for (k = 1; k <= options["L", i]; k++) {
			o = option_at["L", i, k]
			v = substr(said("L", i, o), 2)
			if ((o in sealed) && index(v, ITEM) == 0) known[sum_of(v)] = v
		}
	for (i = 1; i <= count["P"]; i++)
		for (k = 1; k <= options["P", i]; k++) {
			o = option_at["P", i, k]
			if (substr(value["P", i, o], 1, 1) == "s") { v = substr(said("P", i, o), 2); known[sum_of(v)] = v }
		}
	for (i = 1; i <= count["B"]; i++)
		for (k = 1; k <= options["B", i]; k++) {
			o = option_at["B", i, k]
			v = value["B", i, o]
			if (substr(v, 1, 1) == "s" && (substr(v, 4) in known)) value["B", i, o] = "s" ITEM known[substr(v, 4)]
		}
}
function noted(option, v) {
	return "\tsecret " option " '" (substr(v, 1, 1) == SEALED ? substr(v, 2) : sum_of(v)) "'\n"
}
function set(doc, i, option, v) {
	if (!((doc, i, option) in value)) option_at[doc, i, ++options[doc, i]] = option
	value[doc, i, option] = v
}
function unset(doc, i, option,    k, n) {
	if (!((doc, i, option) in value)) return
	delete value[doc, i, option]
	n = 0
	for (k = 1; k <= options[doc, i]; k++)
		if (option_at[doc, i, k] != option) option_at[doc, i, ++n] = option_at[doc, i, k]
	options[doc, i] = n
}
function said(doc, i, option) {
	return ((doc, i, option) in value) ? substr(value[doc, i, option], 2) : ""
}
function content(doc, i,    k, text, sorted, a, b, t) {
	for (k = 1; k <= options[doc, i]; k++) sorted[k] = option_at[doc, i, k]
	for (a = 2; a < k; a++)
		for (b = a; b > 1 && sorted[b] < sorted[b - 1]; b--) { t = sorted[b]; sorted[b] = sorted[b - 1]; sorted[b - 1] = t }
	text = type[doc, i]
	for (a = 1; a < k; a++) text = text FIELD sorted[a] said(doc, i, sorted[a])
	return text
}
function escaped(text,    n, parts, i, result) {
	n = split(text, parts, "'")
	result = parts[1]
	for (i = 2; i <= n; i++) result = result "'\\''" parts[i]
	return result
}
function type_text(kind) { return kind ~ /['"\\#;]/ ? "'" escaped(kind) "'" : kind }
function section_text(doc, i,    text, k, n, j, option, parts) {
	text = "\nconfig " type_text(type[doc, i]) "" (name[doc, i] == "" ? "" : " '" name[doc, i] "'") "\n"
	if (doc == "N") {
		n = split(places[doc, i], parts, " ")
		for (j = 1; j <= n; j++) text = text "\tplace '" parts[j] "'\n"
	}
	for (k = 1; k <= options[doc, i]; k++) {
		option = option_at[doc, i, k]
		n = split(value[doc, i, option], parts, ITEM)
		if (parts[1] == "s" && doc == "N") { text = text noted(option, parts[2]); continue }
		for (j = 2; j <= n; j++)
			text = text "\t" (parts[1] == "l" ? "list " : "option ") option " '" escaped(parts[j]) "'\n"
	}
	return text
}
function label(doc, i) { return name[doc, i] == "" ? "@" type[doc, i] "[" place_of(doc, i) "]" : name[doc, i] }
function tell(kind, text) { if (report != "") print kind, package "." text > report }
function bind(a, i, b, j) { pair[a, i, b] = j; pair[b, j, a] = i }
function free(a, i, b) { return !skip[a, i] && name[a, i] == "" && !((a, i, b) in pair) }
function in_common(a, i, b, j,    k, o, same) {
	for (k = 1; k <= options[a, i]; k++) {
		o = option_at[a, i, k]
		if (said(a, i, o) == said(b, j, o)) same++
	}
	return same + 0
}
function similar(a, i, b, j,    same) {
	same = in_common(a, i, b, j)
	return same > 0 && same * 2 >= (options[a, i] > options[b, j] ? options[a, i] : options[b, j])
}
function differently_named(a, i, b, j) { return said(a, i, "name") != "" && said(b, j, "name") != "" && said(a, i, "name") != said(b, j, "name") }
function pair_up(a, b, trust,    i, j, step, place, n, same) {
	for (i = 1; i <= count[a]; i++)
		if (!skip[a, i] && name[a, i] != "" && ((b, name[a, i]) in by_name) && !((a, i, b) in pair)) bind(a, i, b, by_name[b, name[a, i]])
	for (i = 1; i <= count[a]; i++) if (!skip[a, i] && name[a, i] == "") { key[a, i] = content(a, i); place[a, i] = n[a, type[a, i]]++ }
	for (j = 1; j <= count[b]; j++) if (!skip[b, j] && name[b, j] == "") { key[b, j] = content(b, j); place[b, j] = n[b, type[b, j]]++ }
	for (step = 1; step <= (trust == SURE ? 2 : 3); step++)
		for (i = 1; i <= count[a]; i++)
			for (j = 1; j <= count[b] && free(a, i, b); j++) {
				if (!free(b, j, a) || type[a, i] != type[b, j]) continue
				if (step == 1) same = key[a, i] == key[b, j]
				else if (step == 2) same = said(a, i, "name") != "" && said(a, i, "name") == said(b, j, "name")
				else same = place[a, i] == place[b, j] && n[a, type[a, i]] == n[b, type[b, j]] && !differently_named(a, i, b, j)
				if (same) bind(a, i, b, j)
			}
	if (trust == LIKELY) pair_similar(a, b)
}
function pair_similar(a, b,    i, j, k, n, one, other, rank, best) {
	best = 0
	for (i = 1; i <= count[a]; i++)
		for (j = 1; j <= count[b] && free(a, i, b); j++) {
			if (!free(b, j, a) || type[a, i] != type[b, j] || !similar(a, i, b, j)) continue
			one[++n] = i; other[n] = j
			rank[n] = 3 * in_common(a, i, b, j) + (places[a, i] != "") + (places[b, j] != "")
			if (rank[n] > best) best = rank[n]
		}
	for (; best > 0; best--)
		for (k = 1; k <= n; k++)
			if (rank[k] == best && free(a, one[k], b) && free(b, other[k], a)) bind(a, one[k], b, other[k])
}
function copy_section(from, i, to,    j, k) {
	j = add_section(to, type[from, i], name[from, i])
	for (k = 1; k <= options[from, i]; k++) set(to, j, option_at[from, i, k], value[from, i, option_at[from, i, k]])
	return j
}
function forget_document(doc,    i) {
	for (i = 1; i <= count[doc]; i++) if (name[doc, i] != "") delete by_name[doc, name[doc, i]]
	count[doc] = 0
}
BEGIN {
	ITEM = "\001"; FIELD = "\002"; SEALED = "\003"; SURE = 1; LIKELY = 2
	ifname += 0
}
