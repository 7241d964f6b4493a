# Multus' configuration is absent while the pod starts: the cluster's own network makes it with eth0 alone, and nobody says so. The
# deploy does; once Multus is in charge again, the next one heals it.
site "" "$(openwrt router 192.168.1.73/24)"
nodes=$(machines | grep -v lan)
for machine in $nodes; do mv "$run/$machine$multus_conf" "$folder/$machine.conf"; done
# Written and not moved: containerd does not look at a file that is moved into the folder.
back() { for machine in $nodes; do cat "$folder/$machine.conf" >"$run/$machine$multus_conf"; done; }
trap back EXIT
expect 1 w deploy router --timeout 40s
said "lan"
said "Multus was not in charge when the pod was made"
expect 0 w status router
said "Multus was not in charge when the pod was made"
back
expect 0 w deploy router
[[ $(grep '^lan ' <<<"$out") == *"192.168.1.73/24"*"ok" ]] || fail "the row of lan is not ok"
expect 0 w delete router --delete-data
