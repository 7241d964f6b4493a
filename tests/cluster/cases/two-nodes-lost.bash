# With storage in the network: the appliance's node is drained, stops answering, is lost. The MAC has one holder all the time.
. "$here/holders.bash"
start_on_node2 shared 192.168.1.37

say "drained: the appliance moves"
kctl drain node2 --force --ignore-daemonsets --delete-emptydir-data --timeout=60s
runs_on node1
hears node1 10
held_by node2 node1
kctl uncordon node2
kctl cordon node1
renew router
runs_on node2
kctl uncordon node1
hears node2 10
held_by node2 node1 node2

say "cut off: it goes on serving the LAN, and no second one is made"
cut_off
within 60 node_is Unknown
within 60 is_ending
expect 0 w status router
said "Pod router-0: Terminating, not ready, on node2"
said "node2 does not answer, so nobody can tell that the pod has ended"
hears node2 5
hears node2 5
held_by node2 node1 node2
say "back: the pod ends and its successor has the data"
kctl cordon node1
mend
within 60 node_is True
gone() { ! is_ending; }
within 90 gone
runs_on node2
kctl uncordon node1
hears node2 10
held_by node2 node1 node2

say "switched off: what status says moves the appliance"
switch_off
within 60 is_ending
expect 0 w status router
command=$(grep -o 'kubectl taint node node2 [^ `]*' <<<"$out") || fail "status does not say the command"
# shellcheck disable=SC2086 # as a user pastes it
"$here/kubectl" ${command#kubectl }
within 60 gone
runs_on node1
hears node1 10
held_by node2 node1 node2 node1
expect 0 w status router
said "1 of 1 ready"
say "on again: it stays where it is"
switch_on
within 60 node_is True
kctl taint node node2 node.kubernetes.io/out-of-service-
hears node1 5
held_by node2 node1 node2 node1
expect 0 w delete router --delete-data
