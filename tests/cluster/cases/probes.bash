# Readiness asks for the NICs and for the firewall's ruleset, liveness for ubus alone and patiently: an appliance whose firewall did not
# load, or whose NIC is down, gets no traffic and is not restarted; mended, it is ready again.
site "" "$(openwrt router 192.168.1.67/24)"
expect 0 w deploy router
ready() { [ "$(k get pod router-0 -o jsonpath='{.status.conditions[?(@.type=="Ready")].status}')" = "$1" ]; }
k get pod router-0 -o json | jq -e '.spec.containers[0].livenessProbe | .periodSeconds * .failureThreshold >= 300' || fail "liveness is not patient"
say "a ruleset with a feature that the kernel lacks, which leaves none at all; and a NIC that is down"
k exec router-0 -- sh -c 'uci set firewall.defaults.flow_offloading=1; uci commit firewall; fw4 stop; fw4 start' || true
within 60 ready False
k get events -o json | jq -r '.items[] | select(.reason == "Unhealthy").message' | tee /dev/stderr | grep -q 'firewall4 has loaded no ruleset' || fail "nobody says why"
expect 0 w status router
said "firewall4 has loaded no ruleset"
k exec router-0 -- sh -c 'uci revert firewall; uci set firewall.defaults.flow_offloading=0; uci commit firewall; fw4 start; ip link set lan down'
down() { k get events -o json | jq -r '.items[] | select(.reason == "Unhealthy").message' | grep 'the NIC lan is down'; }
within 60 down
ready False || fail "ready without its NIC"
k exec router-0 -- ip link set lan up
within 60 ready True
[ "$(k get pod router-0 -o jsonpath='{.status.containerStatuses[0].restartCount}')" = 0 ] || fail "it was restarted"
expect 0 w delete router --delete-data
