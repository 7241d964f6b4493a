# Settings and variables whose values Secrets have: they reach the machine, and nothing that may be read by others holds one. A Secret that
# is missing is told before anything is written, a key that is missing soon; a changed one rolls the pod; what the user set stays.
uci='  uci:
    network:
      wg0:
        .type: interface
        proto: none
        private_key: {secretKeyRef: {name: vpn, key: private-key}}'
site "" "$(openwrt router 192.168.1.93/24 "$uci")
$(web page '  env: {PORT: "8080", PAGE_TOKEN: {secretKeyRef: {name: page, key: token}}}
  interfaces: [{network: lan, address: 192.168.1.94/24}]' | sed '/env: {PORT: .8080.}/d')"
inside() { k exec router-0 -- sed -n "s/.*option private_key '\\(.*\\)'/\\1/p" /etc/config/network; }
"$here/kubectl" create namespace "$space" || true
"$here/kubectl" label --overwrite namespace "$space" pod-security.kubernetes.io/enforce=privileged

say "a Secret that is missing"
expect 1 w deploy router
said "the Secret vpn that the appliance names does not exist"
expect 1 w doctor router
said "secret-missing"
[ -z "$(k get statefulset,service,configmap,pvc -o name | grep -v kube-root-ca)" ] || fail "something was written"

say "a key that is missing"
k create secret generic vpn --from-literal=other=x
expect 1 w doctor router
said "secret-key-missing"
SECONDS=0
expect 1 w deploy router
said "references non-existent secret key: private-key"
said "add the key to the Secret, or name another one"
[ $SECONDS -lt 120 ] || fail "it took $SECONDS s to say so"

say "the key of a Secret is in UCI, and nowhere else"
key="it's a \"key\"="
k create secret generic vpn --dry-run=client -o yaml --from-literal=private-key="$key" | k apply --server-side --force-conflicts -f -
expect 0 w deploy router
[ "$(inside)" = "it'\\''s a \"key\"=" ] || fail "it is $(inside)"
k get statefulset,configmap,pod,controllerrevision -o yaml | has -F 'a "key"' && fail "an object holds it"
k exec router-0 -- grep -rqF 'a "key"' /wrtpod/data/wrtpod && fail "the records hold it"
k exec router-0 -- ls -ld /wrtpod/data/wrtpod/applied | shows '^drwx------ ' || fail "others may read what was written last"
files=$(k exec router-0 -- ls -lLR /wrtpod/secrets/ | grep '^-')
[ -n "$files" ] || fail "it has no files of the Secret"
if grep -v '^-r-------- ' <<<"$files"; then fail "others may read the Secret's files"; fi
expect 0 w diff router
expect 0 w deploy router
said "router: nothing changed"

say "a changed Secret rolls the pod and reaches it"
uid=$(pod_uid router)
k create secret generic vpn --dry-run=client -o yaml --from-literal=private-key=second | k apply --server-side --force-conflicts -f -
expect 1 w diff router
said "another content of its Secrets"
not_said second
expect 0 w deploy router
[ "$(pod_uid router)" != "$uid" ] || fail "the pod was not rolled"
[ "$(inside)" = second ] || fail "it is $(inside)"
expect 0 w diff router

say "what the user sets inside stays, and is told and not shown"
k exec router-0 -- sed -i "s/option private_key .*/option private_key 'users'/" /etc/config/network
expect 1 w diff router
said "+network.wg0.private_key=***"
not_said users
expect 1 w diff router --show-secrets
said "+network.wg0.private_key='users'"
renew router
[ "$(inside)" = users ] || fail "the user's is gone: $(inside)"

say "a variable of another appliance"
expect 1 w deploy page
said "the Secret page that the appliance names does not exist"
k create secret generic page --from-literal=token=abc
expect 0 w deploy page
[ "$(k exec page-0 -- sh -c 'echo $PAGE_TOKEN')" = abc ] || fail "the variable is not there"
k get statefulset page -o yaml | has abc && fail "the template holds it"
expect 0 w delete router page --delete-data
