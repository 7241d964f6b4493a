package main

import (
	"fmt"
	"net"
	"os/exec"
	"strings"
	"time"

	"github.com/vishvananda/netlink"
)

// What a chain's plugins do to a pod's NIC and to the node.

// whoAnswers: who answers on port 8080 of the node, asked from the wire and from the node itself? The node serves it, and the pod has a
// server behind the port that `portmap` leads to.
func whoAnswers(s *stage) (string, error) {
	if err := serve(s.node, ":8080", "the node"); err != nil {
		return "", err
	}
	_ = ping(s.host, net.ParseIP(node4)) // the bridge has to learn where the host is
	before := s.asked()
	if fault := s.add(0); fault != "" {
		return fault, nil
	}
	if err := serve(s.world.pods[0], ":80", "the pod"); err != nil {
		return "", err
	}
	return fmt.Sprintf("before: %s; with the pod: %s", before, s.asked()), nil
}

func (s *stage) asked() string {
	return fmt.Sprintf("%s answers the wire, %s the node", ask(s.host), ask(s.node))
}

// serve says a word to whoever connects, until the world ends.
func serve(in *space, address, word string) error {
	return in.inside(func() error {
		listener, err := net.Listen("tcp4", address)
		if err != nil {
			return err
		}
		go func() {
			for {
				one, err := listener.Accept()
				if err != nil {
					return
				}
				_, _ = one.Write([]byte(word))
				_ = one.Close()
			}
		}()
		return nil
	})
}

// ask connects to the node's port, and gives who answers.
func ask(from *space) string {
	who := "nobody"
	_ = from.inside(func() error {
		one, err := (&net.Dialer{Timeout: 2 * time.Second}).Dial("tcp4", node4+":8080")
		if err != nil {
			return err
		}
		defer func() { _ = one.Close() }()
		_ = one.SetReadDeadline(time.Now().Add(2 * time.Second))
		word := make([]byte, 32)
		if length, _ := one.Read(word); length > 0 {
			who = string(word[:length])
		}
		return nil
	})
	return who
}

// forwarded: does what the wire sends to the pod meet the plugin's rules on the node, and what stays of them?
func forwarded(s *stage) (string, error) {
	if fault := s.add(0); fault != "" {
		return fault, nil
	}
	if !ping(s.host, net.ParseIP("192.168.7.32")) {
		return "the pod does not answer the wire", nil
	}
	met, err := s.packets()
	if err != nil {
		return "", err
	}
	if err := s.del(0); err != nil {
		return "", err
	}
	stays, err := s.iptables("-S")
	if err != nil {
		return "", err
	}
	chains := 0
	for line := range strings.Lines(stays) {
		if strings.HasPrefix(line, "-N ") {
			chains++
		}
	}
	return fmt.Sprintf("%d packets of those that the pod got and sent met its rules; DEL leaves %d chains of it", met, chains), nil
}

// packets that met a rule of CNI-FORWARD for the pod's address.
func (s *stage) packets() (int, error) {
	list, err := s.iptables("-n", "-v", "-x", "-L", "CNI-FORWARD")
	if err != nil {
		return 0, err
	}
	met := 0
	for line := range strings.Lines(list) {
		if fields := strings.Fields(line); len(fields) > 0 && strings.Contains(line, "192.168.7.32") {
			count := 0
			_, _ = fmt.Sscan(fields[0], &count)
			met += count
		}
	}
	return met, nil
}

func (s *stage) iptables(arguments ...string) (string, error) {
	var said string
	return said, s.node.inside(func() error {
		output, err := exec.Command("iptables", arguments...).CombinedOutput()
		said = string(output)
		if err != nil {
			return fmt.Errorf("iptables: %w: %s", err, said)
		}
		return nil
	})
}

// routesOfPod: by which interface does what has no source yet leave for the LAN, and what comes from the NIC's address?
func routesOfPod(s *stage) (string, error) {
	if fault := s.add(0); fault != "" {
		return fault, nil
	}
	by := func(options *netlink.RouteGetOptions, to string) (string, error) {
		var who string
		return who, s.world.pods[0].inside(func() error {
			routes, err := netlink.RouteGetWithOptions(net.ParseIP(to), options)
			if err != nil {
				who = "nowhere"
				return nil
			}
			link, err := netlink.LinkByIndex(routes[0].LinkIndex)
			if err == nil {
				who = "by " + link.Attrs().Name
			}
			return err
		})
	}
	lan, err := by(nil, wire4)
	if err != nil {
		return "", err
	}
	bound, err := by(&netlink.RouteGetOptions{SrcAddr: net.ParseIP("192.168.7.32")}, "9.9.9.9")
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("what goes to the LAN leaves %s; what leaves from the NIC's address, %s", lan, bound), nil
}
