package main

import (
	"crypto/sha256"
	"fmt"
	"strings"
)

// Addresses of the LAN that every cell has to itself.
const (
	subnet4, subnet6 = "192.168.7.0/24", "fd00:7::/64"
	wire4, wire6     = "192.168.7.1", "fd00:7::1" // the host on the wire: router, DHCP server, and who judges
	node4, node6     = "192.168.7.10", "fd00:7::10"
	pool4, pool6     = "192.168.7.100-192.168.7.110", "fd00:7::100-fd00:7::110"
	lease4           = "192.168.7.150-192.168.7.160"
	podCIDR          = "10.42.0.0/16"
	serviceCIDR      = "10.43.0.0/16"
	salt             = "9e39fd1328660218"
	namespace        = "matrix"
	// A sysctl that the site asks for.
	siteSysctl, siteSysctlValue = "net.ipv4.conf.IFNAME.arp_ignore", "1"
)

// fixed are the n-th appliance's addresses with their prefix lengths.
func (c Cell) fixed(n int) []string {
	return c.of(fmt.Sprintf("192.168.7.%d/24", 32+n), fmt.Sprintf("fd00:7::%d/64", 32+n))
}

// asked is the MAC that the n-th appliance has to have: the one it states, or the derived one as docs/topics/mac.md defines it.
func (c Cell) asked(n int) string {
	if c.MAC == "fixed" {
		return fmt.Sprintf("32:44:0b:5a:0e:%02x", 0x2e+n)
	}
	parts := []string{salt, namespace, appliance(n), c.network()}
	if n > 0 {
		parts = append(parts, c.nic(n))
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return fmt.Sprintf("02:%02x:%02x:%02x:%02x:%02x", sum[0], sum[1], sum[2], sum[3], sum[4])
}

// site is the cell as a user would write it.
func (c Cell) site() string {
	var text strings.Builder
	fmt.Fprintf(&text, `apiVersion: wrtpod.dev/v1alpha1
kind: Site
metadata: {name: matrix}
spec:
  salt: %s
  namespace: %s
  ipv6: %t
  distribution: kubeadm
  nodes:
    node1: {parents: [enp3s0, br0]}
  cluster: {podCIDRs: [%s], serviceCIDRs: [%s]}
  networks:
    %s:
      %s
      nodes: [node1]
      subnet: %s
      gateway: %s
      sysctls: {%s: %q}
`, salt, namespace, !c.kind().without6, podCIDR, serviceCIDR, c.network(), c.kind().attachment(c.mtu()), list(c.of(subnet4, subnet6)), list(c.of(wire4, wire6)), siteSysctl, siteSysctlValue)
	if c.Addressing == "pool" {
		fmt.Fprintf(&text, "      pool: %s\n", list(c.of(pool4, pool6)))
	}
	for n := range c.Count {
		address := c.Addressing
		if address == "static" {
			address = list(c.fixed(n))
		}
		fmt.Fprintf(&text, `---
apiVersion: wrtpod.dev/v1alpha1
kind: Appliance
metadata: {name: %s}
spec:
  image: localhost/busybox:1
  interfaces:
    - network: %s
      address: %s
`, appliance(n), c.network(), address)
		if n > 0 {
			fmt.Fprintf(&text, "      name: %s\n", c.nic(n))
		}
		if c.MAC == "fixed" {
			fmt.Fprintf(&text, "      mac: %q\n", c.asked(n))
		}
	}
	return text.String()
}
