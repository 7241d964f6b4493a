# The Secret with root's credentials: the user's own must be there; a change of it rolls the pod and reaches it.
site "" "$(openwrt router 192.168.1.26/24 '  secret: mine')"
"$here/kubectl" create namespace "$space" || true
"$here/kubectl" label --overwrite namespace "$space" pod-security.kubernetes.io/enforce=privileged
expect 1 w deploy router
said "the Secret mine that the appliance names does not exist"
[ -z "$(k get statefulset,service,configmap,pvc -o name | grep -v kube-root-ca)" ] || fail "something was written"
k create secret generic mine --from-literal=password-hash="$(openssl passwd -6 first)" --from-literal=authorized_keys='ssh-ed25519 AAAA first'
expect 0 w deploy router
first=$(k exec router-0 -- sed -n 's/^root:\([^:]*\):.*/\1/p' /etc/shadow)
[ -n "$first" ] || fail "no password"
k exec router-0 -- grep -q 'AAAA first' /etc/dropbear/authorized_keys || fail "no key"
expect 0 w deploy router
said "router: nothing changed"
say "a changed Secret rolls the pod"
uid=$(pod_uid router)
k create secret generic mine --dry-run=client -o yaml --from-literal=password-hash="$(openssl passwd -6 second)" --from-literal=authorized_keys='ssh-ed25519 AAAA second' | k apply --server-side --force-conflicts -f -
expect 1 w diff router
said "wrtpod.dev/credentials-version"
expect 0 w deploy router
[ "$(pod_uid router)" != "$uid" ] || fail "the pod was not rolled"
[ "$(k exec router-0 -- sed -n 's/^root:\([^:]*\):.*/\1/p' /etc/shadow)" != "$first" ] || fail "the password is the old one"
k exec router-0 -- grep -q 'AAAA second' /etc/dropbear/authorized_keys || fail "the key is the old one"
say "what the user sets inside stays while the Secret does"
k exec router-0 -- sed -i 's#^root:[^:]*:#root:$1$x$y:#' /etc/shadow
renew router
k exec router-0 -- grep -q '^root:$1$x$y:' /etc/shadow || fail "the user's password is gone"
expect 0 w delete router --delete-data
k get secret mine || fail "the user's Secret was deleted"
say "keys beside a generated password reach it too"
site "" "$(openwrt other 192.168.1.28/24)"
expect 0 w deploy other
k patch secret other-credentials -p '{"stringData": {"authorized_keys": "ssh-ed25519 AAAA third"}}'
expect 0 w deploy other
k exec other-0 -- grep -q 'AAAA third' /etc/dropbear/authorized_keys || fail "no key"
k exec other-0 -- ls /wrtpod/secret | has -x password && fail "the readable password is in the pod"
expect 0 w delete other --delete-data
