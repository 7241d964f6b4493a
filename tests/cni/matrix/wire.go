package main

import (
	"fmt"
	"net"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// answersFor asks the wire: the host pings the address, and its neighbour table says whose MAC the frames went to.
func (w *world) answersFor(address net.IP) (string, error) {
	next := address
	if w.cell.Kind == "ipvlan l3" {
		// Such a NIC hears no ARP: the LAN reaches it by a route over its node.
		next = net.ParseIP(node4)
		if address.To4() == nil {
			next = net.ParseIP(node6)
		}
		if err := w.host.RouteReplace(&netlink.Route{LinkIndex: w.wire.Attrs().Index, Dst: netlink.NewIPNet(address), Gw: next}); err != nil {
			return "", err
		}
	}
	if !ping(w.host, address) {
		return "", nil
	}
	neighbours, err := w.host.NeighList(w.wire.Attrs().Index, netlink.FAMILY_ALL)
	if err != nil {
		return "", err
	}
	for _, neighbour := range neighbours {
		if neighbour.IP.Equal(next) {
			return neighbour.HardwareAddr.String(), nil
		}
	}
	return "", fmt.Errorf("%s answers and is no neighbour", address)
}

// advertise sends a router's advertisement of the LAN's prefix, with itself as the default router.
func (w *world) advertise() error {
	message := []byte{
		134, 0, 0, 0, // type, code, checksum: the kernel's
		64, 0, 0x07, 0x08, // hop limit, flags, lifetime of the router 1800 s
		0, 0, 0, 0, 0, 0, 0, 0, // reachable time, retransmission: unspecified
		3, 4, 64, 0xc0, // prefix information: /64, on the link, for autoconfiguration
		0, 1, 0x51, 0x80, 0, 0, 0x38, 0x40, 0, 0, 0, 0, // valid 86400 s, preferred 14400 s
	}
	message = append(message, net.ParseIP("fd00:7::").To16()...)
	return w.host.inside(func() error {
		socket, err := unix.Socket(unix.AF_INET6, unix.SOCK_RAW, unix.IPPROTO_ICMPV6)
		if err != nil {
			return err
		}
		defer func() { _ = unix.Close(socket) }()
		if err := unix.SetsockoptInt(socket, unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_HOPS, 255); err != nil {
			return err
		}
		to := &unix.SockaddrInet6{ZoneId: uint32(w.wire.Attrs().Index)}
		copy(to.Addr[:], net.ParseIP("ff02::1"))
		return unix.Sendto(socket, message, 0, to)
	})
}

// settle is how long a NIC gets to act on an advertisement.
const settle = 200 * time.Millisecond
