# What `@TYPE[N]` is, by the table that all share (tests/uci/places.txt): the pod's merge, and OpenWrt's `uci` itself, which is the
# stand-in's, or that of the root that WRTPOD_TEST_UCI names.
# shellcheck shell=bash

uci_root=$work/uci-root
cp -a "${WRTPOD_TEST_UCI:-$(image 1)}" "$uci_root"
mkdir -p "$uci_root/etc/config" "$uci_root/tmp" "$uci_root/var/run" 2>/dev/null

# merged DIR SET STOCK BASE LIVE: the pod's merge of the site's word; prints the id of the section that has it then.
merged() {
	local dir=$1 set=$2 kind=${key#@} number=${key##*[}
	kind=${kind%[*}
	number=${number%]}
	{
		printf 'config %s\n' "$kind"
		[ "$number" = 0 ] || printf "\tplace '%s'\n" "$number"
		printf "\toption set '%s'\n" "$set"
	} >"$dir/plan"
	bb awk -v package=f -v plan="$dir/plan" -v stock="$3" -v base="$4" -v live="$5" -v out="$dir/out.$set" -v newbase="$dir/base.$set" \
		-v report="$dir/report.$set" -f "$pod/uci-text.awk" -f "$pod/uci-merge.awk" >/dev/null 2>&1
	awk -v RS= -v set="option set '$set'" 'index($0, set) { id = "new"; if (match($0, /option id .[a-z]+/)) id = substr($0, RSTART + 11, RLENGTH - 11); print id; found = 1 }
		END { if (!found) print "missing" }' "$dir/out.$set"
}

place_case() {
	local name=$1 dir=$2 key found
	key=$(cat "$dir/key")
	found=$(cat "$dir/found")
	[ "$found" != refused ] || return 0
	is "$name: the pod's merge" "$found" "$(merged "$dir" 1 "$dir/image" "$dir/image" "$dir/image")"
	if [ "$found" = missing ]; then
		is "$name: … says so, and writes nothing" "missing f.$key: the image has no such section; nothing is written of it 0" "$(cat "$dir/report.1") $(grep -c set "$dir/base.1")"
	fi
	cp "$dir/image" "$uci_root/etc/config/f"
	case $found in
	new | missing) fails "$name: uci has none" chroot "$uci_root" /sbin/uci -q get "f.$key.id" ;;
	*) is "$name: uci's" "$found" "$(chroot "$uci_root" /sbin/uci -q get "f.$key.id")" ;;
	esac
	[ -f "$dir/stays" ] || return 0
	[ -f "$dir/next" ] || cp "$dir/image" "$dir/next"
	is "$name: later" "$(cat "$dir/stays")" "$(merged "$dir" 2 "$dir/next" "$dir/base.1" "$dir/live")"
	is "$name: … and it is one section" 1 "$(grep -c "option set" "$dir/out.2")"
	is "$name: … and there is no conflict" "" "$(grep -v '^deleted ' "$dir/report.2")"
}

places() {
	local name='' dir='' part='' line n=0
	while IFS= read -r line; do
		case $line in
		'=== '*)
			[ -z "$name" ] || place_case "$name" "$dir"
			name=${line#=== } n=$((n + 1)) dir=$work/places/$n part=
			mkdir -p "$dir"
			;;
		'--- '*) part=$dir/${line#--- } ;;
		*) [ -z "$part" ] || printf '%s\n' "$line" >>"$part" ;;
		esac
	done
	place_case "$name" "$dir"
}
places <"$here/../uci/places.txt"
