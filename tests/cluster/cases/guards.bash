# What is around an appliance: claims that GitOps tools and prunes leave alone, labels of the ApplySets, a password that is made once, eth0
# guarded from outside and inside, and only what has a reason: capabilities, sysctls of every NIC.
site "" "$(openwrt router 192.168.1.54/24 '    - {network: iot, address: none}')"
expect 0 w deploy router
of() { k get "$1" -o json; }
say "claims carry what Helm, Flux and Argo read, and are in no ApplySet; nor is the namespace"
of pvc/router-data | jq -e '.metadata.annotations | .["helm.sh/resource-policy"] == "keep" and .["kustomize.toolkit.fluxcd.io/prune"] == "disabled" and .["argocd.argoproj.io/sync-options"] == "Prune=false,Delete=false"' || fail "a tool may prune the claim"
for object in pvc/router-data "namespace/$space"; do
  of "$object" | jq -e '.metadata.labels["applyset.kubernetes.io/part-of"] == null' || fail "$object is in an ApplySet"
done
of "namespace/$space" | jq -e '.metadata.labels["pod-security.kubernetes.io/enforce"] == "privileged"' || fail "the namespace that was made admits no NET_ADMIN"
say "one ApplySet for the appliance, its attachments included"
parent() { of "configmap/$1" | jq -r '.metadata.labels["applyset.kubernetes.io/id"]'; }
member() { of "$1" | jq -r '.metadata.labels["applyset.kubernetes.io/part-of"]'; }
for object in statefulset/router service/router configmap/router-plan networkpolicy/router $(k get net-attach-def -o name); do
  [ "$(member "$object")" = "$(parent wrtpod-router)" ] || fail "$object is in the ApplySet $(member "$object")"
done
scripts=$(of statefulset/router | jq -r '.spec.template.spec.volumes[] | select(.name == "wrtpod-scripts").configMap.name')
[ "$(member "configmap/$scripts")" = "$(parent "wrtpod-site.$name")" ] || fail "the scripts $scripts are in the ApplySet $(member "configmap/$scripts")"
of "configmap/$scripts" | jq -e '.immutable and (.metadata.name | startswith("wrtpod-scripts-"))' || fail "the scripts can change"
k get net-attach-def -o name | has /router-lan-openwrt-
k get net-attach-def -o name | has /router-iot-openwrt-no-default-
of configmap/wrtpod-router | jq -e '.metadata.annotations["applyset.kubernetes.io/contains-group-kinds"] | split(",") | index("StatefulSet.apps") and (index("PersistentVolumeClaim") | not)' || fail "the kinds of the ApplySet"

say "the password is made once, is root's, and is not empty"
of secret/router-credentials | jq '.data' >secret
password=$(jq -r .password secret | base64 -d)
[ ${#password} -ge 12 ] || fail "the password is short"
hash=$(k exec router-0 -- sed -n 's/^root:\([^:]*\):.*/\1/p' /etc/shadow)
[ "$(openssl passwd -1 -salt "$(cut -d'$' -f3 <<<"$hash")" "$password")" = "$hash" ] || fail "root's password is another"
expect 0 w deploy router --set resources.limits.memory=200Mi
of secret/router-credentials | jq '.data' | diff secret - || fail "the password was made again"
if w render router 2>/dev/null | grep -F "$password"; then fail "render knows the password"; fi
expect 0 w delete router
expect 0 w deploy router
of secret/router-credentials | jq '.data' | diff secret - || fail "the password was made again after a delete"

say "from outside a NetworkPolicy admits the Service's ports, from inside the zone cluster admits them and ping"
of networkpolicy/router | jq -e '.spec.policyTypes == ["Ingress"] and ([.spec.ingress[].ports[].port] | sort) == ["http", "https", "ssh"]' || fail "the policy"
k exec router-0 -- uci show firewall | tee zones
grep -qx "firewall.zone_cluster.input='REJECT'" zones || fail "the zone admits more"
grep -qx "firewall.cluster_service_tcp.dest_port='80 443 22'" zones || fail "the zone's ports"
# Firewall4's rules, or firewall3's.
k exec router-0 -- sh -c 'if [ -x /sbin/fw4 ]; then nft list table inet fw4; else iptables -S; fi' | tee rules
grep -qE 'iifname "eth0" jump input_cluster|-i eth0 .*zone_cluster_input' rules || fail "eth0 is in no zone"

say "IPv6 is stated for every NIC, and no NIC without the default route follows a router"
for nic in lan iot; do
  k exec router-0 -- sh -c "cd /proc/sys/net/ipv6/conf/$nic && echo \$(cat accept_ra autoconf accept_ra_defrtr)" >"ra.$nic"
done
[ "$(cat ra.lan)" = "2 1 1" ] || fail "lan: $(cat ra.lan)"
[ "$(cat ra.iot)" = "2 1 0" ] || fail "iot: $(cat ra.iot)"
say "capabilities are those with a reason"
printf 'cap_%s\n' chown dac_override kill net_admin net_bind_service net_raw setgid setuid >wanted
of pod/router-0 | jq -r '.spec.containers[0].securityContext.capabilities | if .drop == ["ALL"] then .add[] else "none dropped" end' | sed 's/^/cap_/' | tr '[:upper:]' '[:lower:]' | sort | diff wanted - || fail "capabilities"
mask=$(k exec router-0 -- sed -n 's/^CapBnd:\t//p' /proc/1/status)
[ $((16#$mask)) = $((1 << 0 | 1 << 1 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 10 | 1 << 12 | 1 << 13)) ] || fail "the process may $mask"
expect 0 w delete router --delete-data
