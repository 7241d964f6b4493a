# Whatever `render` accepts as UCI comes back alike: random settings, as wrtpod plans them, through two starts of a pod whose root
# file system is new each time.
# shellcheck shell=bash

samples=$work/samples
mkdir -p "$samples"
if ! (cd "$here/../.." && WRTPOD_TEST_OUT=$samples cargo test --quiet --locked --test it -- --ignored --exact pods::writes_random_uci) >"$work/samples.log" 2>&1; then
	not_ok "wrtpod plans random settings" "$(cat "$work/samples.log")"
fi

# The text of /etc/config/FILE as `uci export` has it: the plan's with a line break more.
differing() {
	local sample
	for sample in "$samples"/*; do
		{ cat "$sample" && echo; } | cmp -s - "$1/${sample##*/}" || echo "${sample##*/}: $(cat -A "$sample")"
	done
}

for mode in etc config; do
	new_pod "random-$mode" $mode
	for sample in "$samples"/*; do cp "$sample" "$P/plan/uci.${sample##*/}"; done
	seed >/dev/null 2>&1
	configs=$P/data/$([ $mode = etc ] && echo etc/)config
	out=$(start 2>&1) || not_ok "start exits with $?" "$out"
	is "$mode: random settings are there after the first start" "" "$(differing "$configs")"
	first=$(tree "$configs")
	second=$(start 2>&1) || not_ok "start exits with $?" "$second"
	is "$mode: … and after the second" "$first" "$(tree "$configs")"
	is "$mode: … which has nothing to say" "" "$(printf '%s\n%s\n' "$out" "$second" | grep -E 'cannot be read|broken|replaced|conflict|restored|deleted')"
done

# Laid over files of the image that are as odd: nothing of them breaks, and nothing changes any more.
odd=$work/image.odd
cp -a "$(image 1)" "$odd"
new_pod random-stock etc
previous=
for sample in "$samples"/*; do
	[ -z "$previous" ] || cp "$previous" "$odd/etc/config/${sample##*/}"
	cp "$sample" "$P/plan/uci.${sample##*/}"
	previous=$sample
done
use_image "$odd"
seed >/dev/null 2>&1
out=$(start 2>&1) || not_ok "start exits with $?" "$out"
first=$(tree "$P/data/etc/config")
second=$(start 2>&1) || not_ok "start exits with $?" "$second"
is "random settings over random files of the image: the second start changes nothing" "$first" "$(tree "$P/data/etc/config")"
is "… and has nothing to say" "" "$(printf '%s\n%s\n' "$out" "$second" | grep -E 'cannot be read|broken|replaced|conflict|restored|deleted')"
