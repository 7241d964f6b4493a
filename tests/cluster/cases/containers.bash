# A second container in the pod: it has the appliance's interface and its volume, no capability and a user of its own; the node probes it
# at a port that the appliance names; what is wrong with it is said of it. Beside OpenWrt it changes nothing of how OpenWrt is waited for.
beside() {
  site "" "$(web beside "  interfaces: [{network: lan, address: 192.168.1.97/24}]
  probes: {readiness: {tcp: http}}
  volumes: {words: {mountPath: /words, emptyDir: true}}
  containers:
    reader:
      image: localhost/busybox:1
      command: [/bin/busybox, httpd, -f, -p, '$1', -h, /in]
      user: 65534
      mounts: {words: /in}
      probes: {readiness: {tcp: page}}
      resources: {limits: {memory: 32Mi}}")"
  sed -i 's/ports: {http: {port: 8080}}/ports: {http: {port: 8080}, page: {port: 9100}}/' site.yaml
}
in_main() { k exec beside-0 -- busybox sh -c "$1"; }
in_reader() { k exec beside-0 -c reader -- busybox sh -c "$1"; }
address='ip -o link show lan | grep -o "link/ether [0-9a-f:]*"; ip -o -4 addr show lan | grep -o "inet [0-9./]*"'

beside 9100
expect 0 w deploy beside
expect 0 w status beside
[ "$(k get pod beside-0 -o json | jq -r '[.spec.containers[].name] | join(" ")')" = "beside reader" ] || fail "the appliance's own is not the first"
[ "$(k get pod beside-0 -o json | jq -r '.spec.containers[1].readinessProbe.tcpSocket.port')" = 9100 ] || fail "the port has no number"
[ "$(in_main "$address")" = "$(in_reader "$address")" ] || fail "two interfaces: $(in_main "$address"), $(in_reader "$address")"
in_main "$address" | shows 192.168.1.97/24
in_main 'echo written by the first >/words/index.html'
[ "$(on_lan curl -s --max-time 5 http://192.168.1.97:9100/)" = "written by the first" ] || fail "the LAN does not see what they share"
in_reader 'grep -E "^(CapEff|CapBnd|Uid):" /proc/1/status | tr -s "\t" " "' | tee bounds
[ "$(cat bounds)" = "Uid: 65534 65534 65534 65534
CapEff: 0000000000000000
CapBnd: 0000000000000000" ] || fail "it may do more than its document says"
expect 0 w diff beside

say "its probe fails: it is said of it"
beside 9101
expect 1 w deploy beside --timeout 40s
said "container reader: Readiness probe failed"
say "its image is not there"
expect 1 w deploy beside --set containers.reader.image=localhost/no-such-image:1 --timeout 40s
said "container reader: localhost/no-such-image:1"
say "it ends"
beside 9100
sed -i 's/command: .*httpd.*/command: [\/bin\/busybox, "false"]/' site.yaml
expect 1 w deploy beside --timeout 60s
said "container reader ended with exit code 1"
beside 9100
expect 0 w deploy beside
expect 0 w delete beside

say "beside OpenWrt"
site "" "$(openwrt neighbour 192.168.1.98/24 "  volumes: {page: {mountPath: /srv/page, emptyDir: true}}
  ports: {page: {port: 9100}}
  service: {ports: [page]}
  containers:
    reader:
      image: localhost/busybox:1
      command: [/bin/busybox, httpd, -f, -p, '9100', -h, /in]
      user: 65534
      mounts: {page: /in}
      probes: {readiness: {tcp: page}, liveness: {exec: [/bin/busybox, 'true']}}")"
expect 0 w deploy neighbour
said "neighbour-0 ready"
k exec neighbour-0 -c openwrt -- sh -c 'echo written by OpenWrt >/srv/page/index.html'
[ "$(on_lan curl -s --max-time 5 http://192.168.1.98:9100/)" = "written by OpenWrt" ] || fail "the LAN does not see what they share"
expect 0 w status neighbour
expect 0 w diff neighbour
k exec neighbour-0 -c openwrt -- sh -c 'echo kept >>/etc/kept'
renew neighbour
k exec neighbour-0 -c openwrt -- grep kept /etc/kept
expect 0 w delete neighbour --delete-data
