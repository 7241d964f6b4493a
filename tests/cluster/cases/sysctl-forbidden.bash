# A sysctl that the kubelet forbids, asked for in the pod and not in the network: a patch is refused before, what somebody else does
# is told; the network's way works.
site "" "$(openwrt router 192.168.1.50/24 "  patches:
    - {apiVersion: apps/v1, kind: StatefulSet, metadata: {name: router}, spec: {template: {spec: {securityContext: {sysctls: [{name: net.ipv4.conf.all.log_martians, value: '1'}]}}}}}")"
expect 1 w deploy router --timeout 20s
said "error[unsafe-sysctl]"
said "tuning"
site "" "$(openwrt router 192.168.1.50/24)"
expect 0 w deploy router
k patch statefulset router --type=merge --patch '{"spec": {"template": {"spec": {"securityContext": {"sysctls": [
  {"name": "net.ipv4.conf.all.log_martians", "value": "1"}]}}}}}'
forbidden() { w status router 2>&1 | shows "forbidden sysctl"; }
within 60 forbidden
k patch statefulset router --type=json --patch '[{"op": "remove", "path": "/spec/template/spec/securityContext/sysctls"}]'
sed -i "s#^      gateway: 192.168.1.1#&\n      sysctls: {net.ipv4.conf.all.log_martians: '1'}#" site.yaml
expect 0 w deploy router
k exec router-0 -- cat /proc/sys/net/ipv4/conf/all/log_martians | has -x 1 || fail "the network's sysctl is not set"
expect 0 w delete router --delete-data
