# Tags are pinned to the digests that the LAN's registry tells; what cannot be pinned is said and deployed all the same.
host=192.168.1.1:5000
digest() { "$here/node" skopeo inspect --raw "docker://$host/router:1" | sha256sum | cut -d' ' -f1; }
runs() { k get pod router-0 -o json | jq -r '[.spec.initContainers[].image, .spec.containers[].image] | unique | join(" ")'; }
pinned() { [ "$(runs)" = "$host/router:1@sha256:$1" ] || fail "the pod runs $(runs)"; }

push openwrt-standin-1 router:1
first=$(digest)
site "" "$(openwrt router 192.168.1.25/24 | sed "s#^  image: .*#  image: $host/router:1#")"
say "a first deploy pins, init containers too"
expect 0 w deploy router
not_said "not pinned"
pinned "$first"
uid=$(pod_uid router)
versions >before

say "as long as the tag stays, a deploy writes nothing"
expect 0 w deploy router
said "router: nothing changed"
not_said "rolls"
expect 0 w diff router
say "nor does one while the registry is away: what was pinned stays"
"$here/service" registry stop
trap '"$here/service" registry start || true' EXIT
expect 0 w deploy router
said "note: $host/router:1 stays at sha256:${first:0:12}, which runs: $host cannot be reached: Connection refused"
said "router: nothing changed"
expect 0 w deploy router --pin=always
expect 0 w diff router
"$here/service" registry start
trap - EXIT
within 20 "$here/node" curl -fs "https://$host/v2/"
versions >after
diff before after || fail "something was written"
[ "$(pod_uid router)" = "$uid" ] || fail "the pod was made again"

say "a tag that moved is shown, and rolls the pod"
push openwrt-standin-2 router:1
second=$(digest)
moved="$host/router:1 has moved from sha256:${first:0:12} to sha256:${second:0:12}: the pod of router rolls"
expect 1 w diff router
said "$moved"
said " image: $host/router:1@sha256:$second"
expect 0 w deploy router --dry-run=server
said "$moved"
pinned "$first"
expect 0 w deploy router
said "$moved"
pinned "$second"

say "what cannot be pinned is noted and deployed"
expect 0 w deploy router --set image=localhost/openwrt-standin:2
said "note: localhost/openwrt-standin:2 is not pinned to a digest: \`localhost\` without a port is no registry"
[ "$(grep -c 'is not pinned' <<<"$out")" = 1 ] || fail "said more than once"
[ "$(runs)" = localhost/openwrt-standin:2 ] || fail "the pod runs $(runs)"
versions >before
expect 3 w deploy router --set image=$host/router:2 --pin=always
said "$host has no such image"
versions >after
diff before after || fail "--pin=always wrote something"
expect 0 w deploy router --set image=$host/router:1 --pin=never --wait=false
k get statefulset router -o json | jq -e --arg image "$host/router:1" '.spec.template.spec.containers[0].image == $image' >/dev/null || fail "--pin=never pinned"
expect 0 w deploy router --dry-run=client
not_said "@sha256"
expect 0 w delete router --delete-data
