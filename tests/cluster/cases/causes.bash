# A deploy that cannot work says why.
site "" "$(openwrt router 192.168.1.20/24)"
say "a parent that the node does not have"
sed -i 's/parent: enp3s0}/parent: enp99s0}/' site.yaml
expect 1 w deploy router --timeout 30s
said "enp99s0"
expect 0 w delete router --delete-data
say "a plugin that the node does not have"
site "" "$(openwrt router 192.168.1.20/24)"
sed -i 's/^      gateway: 192.168.1.1/&\n      chain: [{type: no-such-plugin}]/' site.yaml
expect 1 w deploy router --timeout 30s
said "no-such-plugin"
say "the node is mended: what hung goes on"
cp "$run/node$cni_bin/tuning" "$run/node$cni_bin/no-such-plugin"
expect 0 w delete router --delete-data
rm "$run/node$cni_bin/no-such-plugin"
say "a claim that nobody provides"
site "" "$(openwrt router 192.168.1.20/24)"
sed -i 's/storageClass: local-path/storageClass: no-such-class/' site.yaml
expect 1 w deploy router --timeout 15s
said "no-such-class"
expect 0 w delete router --delete-data
say "an image whose init ends at once"
site "" "apiVersion: wrtpod.dev/v1alpha1
kind: Appliance
metadata: {name: ends}
spec:
  profile: generic
  image: localhost/busybox:1
  command: [/bin/busybox, sh, -c, 'echo nothing to do here; exit 7']
  ports: {http: {port: 80}}
  probes: {readiness: {tcp: http}}
  interfaces: [{network: lan, address: 192.168.1.21/24}]
"
expect 1 w deploy ends --timeout 30s
said "nothing to do here"
expect 0 w delete ends
