# Where bases, feeds and locks come from, and where images go.
# shellcheck shell=bash disable=SC2154

# A web server with the feed and a root, as OpenWrt's.
mkdir -p web/releases && cp -r feed web/feed && cp base.tar.gz web/releases/rootfs.tar.gz
webhost=127.0.0.1:$(free_port)
python3 -m http.server --bind 127.0.0.1 --directory web "${webhost#*:}" >web.log 2>&1 &
web_pid=$!
pids+=("$web_pid")
answers "http://$webhost/"
registryhost=127.0.0.1:$(free_port)
mkdir registry
printf 'version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: %s}\n' "$work/registry" "$registryhost" >registry.yaml
docker-registry serve registry.yaml >registry.log 2>&1 &
registry_pid=$!
pids+=("$registry_pid")
answers "http://$registryhost/v2/"
plain=(--insecure-registry "$registryhost")
# asked: how many requests the registry has had so far.
asked() { grep -c '" [0-9][0-9][0-9] ' registry.log || true; }

# A list of sums, signed as OpenWrt's: the feed's key is at hand, so a feed is made of the list.
python3 - "$top/tests/feeds/opkg-feed" <<'P'
import importlib.machinery, importlib.util, pathlib, sys, hashlib
loader = importlib.machinery.SourceFileLoader("feed", sys.argv[1])
feed = importlib.util.module_from_spec(importlib.util.spec_from_loader("feed", loader))
loader.exec_module(feed)
root = pathlib.Path("web/releases/rootfs.tar.gz")
text = f"{'0' * 64} *other.tar.gz\n{hashlib.sha256(root.read_bytes()).hexdigest()} *rootfs.tar.gz\n".encode()
key, signature = feed.sign(text, "sums")
pathlib.Path("web/releases/sha256sums").write_bytes(text)
pathlib.Path("web/releases/sha256sums.sig").write_text(signature)
pathlib.Path("sums.pub").write_text(key)
P
signed="{rootfs: {url: 'http://$webhost/releases/rootfs.tar.gz', verify: {sha256sums: {key: {file: sums.pub}}}}}"
webfeed="feeds: {tests: {url: 'http://$webhost/feed', keys: [{file: feed/key.pub}]}}"
recipe signed "$signed" alpha "$webfeed"
recipe plain "$rootfs" alpha "$feed"
expect 'a root with a signed list of sums, and a feed by HTTP' 0 'sha256:' built signed
is 'give the same layers as files do' "$(built plain >digest && jq -r .layers[].digest "$(document plain.oci)")" "$(jq -r .layers[].digest "$(document signed.oci)")"
recipe signed-feed-key "${signed/sums.pub/feed\/key.pub}" alpha "$webfeed"
refused 'a list of sums that is not signed by its key' 1 'sha256sums' signed-feed-key
cp web/releases/sha256sums sums && sed -i "s/^$(sum base.tar.gz)/$(printf '1%.0s' {1..64})/" web/releases/sha256sums
refused 'a list of sums that was changed' 1 'sha256sums' signed
cp sums web/releases/sha256sums

# The base's own feeds and keys.
cp -a base own
cp feed/key.pub own/etc/opkg/keys/0123456789abcdef
printf 'src/gz own http://%s/feed\nsrc/gz kmods http://%s/kmods/5.15\n' "$webhost" "$webhost" >own/etc/opkg/distfeeds.conf
tar -C own --numeric-owner --sort=name -czf own.tar.gz .
own="{rootfs: {file: own.tar.gz, verify: {sha256: $(sum own.tar.gz)}}}"
# with_own_feeds NAME BASE PACKAGES: a recipe without feeds.
with_own_feeds() { recipe "$@" && sed -i '/defaultFeeds/d' "$1.yaml"; }
with_own_feeds own "$own" alpha
expect "the base's own feeds, but not the one of kernel modules" 0 'sha256:' built own
is 'are read as named' own "$("$wrtpod" image lock own.yaml --lock own.json 2>own.log && jq -r '.roots.amd64.feeds[].name' own.json)"
sed -i "s|http://$webhost/feed|file:///etc|" own/etc/opkg/distfeeds.conf
tar -C own --numeric-owner --sort=name -czf own-file.tar.gz .
with_own_feeds own-file "{rootfs: {file: own-file.tar.gz, verify: {sha256: $(sum own-file.tar.gz)}}}" alpha
refused 'a base that names a folder of this machine' 1 'give the recipe `defaultFeeds: false`' own-file
mkdir -p web/targets/x86/64 web/packages/x86_64 && cp -r feed3 web/targets/x86/64/packages && cp -r feed3 web/packages/x86_64/packages
printf 'http://%s/targets/x86/64/packages/packages.adb\nhttp://%s/packages/x86_64/packages/packages.adb\n' "$webhost" "$webhost" >base3/etc/apk/repositories.d/distfeeds.list
tar -C base3 --numeric-owner --sort=name -czf own3.tar.gz .
with_own_feeds own3 "{rootfs: {file: own3.tar.gz, verify: {sha256: $(sum own3.tar.gz)}}}" alpha
expect "apk: the base's own feeds" 0 'sha256:' built own3
is 'apk: all of them' '64/packages x86_64/packages' "$("$wrtpod" image lock own3.yaml --lock own3.json 2>own.log && jq -r '[.roots.amd64.feeds[].name] | join(" ")' own3.json)"

# Overlays.
mkdir -p mine/files/etc/init.d mine/files/usr/bin mine/uci-defaults
printf 'apiVersion: wrtpod.dev/v1alpha1\nkind: Overlay\nmetadata: {name: mine}\nspec:\n  description: Mine\n  packages: [libbeta]\n  disabledServices: [cron]\n' >mine/overlay.yaml
printf '  uci: {dhcp: {lan: {.type: dhcp, ignore: 1}}}\n  requires: {hostModules: {wireguard: tunnels}}\n' >>mine/overlay.yaml
printf '#!/bin/sh /etc/rc.common\nSTART=77\n' >mine/files/etc/init.d/mine
chmod 755 mine/files/etc/init.d/mine
echo mine | tee mine/files/etc/banner >mine/files/usr/bin/mine
echo 'echo first' >mine/uci-defaults/50-mine
recipe overlaid "$rootfs" alpha "$feed" 'overlays: [./mine]'
expect 'an overlay' 0 'sha256:' built overlaid
unpacked overlaid
has 'its packages' overlaid.root usr/lib/opkg/status 'Package: libbeta'
has 'its files' overlaid.root etc/banner mine
link 'its service starts' overlaid.root etc/rc.d/S77mine ../init.d/mine
is 'those that it disables do not' '' "$(find overlaid.root/etc/rc.d -name '*cron')"
expect 'its scripts for the first boot' 0 'echo first' cat overlaid.root/etc/uci-defaults/50-mine
expect 'and its settings' 0 "ignore" grep -r ignore overlaid.root/etc/uci-defaults
is 'the modules that it needs are a label' kmod-tun,wireguard "$(jq -r '.config.Labels["dev.wrtpod.host-modules"]' "$(config overlaid.oci)")"

expect 'and said' 0 'kernel modules: kmod-tun, wireguard' cat overlaid.log

# Layouts, archives, registries.
umoci init --layout stock.oci && umoci new --image stock.oci:latest
umoci unpack --image stock.oci:latest stock.bundle >/dev/null 2>&1
cp -a base/. stock.bundle/rootfs/ && umoci repack --image stock.oci:latest stock.bundle >/dev/null 2>&1
umoci config --image stock.oci:latest --architecture amd64 --os linux
skopeo copy -q --insecure-policy oci:stock.oci:latest oci-archive:stock.tar:latest
skopeo copy -q --insecure-policy --dest-tls-verify=false oci:stock.oci:latest "docker://$registryhost/stock:1"
recipe of-layout '{layout: stock.oci}' alpha "$feed"
recipe of-archive '{archive: stock.tar}' alpha "$feed"
recipe of-image "{image: '$registryhost/stock:1'}" alpha "$feed"
expect 'from a layout' 0 'sha256:' built of-layout
expect 'from an archive' 0 'sha256:' built of-archive
expect 'from a registry' 0 'sha256:' built of-image "${plain[@]}"
is 'an archive gives what a layout does' "$(jq -r .layers[].digest "$(document of-layout.oci)")" "$(jq -r .layers[].digest "$(document of-archive.oci)")"
is 'a registry gives what a layout does' "$(jq -r .layers[].digest "$(document of-layout.oci)")" "$(jq -r .layers[].digest "$(document of-image.oci)")"

# Push.
is 'a push tells the reference' "$registryhost/house/alpha:1@$digest" "$("$wrtpod" image build alpha.yaml --push "$registryhost/house/alpha:1" "${plain[@]}" 2>pushed.log)"
is 'the tag has the image' "$digest" "$(skopeo inspect --tls-verify=false "docker://$registryhost/house/alpha:1" | jq -r .Digest)"
expect 'and the bill of materials is found by it' 0 'application/spdx+json' skopeo inspect --tls-verify=false --raw "docker://$registryhost/house/alpha:${digest/:/-}"
before=$(asked)
expect 'a second push' 0 "$registryhost/house/alpha:1 is this image already" "$wrtpod" image build alpha.yaml --push "$registryhost/house/alpha:1" "${plain[@]}"
expect 'takes at most three requests' 0 '' test $(($(asked) - before)) -le 3
expect 'verify of a reference' 0 "$digest" "$wrtpod" image verify "$registryhost/house/alpha:1" "${plain[@]}"
expect 'diff of a reference' 0 '' "$wrtpod" image diff "$registryhost/house/alpha:1" alpha.oci "${plain[@]}"
expect 'a reference that is none' 2 '' "$wrtpod" image build alpha.yaml --push 'Not A Reference'

# Several architectures: the second is the first with another name on it.
cp -a base base-arm && sed -i "s/x86_64/aarch64_generic/; s/x86.64/armsr\/armv8/" base-arm/etc/openwrt_release
tar -C base-arm --numeric-owner --sort=name -czf arm.tar.gz .
recipe many "$rootfs, arm64: {rootfs: {file: arm.tar.gz, verify: {sha256: $(sum arm.tar.gz)}}}" loop-a "$feed"
many=$(built many)
is 'two architectures are an index' '["amd64","arm64"]' "$(jq -c '[.manifests[].platform.architecture]' "$(document many.oci)")"
is 'whose digest is told' "$(document many.oci)" "$(blob many.oci "$many")"
expect 'verify of an index' 0 "$many" "$wrtpod" image verify many.oci
is 'of which one is made' arm64 "$("$wrtpod" image build many.yaml --arch arm64 --out arm.oci >digest 2>many.log && jq -r .manifests[0].platform.architecture "$(document arm.oci)")"
expect 'an architecture that the recipe has not' 1 'many has no base for `386`' "$wrtpod" image build many.yaml --arch 386
expect 'why of one architecture' 0 'arm64: loop-a → loop-b' "$wrtpod" image why many.yaml loop-b --arch arm64
expect 'is of no other' 1 '' grep -q amd64 <("$wrtpod" image why many.yaml loop-b --arch arm64 2>/dev/null)
expect 'an index is pushed' 0 "$many" "$wrtpod" image build many.yaml --push "$registryhost/many:1" "${plain[@]}"
expect 'and copied whole by skopeo' 0 '' skopeo copy -q --all --insecure-policy --src-tls-verify=false "docker://$registryhost/many:1" oci:many-copied:1
recipe wrong-arch "{rootfs: {file: arm.tar.gz, verify: {sha256: $(sum arm.tar.gz)}}}" loop-a "$feed"
refused 'a base of another architecture' 1 'its base is for linux/arm64' wrong-arch

# Locks.
sed 's/name: signed/name: locked/' signed.yaml >locked.yaml
sed 's/name: of-image/name: locked-image/' of-image.yaml >locked-image.yaml
sed 's/name: young/name: locked-young/' young.yaml >locked-young.yaml
locked=$(built locked) locked_image=$(built locked-image "${plain[@]}") locked_young=$(built locked-young)
expect 'lock' 0 'wrote locked.lock.json' "$wrtpod" image lock locked.yaml
expect 'lock with a base of a registry' 0 'wrote locked-image.lock.json' "$wrtpod" image lock locked-image.yaml "${plain[@]}"
expect 'lock with apk' 0 'wrote locked-young.lock.json' "$wrtpod" image lock locked-young.yaml
cp locked.lock.json first.json
expect 'lock again' 0 '' "$wrtpod" image lock locked.yaml
expect 'is the same' 0 '' cmp first.json locked.lock.json
expect 'from another folder too' 0 '' bash -c "cd other && '$wrtpod' image lock ../locked-young.yaml --lock again.json && cmp again.json ../locked-young.lock.json"
mode 'a lock is for everybody to read' . locked.lock.json '644 0:0'
# forged NAME FILTER [OPTION…]: the lock says that the base is another one, which is in the cache or in the registry too. What the recipe
# says of its base wins.
forged() {
  jq --arg base "$other" "$2" "$1.lock.json" >forged.json
  refused "a forged lock: $1" 1 "the base for amd64 is" "$1" --locked --lock forged.json "${@:3}"
}
expect 'another root' 0 'sha256:' built own
other=sha256:$(sum own.tar.gz)
forged locked '.roots.amd64.base = $base'
forged locked '.roots.amd64.base = $base' --offline
forged locked '.roots.amd64.base = $base | del(.roots.amd64.sums)'
forged locked-young '.roots.amd64.base = $base' --offline
pinned=$registryhost/stock:1@$(skopeo inspect --tls-verify=false "docker://$registryhost/stock:1" | jq -r .Digest)
recipe locked-pinned "{image: '$pinned'}" alpha "$feed"
pinned=$(built locked-pinned "${plain[@]}")
expect 'lock with a pinned image' 0 'wrote locked-pinned.lock.json' "$wrtpod" image lock locked-pinned.yaml "${plain[@]}"
umoci config --image stock.oci:latest --tag other --config.label other=1
skopeo copy -q --insecure-policy --dest-tls-verify=false oci:stock.oci:other "docker://$registryhost/stock:2"
other=$(skopeo inspect --tls-verify=false "docker://$registryhost/stock:2" | jq -r .Digest)
forged locked-pinned '.roots.amd64.base = $base' "${plain[@]}"
cp web/releases/sha256sums sums && sed -i "s/^$(sum base.tar.gz)/$(printf '1%.0s' {1..64})/" web/releases/sha256sums
jq 'del(.roots.amd64.sums)' locked.lock.json >unsummed.json
refused 'a lock of an older wrtpod, and a list that was changed since' 1 'sha256sums' locked --locked --lock unsummed.json
cp sums web/releases/sha256sums
is 'one with the list as it was' "$locked" "$(built locked --locked --lock unsummed.json)"
expect 'verify of a reference, offline' 3 'nothing is fetched offline' "$wrtpod" image verify "$registryhost/house/alpha:1" --offline "${plain[@]}"
expect 'diff of a reference, offline' 3 'nothing is fetched offline' "$wrtpod" image diff "$registryhost/house/alpha:1" alpha.oci --offline "${plain[@]}"

# From TLS to a server that anybody can be.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test -addext subjectAltName=IP:127.0.0.1 \
  -addext basicConstraints=critical,CA:FALSE -keyout tls.key -out tls.pem 2>/dev/null
tlshost=127.0.0.1:$(free_port)
python3 - "${tlshost#*:}" "$webhost" >tls.log 2>&1 <<'P' &
import http.server, ssl, sys
class Away(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(302)
        self.send_header("Location", f"http://{sys.argv[2]}{self.path}")
        self.end_headers()
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Away)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("tls.pem", "tls.key")
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
P
pids+=("$!")
answers "https://$tlshost/" -k
recipe led-away "$rootfs" alpha "feeds: {tests: {url: 'https://$tlshost/feed', keys: [{file: feed/key.pub}]}}"
SSL_CERT_FILE=$PWD/tls.pem refused 'a feed that leads from https to http' 3 "it redirects from https to http://$webhost/feed/Packages.gz" led-away

kill "$web_pid" "$registry_pid" && wait "$web_pid" "$registry_pid" 2>/dev/null || true
mv feed3 feed3.away
is 'and the pinned one' "$pinned" "$(built locked-pinned --locked --offline "${plain[@]}")"
is 'a build of a lock needs no server' "$locked" "$(built locked --locked --offline)"
is 'and no registry' "$locked_image" "$(built locked-image --locked --offline "${plain[@]}")"
is 'apk: and no feed' "$locked_young" "$(built locked-young --locked --offline)"
is 'from another folder too' "$locked_young" "$(cd other && "$wrtpod" image build ../locked-young.yaml --locked --offline --out locked.oci 2>locked.log)"
refused 'without a cache it does' 3 'it is not in the cache, and nothing is fetched offline' locked --locked --offline --cache home/empty
refused 'without a lock too' 3 'nothing is fetched offline' locked --offline
refused 'of a base in a registry' 3 'nothing is fetched offline' locked-image --offline "${plain[@]}"
refused 'a server that is gone' 3 "$webhost" signed
mv feed3.away feed3
refused 'a lock that is not there' 1 'there is no lock file `plain.lock.json`' plain --locked
# stale WHAT SED…: the lock does not go with the recipe any more.
stale() {
  sed "${@:2}" locked-young.yaml >stale.yaml
  refused "a stale lock: $1" 1 'the lock is not of this recipe any more' stale --locked --lock locked-young.lock.json
}
stale 'a package more' -e 's/alpha, /alpha, rival, /'
stale 'another feed' -e 's/folder: feed3/folder: feed/'
stale 'other keys' -e 's/{folder: feed3/{folder: feed3, keys: [{file: feed3\/key.pem}]/'
stale 'another sum of the base' -e 's/sha256: ..../sha256: 0123/'
for broken in '' '{' '{"version": 9}' '[]' "$(jq -c '.roots.amd64.install[0].name = "../../x"' locked-young.lock.json)" \
  "$(jq -c '.roots.amd64.hostModules["../../x"] = {"wantedBy": [], "inRoot": false}' locked-young.lock.json)"; do
  printf '%s' "$broken" >broken.json
  refused "a lock that is none: ${broken:0:16}" 1 'broken.json' locked-young --locked --lock broken.json
done

# The cache.
"$wrtpod" image build locked-young.yaml --out cache.oci --cache home/damaged >digest 2>cache.log
find home/damaged -type f | while read -r file; do printf x | dd of="$file" bs=1 seek=60 conv=notrunc status=none; done
for _ in libbeta old newest alpha; do # one a run: apk's digests are not of whole files, so that only their reader finds it
  expect 'a package of apk that was damaged in the cache is found' 1 'feed3/' "$wrtpod" image build locked-young.yaml --out cache.oci --cache home/damaged
done
is 'and fetched anew' "$locked_young" "$("$wrtpod" image build locked-young.yaml --out cache.oci --cache home/damaged 2>cache.log)"
"$wrtpod" image build plain.yaml --out cache.oci --cache home/damaged >digest 2>cache.log
find home/damaged -type f | while read -r file; do printf x | dd of="$file" bs=1 seek=60 conv=notrunc status=none; done
is 'a cache that was damaged is made anew' "$(built plain)" "$("$wrtpod" image build plain.yaml --out cache.oci --cache home/damaged 2>cache.log)"
find home/damaged -type f -exec truncate -s 50 {} +
is 'and one that was cut short' "$(built plain)" "$("$wrtpod" image build plain.yaml --out cache.oci --cache home/damaged 2>cache.log)"
find home/damaged -type f -exec truncate -s 50 {} +
is 'one that was cut short too' "$locked_young" "$("$wrtpod" image build locked-young.yaml --out cache.oci --cache home/damaged 2>cache.log)"
printf x >home/file
refused 'a cache that is a file' 3 'home/file' young --cache home/file
