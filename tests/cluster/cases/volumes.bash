# What a generic appliance has mounted: memory of a size, a folder of the node with its reason, files of a Secret and a ConfigMap, and
# variables from them; what lies in memory is gone with the pod, and nothing of it is in the way of another start.
mkdir -p "$run/node/opt/$name"
echo of-the-node >"$run/node/opt/$name/word"
site "" "$(web shelf "  interfaces: [{network: lan, address: 192.168.1.96/24}]
  probes: {readiness: {tcp: http}}
  envFrom: [{configMap: plain}]
  allow: {/opt/$name: it reads what the node keeps}
  volumes:
    shm: {mountPath: /dev/shm, emptyDir: true, size: 96Mi}
    node: {mountPath: /node, hostPath: /opt/$name, readOnly: true}
    words: {mountPath: /words, secret: words}
    plain: {mountPath: /plain, configMap: plain}")"
sed -i "s/env: {PORT: '8080'}/env: {PORT: '8080', FIRST: {secretKeyRef: {name: words, key: first}}}/" site.yaml
k create namespace "$space" 2>/dev/null || true
say "what it refers to is missing: nothing is written"
expect 1 w deploy shelf
said "words"
[ "$(k get statefulset -o name)" = "" ] || fail "a workload was made"
k create secret generic words --from-literal=first=hidden
k create configmap plain --from-literal=SECOND=seen
expect 0 w deploy shelf
in_pod() { k exec shelf-0 -- busybox sh -c "$1"; }
[ "$(in_pod 'df -k /dev/shm | tail -1 | tr -s " " | cut -d" " -f2')" = $((96 * 1024)) ] || fail "/dev/shm: $(in_pod 'df -k /dev/shm')"
[ "$(in_pod 'cat /node/word')" = of-the-node ] || fail "the node's folder"
if in_pod 'echo x >/node/word'; then fail "the node's folder can be written"; fi
[ "$(in_pod 'echo $FIRST $SECOND; cat /words/first /plain/SECOND')" = "hidden seen
hiddenseen" ] || fail "the words: $(in_pod 'echo $FIRST $SECOND; cat /words/first /plain/SECOND')"
expect 0 w render shelf --explain
said "it reads what the node keeps"
not_said hidden
in_pod 'echo x >/dev/shm/x'
renew shelf
[ "$(in_pod 'ls /dev/shm')" = "" ] || fail "memory outlived its pod"
expect 0 w diff shelf
expect 0 w delete shelf
