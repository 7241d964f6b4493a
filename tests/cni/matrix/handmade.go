package main

import (
	"encoding/json"
	"maps"
	"strings"
)

// handmade are the NADs that a person would write for a cell that wrtpod refuses: the link's plugin with what its
// documentation offers, and `tuning` behind it where the MAC needs that. For ipvlan nothing sets a MAC: both are tried.
func handmade(cell Cell) []Attempt {
	attempts := []Attempt{}
	source := cell.kind().mac
	if source != byTuning {
		attempts = append(attempts, byHand(cell, "by hand", false))
	}
	if source == byTuning || source == byNobody && cell.MAC == "fixed" {
		attempts = append(attempts, byHand(cell, "by hand, with tuning", true))
	}
	return attempts
}

func byHand(cell Cell, label string, tuning bool) Attempt {
	attempt := Attempt{Label: label}
	for n := range cell.Count {
		pod := Pod{Name: appliance(n) + "-0", Network: cell.network(), Interface: cell.nic(n), Conf: conflist(cell, tuning)}
		if tuning {
			pod.Sysctls = map[string]string{}
			for key, value := range quiet(cell) {
				pod.Sysctls[strings.Replace(key, "IFNAME", pod.Interface, 1)] = value
			}
		}
		if cell.MAC == "fixed" || !cell.kind().shares {
			pod.MAC = cell.asked(n)
		}
		switch cell.Addressing {
		case "static":
			pod.IPs = cell.fixed(n)
		case "none":
			pod.Guest = cell.fixed(n)
		}
		attempt.Pods = append(attempt.Pods, pod)
	}
	return attempt
}

func conflist(cell Cell, tuning bool) json.RawMessage {
	kind := cell.kind()
	link := maps.Clone(kind.plugin)
	capabilities := map[string]any{}
	if kind.mac == byPlugin {
		capabilities["mac"] = true
	}
	if mtu := cell.mtu(); mtu > 0 {
		link["mtu"] = mtu
	}
	switch cell.Addressing {
	case "static":
		capabilities["ips"] = true
		link["ipam"] = map[string]any{"type": "static"}
	case "dhcp":
		link["ipam"] = map[string]any{"type": "dhcp"}
	case "pool":
		ranges := []any{}
		if cell.has("v4") {
			ranges = append(ranges, []any{map[string]any{"subnet": subnet4, "rangeStart": "192.168.7.100", "rangeEnd": "192.168.7.110"}})
		}
		if cell.has("v6") {
			ranges = append(ranges, []any{map[string]any{"subnet": subnet6, "rangeStart": "fd00:7::100", "rangeEnd": "fd00:7::110"}})
		}
		link["ipam"] = map[string]any{"type": "host-local", "ranges": ranges}
	}
	if len(capabilities) > 0 {
		link["capabilities"] = capabilities
	}
	plugins := []any{link}
	if tuning {
		plugins = append(plugins, map[string]any{"type": "tuning", "sysctl": quiet(cell), "capabilities": map[string]any{"mac": true}})
	}
	conf, err := json.Marshal(map[string]any{"cniVersion": "1.0.0", "name": cell.network(), "plugins": plugins})
	if err != nil {
		panic(err)
	}
	return conf
}

// quiet keeps a router's advertisements from adding addresses to those that are given.
func quiet(cell Cell) map[string]string {
	if cell.Addressing == "static" || cell.Addressing == "pool" {
		return map[string]string{"net.ipv6.conf.IFNAME.accept_ra": "0", "net.ipv6.conf.IFNAME.autoconf": "0"}
	}
	return map[string]string{}
}
