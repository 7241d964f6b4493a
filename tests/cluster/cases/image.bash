# Images that wrtpod builds from a root and a signed feed, opkg's and apk's, pushed to the LAN's registry and deployed by digest in one go.
# Their packages run, their first-boot scripts have run, and with nothing new nothing is sent.
host=192.168.1.1:5000
feed=$top/tests/feeds
daemon='#!/bin/sh /etc/rc.common\nSTART=99\nstart() { echo up >/tmp/hello; }\n'
program='#!/bin/sh\necho hello from a package\n'

say "a feed of each kind, and a base of each kind"
jq -n --arg daemon "$(printf "$daemon")" --arg program "$(printf "$program")" --arg post 'echo booted >/etc/hello-booted' '[
  {name: "hello", version: "1.2-1", depends: "greeting, kmod-tun", files: {
    "/usr/bin/hello": {text: ($program + "\n"), mode: "0755"}, "/etc/init.d/hello": {text: ($daemon + "\n"), mode: "0755"},
    "/etc/config/hello": "config hello\n"}, conffiles: ["/etc/config/hello"], scripts: {"postinst-pkg": ($post + "\n")}},
  {name: "greeting", version: "3-1", files: {"/usr/share/greeting": "good day\n"}}]' >opkg.json
"$feed/opkg-feed" opkg.json opkg
jq -n --arg daemon "$(printf "$daemon")" --arg program "$(printf "$program")" --arg post 'echo booted >/etc/hello-booted' '[
  {name: "hello", version: "1.2-r1", depends: ["greeting", "kmod-tun"], scripts: {"post-install": ("#!/bin/sh\n" + $post + "\n")}, files: [
    {path: "usr/bin/hello", text: ($program + "\n"), mode: "0755"}, {path: "etc/init.d/hello", text: ($daemon + "\n"), mode: "0755"},
    {path: "etc/config/hello", text: "config hello\n"}], conffiles: ["/etc/config/hello"]},
  {name: "greeting", version: "3-r1", files: [{path: "usr/share/greeting", text: "good day\n"}]},
  {name: "kmod-tun", version: "6.6-r1"}]' >apk.json
"$feed/apk-feed" apk.json apk
for family in opkg apk; do
  "$top/tests/standin/build" "root-$family" 1 $family
  tar -C "root-$family" --sort=name --numeric-owner --owner=0 --group=0 --mtime=@1700000000 -czf "$family.tar.gz" .
done

built() { # NAME FAMILY ADDRESS: an appliance whose image is built
  cat <<Y
$(openwrt "$1" "$3/24" "  build: $1-image" | sed "s#^  image: .*#  image: $host/$1:1#")
apiVersion: wrtpod.dev/v1alpha1
kind: Image
metadata: {name: $1-image}
spec:
  base: {amd64: {rootfs: {file: ./$2.tar.gz, verify: {sha256: $(sha256sum "$2.tar.gz" | cut -d' ' -f1)}}}}
  defaultFeeds: false
  feeds: {mine: {folder: ./$2, keys: [{file: ./$(basename "$2"/key.*)}]}}
  packages: [hello]
  files: {/etc/motd: {content: "built here\n"}}
---
Y
}
cp opkg/key.pub key.pub
cp apk/key.pem key.pem
site "" "$(built router opkg 192.168.1.61)
$(built young apk 192.168.1.62)"

say "built, pushed and deployed by digest"
expect 0 w deploy router young --build --cache cache
said "2 packages added"
said "the node must have these kernel modules: kmod-tun"
for name in router young; do
  image=$(k get pod "$name-0" -o jsonpath='{.spec.containers[0].image}')
  [[ $image == "$host/$name:1@sha256:"* ]] || fail "$name runs $image"
  within 30 k exec "$name-0" -- test -e /tmp/hello
  [ "$(k exec "$name-0" -- hello)" = "hello from a package" ] || fail "$name: the package does not run"
  k exec "$name-0" -- grep -q "good day" /usr/share/greeting || fail "$name: its dependency is not there"
  k exec "$name-0" -- grep -q booted /etc/hello-booted || fail "$name: the package's own script has not run"
  k exec "$name-0" -- grep -q "built here" /etc/motd || fail "$name: the recipe's file is not there"
  [ -z "$(k exec "$name-0" -- sh -c 'ls /sbin/ujail 2>/dev/null; ls /etc/rc.d | grep sysntpd')" ] || fail "$name: not made fit for a pod"
done
k exec router-0 -- grep -q "^Package: hello" /usr/lib/opkg/status || fail "opkg does not know hello"
k exec young-0 -- grep -q "^P:hello" /lib/apk/db/installed || fail "apk does not know hello"

say "again: nothing is sent, nothing rolls"
before=$(pod_uid router)$(pod_uid young)
expect 0 w deploy router young --build --cache cache
said "is this image already: nothing was sent"
said "router: nothing changed"
[ "$(pod_uid router)$(pod_uid young)" = "$before" ] || fail "a pod was replaced"

say "a damaged feed: nothing is pushed or deployed"
sed -i s/hello/hallo/ opkg/Packages
gzip -9nc opkg/Packages >opkg/Packages.gz
expect 1 w deploy router --build --cache cache
said "Packages.sig"
[ "$(pod_uid router)" = "${before:0:36}" ] || fail "the pod was replaced"
expect 0 w delete router young --delete-data
