# Readiness asks for the NICs and for the firewall's ruleset, liveness for ubus alone and patiently: an appliance whose firewall did not
# load, or whose NIC is down, gets no traffic and is not restarted; mended, it is ready again.
site "" "$(openwrt router 192.168.1.67/24)"
expect 0 w deploy router
ready() { [ "$(k get pod router-0 -o jsonpath='{.status.conditions[?(@.type=="Ready")].status}')" = "$1" ]; }
k get pod router-0 -o json | jq -e '.spec.containers[0].livenessProbe | .periodSeconds * .failureThreshold >= 300' || fail "liveness is not patient"
# By the firewall's script, as LuCI does: `fw4 start` behind one that failed takes the ruleset for loaded.
include=/etc/nftables.d/90-broken.nft
if k exec router-0 -- sh -c 'command -v fw4'; then
  say "an include with what the kernel does not have, which leaves no ruleset at all"
  k exec router-0 -- sh -c "echo 'flowtable broken { hook ingress priority 0; devices = { nowhere0 }; }' >$include; fw4 stop; /etc/init.d/firewall start" || true
  within 60 ready False
  k get events -o json | jq -r '.items[] | select(.reason == "Unhealthy").message' | shows 'firewall4 has loaded no ruleset' || fail "nobody says why"
  expect 0 w status router
  said "firewall4 has loaded no ruleset"
  k exec router-0 -- sh -c "rm $include; /etc/init.d/firewall restart" || true
  within 60 ready True
else
  say "NOT RUN: a ruleset that does not load: this root has no firewall4"
fi

say "a NIC that is down"
k exec router-0 -- ip link set lan down
down() { k get events -o json | jq -r '.items[] | select(.reason == "Unhealthy").message' | grep 'the NIC lan is down'; }
within 60 down
within 30 ready False
k exec router-0 -- ip link set lan up
within 60 ready True
[ "$(k get pod router-0 -o jsonpath='{.status.containerStatuses[0].restartCount}')" = 0 ] || fail "it was restarted"
expect 0 w delete router --delete-data
