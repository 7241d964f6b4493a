# An attachment changed underneath by somebody else: status, diff and deploy say so, and a deploy puts it back. The site's own change
# of it is another one: the former stays as long as anything could go back to it.
site "" "$(openwrt router 192.168.1.53/24)"
expect 0 w deploy router
uid=$(pod_uid router)
nad=$(nad_of router)
[ "$nad" = "router-lan-openwrt-$(k get net-attach-def "$nad" -o json | jq -rj .spec.config | sha256sum | cut -c1-10)" ] || fail "the name is not that of the content: $nad"
change() { k get net-attach-def "$nad" -o json | jq '.spec.config |= sub("\"mode\": \"bridge\""; "\"mode\": \"private\"") | del(.metadata.managedFields)' | k apply --server-side --force-conflicts --field-manager=somebody -f -; }
change
expect 0 w status router
said "were edited or deleted"
expect 0 w status router -o json
jq -e '.[0].changed_attachments' <<<"$out" || fail "status -o json"
expect 1 w diff router
said "NetworkAttachmentDefinition $nad would change"
said "private"
say "the field is somebody else's: named, and not taken unless told"
expect 1 w deploy router
said "$nad"
said "somebody"
expect 0 w deploy router --force-conflicts
k get net-attach-def "$nad" -o json | jq -e '.spec.config | fromjson | .plugins[0].mode == "bridge"' || fail "the attachment is not back"
expect 0 w diff router
expect 0 w status router
not_said "were edited"
say "the site's own change of it rolls the pod"
sed -i 's#^      gateway: 192.168.1.1#&\n      sysctls: {net.ipv4.conf.IFNAME.arp_notify: "1"}#' site.yaml
expect 1 w diff router
said "$nad"
expect 0 w deploy router
[ "$(pod_uid router)" != "$uid" ] || fail "the pod keeps the old attachment"
former=$nad nad=$(nad_of router)
[ "$former" != "$nad" ] || fail "other content has the same name"
said "NetworkAttachmentDefinition $former kept: " # for the pod that runs, then for the revision that names it
say "an earlier revision can be gone back to, and finds its attachment"
uid=$(pod_uid router)
k rollout undo statefulset/router
[ "$(nad_of router)" = "$former" ] || fail "it is another revision: $(nad_of router)"
within 90 renewed router "$uid"
uid=$(pod_uid router)
expect 0 w deploy router --force-conflicts
[ "$(pod_uid router)" != "$uid" ] || fail "the pod keeps the former attachment"
k exec router-0 -- grep -qx 1 /proc/sys/net/ipv4/conf/lan/arp_notify || fail "the new attachment is not in the pod"
say "an attachment that is gone is told, and comes back"
k delete net-attach-def "$nad"
expect 0 w status router
said "were edited or deleted"
expect 1 w diff router
said "NetworkAttachmentDefinition $nad would be created"
expect 0 w deploy router
k get net-attach-def "$nad"
say "nothing is left of either when the appliance goes"
expect 0 w delete router --delete-data
[ -z "$(k get net-attach-def -o name)" ] || fail "an attachment is left"
