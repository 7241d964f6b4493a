package main

import (
	"bytes"
	"errors"
	"strings"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// What a pod on a bridge hears, and what becomes of the node that the bridge is its uplink of.

// filters makes the node's bridge filter VLANs, and its NIC a port of the VLAN.
func filters(s *stage) error {
	bridge, err := s.node.LinkByName(bridgeName)
	if err != nil {
		return err
	}
	nic, err := s.node.LinkByName(parent)
	if err != nil {
		return err
	}
	// The call says again what the bridge has, its name too, which the kernel takes for a new one: it has to be down, and little is said.
	short := &netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: bridgeName, Index: bridge.Attrs().Index, TxQLen: -1}}
	return errors.Join(
		s.node.LinkSetDown(bridge), s.node.BridgeSetVlanFiltering(short, true), s.node.LinkSetUp(bridge),
		s.node.BridgeVlanAdd(nic, vlanID, false, false, false, true),
	)
}

// hearsOf: what is sent to all on the untagged LAN, and what in the VLAN, does the pod hear it?
func hearsOf(s *stage) (string, error) {
	vlan, err := addVLAN(s.host, s.wire, vlanID)
	if err != nil {
		return "", err
	}
	if err := s.host.LinkSetUp(vlan); err != nil {
		return "", err
	}
	if fault := s.add(0); fault != "" {
		return fault, nil
	}
	ofLAN, err := s.isHeard(s.wire)
	if err != nil {
		return "", err
	}
	ofVLAN, err := s.isHeard(vlan)
	if err != nil {
		return "", err
	}
	switch {
	case ofLAN && ofVLAN:
		return "hears the VLAN and the untagged LAN", nil
	case ofLAN:
		return "hears the untagged LAN, not the VLAN", nil
	case ofVLAN:
		return "hears the VLAN, not the untagged LAN", nil
	}
	return "hears nothing", nil
}

// etherType of frames that nobody else sends.
const etherType = 0x88b5

// isHeard sends a frame to all from an interface of the host; does the first pod get it, within a second?
func (s *stage) isHeard(from netlink.Link) (bool, error) {
	protocol := int(etherType<<8&0xff00 | etherType>>8)
	ear := -1
	err := s.world.pods[0].inside(func() error {
		link, err := s.world.pods[0].LinkByName(s.pods[0].Interface)
		if err != nil {
			return err
		}
		if ear, err = unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, protocol); err != nil {
			return err
		}
		return unix.Bind(ear, &unix.SockaddrLinklayer{Protocol: uint16(protocol), Ifindex: link.Attrs().Index})
	})
	if err != nil {
		return false, err
	}
	defer func() { _ = unix.Close(ear) }()
	word := []byte(from.Attrs().Name + " says it to all of its LAN")
	err = s.host.inside(func() error {
		mouth, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, protocol)
		if err != nil {
			return err
		}
		defer func() { _ = unix.Close(mouth) }()
		all := unix.SockaddrLinklayer{Protocol: uint16(protocol), Ifindex: from.Attrs().Index, Halen: 6, Addr: [8]byte{255, 255, 255, 255, 255, 255}}
		return unix.Sendto(mouth, word, 0, &all)
	})
	if err != nil {
		return false, err
	}
	for deadline := time.Now().Add(time.Second); ; {
		left := time.Until(deadline)
		if left <= 0 {
			return false, nil
		}
		wait := unix.NsecToTimeval(left.Nanoseconds())
		if err := unix.SetsockoptTimeval(ear, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &wait); err != nil {
			return false, err
		}
		heard := make([]byte, 1500)
		length, sender, err := unix.Recvfrom(ear, heard, 0)
		// With a tag that the NIC has no interface for, a frame is another host's, whoever it is for.
		if from, ok := sender.(*unix.SockaddrLinklayer); err == nil && ok && from.Pkttype == unix.PACKET_BROADCAST && bytes.HasPrefix(heard[:length], word) {
			return true, nil
		}
	}
}

// highMAC gives the node's NIC an address that a pod's is nearly always below: how it comes out is no chance then.
func highMAC(s *stage) error {
	nic, err := s.node.LinkByName(parent)
	if err != nil {
		return err
	}
	return s.node.LinkSetHardwareAddr(nic, hardware("fe:ff:ff:ff:ff:fe"))
}

func ownMAC(s *stage) error {
	if err := highMAC(s); err != nil {
		return err
	}
	return s.node.LinkSetHardwareAddr(s.uplink, hardware("fe:ff:ff:ff:ff:fe"))
}

// macOfNode: is the node's MAC on the LAN the same with the pod, and behind it?
func macOfNode(s *stage) (string, error) {
	var macs []string
	see := func() error {
		bridge, err := s.node.LinkByName(bridgeName)
		if err == nil {
			macs = append(macs, bridge.Attrs().HardwareAddr.String())
		}
		return err
	}
	if err := see(); err != nil {
		return "", err
	}
	if fault := s.add(0); fault != "" {
		return fault, nil
	}
	if err := see(); err != nil {
		return "", err
	}
	if err := s.del(0); err != nil {
		return "", err
	}
	if err := see(); err != nil {
		return "", err
	}
	switch {
	case macs[1] == macs[0]:
		return "the node keeps its MAC on the LAN", nil
	case macs[2] == macs[0]:
		return "the node's MAC on the LAN is another one; DEL gives it back", nil
	}
	return "the node's MAC on the LAN is another one for good", nil
}

// nobodysAddress takes the node's address off its bridge, which is then a bridge of the LAN alone.
func nobodysAddress(s *stage) error {
	address, err := netlink.ParseAddr(node4 + "/24")
	if err != nil {
		return err
	}
	return s.node.AddrDel(s.uplink, address)
}

// addressesOfNode: what addresses has the node on the LAN, with the pod and behind it?
func addressesOfNode(s *stage) (string, error) {
	said := []string{}
	if fault := s.add(0); fault != "" {
		said = append(said, fault)
	}
	for _, moment := range []string{"the node has", "behind DEL"} {
		all, err := addresses(s.node, s.uplink)
		if err != nil {
			return "", err
		}
		if len(all) == 0 {
			all = []string{"no address"}
		}
		said = append(said, moment+" "+strings.Join(all, ", "))
		if err := s.del(0); err != nil && moment == "the node has" {
			said = append(said, "DEL: "+plainly(err.Error()))
		}
	}
	return strings.Join(said, "; "), nil
}
