# Ranges that are not the cluster's are refused before anything is written, and so is a claim that cannot be changed.
site "" "$(openwrt router 192.168.1.27/24)"
sed -i 's#serviceCIDRs: 10.96.0.0/16#serviceCIDRs: 10.43.0.0/16#' site.yaml
expect 1 w deploy router
said "10.96.0.1, which is in none of the site's ranges"
if k get statefulset router 2>/dev/null; then fail "something was written"; fi
say "a claim keeps its class and its size"
site "" "$(openwrt router 192.168.1.27/24)"
expect 0 w deploy router
versions >before
expect 1 w deploy router --set persistence.size=1Mi --set resources.limits.memory=123Mi
said "router-data"
versions >after
diff before after || fail "something was written beside the refused claim"
expect 0 w delete router --delete-data
