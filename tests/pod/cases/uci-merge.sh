# uci-merge.awk by table: uci-merge.txt holds the cases.
#   === NAME [awk variables]      --- base|live|plan|stock|forced|want|newbase|report|code      then the text
# `want` defaults to the live text with code 3 (nothing to do).
# shellcheck shell=bash

# A document without its blank lines: what counts is told by its own round-trip cases.
squeezed() { sed '/^$/d' "$1"; }

merge_case() {
	local name=$1 dir=$2 code=0 part args=()
	shift 2
	for part in base live plan stock forced; do [ -f "$dir/$part" ] && args+=(-v "$part=$dir/$part"); done
	for part in "$@"; do args+=(-v "$part"); done
	bb awk -v package=f "${args[@]}" -v out="$dir/out" -v newbase="$dir/newbase.got" -v report="$dir/report.got" \
		-f "$pod/uci-text.awk" -f "$pod/uci-merge.awk" 2>"$dir/errors" || code=$?
	if [ -f "$dir/code" ] && [ "$(cat "$dir/code")" != "$code" ]; then
		not_ok "$name" "exit $code instead of $(cat "$dir/code"): $(cat "$dir/errors")"
		return
	fi
	if [ ! -f "$dir/code" ]; then
		if [ -f "$dir/want" ] && [ $code != 0 ] || [ ! -f "$dir/want" ] && [ $code != 3 ]; then
			not_ok "$name" "exit $code: $(cat "$dir/errors" "$dir/out")"
			return
		fi
	fi
	local got='' want=''
	for part in want newbase report; do
		[ -f "$dir/$part" ] || continue
		want+="[$part]"$'\n'$(squeezed "$dir/$part")$'\n'
		case $part in
		want) got+="[$part]"$'\n'$(squeezed "$dir/out")$'\n' ;;
		*) got+="[$part]"$'\n'$(squeezed "$dir/$part.got")$'\n' ;;
		esac
	done
	[ "$code" != 0 ] || [ ! -s "$dir/report.got" ] || [ -f "$dir/report" ] || {
		not_ok "$name" "unexpected report: $(cat "$dir/report.got")"
		return
	}
	is "$name" "$want" "$got"
}

table() {
	local file=$1 name='' dir='' line part='' n=0 vars=()
	while IFS= read -r line || [ -n "$line" ]; do
		case $line in
		'=== '*)
			[ -z "$name" ] || merge_case "$name" "$dir" "${vars[@]}"
			n=$((n + 1))
			name=${line#=== }
			vars=()
			if [[ $name == *' ['*']' ]]; then
				read -ra vars <<<"$(sed 's/.* \[\(.*\)\]$/\1/' <<<"$name")"
				name=${name% \[*}
			fi
			dir=$work/merge/$n
			mkdir -p "$dir"
			part=
			;;
		'--- '*)
			part=$dir/${line#--- }
			: >"$part"
			;;
		*) [ -z "$part" ] || printf '%s\n' "$line" >>"$part" ;;
		esac
	done <"$file"
	[ -z "$name" ] || merge_case "$name" "$dir" "${vars[@]}"
}

table "$here/cases/uci-merge.txt"

# Exactly the shape of `uci export` (without its package line), and the same again when read again.
cat >"$work/odd" <<'ODD'
package odd # ignored
# comment
config  interface   lan # why
	option proto 'static';option  device "e\"t\\h0"
  list dns 1.1.1.1
	list dns '8.8.8.8'
	option multi 'one
two' # more
	option quoted 'a'\''b'"'c'"d\ e
	option empty ''
c rule
	o name x\
y
	l port ''
	l port "$(id)`id`${HOME}"
config rule
config 'rule' 'named'
ODD
printf '\toption last without-newline' >>"$work/odd"
bb awk -v package=odd -v plan="$work/odd" -v out="$work/odd.out" -v newbase="$work/odd.base" -f "$pod/uci-text.awk" -f "$pod/uci-merge.awk"
is "export shape" "
config interface 'lan'
	option proto 'static'
	option device 'e\"t\\h0'
	list dns '1.1.1.1'
	list dns '8.8.8.8'
	option multi 'one
two'
	option quoted 'a'\\''b'\\''c'\\''d e'

config rule
	option name 'xy'
	list port ''
	list port '\$(id)\`id\`\${HOME}'

config rule

config rule 'named'
	option last 'without-newline'" "$(cat "$work/odd.out")"
bb awk -v package=odd -v plan="$work/odd.out" -v live="$work/odd.out" -v base="$work/odd.base" -v out="$work/odd.out2" -v newbase="$work/odd.base" -f "$pod/uci-text.awk" -f "$pod/uci-merge.awk"
is "a round trip changes nothing" "3" "$?"
is "a round trip gives the same text" "$(cat "$work/odd.out")" "$(cat "$work/odd.out2")"

# A thousand hosts of the user's must not hold up a start.
{ echo "config dnsmasq"; for i in $(seq 1 1000); do printf "config host\n\toption name 'h%s'\n\toption ip '10.0.%s.%s'\n" "$i" $((i / 250)) $((i % 250)); done; } >"$work/hosts"
printf 'config dnsmasq\n' >"$work/hosts.base"
SECONDS=0
bb awk -v package=dhcp -v plan="$work/hosts.base" -v base="$work/hosts.base" -v live="$work/hosts" -v out="$work/hosts.out" -v newbase="$work/hosts.nb" -f "$pod/uci-text.awk" -f "$pod/uci-merge.awk"
is "a thousand sections of the user's stay" "3 yes" "$? $([ $SECONDS -le 3 ] && echo yes || echo "$SECONDS s")"
