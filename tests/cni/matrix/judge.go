package main

import (
	"fmt"
	"maps"
	"net"
	"regexp"
	"slices"
	"strings"
)

// judge compares what came of an attempt with what the cell asks for: the site as written, never the NAD. It names what
// differs without values that change from run to run.
func judge(job Job, outcome Outcome) []string {
	if outcome.Trouble != "" {
		return []string{"the test itself: " + outcome.Trouble}
	}
	var all []string
	for n, pod := range job.Attempts[outcome.Attempt].Pods {
		for _, one := range judgePod(job.Cell, n, pod, outcome.Pods[n]) {
			if job.Cell.Count == 2 {
				one = []string{"first: ", "second: "}[n] + one
			}
			all = append(all, one)
		}
	}
	if len(all) > 0 && slices.ContainsFunc(outcome.Pods, func(seen Seen) bool { return seen.AddError != "" }) {
		return all
	}
	if job.Cell.Count == 2 {
		if slices.ContainsFunc(outcome.Pods[0].Addresses, func(a string) bool { return slices.Contains(outcome.Pods[1].Addresses, a) }) {
			all = append(all, "both have one address")
		}
		if outcome.Meet != job.Cell.kind().meet {
			all = append(all, fmt.Sprintf("they reach each other: %t", outcome.Meet))
		}
	}
	for _, left := range outcome.Left {
		all = append(all, "DEL leaves "+left)
	}
	return all
}

var (
	pointer = regexp.MustCompile("0x[0-9a-f]+") // Go programs print them into their errors
	veth    = regexp.MustCompile("veth[0-9a-f]{8}")
	// Which of them comes first is chance.
	ofIPv6 = regexp.MustCompile("/proc/sys/net/ipv6/conf/[^:]*:")
	caller = regexp.MustCompile(`plugin type="([a-z-]+)" failed \(add\): `)
)

func plainly(message string) string {
	message = veth.ReplaceAllString(pointer.ReplaceAllString(message, "0x…"), "veth…")
	message = ofIPv6.ReplaceAllString(message, "/proc/sys/net/ipv6/conf/…:")
	return caller.ReplaceAllString(message, "$1: ")
}

func judgePod(cell Cell, n int, pod Pod, seen Seen) []string {
	if seen.AddError != "" {
		return []string{"ADD: " + plainly(seen.AddError)}
	}
	if seen.Link == "" {
		return nil // the other one failed, and this one was not tried
	}
	var all []string
	differ := func(what string, different bool) {
		if different {
			all = append(all, what)
		}
	}
	kind := cell.kind()
	mac, onWire := cell.asked(n), cell.asked(n)
	if kind.shares {
		onWire = seen.ParentMAC
		if cell.MAC == "derived" {
			mac = seen.ParentMAC
		}
	}
	mtu := 1500
	if cell.mtu() > 0 {
		mtu = cell.mtu()
	}
	wantedVLAN := 0
	if kind.link == "vlan" {
		wantedVLAN = kind.vlan
	}
	differ("kind "+seen.Link, seen.Link != kind.link)
	differ("mode "+seen.Mode, seen.Mode != kind.mode)
	differ("parent "+seen.Parent, seen.Parent != kind.parent)
	differ(fmt.Sprintf("VLAN %d", seen.VLAN), seen.VLAN != wantedVLAN)
	differ("init container: "+seen.WireError, seen.WireError != "")
	differ("another MAC", seen.MAC != mac)
	differ("another MAC reported", seen.ResultMAC != seen.MAC)
	differ(fmt.Sprintf("MTU %d", seen.MTU), seen.MTU != mtu)
	differ("down", !seen.Up)
	all = append(all, judgeAddresses(cell, n, mac, seen)...)
	// What a lease brings beside the address is for wrtpod's NAD and init container: a NAD by hand is not held to it.
	byHandOfLease := cell.Addressing == "dhcp" && pod.Files == nil
	if !byHandOfLease {
		all = append(all, judgeRoutes(cell, n, pod.Files != nil, seen)...)
	}
	for _, key := range slices.Sorted(maps.Keys(pod.Sysctls)) {
		differ(fmt.Sprintf("sysctl %s = %s", strings.Replace(key, "."+cell.nic(n)+".", ".IFNAME.", 1), seen.Sysctls[key]), seen.Sysctls[key] != pod.Sysctls[key])
	}
	for _, address := range seen.Addresses {
		answer := seen.Wire[address]
		differ("nobody answers for "+familyOf(address)+" on the wire", answer == "")
		differ("another MAC on the wire", answer != "" && answer != onWire)
	}
	if cell.Addressing == "dhcp" && cell.has("v4") {
		differ("leased to another MAC", seen.Lease != mac)
		differ("the node's own lease", seen.NodesOwn)
		differ("asked for by another client id", seen.LeaseID != mac && !byHandOfLease)
		differ("leased to another host name", seen.LeaseHost != strings.TrimSuffix(pod.Name, "-0") && !byHandOfLease)
	}
	differ("DEL: "+seen.DelError, seen.DelError != "")
	return slices.Compact(all)
}

// judgeAddresses: every address is one that was asked for, and none is missing.
func judgeAddresses(cell Cell, n int, mac string, seen Seen) []string {
	var wanted []string // an address with its prefix length, or a range of addresses with it
	switch cell.Addressing {
	case "static", "none":
		wanted = cell.fixed(n)
	case "pool":
		wanted = cell.of(pool4+"/24", pool6+"/64")
	case "dhcp":
		if cell.has("v4") {
			wanted = []string{lease4 + "/24"}
		}
	}
	// Where the network gives the addresses, its router's advertisement makes one.
	if cell.has("v6") && (cell.Addressing == "none" || cell.Addressing == "dhcp") {
		if cell.kind().shares {
			wanted = append(wanted, "fd00:7::-fd00:7::ffff:ffff:ffff:ffff/64") // the kernel tells the children of one MAC apart
		} else {
			wanted = append(wanted, stateless(mac))
		}
	}
	var all []string
	left := slices.Clone(seen.Addresses)
	for _, want := range wanted {
		found := slices.IndexFunc(left, func(has string) bool { return within(has, want) })
		if found < 0 {
			all = append(all, "no "+familyOf(want)+" address")
			continue
		}
		left = slices.Delete(left, found, found+1)
	}
	for _, more := range left {
		all = append(all, "one more "+familyOf(more)+" address")
	}
	return all
}

func judgeRoutes(cell Cell, n int, ran bool, seen Seen) []string {
	wanted := slices.Clone(sandboxRoutes)
	if cell.kind().without6 {
		wanted = slices.DeleteFunc(wanted, func(route string) bool { return strings.Contains(route, "fd42:") })
	}
	if ran {
		for _, cluster := range []string{podCIDR, serviceCIDR} {
			wanted = append(wanted, cluster+" via 10.42.0.1 dev eth0")
		}
	}
	for _, subnet := range cell.of(subnet4, subnet6) {
		wanted = append(wanted, subnet+" dev "+cell.nic(n))
	}
	var all []string
	for _, route := range seen.Routes {
		if !slices.Contains(wanted, route) {
			all = append(all, "one more route: "+strings.Replace(route, "dev "+cell.nic(n), "dev NIC", 1))
		}
	}
	for _, route := range wanted {
		if !slices.Contains(seen.Routes, route) {
			all = append(all, "no route "+strings.Replace(route, "dev "+cell.nic(n), "dev NIC", 1))
		}
	}
	return all
}

func familyOf(address string) string {
	if strings.Contains(address, ":") {
		return "IPv6"
	}
	return "IPv4"
}

// within: is the address, written with its prefix length, the wanted one or in the wanted range?
func within(has, wanted string) bool {
	if has == wanted {
		return true
	}
	bounds, length, _ := strings.Cut(wanted, "/")
	first, last, isRange := strings.Cut(bounds, "-")
	ip, network, err := net.ParseCIDR(has)
	if err != nil || !isRange {
		return false
	}
	ones, _ := network.Mask.Size()
	least, most := net.ParseIP(first), net.ParseIP(last)
	return fmt.Sprint(ones) == length && familyOf(has) == familyOf(first) &&
		string(ip.To16()) >= string(least.To16()) && string(ip.To16()) <= string(most.To16())
}

// stateless is the address that a NIC with this MAC makes of the LAN's prefix.
func stateless(mac string) string {
	address, err := net.ParseMAC(mac)
	if err != nil {
		return "no MAC"
	}
	ip := net.ParseIP("fd00:7::").To16()
	copy(ip[8:], []byte{address[0] ^ 2, address[1], address[2], 0xff, 0xfe, address[3], address[4], address[5]})
	return ip.String() + "/64"
}
