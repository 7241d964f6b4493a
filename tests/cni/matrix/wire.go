package main

import (
	"fmt"
	"net"

	"github.com/vishvananda/netlink"
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
	neighbours, err := whole(func() ([]netlink.Neigh, error) {
		return w.host.NeighList(w.wire.Attrs().Index, netlink.FAMILY_ALL)
	})
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
