# uci-merge.awk: merges three versions of one UCI file, writes what `uci export` would write. Needs uci-text.awk.
#
# Called by `uci`. Variables, beside those of uci-text.awk (all files; an empty or absent one is an empty document):
#   plan    what the site wants          base    what was written last time    live   what is there now
#   stock   the image's own file; when given, the plan is laid over it and the result is the plan
#   forced  sections that always end the file as they are (the `cluster` interface)
#   whole=1 the plan is the whole file   fresh=1  the live file counts for nothing
#   out, newbase, report  files to write
# Exit: 0 out differs from live, 1 the plan is broken, 2 the live file is broken, 3 live already says the same.

# The plan laid over the image's own file, as document "P".
function overlay(    i, j, k, o, n) {
	pair_up("B", "S", LIKELY)
	for (i = 1; i <= count["S"]; i++) if (!skip["S", i]) laid[i] = copy_section("S", i, "P")
	for (i = 1; i <= count["O"]; i++) {
		if (skip["O", i]) continue
		n = places["O", i] + 0
		j = name["O", i] == "" ? found(type["O", i], n) : named("S", name["O", i])
		if (j) j = laid[j]
		else if (is_missing("O", i)) continue
		else j = add_section("P", type["O", i], name["O", i])
		if (name["O", i] == "") { put_place("P", j, n); if (!(j in leading)) leading[j] = n }
		type["P", j] = type["O", i]
		for (k = 1; k <= options["O", i]; k++) {
			o = option_at["O", i, k]
			set("P", j, o, value["O", i, o])
		}
	}
	find_given_names()
}

# A release may give a name to the only section of a type that had none (dropbear's, with 25.12): it leads there too, also when no plan
# calls it by its place.
function find_given_names(    i, b, kind, given, nameless, unpaired) {
	for (b = 1; b <= count["B"]; b++) if (name["B", b] == "") {
		nameless[type["B", b]]++
		if (!(("B", b, "S") in pair)) unpaired[type["B", b]] = b
	}
	for (i = 1; i <= count["S"]; i++) if (is_given_name(i)) given[type["S", i]]++
	for (i = 1; i <= count["S"]; i++) {
		kind = type["S", i]
		if (!is_given_name(i) || (laid[i] in leading) || !(kind in unpaired) || given[kind] > 1 || nameless[kind] > 1) continue
		if (!differently_named("S", i, "B", unpaired[kind])) leading[laid[i]] = place_of("B", unpaired[kind])
	}
}
function is_given_name(i) { return !skip["S", i] && name["S", i] != "" && !(("S", i, "B") in pair) }

# A section that a plan calls by its place is one of the image's, but for the first of a type that the image has none of: that is a new one.
function is_missing(doc, i) {
	if (name[doc, i] != "" || places[doc, i] + 0 == 0) return 0
	tell("missing", "@" type[doc, i] "[" (places[doc, i] + 0) "]: the image has no such section; nothing is written of it")
	return 1
}

# The image's section of a type and place: what was found in an earlier image's file, wherever it is now, or else what is there now.
function found(kind, n,    b) {
	b = remembered(kind, n)
	return b && (("B", b, "S") in pair) ? pair["B", b, "S"] : nth_of("S", kind, n)
}
function remembered(kind, n,    b) {
	for (b = 1; b <= count["B"]; b++) if (type["B", b] == kind && is_placed("B", b, n)) return b
	return 0
}

function named(doc, section) { return ((doc, section) in by_name) ? by_name[doc, section] : 0 }

# What a place is in this release's file may have another name, or none, in what was written last, and none in what is there: dropbear's
# section got a name with 25.12. It is the same place there, unless that is another section's.
function find_leading(    i, b, l) {
	for (i = 1; i <= count["P"]; i++) {
		if (!(i in leading)) continue
		b = (("P", i, "B") in pair) ? pair["P", i, "B"] : remembered(type["P", i], leading[i])
		if (!b) b = nth_of("B", type["P", i], leading[i])
		if (b && !(("P", i, "B") in pair)) {
			if (("B", b, "P") in pair) b = 0; else bind("P", i, "B", b)
		}
		if (b && (("B", b, "L") in pair)) continue
		l = there_now(i, b)
		if (l) bind("P", i, "L", l)
		if (l && b && type["L", l] == type["P", i]) bind("L", l, "B", b)
	}
}

# The section in what is there that a leading one of the plan is, which is `b` in what was written last (or 0); or 0. By the plan's name it
# is that one, which the user or a backup of his may have brought: there are no two of one name. One that has another name, and is in
# nothing that was written, is the user's.
function there_now(i, b,    l, kind, n) {
	kind = type["P", i]; n = leading[i]
	l = named("L", name["P", i])
	if (l && !skip["L", l] && !(("L", l, "B") in pair)) return l
	l = nth_of("L", kind, n)
	# Counted from elsewhere than the start, what the user added would be counted too. Of two without names pair_up has judged.
	if (l && is_nobodys(l, i) && (n == 0 || of_type("L", kind) == of_type("B", kind)) && (name["P", i] != "" || b && name["B", b] != "")) return l
	# He may have changed most of it, and added others: one that has kept something, with none before it that came after `b`.
	for (l = 1; n == 0 && b && l <= count["L"]; l++) {
		if (skip["L", l] || type["L", l] != kind) continue
		if (("L", l, "B") in pair) return 0
		if (is_nobodys(l, i) && in_common("L", l, "B", b)) return l
	}
	return 0
}
function is_nobodys(l, i) {
	return !(("L", l, "B") in pair) && !(("L", l, "P") in pair) && name["L", l] == "" && !differently_named("P", i, "L", l)
}

# Earlier builds wrote what a plan says of the first of a type into a section of its own where that first one has a name, and others kept
# a release's named section beside the user's that was to have the name: twice dropbear, and one of them open. What was written
# last tells; of two that the user may mean nothing is joined.
function join_doubles(    b, p) {
	for (b = 1; b <= count["B"]; b++) {
		p = doubled(b)
		if (!p || join(b, p) || !lone(b)) continue
		doubtful[b] = 1
	}
}

# The plan's section that section b of what was written last should have been, or 0: the first of its type, which has a name that stood
# there as well. All that b says is said of the first by the plan, or by either file that has it.
function doubled(b,    p, first, k, o) {
	if (skip["B", b] || name["B", b] != "" || !options["B", b] || (("B", b, "P") in pair)) return 0
	p = nth_of("P", type["B", b], 0)
	if (!p || name["P", p] == "" || !(("P", p, "B") in pair) || !is_only(b)) return 0
	first = pair["P", p, "B"]
	for (k = 1; k <= options["B", b]; k++) {
		o = option_at["B", b, k]
		if (!is_planned_of_first(type["B", b], o) && said("B", b, o) != said("P", p, o) && said("B", b, o) != said("B", first, o)) return 0
	}
	return p
}
function is_only(b,    i) {
	for (i = 1; i <= count["B"]; i++)
		if (i != b && !skip["B", i] && name["B", i] == "" && type["B", i] == type["B", b] && !(("B", i, "P") in pair)) return 0
	return 1
}
function is_planned_of_first(kind, o,    i) {
	for (i = 1; i <= count["O"]; i++)
		if (!skip["O", i] && name["O", i] == "" && type["O", i] == kind && places["O", i] + 0 == 0 && (("O", i, o) in value)) return 1
	return 0
}

# Whether what is there has a section without a name that may be b, and is not known as anything else.
function lone(b,    i) {
	for (i = 1; i <= count["L"]; i++)
		if (!skip["L", i] && name["L", i] == "" && type["L", i] == type["B", b] && !(("L", i, "B") in pair)) return i
	return 0
}

# Brings what the user changed in the double into the plan's section; what he changed in that stays. True where nothing is left to do.
function join(b, p,    l, first, i, n, o, all) {
	if (!(("B", b, "L") in pair)) return 0
	l = pair["B", b, "L"]
	if (content("L", l) == content("B", b)) return 1
	if (!similar("L", l, "B", b)) return 0
	for (i = lone(b); i && i <= count["L"]; i++)
		if (!(("L", i, "B") in pair) && name["L", i] == "" && type["L", i] == type["B", b] && similar("L", i, "B", b)) return 0
	first = pair["P", p, "B"]
	if (!(("B", first, "L") in pair)) {
		# He deleted the one that has the name.
		tell("joined", label("L", l) ": an earlier wrtpod wrote it in the place of " name["P", p] ", and it is that now")
		name["L", l] = name["P", p]; by_name["L", name["L", l]] = l
		bind("L", l, "P", p)
		return 1
	}
	i = pair["B", first, "L"]
	for (n = 1; n <= options["B", b]; n++) all[n] = option_at["B", b, n]
	for (o = 1; o <= options["L", l]; o++) if (!(("B", b, option_at["L", l, o]) in value)) all[n++] = option_at["L", l, o]
	for (o = 1; o < n; o++) if (is_disputed(all[o], l, b, i, first)) return 0
	for (o = 1; o < n; o++) {
		if (said("L", i, all[o]) == said("B", first, all[o])) take("L", i, all[o], l)
		if (("B", b, all[o]) in value) take("B", first, all[o], b)
	}
	joined[l] = 1
	tell("joined", label("L", l) ": an earlier wrtpod wrote it beside " label("L", i) ", which it should have been; what was changed in it is there now")
	return 1
}
function is_disputed(o, l, b, i, first) {
	return said("L", l, o) != said("B", b, o) && said("L", i, o) != said("B", first, o) && said("L", i, o) != said("L", l, o)
}
function take(doc, i, o, from) { if ((doc, from, o) in value) set(doc, i, o, value[doc, from, o]); else unset(doc, i, o) }

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
	places["N", n] = places["P", p]
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
	join_doubles()
	# A section that is new in the plan may be one that the user has made already.
	for (i = 1; i <= count["P"]; i++)
		if (("P", i, "B") in pair && ("B", pair["P", i, "B"], "L") in pair) bind("P", i, "L", pair["B", pair["P", i, "B"], "L"])
	for (i = 1; i <= count["L"]; i++) if (("L", i, "B") in pair && !(("L", i, "P") in pair)) bind("L", i, "P", 0)
	for (i = 1; i <= count["P"]; i++) if (("P", i, "B") in pair && !(("P", i, "L") in pair)) bind("P", i, "L", 0)
	pair_up("P", "L", SURE)
	last = 0
	for (i = 1; i <= count["L"]; i++) {
		if (skip["L", i] || (i in joined)) continue
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
		places["N", copy_section("P", i, "N")] = places["P", i]
		b = (("P", i, "B") in pair) ? pair["P", i, "B"] : 0
		if (b && content("P", i) == content("B", b)) { tell("deleted", label("P", i) ": deleted by the user; it stays deleted"); continue }
		if (b) tell("restored", label("P", i) ": deleted by the user, changed by the site; it is back")
		r = copy_section("P", i, "R")
		append(r, previous); previous = r
	}
	for (b in doubtful) {
		if (("B", b, "L") in pair) continue
		copy_section("B", b, "N")
		tell("conflict", "@" type["B", b] "[" place_of("L", lone(b)) "]: an earlier wrtpod may have written it, beside its own; it stays")
	}
}

function write_document(doc, file, text) {
	printf "%s", text > file
	close(file)
}

BEGIN {
	fresh += 0
	if (!parse(stock == "" ? "P" : "O", plan)) { print "wrtpod: the plan of " package " is broken, " bad > "/dev/stderr"; exit 1 }
	if (!parse("F", forced)) { print "wrtpod: the forced part of " package " is broken, " bad > "/dev/stderr"; exit 1 }
	if (!parse("B", base)) forget_document("B")
	if (stock != "") {
		count["P"] = 0
		if (!parse("S", stock)) { print "wrtpod: the image's own " package " is broken, " bad > "/dev/stderr"; forget_document("S") }
		overlay()
	} else for (i = 1; i <= count["P"]; i++) if (is_missing("P", i)) skip["P", i] = 1
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

