# With a claim on node2's own disk: cordoned, drained, removed. The appliance waits for its data, and `status` says for what.
. "$here/holders.bash"
start_on_node2 local-path 192.168.1.38

say "cordoned: nothing happens to it"
kctl cordon node2
expect 0 w status router
said "1 of 1 ready"
hears node2 5

say "drained: it waits"
kctl drain node2 --force --ignore-daemonsets --delete-emptydir-data --timeout=60s
within 60 is_pending
expect 0 w status router
said "the claim router-data lives on node2, which takes no pods"
said "kubectl uncordon node2"
expect 1 w deploy router --timeout 10s
said "kubectl uncordon node2"
kctl uncordon node2
runs_on node2
hears node2 10

say "removed from the cluster: it waits for the node to join again"
switch_off
kctl delete node node2
within 90 is_pending
expect 0 w status router
said "the claim router-data lives on node2, which is no longer in the cluster"
switch_on
within 60 node_is True
runs_on node2
hears node2 10
held_by node2
expect 0 w delete router --delete-data
