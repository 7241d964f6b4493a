# The catalog's Home Assistant with another image: fixed addresses on two networks with the MACs that were asked for, and discovery by the
# NIC that is told to: hosts of the LAN see the mDNS and SSDP queries with its MAC and address, those of the IoT network see none.
. "$here/hosts.bash"
machine phone lan 192.168.1.5/24
machine lamp iot 192.168.32.5/24
site "" "apiVersion: wrtpod.dev/v1alpha1
kind: Appliance
metadata: {name: ha}
spec:
  from: home-assistant
  image: localhost/busybox:1
  command: [/bin/sh, -c, 'mkdir -p /tmp/www && echo {} >/tmp/www/manifest.json && trap \"exit 0\" TERM; httpd -f -p 8123 -h /tmp/www & wait']
  resources: {requests: {cpu: 50m, memory: 16Mi}}
  interfaces:
    - {network: lan, address: 192.168.1.46/24, mac: '32:44:0b:5a:0e:2e', discovery: true}
    - {network: iot, address: 192.168.32.46/24, mac: '32:44:0b:5a:0e:2f'}
"
expect 0 w deploy ha
at phone curl -fsS --max-time 5 http://192.168.1.46:8123/manifest.json
at lamp curl -fsS --max-time 5 http://192.168.32.46:8123/manifest.json
in_table phone 192.168.1.46 32:44:0b:5a:0e:2e || fail "the LAN sees another MAC"
in_table lamp 192.168.32.46 32:44:0b:5a:0e:2f || fail "the IoT network sees another MAC"
say "the Service, and the claim for /config"
service=$(k get service ha -o jsonpath='{.spec.clusterIP}')
within 10 "$here/node" curl -fsS --max-time 5 "http://$service:8123/manifest.json"
k exec ha-0 -- sh -c 'echo mine >/config/configuration.yaml'

say "mDNS and SSDP leave by the discovery NIC alone"
watch on-lan lan 'udp and dst net 224.0.0.0/4'
watch on-iot iot 'udp and dst net 224.0.0.0/4'
# A query for _services._dns-sd._udp.local, as a browser of services sends it.
query='\0\0\0\0\0\1\0\0\0\0\0\0\11_services\7_dns-sd\4_udp\5local\0\0\14\0\1'
ask() {
  in_network_of ha-0 bash -c "printf '$query' >/dev/udp/224.0.0.251/5353; printf 'M-SEARCH * HTTP/1.1\r\n' >/dev/udp/239.255.255.250/1900"
  grep -q '224\.0\.0\.251\.5353' on-lan && grep -q '239\.255\.255\.250\.1900' on-lan
}
within 10 ask
cat on-lan
grep -q '32:44:0b:5a:0e:2e > 01:00:5e:00:00:fb.* 192\.168\.1\.46\.[0-9]* > 224\.0\.0\.251\.5353: .*PTR.*_services\._dns-sd\._udp\.local' on-lan || fail "no mDNS query with its MAC and address"
grep -q '32:44:0b:5a:0e:2e > .* 192\.168\.1\.46\.[0-9]* > 239\.255\.255\.250\.1900' on-lan || fail "no SSDP query with its MAC and address"
if grep -E '32:44:0b:5a:0e:2[ef] >' on-iot; then fail "discovery leaves by the IoT network"; fi

say "the next pod has its configuration, and the same MACs"
renew ha
k exec ha-0 -- grep -q mine /config/configuration.yaml || fail "/config is gone"
at phone ip neigh flush dev nic
at phone ping -c 1 -W 2 192.168.1.46
in_table phone 192.168.1.46 32:44:0b:5a:0e:2e || fail "the LAN sees another MAC"
expect 0 w delete ha --delete-data
