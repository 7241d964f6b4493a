package main

import (
	"net"
	"os"
	"strings"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

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

// letRoutersSpeak advertises, and gives every NIC the time to act on it: until a NIC that listens has made its address, or for
// as long as one that should not listen would have needed.
func (w *world) letRoutersSpeak(pods []Pod) error {
	const step = 200 * time.Millisecond
	for tries := 0; ; tries++ {
		if err := w.advertise(); err != nil {
			return err
		}
		time.Sleep(step)
		ready := true
		for n, pod := range pods {
			acted, err := w.hasActed(n, pod)
			if err != nil {
				return err
			}
			ready = ready && acted
		}
		if ready || tries == 15 {
			return nil
		}
	}
}

// hasActed: does the NIC not listen, or has it an address that is not for ever, as one of an advertisement is?
func (w *world) hasActed(n int, pod Pod) (bool, error) {
	listens := true
	err := w.pods[n].inside(func() error {
		for _, key := range []string{"accept_ra", "autoconf"} {
			value, err := os.ReadFile("/proc/sys/net/ipv6/conf/" + pod.Interface + "/" + key)
			if err != nil {
				return err
			}
			listens = listens && strings.TrimSpace(string(value)) != "0"
		}
		return nil
	})
	if err != nil || !listens {
		return !listens, err
	}
	link, err := w.pods[n].LinkByName(pod.Interface)
	if err != nil {
		return false, err
	}
	list, err := whole(func() ([]netlink.Addr, error) { return w.pods[n].AddrList(link, netlink.FAMILY_V6) })
	for _, address := range list {
		if address.Flags&unix.IFA_F_PERMANENT == 0 {
			return true, err
		}
	}
	return false, err
}
