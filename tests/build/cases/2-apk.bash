# Roots that apk keeps: a small one, made here. Leaves young.tar.gz, feed3/ and the recipe `young` for the cases that follow.
# shellcheck shell=bash disable=SC2154

"$top/tests/feeds/apk-feed" "$here/apk.json" feed3 --key home/apk.pem
mkdir -p base3/{bin,etc/apk/keys,etc/apk/repositories.d,etc/config,etc/init.d,etc/rc.d,lib/apk/db,lib/apk/packages,root,sbin,tmp,usr/bin}
cp feed3/key.pem base3/etc/apk/keys/tests.pem
echo x86_64 >base3/etc/apk/arch
printf 'base-files\nlibc\nold\nparting\nbat-default\n' >base3/etc/apk/world
printf "DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='25.12.0'\nDISTRIB_TARGET='x86/64'\nDISTRIB_ARCH='x86_64'\n" >base3/etc/openwrt_release
printf 'root:x:0:0:root:/root:/bin/ash\n' >base3/etc/passwd
printf 'root:x:0:\n' >base3/etc/group
printf 'root:::0:99999:7:::\n' >base3/etc/shadow
chmod 600 base3/etc/shadow
chmod 1777 base3/tmp
echo busybox | tee base3/bin/busybox base3/sbin/init >/dev/null
echo changed >base3/etc/old.conf
echo same >base3/etc/old.same
printf '#!/bin/sh /etc/rc.common\nSTART=40\n' | tee base3/etc/init.d/old base3/etc/init.d/parting >/dev/null
chmod 755 base3/etc/init.d/*
ln -s ../init.d/old base3/etc/rc.d/S40old
ln -s ../init.d/parting base3/etc/rc.d/S40parting
ln -s tmp base3/var
mkdir -p base3/srv/shared && chmod 711 base3/srv/shared
# Nobody's, where packages have something; what a user changed of a package that goes.
echo mine | tee base3/etc/foreign.conf base3/etc/parting.conf >/dev/null
echo same >base3/etc/foreign.same && chmod 600 base3/etc/foreign.same
ln -s mine base3/etc/foreign.link
ln -s mine base3/etc/parting.link
echo as-it-came >base3/etc/parting.same
echo theirs >base3/etc/parting.conf.apk-new
echo '300:/usr/bin/part:/sbin/parting' >base3/lib/apk/packages/parting.alternatives
ln -s /sbin/parting base3/usr/bin/part
q1() { printf 'Q1%s' "$(printf "$1" | openssl dgst -sha256 -binary | head -c 20 | base64)"; }
record() { printf 'C:%s\nP:%s\nV:%s\nA:x86_64\nS:1\nI:1\nT:a package of the tests\nU:\nL:\n' "$(q1 "$1")" "$1" "$2" && printf '%s\n' "${@:3}" ''; }
{
  record base-files 1-r1 f:S F:etc R:passwd "Z:$(q1 'root:x:0:0:root:/root:/bin/ash\n')"
  record libc 1.2-r1
  record old 1.0-r1 f:S F:etc R:old.conf "Z:$(q1 'as it came\n')" R:old.same "Z:$(q1 'same\n')" F:etc/init.d R:old a:0:0:755 "Z:$(q1 '#!/bin/sh /etc/rc.common\nSTART=40\n')"
  record parting 1.0-r1 f:S F:etc R:parting.conf "Z:$(q1 'x')" R:parting.link a:0:0:777 "Z:$(q1 'x')" R:parting.same "Z:$(q1 'as-it-came\n')" \
    F:etc/init.d R:parting a:0:0:755 "Z:$(q1 '#!/bin/sh /etc/rc.common\nSTART=40\n')" F:lib/apk/packages R:parting.alternatives "Z:$(q1 x)" F:srv/shared F:var F:var/lib F:var/lib/parting
  record bat-default 1.0-r1 p:bat F:srv/shared M:0:0:711
} >base3/lib/apk/db/installed
tar -C base3 --numeric-owner --sort=name -czf young.tar.gz .
rootfs3="{rootfs: {file: young.tar.gz, verify: {sha256: $(sum young.tar.gz)}}}"
# The key is that of the base.
feed3='feeds: {tests: {folder: feed3}}'

recipe young "$rootfs3" 'alpha, newest, -parting' "$feed3" 'files: {/etc/banner: {content: "hello\n", owner: "alpha:alpha"}}'
expect 'apk: nothing is asked for twice' 0 'sha256:' built young
digest3=$(built young)
unpacked young
root=young.root
db=lib/apk/db/installed
has 'apk: what was asked for is installed' $root $db P:alpha
has 'apk: and what that depends on' $root $db P:libbeta
is 'apk: world has what was asked for' '.wrtpod-host-modules alpha base-files bat-default libc newest old' "$(tr '\n' ' ' <$root/etc/apk/world | sed 's/ $//')"
has 'apk: a conffile is there' $root etc/config/alpha 'config alpha'
mode 'apk: with its mode' $root etc/config/alpha '600 0:0'
mode 'apk: a folder has its mode' $root usr/share/alpha '750 0:0'
has 'apk: a user that it needs is there' $root etc/passwd 'alpha:x:777:778:alpha:/var/run/alpha:/bin/false'
link 'apk: its service starts' $root etc/rc.d/S91alpha ../init.d/alpha
link 'apk: the higher of two alternatives is linked' $root usr/bin/tool /usr/libexec/alpha-tool
link 'apk: a link of a package' $root usr/bin/alpha-link alpha
has 'apk: a hard link of a package' $root usr/bin/alpha-too alpha
has 'apk: a script of its own waits for the first boot' $root etc/uci-defaults/15_wrtpod-alpha 'echo done >>/etc/alpha.done'
expect 'apk: without what is done already' 1 '' grep -E 'default_postinst|add_group' $root/etc/uci-defaults/15_wrtpod-alpha
gone 'apk: one that does nothing while an image is built does not' $root etc/uci-defaults/15_wrtpod-libbeta
gone 'apk: what would be under /tmp is left out' $root tmp/alpha
gone 'apk: a kernel module is not installed' $root lib/modules/tun.ko
has 'apk: and known to apk' $root $db 'p:kmod-tun=6.12-r1'
is 'apk: and a label' kmod-tun "$(jq -r '.config.Labels["dev.wrtpod.host-modules"]' "$(config young.oci)")"
gone 'apk: what is to go is gone' $root etc/init.d/parting
gone 'apk: and does not start any more' $root etc/rc.d/S40parting
gone 'apk: and is linked by nothing' $root usr/bin/part
has 'apk: an upgrade keeps a conffile that was changed' $root etc/old.conf changed
has 'apk: with the new one beside it' $root etc/old.conf.apk-new new
has 'apk: one that was not is replaced' $root etc/old.same new
is 'apk: one link to start it' S41old "$(cd $root/etc/rc.d && echo S*old)"
has 'apk: below /etc, what is no package'"'"'s stays' $root etc/foreign.conf mine
has 'apk: with the package'"'"'s own beside it' $root etc/foreign.conf.apk-new new
link 'apk: a link too' $root etc/foreign.link mine
link 'apk: with the one of the package' $root etc/foreign.link.apk-new new
mode 'apk: what is the same stays as it is' $root etc/foreign.same '600 0:0'
gone 'apk: with nothing beside it' $root etc/foreign.same.apk-new
expect 'apk: which is said' 0 'old: /etc/foreign.conf of the base is not as the package has it, and stays; the package'"'"'s own is /etc/foreign.conf.apk-new' cat young.log
has 'apk: a changed file of a package that goes stays' $root etc/parting.conf mine
link 'apk: a changed link too' $root etc/parting.link mine
expect 'apk: which is said' 0 'parting has /etc/parting.conf no more: it was changed in the base and stays' cat young.log
gone 'apk: not what stood beside it' $root etc/parting.conf.apk-new
gone 'apk: nor one that is as it came' $root etc/parting.same
link 'apk: the link above a folder of it stays' $root var tmp
mode 'apk: an earlier package decides what a folder is like' $root usr/share/alpha '750 0:0'
mode 'apk: and not the one that came first' $root usr/share/both '711 0:0'
mode 'apk: a file of the recipe has its owner' $root etc/banner '644 777:778'
expect 'apk: verify finds nothing' 0 "$digest3" "$wrtpod" image verify young.oci
mkdir -p other/place3 && cp -r feed3 young.tar.gz other/place3/
sed -e 's/packages: .*/packages: [-parting, newest, alpha]/' young.yaml >other/place3/young.yaml
is 'apk: in another folder, in another order, the same image' "$digest3" "$(cd other/place3 && built young --cache "$work/home/other-cache3")"
is 'apk: and the same layout' "$(cd young.oci && find . -type f -exec sha256sum {} + | sort)" "$(cd other/place3/young.oci && find . -type f -exec sha256sum {} + | sort)"
recipe bat "$rootfs3" '-bat' "$feed3"
refused 'apk: a name that a package provides is no package to remove' 1 'the image is to have `bat-default`, and `bat` is only a name that bat-default provides: write `-bat-default`' bat
recipe bat "$rootfs3" '-bat-default, -olld, -nosuch' "$feed3"
expect 'apk: the package is' 0 'sha256:' built bat
unpacked bat
mode 'apk: a folder stays as the package had it that decided and is gone' bat.root srv/shared '711 0:0'
expect 'apk: what is not there is told' 0 'nothing to remove: neither the base nor a feed has a package `olld`; did you mean `-old`?' cat bat.log
expect 'apk: so it is where nothing is near' 0 'nothing to remove: neither the base nor a feed has a package `nosuch`' cat bat.log
expect 'apk: and when it is locked' 0 'a package `olld`; did you mean `-old`?' "$wrtpod" image lock bat.yaml
recipe names "$rootfs3" bats "$feed3"
expect 'apk: by a provided name' 0 'amd64: bats-default' "$wrtpod" image why names.yaml bats
expect 'apk: why' 0 'amd64: alpha → libbeta' "$wrtpod" image why young.yaml libbeta
recipe young-nothing "$rootfs3" '' "$feed3"
expect 'apk: an image without packages' 0 'sha256:' built young-nothing
expect 'apk: diff' 1 '~ package old 1.0-r1 → 2.0-r1' "$wrtpod" image diff young-nothing.oci young.oci

# From a root with next to nothing in it, as apk itself would make one.
mkdir -p bare3/{etc/apk/keys,lib/apk/db} && cp feed3/key.pem bare3/etc/apk/keys/tests.pem && : >bare3/lib/apk/db/installed
cp base3/etc/openwrt_release bare3/etc/
tar -C bare3 --numeric-owner --sort=name -czf bare3.tar.gz .
recipe bare3 "{rootfs: {file: bare3.tar.gz, verify: {sha256: $(sum bare3.tar.gz)}}}" 'abase, alpha, libc' "$feed3"
expect 'apk: from an almost empty root' 0 'sha256:' built bare3
unpacked bare3
listed() { (cd "$1" && find . -mindepth 1 ! -path './lib/apk/db/*' ! -path './lib/preinit*' -printf '%P %y %m %U:%G %l\n' | sort); }
is 'apk: all is there, with its mode and owner' "$(cat "$here/bare3.txt")" "$(listed bare3.root)"
has 'apk: the accounts are those of the package' bare3.root etc/passwd root:x:0:0:root:/root:/bin/ash
has 'apk: with the users that others need' bare3.root etc/passwd alpha:x:777:778:alpha:/var/run/alpha:/bin/false
expect 'apk: and there is a list of triggers' 0 '' test -f bare3.root/lib/apk/db/triggers
