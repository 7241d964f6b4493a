# `diff`: 1 before, 0 after, 1 when the document changes or the user changed something inside; never writes.
site "" "$(openwrt router 192.168.1.11/24)"
expect 1 w diff router
said "would be created"
expect 0 w deploy router
expect 0 w diff router
[ -z "$(w diff router 2>/dev/null)" ] || fail "diff is not silent"
versions >before
expect 1 w diff router --set "resources.limits.memory=300Mi"
said "StatefulSet router would change"
said "300Mi"
versions >after
diff before after || fail "diff wrote something"
say "what a user changes inside stays and is shown"
k exec router-0 -- sh -c "sed -i \"s/option hostname 'router'/option hostname 'mine'/\" /etc/config/system"
expect 1 w diff router
said "-system.system.hostname='router'"
said "+system.system.hostname='mine'"
renew router
k exec router-0 -- grep -q "option hostname 'mine'" /etc/config/system || fail "the user's change is gone"
expect 0 w delete router --delete-data
