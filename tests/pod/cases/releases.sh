# releases: mode system, links and package scripts over a change of the image, and packages by the names that others provide. Both managers.
# shellcheck shell=bash

target() { readlink "$P/data/$1" || echo none; }

# lay MANAGER NAME VERSION LINK TARGET FILE…: a package in the claim that offers an alternative, as its manager leaves it. Its name is
# also that of the name `NAME-any` that it provides.
lay() {
	local manager=$1 name=$2 version=$3 link=$4 to=$5 file
	shift 5
	for file in "$@"; do
		mkdir -p "$P/data/$(dirname "$file")"
		echo "$name" >"$P/data/$file"
	done
	case $manager in
	opkg)
		printf 'Package: %s\nVersion: %s\nProvides: %s-any, other (= 1)\nStatus: install user installed\nAlternatives: 300:/%s:/%s, 200:/usr/bin/none:/%s\nInstalled-Time: 1\n\n' \
			"$name" "$version" "$name" "$link" "$to" "$to" >>"$P/data/usr/lib/opkg/status"
		printf '/%s\n' "$@" >"$P/data/usr/lib/opkg/info/$name.list"
		echo "#!/bin/sh" >"$P/data/usr/lib/opkg/info/$name.prerm"
		;;
	apk)
		mkdir -p "$P/data/lib/apk/packages"
		echo "300:/$link:/$to 200:/usr/bin/none:/$to" >"$P/data/lib/apk/packages/$name.alternatives"
		{
			printf 'C:Q1%s=\nP:%s\nV:%s\np:%s-any other=1\n' "$name" "$name" "$version" "$name"
			for file in "$@"; do printf 'F:%s\nR:%s\n' "$(dirname "$file")" "$(basename "$file")"; done
			echo
		} >>"$P/data/lib/apk/db/installed"
		;;
	esac
	ln -sfn "/$to" "$P/data/$link"
}

# archive FOLDER NAME…: apk's archive of scripts, one for each name; `long` gives one a name that tar keeps in a header of its own.
archive() {
	local folder=$1 name made=$work/archive
	shift
	rm -rf "$made"
	mkdir -p "$made" "$folder"
	for name in "$@"; do
		printf '#!/bin/sh\necho %s\n' "$name" >"$made/$name"
		chmod 755 "$made/$name"
	done
	tar -C "$made" --format=gnu --owner=0 --group=0 -czf "$folder/scripts.tar.gz" "$@"
}
entries_of() { tar -tzf "$P/data/lib/apk/db/scripts.tar.gz" | sort | xargs; }
hash=X1$(printf '0%.0s' {1..40})
long=zzz-$(printf 'long%.0s' {1..20})

as_apk() { # NAME RELEASE: the stand-in with apk's database in the place of opkg's
	local folder=$work/image.$1
	cp -a "$(image 1)" "$folder"
	rm -rf "$folder/usr/lib/opkg"
	sed -i "s/^DISTRIB_RELEASE=.*/DISTRIB_RELEASE='25.12.$2'/" "$folder/etc/openwrt_release"
	mkdir -p "$folder"/{lib/apk/db,lib/apk/packages,etc/apk}
	printf 'C:Q1libc=\nP:libc\nV:1-r%s\np:musl=1 images-any\nF:lib\nR:libc.so\n\n' "$2" >"$folder/lib/apk/db/installed"
	echo libc >"$folder/etc/apk/world"
	archive "$folder/lib/apk/db" "libc-1-r$2.$hash.post-install"
	printf 'Q1libc= /lib/*\n' >"$folder/lib/apk/db/triggers"
}
as_apk rel1 1
as_apk rel2 2
cp -a "$work/image.rel1" "$work/image.rel1b"
echo changed >>"$work/image.rel1b/etc/banner"
cp -a "$(image 1)" "$work/image.same"
echo changed >>"$work/image.same/etc/banner"

for manager in opkg apk; do
	case $manager in
	opkg) first=$(image 1) next=$(image 2) near=$work/image.same ;;
	apk) first=$work/image.rel1 next=$work/image.rel2 near=$work/image.rel1b ;;
	esac
	for policy in drop reinstall; do
		new_pod "links-$manager-$policy" system "$first"
		setting PACKAGES $policy
		seed >/dev/null 2>&1
		before=$(target sbin/ip)
		lay $manager ip-full 6-1 sbin/ip usr/libexec/ip-full usr/libexec/ip-full etc/init.d/ip-full
		ln -s /usr/libexec/ip-full "$P/data/usr/bin/none"
		ln -s ../init.d/ip-full "$P/data/etc/rc.d/S77ip-full"
		ln -s /root/mine "$P/data/usr/bin/mine"
		use_image "$next"
		seed >/dev/null 2>&1
		is "$manager, $policy: a link is the image's again when what it leads to goes" "$before" "$(target sbin/ip)"
		is "$manager, $policy: … and goes where the image has none" "none none" "$(target usr/bin/none) $(target etc/rc.d/S77ip-full)"
		is "$manager, $policy: a link of the user's stays" /root/mine "$(target usr/bin/mine)"
		holds "$manager, $policy: the pod can start" test -x "$P/data/bin/busybox"
		is "$manager, $policy: settled" "" "$(seed 2>&1)"
	done

	new_pod "kept-$manager" system "$first"
	seed >/dev/null 2>&1
	lay $manager ip-full 6-1 sbin/ip usr/libexec/ip-full usr/libexec/ip-full
	if [ $manager = apk ]; then
		lay apk "$long" 1-r0 usr/bin/none usr/libexec/long usr/libexec/long
		archive "$P/data/lib/apk/db" "libc-1-r1.$hash.post-install" "ip-full-6-1.$hash.pre-deinstall" "gone-1.$hash.pre-deinstall" "$long-1-r0.$hash.pre-deinstall"
		printf 'Q1ip-full= /usr/*\nQ1gone= /gone\n' >>"$P/data/lib/apk/db/triggers"
	fi
	use_image "$near"
	seed >/dev/null 2>&1
	is "$manager, the same release: the link stays" /usr/libexec/ip-full "$(target sbin/ip)"
	case $manager in
	opkg) holds "opkg, the same release: a kept package's script stays" test -s "$P/data/usr/lib/opkg/info/ip-full.prerm" ;;
	apk)
		is "apk, the same release: scripts of kept packages stay beside the image's" \
			"ip-full-6-1.$hash.pre-deinstall libc-1-r1.$hash.post-install $long-1-r0.$hash.pre-deinstall" "$(entries_of)"
		is "apk, … and can run" "-rwxr-xr-x root/root" "$(tar -tvzf "$P/data/lib/apk/db/scripts.tar.gz" "ip-full-6-1.$hash.pre-deinstall" | cut -d' ' -f1,2)"
		is "apk, … and say what they said" "echo $long-1-r0.$hash.pre-deinstall" "$(tar -xOzf "$P/data/lib/apk/db/scripts.tar.gz" "$long-1-r0.$hash.pre-deinstall" | tail -n 1)"
		is "apk, … their triggers too" "Q1libc= /lib/* Q1ip-full= /usr/*" "$(xargs <"$P/data/lib/apk/db/triggers")"
		is "apk, … settled" "" "$(seed 2>&1)"
		echo broken >"$P/data/lib/apk/db/scripts.tar.gz"
		rm -rf "$P/data/wrtpod/previous"
		use_image "$first"
		out=$(seed 2>&1)
		has "apk, an archive that cannot be read is told" "$out" "the scripts of packages that you installed cannot be read"
		is "apk, … and is the image's" "libc-1-r1.$hash.post-install" "$(entries_of)"
		archive "$P/data/lib/apk/db" "libc-1-r1.$hash.post-install" "ip-full-6-1.$hash.pre-deinstall"
		rm -rf "$P/data/wrtpod/previous"
		use_image "$near"
		out=$(init_container /bin/sh -c 'gzip() { printf cut; return 1; }; . /wrtpod/bin/seed' 2>&1)
		has "apk, an archive that cannot be written, as on a full claim, is told" "$out" "the scripts of packages that you installed cannot be written"
		is "apk, … and is the image's" "libc-1-r1.$hash.post-install" "$(entries_of)"
		;;
	esac
done

# A service of the image's that the user enabled, and that the next image does not have.
new_pod enabled etc
seed >/dev/null 2>&1
service=$(cd "$(image 1)/etc/init.d" && for name in *; do [ -e "$(image 2)/etc/init.d/$name" ] || echo "$name"; done | head -n 1)
[ -n "$service" ] || {
	cp -a "$(image 1)" "$work/image.service"
	service=extra
	printf '#!/bin/sh /etc/rc.common\nSTART=70\n' >"$work/image.service/etc/init.d/extra"
	new_pod enabled-extra etc "$work/image.service"
	seed >/dev/null 2>&1
}
ln -s "../init.d/$service" "$P/data/etc/rc.d/S71$service"
use_image "$(image 2)"
seed >/dev/null 2>&1
is "the link of a service that is in no image any more goes" none "$(target "etc/rc.d/S71$service")"

# By a provided name.
new_pod provided system "$work/image.rel1"
setting PACKAGES reinstall
seed >/dev/null 2>&1
lay apk batctl-default 1-r0 usr/bin/none usr/sbin/batctl usr/sbin/batctl
lay apk tcpdump 1-r0 usr/bin/none usr/sbin/tcpdump usr/sbin/tcpdump
printf '.wrtpod-host-modules\nbatctl-default-any~1\nimages-any\ntcpdump><Q1abc\n!gone\n' >>"$P/data/etc/apk/world"
use_image "$work/image.rel2"
seed >/dev/null 2>&1
is "reinstall: what was asked for by a provided name is pending by that name" "batctl-default-any tcpdump" "$(xargs <"$P/data/wrtpod/packages.pending")"
is "reinstall: … and its files go" none "$([ -e "$P/data/usr/sbin/batctl" ] && echo there || echo none)"
