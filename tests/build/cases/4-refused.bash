# What is refused, and how: input ends with exit code 1, the environment with 3, and nothing is written.
# shellcheck shell=bash disable=SC2154

# copied FEED: a copy of a feed to break, as bad/.
copied() { rm -rf bad && cp -r "$1" bad; }
badfeed='feeds: {tests: {folder: bad, keys: [{file: feed/key.pub}]}}'
badfeed3='feeds: {tests: {folder: bad, keys: [{file: feed3/key.pem}]}}'
recipe bad "$rootfs" loop-a "$badfeed"
recipe bad3 "$rootfs3" libbeta "$badfeed3"

copied feed && rm bad/Packages.sig
refused 'no signature' 1 'there is no signature: say `unsigned: true`' bad
copied feed && "$top/tests/feeds/opkg-feed" "$here/opkg.json" bad --key other
refused 'the signature of another key' 1 'bad/Packages.sig' bad
copied feed && echo >>bad/Packages && gzip -9 <bad/Packages >bad/Packages.gz
refused 'an index that was changed' 1 'bad/Packages.sig' bad
copied feed && truncate -s 300 bad/Packages.gz
refused 'an index that was cut off' 1 'bad/Packages.gz' bad
copied feed && rm bad/Packages.gz
refused 'no index' 1 'bad/Packages.gz: there is no such file' bad
recipe no-keys "$rootfs" loop-a 'feeds: {tests: {folder: feed}}'
refused 'a feed without a key' 1 'the base has no key to check this feed with' no-keys
recipe unsigned "$rootfs" loop-a 'feeds: {tests: {folder: unsigned, unsigned: true}}'
"$top/tests/feeds/opkg-feed" "$here/opkg.json" unsigned --unsigned
expect 'one that says to be unsigned is taken' 0 'sha256:' built unsigned
expect 'which is said' 0 'the feed tests (unsigned) is not signed' cat unsigned.log
expect 'and locked' 0 'wrote unsigned.lock.json' "$wrtpod" image lock unsigned.yaml
is 'as unsigned' true "$(jq '.roots.amd64.feeds[0].unsigned' unsigned.lock.json)"
expect 'and in the bill of materials' 0 'from tests, which is not signed' grep -rh 'sourceInfo' unsigned.oci/blobs
recipe no-key-file "$rootfs" loop-a 'feeds: {tests: {folder: feed, keys: [{file: no.pub}]}}'
refused 'a key that is not there' 1 'no.pub' no-key-file
recipe bad-key "$rootfs" loop-a 'feeds: {tests: {folder: feed, keys: [{text: "no key"}]}}'
refused 'a key that is none' 1 'the key of the recipe' bad-key

copied feed3 && "$top/tests/feeds/apk-feed" "$here/apk.json" bad --key home/other.pem
refused 'apk: the signature of another key' 1 'bad/packages.adb' bad3
copied feed3 && "$top/tests/feeds/apk-feed" "$here/apk.json" bad --unsigned
refused 'apk: no signature' 1 'bad/packages.adb' bad3
copied feed3 && truncate -s 500 bad/packages.adb
refused 'apk: an index that was cut off' 1 'bad/packages.adb' bad3
copied feed3 && rm bad/packages.adb
refused 'apk: no index' 1 'bad/packages.adb: there is no such file' bad3

# wants WHAT TEXT PACKAGES: for opkg and apk.
wants() {
  recipe wants "$rootfs" "$3" "$feed"
  refused "$1" 1 "$2" wants
  recipe wants "$rootfs3" "$3" "$feed3"
  refused "apk: $1" 1 "${4:-$2}" wants
}
wants 'a dependency that is not there' 'libmissing' wants-nothing
wants 'a version that is not there' 'libbeta' wants-much
wants 'an unknown package with a name that is near' 'did you mean' alpa
wants 'a conflict' 'rival' 'alpha, rival'
wants 'a file that two packages have' 'usr/bin/alpha' 'alpha, clash'
recipe wants "$rootfs" stranger "$feed"
refused 'a package for another architecture' 1 'stranger' wants
recipe wants "$rootfs" 'alpha, -libbeta' "$feed"
refused 'a package that is both needed and not' 1 'libbeta' wants

# Packages that are not what the index says.
bad_package() { # WHAT FILE COMMAND…: the last argument of the command is the file
  local recipe=bad
  case $2 in
    *.apk) copied feed3 && recipe=bad3 && recipe bad3 "$rootfs3" "${2%%-1*}" "$badfeed3" ;;
    *) copied feed && recipe bad "$rootfs" "${2%%_*}" "$badfeed" ;;
  esac
  "${@:3}" "bad/$2"
  refused "$1" 1 "bad/$2" $recipe --cache "home/cache-$passed"
}
scratch() { printf x | dd of="$1" bs=1 seek=100 conv=notrunc status=none; }
bad_package 'an ipk that was cut off' cut-off_1-1_all.ipk truncate -s 500
bad_package 'an ipk that was changed' swapped_1-1_all.ipk scratch
bad_package 'an ipk that is another' swapped_1-1_all.ipk cp bad/loop-a_1-1_all.ipk
bad_package 'an ipk that is not there' swapped_1-1_all.ipk rm
bad_package 'apk: a package that was cut off' cut-off-1-r1.apk truncate -s 100
bad_package 'apk: a package that was changed' swapped-1-r1.apk scratch
bad_package 'apk: a package that is another' swapped-1-r1.apk cp bad/cut-off-1-r1.apk
bad_package 'apk: a package that is not there' swapped-1-r1.apk rm
# What was bad once is not kept.
copied feed3 && recipe bad3 "$rootfs3" swapped "$badfeed3" && scratch bad/swapped-1-r1.apk
refused 'apk: a bad package' 1 'bad/swapped-1-r1.apk' bad3 --cache home/healed
copied feed3
expect 'is fetched anew' 0 'sha256:' built bad3 --cache home/healed

# Bases.
recipe base "{rootfs: {file: base.tar.gz, verify: {sha256: $(printf '0%.0s' {1..64})}}}" loop-a "$feed"
refused 'a base with another sum' 1 'base.tar.gz: its SHA-256 is' base
recipe base "{rootfs: {file: missing.tar.gz, verify: {sha256: $(sum base.tar.gz)}}}" loop-a "$feed" && rm -rf home/.cache
refused 'a base that is not there' 1 'missing.tar.gz: there is no such file' base
printf '\351%.0s' {1..3000} >junk.tar
recipe base "{rootfs: {file: junk.tar, verify: {sha256: $(sum junk.tar)}}}" loop-a "$feed"
refused 'a base that is no archive' 1 'junk.tar: is no tar archive, or damaged' base
head -c 100000 base.tar.gz >cut.tar.gz
recipe base "{rootfs: {file: cut.tar.gz, verify: {sha256: $(sum cut.tar.gz)}}}" loop-a "$feed"
refused 'a base that was cut off' 1 'cut.tar.gz' base
mkdir -p bare/etc && cp base/etc/{openwrt_release,passwd,group,shadow} bare/etc/ && tar -C bare -czf bare.tar.gz .
bare="{rootfs: {file: bare.tar.gz, verify: {sha256: $(sum bare.tar.gz)}}}"
recipe base "$bare" loop-a "$feed"
refused 'a base without a database' 1 'has no package database' base
recipe bare "$bare" '' 'files: {/etc/banner: {content: x}}'
expect 'which is good for files' 0 'sha256:' built bare
recipe base '{layout: no.oci}' loop-a "$feed"
refused 'a layout that is not there' 1 'no.oci' base
recipe base '{archive: no.tar}' loop-a "$feed"
refused 'an archive that is not there' 1 'no.tar' base
recipe base "{image: 'localhost:1/x:1'}" loop-a "$feed"
refused 'a registry that is not there' 3 'localhost:1' base

# Files and services.
recipe files "$rootfs" '' 'files: {/etc/x: {file: missing}}'
refused 'a file that is not there' 1 'missing' files
recipe files "$rootfs" '' 'files: {/etc/x: {file: feed}}'
refused 'a file that is a folder' 1 'feed: is no file' files
recipe files "$rootfs" '' 'files: {/etc/x: {content: x, owner: "who:who"}}'
refused 'an owner that nobody knows' 1 'the root has no such user or group' files
recipe files "$rootfs" '' 'files: {/var/x: {content: x}}'
refused 'a file under /tmp' 1 'is not seen when the machine runs' files
recipe files "$rootfs" '' 'files: {/etc/config: {content: x}}'
refused 'a file where a folder is' 1 'etc/config' files
recipe files "$rootfs" '' 'files: {/etc/passwd/x: {content: x}}'
refused 'a file below a file' 1 'etc/passwd is a file, not a folder' files
recipe services "$rootfs" '' 'disabledServices: [nosuch]'
refused 'a service that is not there' 1 'there is no service `nosuch`' services

# All that is wrong comes in one run.
# refused_all WHAT RECIPE NUMBER TEXT…: so many errors, with these texts among them.
refused_all() {
  for text in "${@:4}"; do refused "$1: $text" 1 "$text" "$2"; done
  is "$1: nothing else" "$3" "$("$wrtpod" image build "$2.yaml" --out refused.oci 2>&1 | grep -c '^error: ')"
}
recipe many "$rootfs" 'alpha, alpa, wants-nothing, nosuch' "$feed" 'files: {/etc/x: {file: missing}, /etc/y: {file: gone}}'
refused_all 'opkg' many 5 'missing: ' 'gone: ' 'did you mean `alpha`?' 'libmissing' '`nosuch`'
recipe many "$rootfs3" 'alpha, alpa, wants-nothing, nosuch' "$feed3"
refused_all 'apk' many 3 'did you mean `alpha`?' 'libmissing' '`nosuch`'
recipe many "$rootfs" loop-a 'feeds: {one: {folder: no-one, unsigned: true}, two: {folder: no-two, unsigned: true}}'
refused_all 'feeds' many 2 'no-one/Packages.gz' 'no-two/Packages.gz'
files='files: {/etc/x: {content: x, owner: "who:who"}, /etc/config: {content: x}, /etc/y: {file: gone}}'
recipe many "$rootfs" '' "$files" 'disabledServices: [nosuch, none]'
refused_all 'files and services' many 5 'gone: ' 'the root has no such user' 'etc/config' 'no service `nosuch`' 'no service `none`'
recipe many "$rootfs" '' 'files: {/etc/x: {file: missing}}' 'feeds: {tests: {folder: feed, keys: [{file: no.pub}, {file: none.pub}]}}'
refused_all 'keys and files' many 3 'no.pub: ' 'none.pub: ' 'missing: '
two="{amd64: $rootfs, arm64: {layout: no.oci}}"
recipe many "$rootfs" nosuch "$feed" && sed -i "s|^  base: .*|  base: $two|" many.yaml
refused_all 'architectures' many 2 '`nosuch`' 'no.oci'

# Where nothing can be written.
expect 'a folder that is not there' 3 'no/folder' "$wrtpod" image build alpha.yaml --out no/folder/x.tar
expect 'a file where a layout is to be' 1 '`script` is no folder' "$wrtpod" image build alpha.yaml --out script
is 'which stays as it is' 'from the disk' "$(cat script)"
cp alpha.yaml alpha.copy
expect 'a lock where the recipe is' 1 '`alpha.yaml` is there already, and is no lock file' "$wrtpod" image lock alpha.yaml --lock alpha.yaml
expect 'which stays as it is' 0 '' cmp alpha.copy alpha.yaml
expect 'a lock where nothing can be written' 3 'no/lock.json' "$wrtpod" image lock alpha.yaml --lock no/lock.json

# What is read.
cp -r alpha.oci broken.oci
scratch "$(blob broken.oci "$(jq -r '.layers[-1].digest' "$(document broken.oci)")")"
expect 'verify of a damaged layer' 1 'sha256:' "$wrtpod" image verify broken.oci
expect 'verify of what is not there' 1 'there is no layout or archive `./no.oci`' "$wrtpod" image verify ./no.oci
expect 'diff of a damaged layer' 1 'broken.oci' "$wrtpod" image diff broken.oci alpha.oci
expect 'a recipe that is not there' 3 'no.yaml' "$wrtpod" image build no.yaml
expect 'a recipe by a name that is near' 1 'did you mean `openwrt-luci`?' "$wrtpod" image build openwrt-lucy
