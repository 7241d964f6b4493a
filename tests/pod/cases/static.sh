# The scripts themselves: shellcheck, and only what a stock OpenWrt's BusyBox has.
# shellcheck shell=bash

# parsed FILE: a script as bash understands it.
parsed() { bash -c "parsed() {
$(cat "$1")
}
declare -f parsed"; }

if command -v shellcheck >/dev/null; then
	for script in "$source"/*; do
		case $script in
		*.json | *.md | *.rs) ;;
		*.awk)
			# A program without any input must not be refused.
			case $script in */uci-changes.awk | */uci-merge.awk) before=(-f "$pod/uci-text.awk") ;; *) before=() ;; esac
			has_not "BusyBox awk reads ${script##*/}" "$(bb awk "${before[@]}" -f "$pod/${script##*/}" /dev/null 2>&1 </dev/null)" "awk: $pod"
			;;
		*)
			holds "shellcheck: ${script##*/}" shellcheck -s sh -e SC1091 "$script"
			holds "ash -n: ${script##*/}" bb ash -n "$pod/${script##*/}"
			# bash prints what it has read without comments.
			is "shipped as it is but for comments: ${script##*/}" "$(parsed "$script")" "$(parsed "$pod/${script##*/}")"
			;;
		esac
	done
fi
is "no applet that stock OpenWrt lacks" "" \
	"$(grep -nE '(^|[|;&(]|\$\()[[:space:]]*(stat|timeout|date|comm|join|tac|install|shuf|realpath|nproc|paste|diff|patch|perl|python|bash|setsid|script|rev)[[:space:]]' "$pod"/* | grep -v '^[^:]*:[0-9]*:#')"
is "no awk powers or functions that need libm" "" "$(grep -nE '[a-z0-9)] \^ [a-z0-9(]|\*\*|\b(sin|cos|exp|log|sqrt|atan2)\(' "$pod"/*.awk | grep -v ':#')"
is "no GNU options" "" "$(grep -nE '(find .*-(printf|delete|empty|mmin|quit)|sort -[a-z]*[kVz]|sed -[a-z]*z|grep -[a-z]*P|cp .*--|ls .*--|mktemp --|xargs -[a-z]*P|sleep [0-9]*\.)' "$pod"/*)"
holds "every script is executable" bash -c 'for f in "$1"/*; do case $f in *.json | *.md | *.rs) continue ;; esac; [ -x "$f" ] || exit 1; done' _ "$source"
is "every script is shipped" "$(cd "$source" && ls | grep -vE '\.(md|rs)$')" "$(ls "$pod")"
is "nothing but remove deletes folders" "" "$(grep -nE 'rm -[a-z]*r' "$pod"/* | grep -v "^$pod/guard:")"
# BusyBox before 1.31 takes `name (` for a call of a function `name`, even where a value and a parenthesis are joined.
is "no value joined to a parenthesis without \"\" between" "" \
	"$(grep -nE '(=|\?|:|[a-z_0-9"]) [a-z_0-9]+ \(' "$pod"/*.awk "$pod"/eth0 "$pod"/keep "$pod"/packages "$pod"/leftovers "$pod"/secrets "$pod"/previous |
		grep -vE ':[[:space:]]*#|(\b(if|for|while|print|return|in|else)|[&|]{2}|= \$\() \(|[|=] *awk')"
