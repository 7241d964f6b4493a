package main

import (
	"fmt"
	"net"
	"slices"

	"github.com/vishvananda/netlink"
)

// world is what an attempt has to itself: a node and a host, with a wire between them, and the pods on the node.
//
//	node: enp3s0 ───── lan0 :host        VLAN kinds: enp3s0.7 ───── lan0.7; bridge: br0 over enp3s0
type world struct {
	name   string
	cell   Cell
	node   *space
	host   *space
	pods   []*space
	wire   netlink.Link // the host's interface on the LAN
	uplink netlink.Link // the node's, if it is on it
	dhcp   *dhcpServer

	nodeLease net.IP // the node's own, where it is on a LAN with DHCP
}

func newWorld(name string, cell Cell, pods int) (*world, error) {
	w := &world{name: name, cell: cell}
	var err error
	if w.node, err = newSpace(name + "-node"); err != nil {
		return w, err
	}
	if w.host, err = newSpace(name + "-host"); err != nil {
		return w, err
	}
	if err := w.lay(); err != nil {
		return w, fmt.Errorf("wire: %w", err)
	}
	if cell.Addressing == "dhcp" && cell.has("v4") {
		if err := w.serveLeases(); err != nil {
			return w, err
		}
	}
	for n := range pods {
		pod, err := newSandbox(fmt.Sprintf("%s-pod%d", name, n))
		if err != nil {
			return w, err
		}
		w.pods = append(w.pods, pod)
	}
	return w, nil
}

// lay makes the wire and what node preparation has to make.
func (w *world) lay() error {
	pair := &netlink.Veth{
		LinkAttrs: netlink.LinkAttrs{Name: parent, MTU: 1500, HardwareAddr: hardware("52:54:00:0a:0a:0a")},
		PeerName:  "lan0", PeerHardwareAddr: hardware("52:54:00:01:01:01"), PeerNamespace: netlink.NsFd(w.host.handle),
	}
	if err := w.node.LinkAdd(pair); err != nil {
		return err
	}
	uplink, err := w.node.LinkByName(parent)
	if err != nil {
		return err
	}
	if w.wire, err = w.host.LinkByName("lan0"); err != nil {
		return err
	}
	if err := w.host.LinkSetUp(w.wire); err != nil {
		return err
	}
	kind := w.cell.kind()
	if kind.vlan > 0 {
		if w.wire, err = addVLAN(w.host, w.wire, kind.vlan); err != nil {
			return err
		}
	}
	if err := w.host.address(w.wire, w.cell.of(wire4+"/24", wire6+"/64")...); err != nil {
		return err
	}
	if err := w.node.LinkSetUp(uplink); err != nil {
		return err
	}
	onLAN := uplink
	switch {
	case kind.whole, kind.link == "vlan":
		return nil // the node itself is not on this LAN
	case kind.vlan > 0:
		onLAN, err = addVLAN(w.node, uplink, kind.vlan)
	case kind.parent == bridgeName:
		if err = w.node.LinkAdd(&netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: bridgeName}}); err != nil {
			return err
		}
		if onLAN, err = w.node.LinkByName(bridgeName); err != nil {
			return err
		}
		err = w.node.LinkSetMaster(uplink, onLAN)
	}
	if err != nil {
		return err
	}
	w.uplink = onLAN
	return w.node.address(onLAN, w.cell.of(node4+"/24", node6+"/64")...)
}

// serveLeases starts the LAN's DHCP server. A node on that LAN is the first to ask.
func (w *world) serveLeases() error {
	var err error
	if w.dhcp, err = startDHCP(w); err != nil || w.uplink == nil {
		return err
	}
	w.nodeLease, err = askForLease(w.node, w.uplink.Attrs().Name)
	return err
}

func addVLAN(s *space, under netlink.Link, id int) (netlink.Link, error) {
	name := fmt.Sprintf("%s.%d", under.Attrs().Name, id)
	err := s.LinkAdd(&netlink.Vlan{LinkAttrs: netlink.LinkAttrs{Name: name, ParentIndex: under.Attrs().Index}, VlanId: id, VlanProtocol: netlink.VLAN_PROTOCOL_8021Q})
	if err != nil {
		return nil, err
	}
	return s.LinkByName(name)
}

// newSandbox is a pod as the cluster's network leaves it: eth0 with addresses and default routes.
func newSandbox(name string) (*space, error) {
	pod, err := newSpace(name)
	if err != nil {
		return nil, err
	}
	if err := pod.LinkAdd(&netlink.Dummy{LinkAttrs: netlink.LinkAttrs{Name: "eth0"}}); err != nil {
		return nil, err
	}
	eth0, err := pod.LinkByName("eth0")
	if err != nil {
		return nil, err
	}
	addresses, gateways := []string{"10.42.0.50/24", "fd42::50/64"}, []string{"10.42.0.1", "fd42::1"}
	if !hasIPv6() {
		addresses, gateways = addresses[:1], gateways[:1]
	}
	if err := pod.address(eth0, addresses...); err != nil {
		return nil, err
	}
	for _, gateway := range gateways {
		if err := pod.RouteAdd(&netlink.Route{LinkIndex: eth0.Attrs().Index, Gw: net.ParseIP(gateway)}); err != nil {
			return nil, err
		}
	}
	return pod, nil
}

// sandboxRoutes are the routes of a sandbox before any NIC is attached.
var sandboxRoutes = []string{
	"10.42.0.0/24 dev eth0", "default via 10.42.0.1 dev eth0", "default via fd42::1 dev eth0", "fd42::/64 dev eth0",
}

func (w *world) remove() {
	if w.dhcp != nil {
		w.dhcp.stop()
	}
	for _, one := range append(slices.Clone(w.pods), w.host, w.node) {
		if one != nil {
			one.remove()
		}
	}
}

// inventory is the node's links, to be compared before ADD and after DEL.
func (w *world) inventory() ([]string, error) {
	links, err := whole(w.node.LinkList)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, link := range links {
		a := link.Attrs()
		all = append(all, fmt.Sprintf("%s %s %s mtu %d master %d promisc %d", a.Name, link.Type(), a.HardwareAddr, a.MTU, a.MasterIndex, a.Promisc))
	}
	slices.Sort(all)
	return all, nil
}

func hardware(text string) net.HardwareAddr {
	address, err := net.ParseMAC(text)
	if err != nil {
		panic(err)
	}
	return address
}
