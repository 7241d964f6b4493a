# An overlay that the image is not built with, mode system: the pod lays its files, installs its package from a feed, makes its settings,
# and says how far it is. What cannot be installed is said too, and stops nothing.
. "$here/hosts.bash"
daemon='#!/bin/sh /etc/rc.common\nSTART=99\nstart() { uci -q get hello.main.greeting >/tmp/hello; }\n'
jq -n --arg daemon "$(printf "$daemon")" '[
  {name: "hello", version: "1.2-1", depends: "greeting, kmod-tun", files: {
    "/usr/bin/hello": {text: "#!/bin/sh\necho hello from a package\n", mode: "0755"}, "/etc/init.d/hello": {text: ($daemon + "\n"), mode: "0755"},
    "/etc/config/hello": "config hello '"'main'"'\n\toption port '"'1'"'\n"}, conffiles: ["/etc/config/hello"]},
  {name: "greeting", version: "3-1", files: {"/usr/share/greeting": "good day\n"}},
  {name: "kmod-tun", version: "6.6-1", depends: "kernel (= 6.6)", files: {"/lib/modules/tun.ko": "no"}}]' >opkg.json
# The same for apk, with what OpenWrt's build puts into each package that has a service.
post='#!/bin/sh\n[ -s ${IPKG_INSTROOT}/lib/functions.sh ] || exit 0\n. ${IPKG_INSTROOT}/lib/functions.sh\nexport root="${IPKG_INSTROOT}"\nexport pkgname="hello"\nadd_group_and_user\ndefault_postinst\n'
jq --arg post "$(printf "$post")" 'map({name, version: (.version | sub("-"; "-r")), depends: ((.depends // "") | gsub("[() ]"; "") | split(",")), conffiles: (.conffiles // []),
  files: (.files | to_entries | map({path: .key[1:]} + (if (.value | type) == "object" then .value else {text: .value} end)))}) | .[0].scripts = {"post-install": ($post + "\n")}' opkg.json >apk.json
"$top/tests/feeds/$manager-feed" "$manager.json" feed
# The real ones ask for the feed's signature, opkg by a key of the name of its fingerprint. OpenWrt's own feeds are not to be had here.
mkdir -p hello/uci-defaults
if [ "$manager" = opkg ]; then
  mkdir -p hello/files/etc/opkg/keys
  echo '# none' >hello/files/etc/opkg/distfeeds.conf
  cp feed/key.pub "hello/files/etc/opkg/keys/$(sed -n 2p feed/key.pub | base64 -d | od -An -tx1 -j2 -N8 | tr -d ' ')"
  echo 'src/gz mine file:///feed' >hello/files/etc/opkg/customfeeds.conf
  unknown="Unknown package 'nowhere'."
else
  mkdir -p hello/files/etc/apk/{keys,repositories.d}
  echo '# none' >hello/files/etc/apk/repositories.d/distfeeds.list
  cp feed/key.pem hello/files/etc/apk/keys/mine.pem
  echo file:///feed/packages.adb >hello/files/etc/apk/repositories.d/customfeeds.list
  unknown='nowhere (no such package)'
fi
printf 'bin\0ary' >hello/files/etc/blob
echo 'uci set hello.main.seen=$(uci get hello.main.port); uci commit hello' >hello/uci-defaults/60-hello
overlay() {
  cat >hello/overlay.yaml <<Y
apiVersion: wrtpod.dev/v1alpha1
kind: Overlay
metadata: {name: hello}
spec:
  packages: [$1]
  uci:
    hello:
      main: {.type: hello, greeting: well met}
Y
}
router='  persistence: {mode: system}
  overlays: [./hello]
  volumes: {feed: {configMap: feed, mountPath: /feed}}'
site "" "$(openwrt router 192.168.1.63/24 "$router")"
"$here/kubectl" create namespace "$space"
k create configmap feed --from-file=feed
in_pod() { k exec router-0 -c openwrt -- "$@"; }
state() { w status router -o json | jq -e --arg state "$1" '.[0].overlays == [{name: "hello", state: $state, reason: .[0].overlays[0].reason}]'; }

say "a package that no feed has: the pod is ready, and says what is wrong"
overlay 'hello, nowhere'
expect 0 w deploy router
within 30 state failed
expect 0 w status router
said "overlay hello: failed: "
said "$unknown"
k logs router-0 -c openwrt | grep -F "wrtpod: overlay hello: failed: " | grep -F "$unknown" | grep -F ", next try in 30 s" || fail "the log does not say it"
in_pod grep -F "Overlay hello: failed" /etc/banner || fail "the banner does not say it"
[ "$(in_pod sha256sum /etc/blob | cut -d' ' -f1)" = "$(sha256sum <hello/files/etc/blob | cut -d' ' -f1)" ] || fail "a binary file is not as it was"

say "one that it has: installed, with its settings and script, without the kernel module"
overlay hello
expect 0 w deploy router
within 30 state installed
[ "$(in_pod hello)" = "hello from a package" ] || fail "the package does not run"
in_pod grep -q "good day" /usr/share/greeting || fail "its dependency is not there"
[ "$(in_pod uci get hello.main.greeting)-$(in_pod uci get hello.main.port)-$(in_pod uci get hello.main.seen)" = "well met-1-1" ] || fail "the settings are wrong"
[ "$(in_pod cat /tmp/hello)" = "well met" ] || fail "its service was not started again with its settings"
in_pod sh -c '[ ! -e /lib/modules/tun.ko ]' || fail "a kernel module was installed"
expect 0 w status router
not_said "overlay hello"
expect 0 w diff router
uid=$(pod_uid router)
expect 0 w deploy router
[ "$(pod_uid router)" = "$uid" ] || fail "a pod was replaced for nothing"

say "the pod is deleted: nothing is installed again"
renew router
in_pod hello
k logs router-0 -c openwrt | tee log
if grep -F 'overlay hello' log; then fail "it was installed again"; fi
expect 0 w delete router --delete-data
