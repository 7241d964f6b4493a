# boot-overlays: overlays that the image is not built with, mode system: files, settings, scripts, services, and packages by a
# stand-in opkg or apk that writes down what it is asked and fails when it is told to.
# shellcheck shell=bash

stock=$(image 1)

# managed NAME opkg|apk: the stand-in with a package manager that "has" the packages in /feed: a folder each, with the files
# below `root/` and `depends`. Calls go to /wrtpod/run/calls; /wrtpod/run/broken makes everything fail, /wrtpod/run/kill ends the
# caller in the middle.
managed() {
	local root=$work/image.$1
	cp -a "$stock" "$root"
	printf '#!/bin/sh\n:\n' >"$root/bin/ubus"
	printf '#!/bin/sh\necho jump input_lan\n' >"$root/usr/sbin/nft"
	printf '#!/bin/sh\n:\n' >"$root/sbin/reload_config"
	chmod 755 "$root/sbin/reload_config"
	rm -f "$root/bin/opkg"
	cp "$here/manager" "$root/bin/$2"
	if [ "$2" = apk ]; then
		rm -rf "$root/usr/lib/opkg"
		mkdir -p "$root"/{lib/apk/db,lib/apk/packages,etc/apk}
		printf 'C:Q1aaaa\nP:libc\nV:1.2.5-r1\nF:lib\nR:libc.so\nZ:Q1x\n\n' >"$root/lib/apk/db/installed"
		echo libc >"$root/etc/apk/world"
	fi
	mkdir -p "$root/feed"
}
# offer_package IMAGE NAME DEPENDS: in the feed of that image; files on stdin, `PATH TEXT` a line.
offer_package() {
	local folder=$work/image.$1/feed/$2 path text
	mkdir -p "$folder/root"
	echo "$3" >"$folder/depends"
	while read -r path text; do
		mkdir -p "$folder/root/$(dirname "$path")"
		printf '%b\n' "$text" >"$folder/root/$path"
		case $path in etc/init.d/*) chmod 755 "$folder/root/$path" ;; esac
	done
}
# overlay LINE…: the index of the overlays, words separated by blanks; files beside it by `content`.
overlay() {
	mkdir -p "$P/overlays"
	printf '%s\n' "$@" | tr ' ' '\t' >"$P/overlays/index"
}
content() { cat >"$P/overlays/$1"; }
prepare() { init_container /bin/sh -c '/bin/sh /wrtpod/bin/seed && /bin/sh /wrtpod/bin/overlay-files' 2>&1; }
# settle_until SECONDS: as what fails is tried again for ever, its sleep ends it, when it is to sleep that long or the fiftieth time.
settle_until() {
	main_container /bin/sh -c '
		slept=0
		sleep() {
			slept=$((slept + 1))
			echo "slept $1"
			if [ "$1" = '"$1"' ] || [ $slept = 50 ]; then exit; fi
		}
		. /wrtpod/bin/settle' 2>&1
}
settle() { settle_until 30; }
calls() { cat "$P/run/calls" 2>/dev/null; rm -f "$P/run/calls"; }
there() { [ -e "$P/data/$1" ] && echo yes || echo no; }
service='#!/bin/sh /etc/rc.common\nSTART=95\nSTOP=05\nstart() { echo "$name started" >>/wrtpod/run/calls; }\nstop() { echo "$name stopped" >>/wrtpod/run/calls; }'

for file in "$here/manager"; do
	holds "shellcheck: the stand-in of opkg and apk" shellcheck -s sh -e SC2013 "$file"
done

### Files.
managed opkg opkg
new_pod laid system "$work/image.opkg"
overlay 'overlay mine' 'file mine 0644 file.0 etc/mine.conf' 'file mine 0755 file.1 usr/bin/mine' 'file mine 0644 file.2 etc/banner.new' \
	'link mine link.0 usr/bin/linked' 'file mine 0644 file.3 etc/profile' 'file mine 0755 file.4 etc/init.d/mine'
echo one | content file.0
printf 'bin\0ary' | content file.1
echo x | content file.2
printf '../bin/mine it' | content link.0
echo 'profile of mine' | content file.3
printf '%b\n' "$service" | content file.4
out=$(prepare)
is "files are laid, with their modes" "one 644 755" "$(cat "$P/data/etc/mine.conf") $(stat -c %a "$P/data/etc/mine.conf") $(stat -c %a "$P/data/usr/bin/mine")"
is "… byte by byte" "$(printf 'bin\0ary' | sha256sum)" "$(sha256sum <"$P/data/usr/bin/mine")"
is "… links as links" "../bin/mine it" "$(readlink "$P/data/usr/bin/linked")"
is "… over a file of the image" "profile of mine" "$(cat "$P/data/etc/profile")"
is "… a service among them starts at boot" "../init.d/mine ../init.d/mine" "$(readlink "$P/data/etc/rc.d/S95mine" "$P/data/etc/rc.d/K05mine" | xargs)"
has_not "… without a word of conflicts" "$out" "yours stays"
before=$(tree "$P/data")
is "again: nothing happens" "$before" "$(prepare >/dev/null; tree "$P/data")"
echo 'mine is two' >"$P/data/etc/mine.conf"
rm "$P/data/etc/banner.new" "$P/data/etc/rc.d/S95mine"
prepare >/dev/null
is "what the user changed, deleted or disabled stays so" "mine is two no no" "$(cat "$P/data/etc/mine.conf") $(there etc/banner.new) $([ -L "$P/data/etc/rc.d/S95mine" ] && echo yes || echo no)"
echo three | content file.0
echo 'new profile' | content file.3
out=$(prepare)
is "a changed overlay: untouched files change" "new profile" "$(cat "$P/data/etc/profile")"
is "… the user's stay, the new one is beside" "mine is two three" "$(cat "$P/data/etc/mine.conf") $(cat "$P/data/wrtpod/conflicts/etc/mine.conf")"
has "… and it is said" "$out" "/etc/mine.conf: yours stays"

# A new image that changes a file under an overlay's is no conflict.
two=$(image 2)
cp -a "$two" "$work/image.opkg2"
cp "$work/image.opkg/bin/ubus" "$work/image.opkg2/bin/ubus"
echo 'profile of release 2' >"$work/image.opkg2/etc/profile"
use_image "$work/image.opkg2"
out=$(prepare)
is "a new image: the overlay's file stays" "new profile" "$(cat "$P/data/etc/profile")"
has_not "… and is no conflict" "$out" "/etc/profile"
overlay 'overlay mine' 'file mine 0644 file.0 etc/mine.conf'
prepare >/dev/null
is "a file that left is the image's again, or gone" "profile of release 2 no no" "$(cat "$P/data/etc/profile") $(there usr/bin/mine) $([ -L "$P/data/etc/rc.d/K05mine" ] && echo yes || echo no)"
rm -r "$P/overlays"
prepare >/dev/null
is "the whole overlay left: what the user changed stays" "mine is two" "$(cat "$P/data/etc/mine.conf")"

### Packages.
# `both NAME`: the tests of packages, with opkg and with apk.
packages_by() {
	local by=$1
	managed "$by.packages" "$by"
	offer_package "$by.packages" vpn 'tools kmod-tun kmod-nowhere' <<-EOT
		usr/bin/vpn vpn
		usr/share/vpn.conf the package's
		etc/config/vpn config vpn 'main'\n\toption port '1'\n\toption trigger 'stock'
		etc/init.d/vpn $service
	EOT
	offer_package "$by.packages" tools kmod-inner <<<'usr/bin/tools tools'
	offer_package "$by.packages" kmod-tun kernel <<<'lib/modules/tun.ko no'
	offer_package "$by.packages" kmod-inner kernel <<<'lib/modules/inner.ko no'
	offer_package "$by.packages" extra '' <<<'usr/bin/extra extra'
	offer_package "$by.packages" spare '' <<<"etc/init.d/spare $service"
	new_pod "$by.packages" system "$work/image.$by.packages"
	: >"$P/run/routes"
	printf "config vpn 'main'\n\toption port '4242'\n" >"$P/plan/uci.vpn"
	overlay 'overlay vpn' 'package vpn vpn' 'uci vpn vpn' 'script vpn 60-vpn' 'file vpn 0644 file.0 usr/share/vpn.conf' 'service vpn spare' 'package vpn spare'
	printf 'uci set vpn.main.seen=$(uci get vpn.main.trigger)\nuci commit vpn\ncd / && exit 0\n' | content script.60-vpn
	echo "the overlay's" | content file.0
	prepare >/dev/null
	out=$(start 2>&1)
	is "$by: before its packages are there, an overlay's settings and scripts wait" "no no" "$(there etc/config/vpn) $(there etc/uci-defaults/60-vpn)"
	is "$by: … and it is pending" "vpn pending" "$(cat "$P/data/wrtpod/overlays.state")"
	has "$by: … which the banner says" "$(cat "$P/data/etc/banner")" "Overlay vpn: pending"
	calls >/dev/null
	out=$(settle)
	has "$by: it is said what is installed" "$out" "wrtpod: overlay vpn: installing vpn spare"
	has "$by: … and that it is" "$out" "wrtpod: overlay vpn: installed"
	is "$by: packages are there, with what they depend on" "yes yes" "$(there usr/bin/vpn) $(there usr/bin/tools)"
	is "$by: no kernel module is" "no no" "$(there lib/modules/tun.ko) $(there lib/modules/inner.ko)"
	is "$by: the settings lie over the package's configuration" "config vpn 'main'
	option port '4242'
	option trigger 'stock'
	option seen 'stock'" "$(grep . "$P/data/etc/config/vpn")"
	is "$by: the script ran after that, once" "no 1" "$(there etc/uci-defaults/60-vpn) $(grep -c ' 60-vpn$' "$P/data/wrtpod/uci-defaults")"
	is "$by: a file that the package brought too is the overlay's" "the overlay's" "$(cat "$P/data/usr/share/vpn.conf")"
	out=$(calls)
	is "$by: a service is started with its settings, one that the overlay disables is stopped" \
		"vpn started spare started spare stopped vpn stopped vpn started" "$(grep -E 'started|stopped' <<<"$out" | xargs)"
	is "$by: … and does not start at boot" "" "$(ls "$P/data/etc/rc.d" | grep spare)"
	is "$by: nothing is left to say" no "$(there wrtpod/overlays.state)"
	has_not "$by: … in the banner either" "$(cat "$P/data/etc/banner")" "Overlay"

	prepare >/dev/null
	start >/dev/null 2>&1
	is "$by: a restart installs nothing again" "" "$(settle; calls)"
	rm -f "$P/data/usr/bin/vpn"
	is "$by: … not even what the user took away" no "$(prepare >/dev/null; settle >/dev/null; there usr/bin/vpn)"
	echo mine >"$P/data/etc/rc.d/S95spare"
	prepare >/dev/null
	start >/dev/null 2>&1
	is "$by: who enables the service again keeps it" mine "$(cat "$P/data/etc/rc.d/S95spare")"
	rm "$P/data/etc/rc.d/S95spare"

	# The overlay changes: the difference is installed; what left stays, unless it says so.
	overlay 'overlay vpn' 'package vpn extra' 'package vpn -spare' 'uci vpn vpn'
	prepare >/dev/null
	start >/dev/null 2>&1
	calls >/dev/null
	settle >/dev/null
	out=$(calls)
	has_not "$by: a changed overlay: what is there is not installed again" "$out" " vpn"
	is "$by: … what came is, what it says it must not have goes, what left stays" "yes no yes" "$(there usr/bin/extra) $(there etc/init.d/spare) $(there etc/init.d/vpn)"
}
packages_by opkg
is "opkg: the modules are noted as installed and held" 3 "$(grep -c 'Status: install hold installed' "$P/data/usr/lib/opkg/status")"
is "opkg: no empty field in the database" "" "$(grep -nE '^[A-Za-z-]+:[ ]*$' "$P/data/usr/lib/opkg/status" | grep -v Conffiles:)"
new_pod terse system "$work/image.opkg.packages"
: >"$P/run/routes"
overlay 'overlay vpn' 'package vpn vpn'
prepare >/dev/null
start >/dev/null 2>&1
touch "$P/run/terse"
has "opkg before 2021, which does not name the modules that its feeds have for another kernel" "$(settle)" "overlay vpn: installed"
is "… they are noted all the same" "kmod-inner kmod-nowhere kmod-tun" "$(sed -n 's/^Package: \(kmod-\)/\1/p' "$P/data/usr/lib/opkg/status" | sort | xargs)"
packages_by apk
overlay 'overlay vpn' 'package vpn -tools'
prepare >/dev/null
start >/dev/null 2>&1
has "apk: what another package needs is not removed, and that is said" "$(settle)" "failed: other packages need tools, next try"
is "apk: the modules are noted in one package of the world" "kmod-inner kmod-nowhere kmod-tun 1" \
	"$(awk -v RS= '/P:.wrtpod-host-modules/' "$P/data/lib/apk/db/installed" | sed -n 's/^p://p' | tr ' ' '\n' | sort | xargs) $(grep -cx .wrtpod-host-modules "$P/data/etc/apk/world")"

### What fails.
managed faults opkg
offer_package faults good '' <<<'usr/bin/good good'
new_pod faults system "$work/image.faults"
: >"$P/run/routes"
overlay 'overlay first' 'package first nowhere' 'overlay second' 'package second good' 'package second kmod-own'
prepare >/dev/null
start >/dev/null 2>&1
out=$(settle_until 240)
has "what fails is said, with the reason and when the next try is" "$out" "wrtpod: overlay first: failed: Unknown package 'nowhere'., next try in 30 s"
is "tries are further and further apart" "slept 30 slept 60 slept 120 slept 240" "$(grep slept <<<"$out" | xargs)"
is "two lines a try" 8 "$(grep -c 'overlay first' <<<"$out")"
has "another overlay is none the worse" "$out" "overlay second: installed"
is "… nor is it installed with every try" 1 "$(grep -c 'install good' <<<"$(calls | grep -v noaction)")"
is "the record says it" "first failed Unknown package 'nowhere'." "$(cat "$P/data/wrtpod/overlays.state")"
has "the banner too" "$(cat "$P/data/etc/banner")" "Overlay first: failed: Unknown package 'nowhere'."
out=$(settle_until 3600)
is "… an hour at most" "slept 30 slept 60 slept 120 slept 240 slept 480 slept 960 slept 1920 slept 3600" "$(grep slept <<<"$out" | xargs)"

new_pod no-feeds system "$work/image.faults"
: >"$P/run/routes"
overlay 'overlay mine' 'package mine nowhere' 'package mine -luci-base'
prepare >/dev/null
start >/dev/null 2>&1
touch "$P/run/no-feeds"
out=$(settle_until 30)
has "no feed answers: nothing is removed" "$(awk -v RS= '/Package: luci-base/' "$P/data/usr/lib/opkg/status")" luci-base
has "… and it is said which could not be read, not that they have no such package" "$out" \
	"failed: cannot read the feed http://feed/Packages.gz (wget returned 4) and 1 other, next try"
is "… without the login of its URL" "" "$(grep -h word <<<"$out" "$P/data/wrtpod/overlays.state")"
overlay 'overlay mine' 'package mine good'
prepare >/dev/null
start >/dev/null 2>&1
printf 'disk is full' >"$P/run/clash"
has "… and what has another cause has that" "$(settle_until 30)" "failed: disk is full"
echo "opkg_download: Failed to download https://bob:hunter2,p@ss@feed/good_1.ipk, wget returned 4." >"$P/run/clash"
out=$(settle_until 30)
has "… without the login of a package's URL" "$out" "failed: Failed to download https://feed/good_1.ipk, wget returned 4., next try"
is "… in the record either" "mine failed Failed to download https://feed/good_1.ipk, wget returned 4." "$(cat "$P/data/wrtpod/overlays.state")"
rm "$P/run/clash"
overlay 'overlay mine' 'package mine -luci-base'
prepare >/dev/null
start >/dev/null 2>&1
is "… a removal alone needs no feed" "" "$(settle >/dev/null; awk -v RS= '/Package: luci-base/' "$P/data/usr/lib/opkg/status")"
overlay 'overlay mine' 'package mine good'
prepare >/dev/null
start >/dev/null 2>&1
has "one feed that is gone does not stop what the others have" "$(settle)" "overlay mine: installed"

managed feedless apk
printf 'C:Q1bbbb\nP:batctl-default\nV:1-r1\np:batctl=1-r1 batctl-any\n\n' >>"$work/image.feedless/lib/apk/db/installed"
new_pod no-feeds-apk system "$work/image.feedless"
: >"$P/run/routes"
overlay 'overlay mine' 'package mine nowhere' 'package mine -batctl' 'package mine -nosuch'
prepare >/dev/null
start >/dev/null 2>&1
touch "$P/run/no-feeds"
out=$(settle_until 30)
has "apk: a feed that does not answer is said" "$out" "failed: cannot read the feed http://feed/packages.adb (unexpected end of file) and 1 other, next try"
has "a name that a package provides removes nothing, and the package is said" "$out" \
	"overlay mine: nothing to remove: no package is called batctl; batctl-default provides that name, and -batctl-default takes it out"
has "… nor does a name that nothing has" "$out" "overlay mine: nothing to remove: no package is called nosuch
"
rm "$P/run/no-feeds"
has "apk: with all feeds it is the package" "$(settle_until 30)" "failed: unable to select packages: nowhere (no such package)"
overlay 'overlay mine' 'package mine -none' 'package mine good'
offer_package feedless good '' <<<'usr/bin/good good'
prepare >/dev/null
start >/dev/null 2>&1
echo "good-1: https://bob:hunter2,p@ss@feed/good-1.apk: timed out" >"$P/run/clash"
has "apk: a reason is without the login of a URL too" "$(settle_until 30)" "good-1: https://feed/good-1.apk: timed out, next try"

new_pod odd-reason system "$work/image.faults"
: >"$P/run/routes"
overlay 'overlay mine' 'package mine good'
prepare >/dev/null
start >/dev/null 2>&1
printf 'opkg_conf_load: \033[31mCould not lock\a %0300d' 0 >"$P/run/clash"
settle >/dev/null
is "a reason is one line of printable characters, 200 at most" "1 mine failed  [31mCould not lock 212" \
	"$(wc -l <"$P/data/wrtpod/overlays.state") $(cut -c1-31 "$P/data/wrtpod/overlays.state") $(tr -d '\n' <"$P/data/wrtpod/overlays.state" | tr -d -c ' -~' | wc -c)"

### What the scripts of packages and overlays change in UCI is noted for `diff`, what a user sets meanwhile is not.
for by in opkg apk; do
	managed "noted.$by" $by
	rm "$work/image.noted.$by"/etc/uci-defaults/*
	offer_package "noted.$by" good '' <<<'usr/bin/good good'
	offer_package "noted.$by" spare '' <<<'usr/bin/spare spare'
	echo 'uci set system.system.conloglevel=7 && uci commit system' >"$work/image.noted.$by/feed/good/postinst"
	for way in whole cut; do
		new_pod "noted-$by-$way" system "$work/image.noted.$by"
		: >"$P/run/routes"
		printf "config system 'system'\n\toption hostname 'planned'\n" >"$P/plan/uci.system"
		overlay 'overlay mine' 'package mine good' 'script mine 50-mine'
		printf 'uci set system.system.log_size=64\nuci commit system\nexit 0\n' | content script.50-mine
		prepare >/dev/null
		start >/dev/null 2>&1
		echo 'uci set system.system.hostname=users && uci commit system' >"$P/run/meanwhile"
		if [ $way = cut ]; then
			# A reboot of the guest in the middle.
			touch "$P/run/kill"
			settle >/dev/null 2>&1
			rm "$P/run/meanwhile"
			sed -i "s/'users'/'later'/" "$P/data/etc/config/system"
			AT_INIT='cd /etc/uci-defaults; for script in *; do ( . "./$script" ) && rm -f "$script"; done' start >/dev/null 2>&1
			is "$by: a boot after a cut installation notes nothing" no "$(there wrtpod/booted/system)"
		fi
		has "$by, $way: an overlay whose scripts change UCI" "$(settle)" "overlay mine: installed"
		is "$by, $way: … what they change is noted, what the user sets meanwhile is not" "conloglevel log_size" \
			"$(cut -d' ' -f2 "$P/data/wrtpod/booted/system" | sort | xargs)"
		is "$by, $way: … and no copy is left" "" "$(ls "$P/run" | grep before)"
	done
done

# Killed in the middle of an installation.
new_pod killed system "$work/image.opkg.packages"
: >"$P/run/routes"
printf "config vpn 'main'\n\toption port '4242'\n" >"$P/plan/uci.vpn"
overlay 'overlay vpn' 'package vpn vpn' 'uci vpn vpn' 'file vpn 0644 file.0 usr/share/vpn.conf'
echo "the overlay's" | content file.0
prepare >/dev/null
start >/dev/null 2>&1
touch "$P/run/kill"
settle >/dev/null 2>&1
touch "$P/run/kill"
settle >/dev/null 2>&1
is "killed: the record says so" "vpn installing" "$(cat "$P/data/wrtpod/overlays.state")"
prepare >/dev/null
start >/dev/null 2>&1
has "killed: the next start begins anew" "$(settle)" "overlay vpn: installed"
is "… with the settings over the package's own" "4242 stock" "$(sed -n "s/.*option \(port\|trigger\) '\(.*\)'/\2/p" "$P/data/etc/config/vpn" | xargs)"
is "… and the overlay's files" "the overlay's" "$(cat "$P/data/usr/share/vpn.conf")"

# No package manager at all.
cp -a "$work/image.faults" "$work/image.bare"
rm -r "$work/image.bare/usr/lib/opkg"
new_pod bare system "$work/image.bare"
: >"$P/run/routes"
overlay 'overlay mine' 'package mine good'
prepare >/dev/null
start >/dev/null 2>&1
has "an image without a package manager says so" "$(settle_until 30)" "failed: the image has neither opkg nor apk"

### A service that an overlay disabled starts again when the overlay leaves it alone.
new_pod enabled system "$work/image.opkg"
overlay 'overlay mine' 'service mine cron'
prepare >/dev/null
start >/dev/null 2>&1
is "a service of the image does not start" "" "$(ls "$P/data/etc/rc.d" | grep cron)"
overlay 'overlay mine' 'script mine 50-mine'
echo 'exit 0' | content script.50-mine
start >/dev/null 2>&1
has "… and starts again when the overlay leaves it alone" "$(ls "$P/data/etc/rc.d" | xargs)" cron

### Scripts of an overlay without packages run at boot, once for each text.
new_pod scripts system "$work/image.opkg"
overlay 'overlay mine' 'script mine 50-mine'
echo 'exit 0' | content script.50-mine
prepare >/dev/null
start >/dev/null 2>&1
is "a script is there for the boot" yes "$(there etc/uci-defaults/50-mine)"
rm "$P/data/etc/uci-defaults/50-mine"
prepare >/dev/null
start >/dev/null 2>&1
is "… and not again once it ran" no "$(there etc/uci-defaults/50-mine)"
echo 'echo two; exit 0' | content script.50-mine
start >/dev/null 2>&1
is "… but when it changed" yes "$(there etc/uci-defaults/50-mine)"
is "nothing is installed for it" "" "$(calls)"

### A change of image that drops packages: the overlay's come back.
new_pod upgraded system "$work/image.faults"
: >"$P/run/routes"
overlay 'overlay mine' 'package mine good'
prepare >/dev/null
start >/dev/null 2>&1
settle >/dev/null
managed faults2 opkg
sed -i "s/^DISTRIB_RELEASE=.*/DISTRIB_RELEASE='24.10.9'/" "$work/image.faults2/etc/openwrt_release"
offer_package faults2 good '' <<<'usr/bin/good good of another release'
use_image "$work/image.faults2"
prepare >/dev/null
start >/dev/null 2>&1
is "another release: an overlay's packages go with the others" no "$(there usr/bin/good)"
settle >/dev/null
is "… and are installed from its feeds" "good of another release" "$(cat "$P/data/usr/bin/good")"
