# One MAC, one holder: while an appliance is deployed again, its image changed, its workload made a Deployment and a StatefulSet again,
# somebody on the LAN asks for its address all the time. No request has two answers, every answer has the one MAC, and no pod fails
# to start because its predecessor still holds it.
. "$here/hosts.bash"
machine asker lan 192.168.1.4/24
site $'  nodes: {node1: {parents: [enp3s0, enp3s0.2, enp4s0]}}' "$(openwrt router 192.168.1.45/24)"
expect 0 w deploy router
mac=$(mac_of router lan)
watch answers lan arp host 192.168.1.45
for _ in 1 2 3 4 5; do # each asks once a second
  at asker arping -q -I nic 192.168.1.45 &
  background+=($!)
  sleep 0.2
done
within 10 grep -q Reply answers

pods() { k get pod -l app.kubernetes.io/instance=router "$@"; }
uid() { pods -o jsonpath='{.items[*].metadata.uid}'; }
# again ARGUMENT…: deploys; the one pod is another.
again() {
  local before
  before=$(uid)
  expect 0 w deploy router "$@"
  [ "$(uid | wc -w)" = 1 ] && [ "$(uid)" != "$before" ] || fail "the pod was not replaced by one other"
}
say "a change of the pod"
again --set resources.limits.memory=200Mi
say "a change of the image"
again --set image=localhost/openwrt-standin:2
say "a Deployment, changed once, and a StatefulSet again"
again --set image=localhost/openwrt-standin:2 --set workload=Deployment
again --set workload=Deployment
again
say "the pod deleted"
renew router

sent=$(grep -c 'Request who-has 192.168.1.45' answers) got=$(grep -c 'Reply 192.168.1.45' answers)
say "$sent requests, $got answers"
[ "$got" -gt 50 ] || fail "too few answers to judge"
if grep 'Reply 192.168.1.45' answers | grep -v "Reply 192.168.1.45 is-at $mac"; then fail "another MAC answered"; fi
awk '/Request who-has/ { open = 1; next } /Reply/ { if (!open) { print; twice = 1 } open = 0 } END { exit !twice }' answers && fail "two answers to one request"
if k get events -o json | jq -r '.items[] | select(.reason == "FailedCreatePodSandBox").message' | grep .; then fail "a pod met its predecessor"; fi
expect 0 w delete router --delete-data
