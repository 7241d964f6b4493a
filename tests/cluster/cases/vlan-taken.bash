# The VLAN's id is taken on the node's NIC: the deploy says so, and the next one, over the node's own interface of that VLAN, heals.
site "" "$(web box '  interfaces: [{network: lan, address: 192.168.1.71/24}]')"
cp site.yaml good.yaml
sed -i '0,/macvlan: {parent: enp3s0}/s//vlan: {parent: enp3s0, id: 61}/' site.yaml
plugin=$run/node$cni_bin/vlan
if ip -n "$node" link add link enp3s0 name taken type vlan id 61 2>/dev/null; then
  trap 'ip -n "$node" link del taken' EXIT
else
  # This kernel has no VLANs: the plugin says what it said on one that has (docs/wire-matrix.md, two appliances on a vlan).
  say "injected: this kernel has no VLANs"
  mv "$plugin" "$plugin.real"
  trap 'mv "$plugin.real" "$plugin"' EXIT
  cat >"$plugin" <<S
#!/bin/sh
[ "\$CNI_COMMAND" = ADD ] || exec $cni_bin/vlan.real
echo '{"cniVersion": "1.0.0", "code": 999, "msg": "failed to create vlan: file exists"}'
exit 1
S
  chmod 755 "$plugin"
fi
expect 1 w deploy box --timeout 30s
said "failed to create vlan: file exists"
said "the parent has a VLAN of this id already"
cp good.yaml site.yaml
expect 0 w deploy box
on_lan ping -q -c 1 -W 2 192.168.1.71
expect 0 w delete box
