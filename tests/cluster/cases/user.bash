# A user and a group of its own for a generic appliance: it runs as them, its claim is theirs to write, and a pod that is not to run as
# root, as a policy or a patch has it, still starts with wrtpod's init container.
site "" "$(web plain "  user: 1000
  group: 2000
  volumes: {data: {mountPath: /data, size: 8Mi}}
  interfaces: [{network: lan, address: 192.168.1.89/24}]
  probes: {readiness: {tcp: http}}
  patches:
    - {apiVersion: apps/v1, kind: StatefulSet, metadata: {name: plain}, spec: {template: {spec: {securityContext: {runAsNonRoot: true}}}}}")
$(openwrt router 192.168.1.90/24 "  patches:
    - {apiVersion: apps/v1, kind: StatefulSet, metadata: {name: router}, spec: {template: {spec: {securityContext: {runAsNonRoot: true}}}}}")"
expect 0 w deploy plain
said "plain-0 ready"
[ "$(k exec plain-0 -- busybox id -u):$(k exec plain-0 -- busybox id -g)" = 1000:2000 ] || fail "it runs as $(k exec plain-0 -- busybox id)"
k exec plain-0 -- busybox touch /data/mine || fail "the claim cannot be written"
k exec plain-0 -- busybox stat -c %g /data/mine | shows 2000 || fail "what is on the claim is another group's"
expect 0 w render plain --explain
said "container wire runs as root"
said "container plain runs as user 1000, group 2000"
say "OpenWrt in a pod that says the same"
expect 0 w deploy router
said "router-0 ready"
expect 0 w delete plain router --delete-data
