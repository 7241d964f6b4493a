# uci-changes.awk: what differs between two versions of a UCI file, without what it says. Needs uci-text.awk. Called by first-boot.
# Variables, beside those of uci-text.awk: base and live, the file before and after; changes, the file to add to, a change a line:
#   SECTION OPTION WAS IS    SECTION its name or @TYPE[N]; OPTION `.` for the section's type; WAS and IS the SHA-256 of the value, `-` for none
# A value is summed as uci-text.awk keeps it: before each item of a list, or before the one value, the character U+0001.

function sum_or_none(v) { return v == "" ? "-" : sum_of(v) }

function note(section, option, was, is) { if (was != is) print section, option, sum_or_none(was), sum_or_none(is) >> changes }

# $1 and $2: a section before and after; 0 for none.
function note_section(b, l,    section, k, o) {
	section = label(l ? "L" : "B", l ? l : b)
	note(section, ".", b ? ITEM type["B", b] : "", l ? ITEM type["L", l] : "")
	for (k = 1; b && k <= options["B", b]; k++) {
		o = option_at["B", b, k]
		note(section, o, said("B", b, o), l ? said("L", l, o) : "")
	}
	for (k = 1; l && k <= options["L", l]; k++) {
		o = option_at["L", l, k]
		if (!b || !(("B", b, o) in value)) note(section, o, "", said("L", l, o))
	}
}

BEGIN {
	if (!parse("B", base) || !parse("L", live)) exit
	pair_up("L", "B", LIKELY)
	for (i = 1; i <= count["B"]; i++) if (!(("B", i, "L") in pair)) note_section(i, 0)
	for (i = 1; i <= count["L"]; i++) note_section((("L", i, "B") in pair) ? pair["L", i, "B"] : 0, i)
}
