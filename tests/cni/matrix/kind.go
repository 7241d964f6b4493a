package main

import "fmt"

// kind is a way of attaching a NIC to the wire.
type kind struct {
	name   string
	site   string // the network's attachment as the site states it; empty: wrtpod renders no such thing
	link   string // the kernel's name for the NIC's kind
	mode   string
	parent string // the node's interface
	vlan   int    // id of the VLAN that the NIC is on
	whole  bool   // takes the parent whole
	shares bool   // has the parent's MAC
	meet   bool   // two NICs on one node reach each other
	// without6: on a node that was booted without IPv6, as the site says.
	without6 bool

	// What a person writes into a NAD by hand.
	plugin map[string]any
	mac    macSource
}

// macSource is who can set a MAC, by the plugins' documentation.
type macSource int

const (
	byPlugin macSource = iota
	byTuning
	byNobody
)

const (
	parent     = "enp3s0"
	vlanID     = 7
	bridgeName = "br0"
	hostDevice = "host-device"
)

func macvlan(mode string) kind {
	return kind{
		name: "macvlan " + mode, site: "macvlan: {parent: enp3s0, mode: " + mode, link: "macvlan", mode: mode, parent: parent,
		meet:   mode == "bridge",
		plugin: map[string]any{"type": "macvlan", "master": parent, "mode": mode},
	}
}

func passthru() kind {
	made := macvlan("passthru")
	made.whole, made.mac = true, byTuning
	return made
}

func ipvlan(mode string) kind {
	return kind{
		name: "ipvlan " + mode, site: "ipvlan: {parent: enp3s0, mode: " + mode, link: "ipvlan", mode: mode, parent: parent,
		shares: true, meet: true,
		plugin: map[string]any{"type": "ipvlan", "master": parent, "mode": mode}, mac: byNobody,
	}
}

var kinds = []kind{
	macvlan("bridge"), macvlan("private"), macvlan("vepa"), passthru(),
	{
		name: "macvlan over a VLAN", site: "macvlan: {parent: enp3s0, vlan: 7", link: "macvlan", mode: "bridge",
		parent: parent + ".7", vlan: vlanID, meet: true,
		plugin: map[string]any{"type": "macvlan", "master": parent + ".7", "mode": "bridge"},
	},
	ipvlan("l2"), ipvlan("l3"),
	{
		name: "vlan + tuning", site: "vlan: {parent: enp3s0, id: 7", link: "vlan", parent: parent, vlan: vlanID,
		plugin: map[string]any{"type": "vlan", "master": parent, "vlanId": vlanID}, mac: byTuning,
	},
	{
		name: "bridge", site: "bridge: {name: br0", link: "veth", parent: bridgeName, meet: true,
		plugin: map[string]any{"type": "bridge", "bridge": bridgeName},
	},
	{
		name: hostDevice, site: "hostDevice: {device: enp3s0", link: "veth", parent: parent, whole: true,
		plugin: map[string]any{"type": "host-device", "device": parent}, mac: byTuning,
	},
	{
		name: "vlan without tuning", link: "vlan", parent: parent, vlan: vlanID,
		plugin: map[string]any{"type": "vlan", "master": parent, "vlanId": vlanID},
	},
}

// onNodesWithout6 are those kinds once more, for nodes that were booted without IPv6.
func onNodesWithout6(names ...string) []kind {
	var made []kind
	for _, name := range names {
		kind := kindNamed(name)
		kind.name, kind.without6 = name+without6, true
		made = append(made, kind)
	}
	return made
}

const without6 = ", node booted without IPv6"

func init() {
	kinds = append(kinds, onNodesWithout6("macvlan bridge", "macvlan over a VLAN", "ipvlan l2", "bridge", hostDevice)...)
}

func kindNamed(name string) kind {
	for _, kind := range kinds {
		if kind.name == name {
			return kind
		}
	}
	panic("no kind " + name)
}

// attachment is the kind as the site writes it, with the MTU where one is asked for.
func (k kind) attachment(mtu int) string {
	if mtu > 0 {
		return fmt.Sprintf("%s, mtu: %d}", k.site, mtu)
	}
	return k.site + "}"
}
