# An attachment changed underneath by somebody else: status, diff and deploy say so, and a deploy puts the site's back.
site "" "$(openwrt router 192.168.1.53/24)"
expect 0 w deploy router
uid=$(pod_uid router)
change() { k get net-attach-def lan-openwrt -o json | jq '.spec.config |= sub("\"mode\": \"bridge\""; "\"mode\": \"private\"") | del(.metadata.managedFields)' | k apply --server-side --force-conflicts --field-manager=somebody -f -; }
change
expect 0 w status router
said "have changed since the pod was made"
expect 0 w status router -o json
jq -e '.[0].changed_attachments' <<<"$out" || fail "status -o json"
expect 1 w diff router
said "NetworkAttachmentDefinition lan-openwrt would change"
said "private"
say "the field is somebody else's: named, and not taken unless told"
expect 1 w deploy router
said "lan-openwrt"
said "somebody"
expect 0 w deploy router --force-conflicts
k get net-attach-def lan-openwrt -o json | jq -e '.spec.config | fromjson | .plugins[0].mode == "bridge"' || fail "the site's attachment is not back"
expect 0 w diff router
expect 0 w status router
not_said "have changed"
say "the site's own change of it rolls the pod"
sed -i 's#^      gateway: 192.168.1.1#&\n      sysctls: {net.ipv4.conf.IFNAME.arp_notify: "1"}#' site.yaml
expect 1 w diff router
expect 0 w deploy router
[ "$(pod_uid router)" != "$uid" ] || fail "the pod keeps the old attachment"
k exec router-0 -- grep -qx 1 /proc/sys/net/ipv4/conf/lan/arp_notify || fail "the new attachment is not in the pod"
say "an attachment that is gone is told, and comes back"
k delete net-attach-def lan-openwrt
expect 0 w status router
said "have changed since the pod was made"
expect 1 w diff router
said "NetworkAttachmentDefinition lan-openwrt would be created"
expect 0 w deploy router
k get net-attach-def lan-openwrt
expect 0 w delete router --delete-data
