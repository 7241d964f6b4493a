# packages: mode system, a change of image, and what becomes of packages that the user installed or removed.
# shellcheck shell=bash

one=$(image 1)
two=$(image 2)

# opkg_install NAME VERSION auto|user FILE…: what opkg leaves behind.
opkg_install() {
	local name=$1 version=$2 how=$3 file
	shift 3
	{
		printf 'Package: %s\nVersion: %s\nDepends: libc\nStatus: install user installed\nArchitecture: x86_64\n' "$name" "$version"
		[ "$how" = user ] || echo 'Auto-Installed: yes'
		printf 'Installed-Time: 1\n\n'
	} >>"$P/data/usr/lib/opkg/status"
	printf 'Package: %s\nVersion: %s\n' "$name" "$version" >"$P/data/usr/lib/opkg/info/$name.control"
	for file in "$@"; do
		mkdir -p "$P/data/$(dirname "$file")"
		echo "$name" >"$P/data/$file"
		echo "/$file"
	done >"$P/data/usr/lib/opkg/info/$name.list"
}
status_of() { awk -v RS= -v name="$1" '$0 ~ "(^|\n)Package: " name "\n"' "$P/data/usr/lib/opkg/status"; }
exists() { [ -e "$P/data/$1" ] && echo yes || echo no; }

with_packages() {
	new_pod "$1" system
	setting PACKAGES "$2"
	seed >/dev/null 2>&1
	opkg_install tinyproxy 1.11 user usr/bin/tinyproxy etc/init.d/tinyproxy etc/config/tinyproxy etc/tinyproxy.conf
	opkg_install libwrap 1.0 auto usr/lib/libwrap.so
	echo /etc/tinyproxy.conf >"$P/data/usr/lib/opkg/info/tinyproxy.conffiles"
	ln -s ../init.d/tinyproxy "$P/data/etc/rc.d/S50tinyproxy"
	# The user removed luci-base, upgraded uci by himself, edited a page.
	awk -v RS= -v ORS='\n\n' '$2 != "luci-base"' "$P/data/usr/lib/opkg/status" | sed '/^Package: uci$/{n;s/.*/Version: 9999/;}' >"$work/status"
	cp "$work/status" "$P/data/usr/lib/opkg/status"
	rm -f "$P/data"/usr/lib/opkg/info/luci-base.* "$P/data/www/cgi-bin/luci"
	echo upgraded >"$P/data/sbin/uci"
	echo mine >"$P/data/root/notes"
}

with_packages dropped drop
use_image "$two"
out=$(seed 2>&1)
is "drop: the user's package goes, with its service and link" "no no no" "$(exists usr/bin/tinyproxy) $(exists etc/init.d/tinyproxy) $([ -L "$P/data/etc/rc.d/S50tinyproxy" ] && echo yes || echo no)"
is "drop: … with what it brought" "no no" "$(exists usr/lib/libwrap.so) $(exists usr/lib/opkg/info/libwrap.control)"
is "drop: its configuration stays" "yes yes" "$(exists etc/config/tinyproxy) $(exists etc/tinyproxy.conf)"
is "drop: it is listed" "libwrap 1.0 tinyproxy 1.11" "$(xargs <"$P/data/wrtpod/packages.user")"
has "drop: and reported" "$out" tinyproxy
is "drop: the database knows it no more" "" "$(status_of tinyproxy)$(status_of libwrap)"
has "the database has the new image's versions" "$(status_of dnsmasq)" "Version: 2.90-2"
is "a package that the user removed stays away" "" "$(status_of luci-base)$(ls "$P/data/usr/lib/opkg/info" | grep luci-base)"
is "… and its files" no "$(exists www/cgi-bin/luci)"
has "a package that the user upgraded is the image's again" "$(status_of uci)" "Version: 2023-08-10-2"
is "… its files too" "$(sha256sum <"$two/sbin/uci")" "$(sha256sum <"$P/data/sbin/uci")"
is "the user's own files stay" mine "$(cat "$P/data/root/notes")"
is "no empty field in the database" "" "$(awk '/^[A-Za-z-]+:[ \t]*$/ { h = NR; t = $0; next } h == NR - 1 && !/^ / { print t } { h = 0 }' "$P/data/usr/lib/opkg/status")"
is "files of the new image are in place" "$(sha256sum <"$two/etc/init.d/uhttpd")" "$(sha256sum <"$P/data/etc/init.d/uhttpd")"
is "settled" "" "$(seed 2>&1)"

with_packages reinstalled reinstall
use_image "$two"
seed >/dev/null 2>&1
is "reinstall: what the user asked for is pending, not what came along" tinyproxy "$(xargs <"$P/data/wrtpod/packages.pending")"
is "reinstall: the old files go" no "$(exists usr/bin/tinyproxy)"

with_packages kept-same keep
same=$work/image.same
cp -a "$two" "$same"
cp "$one/etc/openwrt_release" "$same/etc/openwrt_release"
use_image "$same"
out=$(seed 2>&1)
is "the same release: packages stay whatever the policy" "yes yes yes" "$(exists usr/bin/tinyproxy) $(exists usr/lib/libwrap.so) $([ -L "$P/data/etc/rc.d/S50tinyproxy" ] && echo yes || echo no)"
has "… in the database too" "$(status_of tinyproxy)" "Version: 1.11"
is "… and are not listed as gone" no "$(exists wrtpod/packages.user)"

with_packages kept-foreign keep
use_image "$two"
out=$(seed 2>&1)
is "keep, but other libraries: dropped" no "$(exists usr/bin/tinyproxy)"
has "… with a warning" "$out" "other libraries"

with_packages kept-abi keep
near=$work/image.near
cp -a "$two" "$near"
sed "s/23.05.1/23.05.2/" "$one/etc/openwrt_release" >"$near/etc/openwrt_release"
sed -i '/^Package: libc$/{n;s/.*/Version: 1.2.4-1/;}' "$near/usr/lib/opkg/status"
use_image "$near"
seed >/dev/null 2>&1
is "keep, another release with the same libraries: kept" yes "$(exists usr/bin/tinyproxy)"

# Hostile records.
printf 'Package: a\nVersion: 1\nDepends:\nStatus: install ok installed\nConffiles:\n /etc/a abc\nDescription: x\n more\nRecommends:  \n\nPackage: b\nVersion: 2\nStatus: deinstall ok not-installed\n\n' >"$work/claim.status"
printf '' >"$work/image.status"
is "opkg: empty fields go, those with lines below stay" "Package: a
Version: 1
Status: install ok installed
Conffiles:
 /etc/a abc
Description: x
 more" "$(bb awk -v op=merge -v with=' a ' -v without=' ' -f "$pod/opkg.awk" "$work/image.status" "$work/claim.status")"
is "opkg: what is not installed is not listed" "a 1 user" "$(bb awk -v op=list -f "$pod/opkg.awk" "$work/claim.status")"

# apk.
apk_image() { # NAME RELEASE: the stand-in with apk's database in the place of opkg's
	cp -a "$(image 1)" "$work/image.$1"
	rm -rf "$work/image.$1/usr/lib/opkg"
	sed -i "s/^DISTRIB_RELEASE=.*/DISTRIB_RELEASE='25.12.$2'/" "$work/image.$1/etc/openwrt_release"
	mkdir -p "$work/image.$1"/{lib/apk/db,etc/apk}
	printf 'C:Q1aaaa\nP:libc\nV:1.2.5-r%s\nF:lib\nR:libc.so\nZ:Q1x\n\nC:Q1bbbb\nP:dnsmasq\nV:2.90-r%s\nF:usr/sbin\nR:dnsmasq\n\n' "$2" "$2" >"$work/image.$1/lib/apk/db/installed"
	printf 'libc\ndnsmasq\n' >"$work/image.$1/etc/apk/world"
	echo "scripts $2" >"$work/image.$1/lib/apk/db/scripts.tar.gz"
}
apk_image apk1 1
apk_image apk2 2
echo newpkg >>"$work/image.apk2/etc/apk/world"
apk_user() {
	new_pod "$1" "$2" "$work/image.apk1"
	setting PACKAGES "$3"
	seed >/dev/null 2>&1
	printf 'libc\ndnsmasq\ntcpdump>4\n' >"$P/data/etc/apk/world"
	[ "$2" = system ] || return 0
	printf 'C:Q1cccc\nP:tcpdump\nV:4.99-r1\np:cmd:tcpdump\nF:\nF:usr/bin\nR:tcpdump\na:0:0:755\nZ:Q1y\n\nC:Q1dddd\nP:libpcap\nV:1.10\nF:usr/lib\nR:libpcap.so\n\n' >>"$P/data/lib/apk/db/installed"
	mkdir -p "$P/data/usr/bin"
	touch "$P/data/usr/bin/tcpdump" "$P/data/usr/lib/libpcap.so"
}
apk_user apk-drop system reinstall
use_image "$work/image.apk2"
seed >/dev/null 2>&1
is "apk: world is the image's" "libc dnsmasq newpkg" "$(xargs <"$P/data/etc/apk/world")"
is "apk: the database is the image's" "libc 1.2.5-r2 dnsmasq 2.90-r2" "$(bb awk -v op=list -f "$pod/apk.awk" "$P/data/lib/apk/db/installed" | cut -d' ' -f1,2 | xargs)"
is "apk: the package's files go" "no no" "$(exists usr/bin/tcpdump) $(exists usr/lib/libpcap.so)"
is "apk: what the user asked for is pending" tcpdump "$(xargs <"$P/data/wrtpod/packages.pending")"
apk_user apk-keep system drop
cp -a "$work/image.apk2" "$work/image.apk3"
cp "$work/image.apk1/etc/openwrt_release" "$work/image.apk3/etc/openwrt_release"
use_image "$work/image.apk3"
seed >/dev/null 2>&1
is "apk, the same release: world is both" "libc dnsmasq newpkg tcpdump>4" "$(xargs <"$P/data/etc/apk/world")"
is "apk, the same release: the database is both" "libc 1.2.5-r2 dnsmasq 2.90-r2 tcpdump 4.99-r1 libpcap 1.10" "$(bb awk -v op=list -f "$pod/apk.awk" "$P/data/lib/apk/db/installed" | cut -d' ' -f1,2 | xargs)"
has "apk: a record is copied whole" "$(cat "$P/data/lib/apk/db/installed")" "$(printf 'P:tcpdump\nV:4.99-r1\np:cmd:tcpdump\nF:\nF:usr/bin\nR:tcpdump\na:0:0:755\nZ:Q1y\n')"
is "apk, the same release: files stay" yes "$(exists usr/bin/tcpdump)"
apk_user apk-etc etc drop
use_image "$work/image.apk2"
seed >/dev/null 2>&1
is "mode etc: world is merged by line" "libc dnsmasq newpkg tcpdump>4" "$(xargs <"$P/data/etc/apk/world")"
printf 'C:Q1\nP:newpkg\nV:1\n\n' >>"$work/image.apk2/lib/apk/db/installed"
out=$(start 2>&1)
is "mode etc: at the start it loses what is no longer installed" "libc dnsmasq newpkg" "$(xargs <"$P/data/etc/apk/world")"
has "… with a warning" "$out" "packages installed at run time are gone"

# From opkg to apk: the old database describes a system that is gone.
with_packages to-apk keep
use_image "$work/image.apk2"
seed >/dev/null 2>&1
is "opkg to apk: the image's database, no trace of opkg's" "yes no" "$(exists lib/apk/db/installed) $(exists usr/lib/opkg/status)"
is "opkg to apk: the user's packages go" no "$(exists usr/bin/tinyproxy)"

# settle installs what is pending, and tries again what failed.
new_pod pending system
setting PACKAGES reinstall
cp -a "$one" "$work/image.feed"
cp "$here/manager" "$work/image.feed/bin/opkg"
for package in good fine; do
	mkdir -p "$work/image.feed/feed/$package/root/usr/bin"
	: >"$work/image.feed/feed/$package/depends"
	echo "$package" >"$work/image.feed/feed/$package/root/usr/bin/$package"
done
printf '#!/bin/sh\n:\n' >"$work/image.feed/bin/ubus"
printf '#!/bin/sh\necho jump input_lan\n' >"$work/image.feed/usr/sbin/nft"
use_image "$work/image.feed"
seed >/dev/null 2>&1
printf 'good\nbad\nfine\n' >"$P/data/wrtpod/packages.pending"
mkdir -p "$P/data/wrtpod/previous/tree"
: >"$P/run/routes"
out=$(main_container /bin/sh /wrtpod/bin/settle 2>&1)
is "settle: pending packages are installed" "yes yes" "$(exists usr/bin/good) $(exists usr/bin/fine)"
is "settle: what failed is pending still" bad "$(xargs <"$P/data/wrtpod/packages.pending")"
has "settle: … and reported" "$out" "could not install bad again: Unknown package 'bad'.; the next start tries once more"
is "settle: the old tree goes once the pod is ready" no "$(exists wrtpod/previous)"
