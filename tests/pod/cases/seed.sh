# seed: filling the claim, and merging it with a changed image.
# shellcheck shell=bash

# variant NAME FROM: a copy of an image to change.
variant() { cp -a "$2" "$work/image.$1"; printf '%s' "$work/image.$1"; }
one=$(image 1)
two=$(image 2)

for mode in etc system; do
	new_pod "fresh-$mode" $mode
	out=$(seed 2>&1)
	has "$mode: a fresh claim is filled" "$out" "filling the claim"
	is "$mode: /etc is the image's, the kubelet's files apart" \
		"$(cd "$one/etc" && find . -printf '%y %m %p %l\n' | grep -v './hosts' | sort)" \
		"$(cd "$P/data/etc" && find . -printf '%y %m %p %l\n' | grep -v './host' | sort)"
	is "$mode: hosts and hostname are empty places to mount on" "0 0" "$(cd "$P/data/etc" && wc -c <hosts) $(wc -c <"$P/data/etc/hostname")"
	is "$mode: resolv.conf stays the image's link" /tmp/resolv.conf "$(readlink "$P/data/etc/resolv.conf")"
	is "$mode: the manifest knows mode and hash of shadow" "f $(sha256sum <"$one/etc/shadow" | cut -d' ' -f1) 600" "$(awk -F'\t' '$4 == "etc/shadow" { print $1, $2, $3 }' "$P/data/wrtpod/manifest")"
	before=$(tree "$P/data")
	is "$mode: the same image again says and does nothing" "" "$(seed 2>&1)"
	is "$mode: … nothing" "$before" "$(tree "$P/data")"
done
is "system: usr is the image's" "$(tree "$one/usr")" "$(tree "$P/data/usr")"

# A claim that somebody else filled: what is there stays, what is missing comes.
new_pod foreign etc
mkdir -p "$P/data/etc/config"
echo mine >"$P/data/etc/config/dropbear"
seed >/dev/null 2>&1
is "a claim with files but no records: they stay" mine "$(cat "$P/data/etc/config/dropbear")"
is "… and the rest is filled in" "$(cat "$one/etc/passwd")" "$(cat "$P/data/etc/passwd")"

# Three ways, file by file.
changed=$(variant changed "$one")
echo 'new default' >"$changed/etc/profile"
echo 'new default' >"$changed/etc/shinit"
echo 'new default' >"$changed/etc/rc.local"
echo 'new default' >"$changed/etc/sysctl.conf"
echo 'new file' >"$changed/etc/brand-new"
echo 'image file' >"$changed/etc/both-made"
rm "$changed/etc/shells" "$changed/etc/inittab"
echo 'echo new' >"$changed/etc/uci-defaults/20_new"
echo 'echo changed' >>"$changed/etc/uci-defaults/13_fix-group-user"
ln -sf elsewhere "$changed/etc/mtab"
echo 'newuser:x:700:700::/:/bin/false' >>"$changed/etc/passwd"
echo 'newuser:x:700:' >>"$changed/etc/group"
echo 'newuser:x:0:0:99999:7:::' >>"$changed/etc/shadow"
chmod 711 "$changed/etc/crontabs"
echo changed >>"$changed/etc/openwrt_release"
mkdir -p "$changed/etc/new.d"
echo n >"$changed/etc/new.d/n"
mv "$changed"/etc/rc.d/S??uhttpd "$changed/etc/rc.d/S77uhttpd"
mv "$changed"/etc/rc.d/S??cron "$changed/etc/rc.d/S78cron"

user_changes() {
	local etc=$P/data/etc
	echo mine >"$etc/shinit"
	echo 'new default' >"$etc/rc.local"
	rm "$etc/sysctl.conf"
	echo mine >"$etc/both-made"
	echo mine >"$etc/inittab"
	echo mine >"$etc/my-file"
	echo 'admin:x:1000:1000::/:/bin/ash' >>"$etc/passwd"
	sed -i 's/^root:[^:]*:/root:$1$mine:/' "$etc/shadow"
	rm -f "$etc"/uci-defaults/1*
	rm "$etc"/rc.d/S??uhttpd
	chmod 700 "$etc/profile"
}
new_pod threeway etc
seed >/dev/null 2>&1
user_changes
use_image "$changed"
out=$(seed 2>&1)
etc=$P/data/etc
has "a new image is merged" "$out" "merging the claim"
is "an untouched default is replaced" "new default" "$(cat "$etc/profile")"
is "… and keeps the mode that the user gave it" 700 "$(stat -c %a "$etc/profile")"
is "a change of the user's stays" mine "$(cat "$etc/shinit")"
is "… the new default is kept beside" "new default" "$(cat "$P/data/wrtpod/conflicts/etc/shinit")"
has "… and reported" "$out" "/etc/shinit: yours stays"
is "the same change on both sides is none" "no" "$([ -e "$P/data/wrtpod/conflicts/etc/rc.local" ] && echo yes || echo no)"
is "a file that the user deleted stays deleted" no "$([ -e "$etc/sysctl.conf" ] && echo yes || echo no)"
is "a new file of the image comes" "new file" "$(cat "$etc/brand-new")"
is "a new folder of the image comes" n "$(cat "$etc/new.d/n")"
is "both made one: the user's stays" mine "$(cat "$etc/both-made")"
is "gone from the image and untouched: removed" no "$([ -e "$etc/shells" ] && echo yes || echo no)"
is "gone from the image but changed: kept" mine "$(cat "$etc/inittab")"
is "the user's own file stays" mine "$(cat "$etc/my-file")"
is "a changed link is changed" elsewhere "$(readlink "$etc/mtab")"
is "a new uci-defaults script comes" "echo new" "$(cat "$etc/uci-defaults/20_new")"
is "a changed one comes back although it ran" "echo changed" "$(tail -n 1 "$etc/uci-defaults/13_fix-group-user")"
is "an unchanged one that ran does not" no "$([ -e "$etc/uci-defaults/10_migrate-shadow" ] && echo yes || echo no)"
is "passwd: the user's and the image's" "admin newuser" "$(tail -n 2 "$etc/passwd" | cut -d: -f1 | xargs)"
is "group: the image's new one" newuser "$(tail -n 1 "$etc/group" | cut -d: -f1)"
has "shadow: root's password stays" "$(cat "$etc/shadow")" 'root:$1$mine:'
has "shadow: the image's new user" "$(cat "$etc/shadow")" newuser
is "shadow: 0600" 600 "$(stat -c %a "$etc/shadow")"
is "a disabled service stays disabled under its new number" "" "$(ls "$etc/rc.d" | grep '^S.*uhttpd')"
is "an enabled one moves to its new number" "S78cron" "$(ls "$etc/rc.d" | grep '^S.*cron')"
is "the manifest is the new image's" "yes" "$(grep -q brand-new "$P/data/wrtpod/manifest" && echo yes)"
is "a second start does nothing" "" "$(seed 2>&1)"
merged=$(tree "$P/data")

# Killed at any point: the next start ends with the same claim.
kill_points=0
for stop in cp mv; do
	for count in 1 2 3 5 8 13 21 34 55; do
		new_pod "killed-$stop-$count" etc
		seed >/dev/null 2>&1
		user_changes
		use_image "$changed"
		# The shell that runs seed dies before the Nth cp or mv.
		init_container /bin/sh -c '
			n=0
			'$stop'() { n=$((n + 1)); [ $n -lt '$count' ] || kill -9 $$; command '$stop' "$@"; }
			. /wrtpod/bin/seed' >/dev/null 2>&1
		[ $? = 137 ] || continue
		kill_points=$((kill_points + 1))
		seed >/dev/null 2>&1
		if [ "$(tree "$P/data")" != "$merged" ]; then
			not_ok "killed before $stop $count: the next start finishes" "$(diff <(echo "$merged") <(tree "$P/data") | head -n 20)"
		fi
		is "killed before $stop $count: nothing is left over, a conflict is kept" "new default" \
			"$(find "$P/data" -name '*wrtpod-new*' -o -name 'merge*' -o -name '*.new' | head -n 3)$(cat "$P/data/wrtpod/conflicts/etc/shinit")"
	done
done
holds "killed in enough places ($kill_points)" [ "$kill_points" -ge 10 ]

for count in 1 2 3 4 6 8; do
	new_pod "fill-killed-$count" system
	init_container /bin/sh -c '
		n=0
		mv() { n=$((n + 1)); [ $n -lt '$count' ] || kill -9 $$; command mv "$@"; }
		. /wrtpod/bin/seed' >/dev/null 2>&1
	seed >/dev/null 2>&1
	is "filling killed before mv $count: filled by the next start" "$(tree "$work/pods/fresh-system/data")" "$(tree "$P/data")"
done

# Half merged, and then another image: the old tree is put back first.
new_pod half etc
seed >/dev/null 2>&1
user_changes
use_image "$changed"
init_container /bin/sh -c '
	n=0
	killed_put() { n=$((n + 1)); [ $n -lt 4 ] || kill -9 $$; locate "$1"; cp -a "/$1" "$at"; }
	set -- ; sed "s|^\. .*/actions.*|&; put() { killed_put \"\$1\"; }|" /wrtpod/bin/seed >/tmp/seed; . /tmp/seed' >/dev/null 2>&1
holds "half merged" [ -d "$P/data/wrtpod/merge" ]
use_image "$two"
seed >/dev/null 2>&1
is "half merged, then another image: a default is that image's" "$(cat "$two/etc/banner")" "$(cat "$P/data/etc/banner")"
is "… nothing of the image between" no "$([ -e "$P/data/etc/brand-new" ] && echo yes || echo no)"
is "… the user's change stays" mine "$(cat "$P/data/etc/shinit")"

# A rollback before the pod was ever ready.
new_pod rollback etc
seed >/dev/null 2>&1
user_changes
before=$(tree "$P/data")
use_image "$changed"
seed >/dev/null 2>&1
echo 'changed by the new release' >>"$P/data/etc/config/dropbear"
use_image "$one"
out=$(seed 2>&1)
is "rolled back before it was ready: the old tree is back" "$before" "$(tree "$P/data")"
has "… with a word" "$out" "put back"
has "… and nothing lost" "$(cat "$P/data/wrtpod/rolled-back/etc/config/dropbear")" "changed by the new release"
is "… and settled" "" "$(seed 2>&1)"

# A rollback of an image that had been ready is a merge like any other.
new_pod later etc
seed >/dev/null 2>&1
use_image "$changed"
seed >/dev/null 2>&1
rm -rf "$P/data/wrtpod/previous"
echo mine >"$P/data/etc/config/dropbear"
use_image "$one"
seed >/dev/null 2>&1
is "rolled back after it was ready: the user's change stays" mine "$(cat "$P/data/etc/config/dropbear")"
is "… and a default goes back" "$(cat "$one/etc/profile")" "$(cat "$P/data/etc/profile")"

# Mode config: /etc/config and what sysupgrade keeps.
new_pod kept config
seed >/dev/null 2>&1
is "config: /etc/config" "$(ls "$one/etc/config")" "$(ls "$P/data/config")"
is "config: kept files" "yes yes yes no no" "$(for f in etc/passwd etc/shadow etc/rc.local etc/hosts etc/init.d/cron; do [ -e "$P/data/keep/$f" ] && printf 'yes ' || printf 'no '; done | sed 's/ $//')"
echo 'admin:x:1000:1000::/:/bin/ash' >>"$P/data/keep/etc/passwd"
echo mine >"$P/data/keep/etc/rc.local"
use_image "$changed"
seed >/dev/null 2>&1
is "config: passwd is merged by name" "admin newuser" "$(tail -n 2 "$P/data/keep/etc/passwd" | cut -d: -f1 | xargs)"
is "config: a kept file of the user's stays" mine "$(cat "$P/data/keep/etc/rc.local")"
is "config: an untouched kept file is replaced" "new default" "$(cat "$P/data/keep/etc/profile")"
