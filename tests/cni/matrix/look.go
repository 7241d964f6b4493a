package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/vishvananda/netlink"
)

// look fills in what the pod's kernel says of the NIC.
func (w *world) look(n int, pod Pod, seen *Seen) error {
	space := w.pods[n]
	link, err := space.LinkByName(pod.Interface)
	if err != nil {
		return fmt.Errorf("the NIC %s: %w", pod.Interface, err)
	}
	attributes := link.Attrs()
	seen.Link, seen.MTU, seen.MAC = link.Type(), attributes.MTU, attributes.HardwareAddr.String()
	seen.Up = attributes.Flags&1 != 0
	switch link := link.(type) {
	case *netlink.Macvlan:
		seen.Mode = macvlanModes[link.Mode]
	case *netlink.IPVlan:
		seen.Mode = ipvlanModes[link.Mode]
	case *netlink.Vlan:
		seen.VLAN = link.VlanId
	}
	if seen.Parent, seen.ParentMAC, err = w.parentOf(link); err != nil {
		return err
	}
	if seen.Addresses, err = addresses(space, link); err != nil {
		return err
	}
	if seen.Routes, err = routes(space); err != nil {
		return err
	}
	seen.Sysctls = map[string]string{}
	return space.inside(func() error {
		for key := range pod.Sysctls {
			value, err := os.ReadFile("/proc/sys/" + strings.ReplaceAll(key, ".", "/"))
			if err != nil {
				return err
			}
			seen.Sysctls[key] = strings.TrimSpace(string(value))
		}
		return nil
	})
}

var macvlanModes = map[netlink.MacvlanMode]string{
	netlink.MACVLAN_MODE_BRIDGE: "bridge", netlink.MACVLAN_MODE_PRIVATE: "private",
	netlink.MACVLAN_MODE_VEPA: "vepa", netlink.MACVLAN_MODE_PASSTHRU: "passthru",
}

var ipvlanModes = map[netlink.IPVlanMode]string{netlink.IPVLAN_MODE_L2: "l2", netlink.IPVLAN_MODE_L3: "l3", netlink.IPVLAN_MODE_L3S: "l3s"}

// parentOf is the node's interface behind a NIC: the one it is made on, the bridge that its peer is a port of, or, for an
// interface that was moved, its own name on the node.
func (w *world) parentOf(link netlink.Link) (name, mac string, err error) {
	index := link.Attrs().ParentIndex
	if link.Type() == "veth" {
		_, gone := w.node.LinkByName(parent)
		if errors.As(gone, &netlink.LinkNotFoundError{}) && w.peerIsHost(index) {
			return parent, "", nil
		}
		peer, err := w.node.LinkByIndex(index)
		if err != nil {
			return "", "", fmt.Errorf("the NIC's peer on the node: %w", err)
		}
		if index = peer.Attrs().MasterIndex; index == 0 {
			return "", "", errors.New("the NIC's peer on the node is no port of a bridge")
		}
	}
	parent, err := w.node.LinkByIndex(index)
	if err != nil {
		return "", "", fmt.Errorf("the NIC's parent on the node: %w", err)
	}
	return parent.Attrs().Name, parent.Attrs().HardwareAddr.String(), nil
}

func (w *world) peerIsHost(index int) bool {
	peer, err := w.host.LinkByName("lan0")
	return err == nil && peer.Attrs().Index == index
}

// addresses of a link, without those that the kernel makes for the link alone.
func addresses(s *space, link netlink.Link) ([]string, error) {
	list, err := whole(func() ([]netlink.Addr, error) { return s.AddrList(link, netlink.FAMILY_ALL) })
	if err != nil {
		return nil, err
	}
	var all []string
	for _, address := range list {
		if !address.IP.IsLinkLocalUnicast() {
			all = append(all, address.IPNet.String())
		}
	}
	slices.Sort(all)
	return all, nil
}

// routes of the main table, without those that every IPv6 link has.
func routes(s *space) ([]string, error) {
	list, err := whole(func() ([]netlink.Route, error) { return s.RouteList(nil, netlink.FAMILY_ALL) })
	if err != nil {
		return nil, err
	}
	var all []string
	for _, route := range list {
		if route.Dst != nil && (route.Dst.IP.IsLinkLocalUnicast() || route.Dst.IP.IsMulticast()) {
			continue
		}
		text := "default"
		if route.Dst != nil {
			if ones, _ := route.Dst.Mask.Size(); ones > 0 {
				text = route.Dst.String()
			}
		}
		if route.Gw != nil {
			text += " via " + route.Gw.String()
		}
		link, err := s.LinkByIndex(route.LinkIndex)
		if err != nil {
			return nil, err
		}
		all = append(all, text+" dev "+link.Attrs().Name)
	}
	slices.Sort(all)
	return all, nil
}
