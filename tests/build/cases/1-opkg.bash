# Roots that opkg keeps. Leaves base.tar.gz, feed/ and the recipe `alpha` for the cases that follow.
# shellcheck shell=bash disable=SC2154

"$top/tests/feeds/opkg-feed" "$here/opkg.json" feed
"$top/tests/standin/build" base 1
echo 'config changed' >base/etc/config/dropbear
tar -C base --numeric-owner --sort=name -czf base.tar.gz .
rootfs="{rootfs: {file: base.tar.gz, verify: {sha256: $(sum base.tar.gz)}}}"
feed='feeds: {tests: {folder: feed, keys: [{file: feed/key.pub}]}}'
printf 'from the disk\n' >script
chmod 755 script

recipe alpha "$rootfs" 'alpha, -odhcpd-ipv6only' "$feed" 'disabledServices: [cron]' 'labels: {a: b}' 'env: {A: B}' \
  'files: {/etc/banner: {content: "hello\n", mode: 0640, owner: "alpha:alpha"}, /usr/bin/script: {file: script}, /usr/bin/l: {link: script}}'
digest=$(built alpha)
unpacked alpha
root=alpha.root
expect 'the digest that is told is that of the image' 0 '' test "$(document alpha.oci)" = "$(blob alpha.oci "$digest")"
expect 'skopeo reads it' 0 '"Architecture": "amd64"' skopeo inspect oci:alpha.oci:latest
has 'what was asked for is installed' $root usr/lib/opkg/status 'Package: alpha'
has 'as asked for' $root usr/lib/opkg/status 'Status: install user installed'
has 'and what that depends on' $root usr/lib/opkg/status 'Package: libbeta'
has 'which nobody asked for' $root usr/lib/opkg/status 'Auto-Installed: yes'
has 'its files are listed' $root usr/lib/opkg/info/alpha.list /usr/libexec/alpha-tool
has 'its conffiles are remembered' $root usr/lib/opkg/status " /etc/config/alpha $(printf 'config alpha\n' | sha256sum | cut -d' ' -f1)"
mode 'a conffile has its mode' $root etc/config/alpha '600 0:0'
mode 'an item has its owner' $root usr/share/alpha/own '640 777:778'
mode 'a folder has its owner' $root usr/share/alpha '750 777:778'
has 'a user that it needs is there' $root etc/passwd 'alpha:x:777:778:alpha:/var/run/alpha:/bin/false'
has 'and its group' $root etc/group 'alpha:x:778:alpha'
has 'and its shadow' $root etc/shadow 'alpha:x:0:0:99999:7:::'
mode 'which is nobody else'"'"'s' $root etc/shadow '600 0:0'
link 'its service starts' $root etc/rc.d/S91alpha ../init.d/alpha
link 'and stops' $root etc/rc.d/K10alpha ../init.d/alpha
link 'the higher of two alternatives is linked' $root usr/bin/tool /usr/libexec/alpha-tool
link 'a link of a package' $root usr/bin/alpha-link alpha
has 'a hard link of a package' $root usr/bin/alpha-too alpha
has 'a script of its own waits for the first boot' $root etc/uci-defaults/15_wrtpod-alpha 'echo done >>/etc/alpha.done'
gone 'one that does nothing while an image is built does not' $root etc/uci-defaults/15_wrtpod-libbeta
gone 'and is in no database' $root usr/lib/opkg/info/alpha.postinst-pkg
gone 'what would be under /tmp is left out' $root tmp/alpha
expect 'which is said' 0 'alpha: /tmp/alpha is left out' cat alpha.log
expect 'and what runs later too' 0 'alpha: its own script runs at the first boot' cat alpha.log
gone 'a kernel module is not installed' $root lib/modules/tun.ko
has 'and known to opkg' $root usr/lib/opkg/status 'Package: kmod-tun'
expect 'and said' 0 'the node must have these kernel modules: kmod-tun' cat alpha.log
is 'and a label' kmod-tun "$(jq -r '.config.Labels["dev.wrtpod.host-modules"]' "$(config alpha.oci)")"
gone 'what is to go is gone' $root usr/sbin/odhcpd
gone 'from the database' $root usr/lib/opkg/info/odhcpd-ipv6only.list
is 'and does not start any more' '' "$(find $root/etc/rc.d -name '*odhcpd')"
is 'a disabled service does not start' '' "$(find $root/etc/rc.d -name '*cron')"
mode 'a file of the recipe has mode and owner' $root etc/banner '640 777:778'
mode 'one of the disk is run if it is run there' $root usr/bin/script '755 0:0'
link 'a link of the recipe' $root usr/bin/l script
gone 'the jail is out' $root sbin/ujail
is 'services that do harm in a pod do not start' '' "$(find $root/etc/rc.d -name '*sysntpd' -o -name '*umount' -o -name '*sysfixtime')"
expect 'resolv.conf is a file that can be mounted over' 0 '' test -f $root/etc/resolv.conf -a ! -L $root/etc/resolv.conf
is 'a label of the recipe' b "$(jq -r .config.Labels.a "$(config alpha.oci)")"
is 'the environment' 'A=B container=oci' "$(jq -r '[.config.Env[] | select(startswith("PATH=") | not)] | join(" ")' "$(config alpha.oci)")"
is 'the command' '["/sbin/init"]' "$(jq -c .config.Entrypoint "$(config alpha.oci)")"
is 'the layer holds whiteouts' 'sbin/.wh.ujail' "$(tar -tzf "$(blob alpha.oci "$(jq -r '.layers[-1].digest' "$(document alpha.oci)")")" | grep -x sbin/.wh.ujail)"
is 'files that nothing changed are not in it' '' "$(tar -tzf "$(blob alpha.oci "$(jq -r '.layers[-1].digest' "$(document alpha.oci)")")" | grep -xE 'etc/hosts|bin/busybox')"
is 'a bill of materials refers to the image' "$digest" "$(jq -r .subject.digest "$(blob alpha.oci "$(jq -r '.manifests[] | select(.artifactType == "application/spdx+json").digest' alpha.oci/index.json)")")"
is 'and names the packages' 'libbeta 2.0-1' "$(jq -r '.packages[] | select(.name == "libbeta") | .name + " " + .versionInfo' "$(blob alpha.oci "$(jq -r '.layers[0].digest' "$(blob alpha.oci "$(jq -r '.manifests[] | select(.artifactType == "application/spdx+json").digest' alpha.oci/index.json)")")")")"
expect 'verify finds nothing' 0 "$digest" "$wrtpod" image verify alpha.oci

recipe keep "$rootfs" dropbear "$feed"
built keep >digest
unpacked keep
has 'an upgrade keeps a conffile that was changed' keep.root etc/config/dropbear 'config changed'
has 'with the new one beside it' keep.root etc/config/dropbear-opkg 'config new'
has 'and has the new version' keep.root usr/lib/opkg/status 'Version: 2099.1-1'
is 'with one link to start it' S18dropbear "$(cd keep.root/etc/rc.d && echo S*dropbear)"
expect 'which is said' 0 '/etc/config/dropbear of the base is not as the package has it, and stays' cat keep.log

recipe loops "$rootfs" loop-a "$feed"
expect 'packages that need each other are installed' 0 'sha256:' built loops
recipe nothing "$rootfs" '' "$feed"
expect 'an image without packages' 0 'sha256:' built nothing

# The same again.
mkdir -p other/place && cp -r feed base.tar.gz script other/place/
sed -e 's/packages: .*/packages: [-odhcpd-ipv6only, alpha]/' alpha.yaml >other/place/alpha.yaml
is 'the same recipe in another folder, in another order, gives the same image' "$digest" "$(cd other/place && built alpha --cache "$work/home/other-cache")"
is 'and the same layout' "$(cd alpha.oci && find . -type f -exec sha256sum {} + | sort)" "$(cd other/place/alpha.oci && find . -type f -exec sha256sum {} + | sort)"
top_layer() { jq -r '.layers[-1].digest[7:]' "$(document "$1")"; }
expect 'the cache has the layer' 0 '' test -f "home/.cache/wrtpod/layers/$(top_layer alpha.oci)"
is 'with which the image is the same' "$digest" "$(built alpha)"
for file in home/.cache/wrtpod/layers/*; do
  case $file in *.pieces) ;; *) head -c "$(stat -c %s "$file")" /dev/urandom >damaged && mv damaged "$file" ;; esac
done
is 'and with a damaged one' "$digest" "$(rm -r alpha.oci && built alpha)"
is 'and from another folder' "$digest" "$(cd other && "$wrtpod" image build place/alpha.yaml --out from-another.oci 2>/dev/null)"
is 'with the same bill of materials' "$(sum alpha.oci/index.json)" "$(sum other/from-another.oci/index.json)"
is 'as an archive' "$digest" "$("$wrtpod" image build alpha.yaml --out alpha.tar 2>/dev/null)"
expect 'which skopeo reads' 0 '"Architecture": "amd64"' skopeo inspect oci-archive:alpha.tar:latest
is 'a time that is given' 2001-09-09T01:46:40Z "$(SOURCE_DATE_EPOCH=1000000000 built nothing --cache home/other-cache >digest && jq -r .created "$(config nothing.oci)")"
expect 'a time that is none' 2 'SOURCE_DATE_EPOCH is `soon`' env SOURCE_DATE_EPOCH=soon "$wrtpod" image build alpha.yaml

# why, diff.
expect 'why: a chain' 0 'amd64: alpha → libbeta' "$wrtpod" image why alpha.yaml libbeta
expect 'why: not there' 1 'amd64: rival is not in the image' "$wrtpod" image why alpha.yaml rival
expect 'diff: a package' 1 '+ package alpha 1.0-1' "$wrtpod" image diff nothing.oci alpha.oci
expect 'diff: a package that went' 1 '- package odhcpd-ipv6only 2023-10-24-1' "$wrtpod" image diff nothing.oci alpha.oci
expect 'diff: a file' 1 '~ /etc/banner' "$wrtpod" image diff nothing.oci alpha.tar
expect 'diff: the same' 0 '' "$wrtpod" image diff alpha.oci alpha.tar
