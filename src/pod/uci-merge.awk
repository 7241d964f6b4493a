# uci-merge.awk: reads UCI text as libuci does, merges three versions of one file, writes what `uci export` would write.
#
# Called by `uci`. Variables (all files; an empty or absent one is an empty document):
#   plan    what the site wants          base    what was written last time    live   what is there now
#   stock   the image's own file; when given, the plan is laid over it and the result is the plan
#   forced  sections that always end the file as they are (the `cluster` interface); `owned` is the regular expression of
#           their names: such sections are dropped from every other document before anything is compared
#   fresh=1 the live file counts for nothing       ifname=1  netifd before 21.02: `device` of an interface is called `ifname`
#   package name for messages      out, newbase, report  files to write
#   secrets the folder of the Secrets' keys      scratch  a file that only root reads, for sums
# Exit: 0 out differs from live, 1 the plan is broken, 2 the live file is broken, 3 live already says the same.
#
# A section is known by its name; an anonymous one is found again by its content, its option `name`, or its place, because
# `@rule[3]` is another rule as soon as the user deletes one before it. The unit of a change is one option (a list is one
# value). Values are never printed: they may be passwords.
#
# A line `secret OPTION PATH` of a plan is an option whose value stands in a file. What was written last time has the value's
# SHA-256 in the place of the path: no password lies there, and whether one has changed can still be told.

function fail(text) { if (bad == "") bad = text }

function more_input() {
	if ((getline rest < reading) <= 0) { rest = ""; return 0 }
	line_number++
	return 1
}

# One argument of a command, from the global `rest` into the global `arg`: libuci's next_arg and parse_str.
function next_arg(    c, verbatim) {
	arg = ""; verbatim = 1
	sub(/^[ \t\r\f\v]+/, "", rest)
	if (substr(rest, 1, 1) == ";") { rest = substr(rest, 2); return }
	while (bad == "") {
		c = substr(rest, 1, 1)
		if (c == "") return
		# libuci ends the argument by a zero byte, which falls on the `;` if nothing was unquoted before: the line ends there.
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

# A backslash takes the next character as it is; at the end of a line it joins the next line.
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
	type[doc, i] = kind; name[doc, i] = section; options[doc, i] = 0; skip[doc, i] = 0
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
	# Not in what was written last time: an image with another netifd may have written it.
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

# What a file of a Secret holds, without line breaks at its end.
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

# The SHA-256 of a value. It goes by a file: a command line is there for all to see.
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

# Opens what was written last time: a sum stands for the value that is there now, or that the plan has, where it is the one
# of that; else for a value that nobody has any more.
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

# The line of a secret in what is noted as written.
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

# What is compared: LuCI writes a list of one where a file had an option, which is no change.
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

# A type is written bare, as `uci export` does, unless it holds a character that means something to the reader.
function type_text(kind) { return kind ~ /['"\\#;]/ ? "'" escaped(kind) "'" : kind }

function section_text(doc, i,    text, k, n, j, option, parts) {
	text = "\nconfig " type_text(type[doc, i]) "" (name[doc, i] == "" ? "" : " '" name[doc, i] "'") "\n"
	for (k = 1; k <= options[doc, i]; k++) {
		option = option_at[doc, i, k]
		n = split(value[doc, i, option], parts, ITEM)
		if (parts[1] == "s" && doc == "N") { text = text noted(option, parts[2]); continue }
		for (j = 2; j <= n; j++)
			text = text "\t" (parts[1] == "l" ? "list " : "option ") option " '" escaped(parts[j]) "'\n"
	}
	return text
}

function label(doc, i,    k, n) {
	if (name[doc, i] != "") return package "." name[doc, i]
	n = 0
	for (k = 1; k < i; k++) if (type[doc, k] == type[doc, i] && !skip[doc, k]) n++
	return package ".@" type[doc, i] "[" n "]"
}

function tell(kind, text) { if (report != "") print kind, text > report }

# Pairs the sections of two documents: pair[a, i, b] = j and pair[b, j, a] = i.
function bind(a, i, b, j) { pair[a, i, b] = j; pair[b, j, a] = i }
function free(a, i, b) { return !skip[a, i] && name[a, i] == "" && !((a, i, b) in pair) }
# Half of what either says is the same.
function similar(a, i, b, j,    k, o, same, most) {
	for (k = 1; k <= options[a, i]; k++) {
		o = option_at[a, i, k]
		if (said(a, i, o) == said(b, j, o)) same++
	}
	most = options[a, i] > options[b, j] ? options[a, i] : options[b, j]
	return same > 0 && same * 2 >= most
}

function differently_named(a, i, b, j) { return said(a, i, "name") != "" && said(b, j, "name") != "" && said(a, i, "name") != said(b, j, "name") }

# How far anonymous sections are taken for the same: SURE by equal content or equal option `name`; LIKELY also by place among
# as many, or by half of their options.
function pair_up(a, b, trust,    i, j, step, place, n, same) {
	for (i = 1; i <= count[a]; i++)
		if (!skip[a, i] && name[a, i] != "" && ((b, name[a, i]) in by_name) && !((a, i, b) in pair)) bind(a, i, b, by_name[b, name[a, i]])
	for (i = 1; i <= count[a]; i++) if (!skip[a, i] && name[a, i] == "") { key[a, i] = content(a, i); place[a, i] = n[a, type[a, i]]++ }
	for (j = 1; j <= count[b]; j++) if (!skip[b, j] && name[b, j] == "") { key[b, j] = content(b, j); place[b, j] = n[b, type[b, j]]++ }
	for (step = 1; step <= (trust == SURE ? 2 : 4); step++)
		for (i = 1; i <= count[a]; i++)
			for (j = 1; j <= count[b] && free(a, i, b); j++) {
				if (!free(b, j, a) || type[a, i] != type[b, j]) continue
				if (step == 1) same = key[a, i] == key[b, j]
				else if (step == 2) same = said(a, i, "name") != "" && said(a, i, "name") == said(b, j, "name")
				else if (step == 3) same = place[a, i] == place[b, j] && n[a, type[a, i]] == n[b, type[b, j]] && !differently_named(a, i, b, j)
				else same = similar(a, i, b, j)
				if (same) bind(a, i, b, j)
			}
}

function copy_section(from, i, to,    j, k) {
	j = add_section(to, type[from, i], name[from, i])
	for (k = 1; k <= options[from, i]; k++) set(to, j, option_at[from, i, k], value[from, i, option_at[from, i, k]])
	return j
}

# The plan laid over the image's own file, as document "P".
function overlay(    i, j, k, o) {
	for (i = 1; i <= count["S"]; i++) if (!skip["S", i]) laid[i] = copy_section("S", i, "P")
	for (i = 1; i <= count["O"]; i++) {
		if (skip["O", i]) continue
		j = name["O", i] == "" ? first_of("S", type["O", i]) : named("S", name["O", i])
		if (!j) { copy_section("O", i, "P"); continue }
		j = laid[j]
		if (name["O", i] == "") leading[j] = 1
		type["P", j] = type["O", i]
		for (k = 1; k <= options["O", i]; k++) {
			o = option_at["O", i, k]
			set("P", j, o, value["O", i, o])
		}
	}
}

# The first section of a type, whatever it is called, or 0: what `@TYPE[0]` is to OpenWrt. In a plan it is an anonymous section.
function first_of(doc, kind,    i) {
	for (i = 1; i <= count[doc]; i++) if (!skip[doc, i] && type[doc, i] == kind) return i
	return 0
}

function named(doc, section) { return ((doc, section) in by_name) ? by_name[doc, section] : 0 }

# What `@TYPE[0]` is in this release's file may have another name, or none, in what was written last, and none in what is there:
# dropbear's section got a name with 25.12. It is the first of its type, unless that is another one's. One that has a name in what is
# there, and is in nothing that was written, is the user's.
function find_leading(    i, b, l) {
	for (i = 1; i <= count["P"]; i++) {
		if (!(i in leading)) continue
		b = (("P", i, "B") in pair) ? pair["P", i, "B"] : first_of("B", type["P", i])
		if (b && !(("P", i, "B") in pair)) {
			if (("B", b, "P") in pair) b = 0; else bind("P", i, "B", b)
		}
		if (b && (("B", b, "L") in pair)) continue
		l = first_of("L", type["P", i])
		if (!l || (("L", l, "B") in pair) || name["L", l] != "" || differently_named("P", i, "L", l)) continue
		# Of two without names pair_up has judged.
		if (name["P", i] == "" && (!b || name["B", b] == "")) continue
		bind("P", i, "L", l)
		if (b) bind("L", l, "B", b)
	}
}

# One option of a section that all three know: writes into result section r and base section n; b, l are 0 where absent.
function merge_option(o, b, l, p, r, n,    was, is, wanted) {
	was = b ? said("B", b, o) : ""; is = said("L", l, o); wanted = said("P", p, o)
	if (wanted == was || is == wanted) { if (wanted != "") set("N", n, o, value["P", p, o]) }
	else if (is == was) {
		if (wanted == "") unset("R", r, o); else { set("R", r, o, value["P", p, o]); set("N", n, o, value["P", p, o]) }
	} else {
		# Both changed it: the user's stays, and the old base stays too, so that it is a conflict until one gives way.
		if (was != "") set("N", n, o, value["B", b, o])
		tell("conflict", label("L", l) "." o ": changed by the user and by the site; the user's stays")
	}
}

function merge_section(b, l, p,    r, n, k, o) {
	r = copy_section("L", l, "R"); n = add_section("N", type["P", p], name["L", l])
	if (b && type["L", l] == type["B", b] || !b && options["L", l] == 0) type["R", r] = type["P", p]
	else if (type["L", l] != type["P", p] && (!b || type["P", p] != type["B", b])) {
		tell("conflict", label("L", l) ": its type was changed by the user and by the site; the user's stays")
		if (b) type["N", n] = type["B", b]
	}
	for (k = 1; k <= options["P", p]; k++) merge_option(option_at["P", p, k], b, l, p, r, n)
	for (k = 1; b && k <= options["B", b]; k++) {
		o = option_at["B", b, k]
		if (!(("P", p, o) in value)) merge_option(o, b, l, p, r, n)
	}
	return r
}

function append(r, after) {
	if (after == "") after = last
	follows[r] = follows[after]; follows[after] = r
	if (after == last) last = r
}

function merge(    i, b, p, r, previous, written) {
	pair_up("L", "B", LIKELY); pair_up("P", "B", LIKELY)
	find_leading()
	# A section that is new in the plan may be one that the user has made already.
	for (i = 1; i <= count["P"]; i++)
		if (("P", i, "B") in pair && ("B", pair["P", i, "B"], "L") in pair) bind("P", i, "L", pair["B", pair["P", i, "B"], "L"])
	for (i = 1; i <= count["L"]; i++) if (("L", i, "B") in pair && !(("L", i, "P") in pair)) bind("L", i, "P", 0)
	for (i = 1; i <= count["P"]; i++) if (("P", i, "B") in pair && !(("P", i, "L") in pair)) bind("P", i, "L", 0)
	pair_up("P", "L", SURE)
	last = 0
	for (i = 1; i <= count["L"]; i++) {
		if (skip["L", i]) continue
		b = (("L", i, "B") in pair) ? pair["L", i, "B"] : 0
		p = (("L", i, "P") in pair) ? pair["L", i, "P"] : 0
		if (p) { r = merge_section(b, i, p); written[p] = r }
		else if (!b) r = copy_section("L", i, "R")
		else if (content("L", i) == content("B", b)) continue
		else {
			r = copy_section("L", i, "R"); copy_section("B", b, "N")
			tell("conflict", label("L", i) ": gone from the site but changed by the user; it stays")
		}
		append(r, "")
	}
	for (i = 1; i <= count["P"]; i++) {
		if (skip["P", i]) continue
		if (i in written) { previous = written[i]; continue }
		copy_section("P", i, "N")
		b = (("P", i, "B") in pair) ? pair["P", i, "B"] : 0
		if (b && content("P", i) == content("B", b)) { tell("deleted", label("P", i) ": deleted by the user; it stays deleted"); continue }
		if (b) tell("restored", label("P", i) ": deleted by the user, changed by the site; it is back")
		r = copy_section("P", i, "R")
		append(r, previous); previous = r
	}
}

function write_document(doc, file, text) {
	printf "%s", text > file
	close(file)
}

BEGIN {
	ITEM = "\001"; FIELD = "\002"; SEALED = "\003"; SURE = 1; LIKELY = 2
	ifname += 0; fresh += 0
	if (!parse(stock == "" ? "P" : "O", plan)) { print "wrtpod: the plan of " package " is broken, " bad > "/dev/stderr"; exit 1 }
	if (!parse("F", forced)) { print "wrtpod: the forced part of " package " is broken, " bad > "/dev/stderr"; exit 1 }
	if (stock != "") {
		count["P"] = 0
		if (!parse("S", stock)) { print "wrtpod: the image's own " package " is broken, " bad > "/dev/stderr"; forget_document("S") }
		overlay()
	}
	if (!parse("B", base)) forget_document("B")
	if (!parse("L", live)) {
		print "wrtpod: /etc/config/" package " cannot be read, " bad > "/dev/stderr"
		exit 2
	}
	for (i = 1; i <= count["L"]; i++) before = before section_text("L", i)
	if (fresh) { forget_document("L"); forget_document("B") }
	unseal()
	count["R"] = 0; count["N"] = 0; follows[0] = 0
	merge()
	for (i = follows[0]; i; i = follows[i]) after = after section_text("R", i)
	for (i = 1; i <= count["F"]; i++) after = after section_text("F", i)
	for (i = 1; i <= count["N"]; i++) applied = applied section_text("N", i)
	write_document("R", out, after "\n")
	write_document("N", newbase, applied "\n")
	if (report != "") { printf "" > report; close(report) }
	exit before == after ? 3 : 0
}

function forget_document(doc,    i) {
	for (i = 1; i <= count[doc]; i++) if (name[doc, i] != "") delete by_name[doc, name[doc, i]]
	count[doc] = 0
}
