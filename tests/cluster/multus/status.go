package main

import (
	"encoding/json"
	"strings"

	"github.com/containernetworking/cni/pkg/types"
	current "github.com/containernetworking/cni/pkg/types/100"
)

// networkStatus is one element of the annotation k8s.v1.cni.cncf.io/network-status.
type networkStatus struct {
	Name      string   `json:"name"`
	Interface string   `json:"interface,omitempty"`
	IPs       []string `json:"ips,omitempty"`
	MAC       string   `json:"mac,omitempty"`
	MTU       int      `json:"mtu,omitempty"`
	Default   bool     `json:"default,omitempty"`
	DNS       dns      `json:"dns"`
	Gateway   []string `json:"gateway,omitempty"`
}

type dns struct {
	Nameservers []string `json:"nameservers,omitempty"`
	Domain      string   `json:"domain,omitempty"`
	Search      []string `json:"search,omitempty"`
	Options     []string `json:"options,omitempty"`
}

// statusesOf turns a plugin's result into one status for each interface in the pod, and the addresses with prefix for the
// event. A result without interfaces and addresses gives neither. A default route without a gateway is reported as "<nil>",
// which is what readers get from Multus.
func statusesOf(result types.Result, network string, isDefault bool) (statuses []networkStatus, addresses []string, err error) {
	read, err := current.NewResultFromResult(result)
	if err != nil || (read.Interfaces == nil && read.IPs == nil) {
		return nil, nil, err
	}
	var gateways []string
	for _, route := range read.Routes {
		if length, _ := route.Dst.Mask.Size(); length == 0 {
			gateways = append(gateways, route.GW.String())
		}
	}
	places := map[int]int{} // index in the result: index in statuses
	for index, link := range read.Interfaces {
		if link.Sandbox == "" {
			continue
		}
		places[index] = len(statuses)
		statuses = append(statuses, networkStatus{
			Name: network, Interface: link.Name, MAC: link.Mac, MTU: link.Mtu, Default: isDefault && len(statuses) == 0,
			DNS: dns(read.DNS), Gateway: gateways,
		})
	}
	if statuses == nil {
		statuses = []networkStatus{{Name: network, Default: isDefault, DNS: dns(read.DNS), Gateway: gateways}}
	}
	for _, ip := range read.IPs {
		addresses = append(addresses, ip.Address.String())
		place := 0
		if ip.Interface != nil {
			place = places[*ip.Interface]
		}
		statuses[place].IPs = append(statuses[place].IPs, ip.Address.IP.String())
	}
	return statuses, addresses, nil
}

// statusText is the annotation as Multus writes it: indented objects, joined without a blank.
func statusText(statuses []networkStatus) (string, error) {
	objects := make([]string, len(statuses))
	for index, status := range statuses {
		text, err := json.MarshalIndent(status, "", "    ")
		if err != nil {
			return "", err
		}
		objects[index] = string(text)
	}
	return "[" + strings.Join(objects, ",") + "]", nil
}
