# An uplink with a login, against a real PPPoE server on the WAN: until a node offers /dev/ppp the deploy says so; then pppd dials with what
# the pod has (the device, NET_ADMIN, NET_RAW), the login comes from a Secret, the default route leaves by the tunnel, a client of the
# router gets out, the tunnel comes back. It needs a kernel with PPPoE: `machine pppoe` runs it on Debian's.
modprobe -q pppoe 2>/dev/null || true
if [ ! -e /dev/ppp ] || [ ! -e /proc/net/pppoe ]; then not_run "this kernel has no PPPoE: see tests/cluster/machine"; fi
. "$here/hosts.bash"
image=localhost/openwrt-standin:1 more='devices: [{resource: squat.ai/ppp}]' documents='' build=()
if [ -z "${WRTPOD_TEST_ROOTFS:-}" ]; then
  # The stand-in has no pppd. Debian's becomes a package with its loader and libraries, and the image is built with the overlay, as a
  # user's is; the package's protocol handler does what OpenWrt's does.
  image=192.168.1.1:5000/pppoe:1 more='build: router-image' build=(--build --cache cache)
  pppd=$(command -v pppd) plugin=$(dpkg-query -L ppp | grep '/pppoe\.so$')
  file() { jq -n --rawfile text <(base64 -w0 "$2") --arg path "$1" '{($path): {base64: $text, mode: "0755"}}'; }
  {
    file /usr/share/standin/ppp/pppd "$pppd"
    { ldd "$pppd"; ldd "$plugin"; } | grep -o '/[^ ]*' | sort -u | while read -r library; do
      case $library in
        */ld-*) file /usr/share/standin/ppp/ld.so "$library" ;;
        /*.so*) file "/usr/share/standin/ppp/${library##*/}" "$library" ;;
      esac
    done
    file /usr/sbin/pppd "$top/tests/standin/ppp/pppd"
    file /usr/share/standin/proto/pppoe "$top/tests/standin/ppp/pppoe"
    file /usr/share/standin/proto/ppp-up "$top/tests/standin/ppp/ppp-up"
  } | jq -s add >ppp.json
  file "$plugin" "$plugin" >plugin.json
  jq -n --slurpfile ppp ppp.json --slurpfile plugin plugin.json '[
    {name: "ppp", version: "2.4.9-1", depends: "kmod-ppp", files: $ppp[0]},
    {name: "ppp-mod-pppoe", version: "2.4.9-1", depends: "ppp, kmod-pppoe", files: $plugin[0]}]' >feed.json
  "$top/tests/feeds/opkg-feed" feed.json feed
  cp feed/key.pub key.pub
  cp "$run/images/openwrt-standin-1.tar" standin.tar
  documents="apiVersion: wrtpod.dev/v1alpha1
kind: Image
metadata: {name: router-image}
spec:
  base: {amd64: {archive: ./standin.tar}}
  defaultFeeds: false
  feeds: {mine: {folder: ./feed, keys: [{file: ./key.pub}]}}
  overlays: [pppoe]
---"
fi
site "" "apiVersion: wrtpod.dev/v1alpha1
kind: Appliance
metadata: {name: router}
spec:
  from: openwrt-router
  image: $image
  $more
  interfaces:
    - {network: iot, address: gateway, serve: true}
    - {network: wan, address: pppoe}
  uci:
    network:
      wan: {username: 'line@isp.example', password: {secretKeyRef: {name: isp, key: password}}}
---
$documents"
sed -i 's#^      subnet: 192.168.32.0/24#&\n      gateway: 192.168.32.251#' site.yaml

say "the provider: rp-pppoe's server and pppd, which want CHAP"
machine provider wan
mkdir provider
echo '"line@isp.example" * "s3same open" 10.67.0.2' >provider/chap-secrets
printf 'require-chap\nname isp\nms-dns 203.0.113.53\nlcp-echo-interval 5\nlcp-echo-failure 4\nnoipx\n+ipv6\nmtu 1492\nmru 1492\nnodefaultroute\nlogfile %s/provider/log\n' "$folder" >provider/options
chmod 600 provider/*
# Where it looks for secrets cannot be told to pppd.
# shellcheck disable=SC2016 # the inner shell's
at provider unshare --mount bash -c 'mount --bind "$1" /etc/ppp && exec pppoe-server -F -I nic -C isp -L 10.67.0.1 -R 10.67.0.2 -N 1 -O "$1/options"' - "$folder/provider" >provider.log 2>&1 &
background+=($!)

say "a node that offers no /dev/ppp"
trap '"$here/service" device-plugin stop 2>/dev/null || true; leave' EXIT
"$here/kubectl" create namespace "$space" || true
"$here/kubectl" label --overwrite namespace "$space" pod-security.kubernetes.io/enforce=privileged
k create secret generic isp --from-literal=password='s3same open'
expect 1 w doctor router
said "error[device-missing]: node1 offers no squat.ai/ppp, which router asks for"

say "with it, the router dials"
cp "$("$here/build" device-plugin)/device-plugin" "$run/"
start device-plugin ./device-plugin squat.ai/ppp /dev/ppp /dev/ppp
offered() { [ "$(kctl get node node1 -o json | jq -r '.status.allocatable["squat.ai/ppp"]')" = 1 ]; }
within 60 offered
expect 0 w deploy router "${build[@]}"
in_router() { k exec router-0 -- "$@"; }
dialled() { in_router ip -4 addr show dev pppoe-wan | has -F 'inet 10.67.0.2 peer 10.67.0.1/32'; }
within 60 dialled
in_router ip -4 route show default | shows -x 'default .*dev pppoe-wan.*'
in_router ip link show dev pppoe-wan | has -F 'mtu 1492'
in_router ip -6 addr show dev pppoe-wan | has fe80: || fail "no IPv6 in the tunnel"
in_router sh -c 'cat /tmp/resolv.conf.d/resolv.conf.auto' | has -x 'nameserver 203.0.113.53' || fail "the provider's name server is not its upstream"
in_router sh -c 'ip -4 addr show dev wan' | has inet && fail "the NIC below the tunnel has an address"
k get statefulset,configmap,pod,controllerrevision -o yaml | has -F 's3same' && fail "an object holds the password"

say "a client of the router gets out by the tunnel"
machine client iot 192.168.32.157/24
at client ip route add default via 192.168.32.251
reaches_isp() { at client ping -q -c 1 -W 2 10.67.0.1; }
within 30 reaches_isp
at client ip route del default

say "it comes back when the provider hangs up"
pkill -TERM -f "^pppd .*$folder/provider/options" || pkill -TERM -f 'pppd.*10.67.0.1:10.67.0.2' || fail "the provider has no session"
gone() { ! dialled; }
within 30 gone
within 90 dialled
expect 0 w status router
said "ok"
expect 0 w delete router --delete-data
