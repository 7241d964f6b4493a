package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
)

// selection is one element of the annotation k8s.v1.cni.cncf.io/networks. Unknown keys are ignored, as in Multus.
type selection struct {
	Name         string          `json:"name"`
	Namespace    string          `json:"namespace"`
	Interface    string          `json:"interface"`
	OldInterface string          `json:"interfaceRequest"`
	IPs          []string        `json:"ips"`
	MAC          string          `json:"mac"`
	GUID         string          `json:"infiniband-guid"`
	PortMappings json.RawMessage `json:"portMappings"`
	Bandwidth    json.RawMessage `json:"bandwidth"`
	DefaultRoute *[]net.IP       `json:"default-route"`
	CNIArgs      map[string]any  `json:"cni-args"`
	DeviceID     string          `json:"deviceID"`
}

// parseSelections reads the annotation: a JSON array, or the short form `[namespace/]name[@interface], …`.
func parseSelections(text, podNamespace string) ([]*selection, error) {
	var selections []*selection
	if strings.ContainsAny(text, "[{\"") {
		if err := json.Unmarshal([]byte(text), &selections); err != nil {
			return nil, fmt.Errorf("parsePodNetworkAnnotation: failed to parse pod Network Attachment Selection Annotation JSON format: %w", err)
		}
	} else {
		for _, item := range strings.Split(text, ",") {
			one, err := parseShort(strings.TrimSpace(item))
			if err != nil {
				return nil, fmt.Errorf("parsePodNetworkAnnotation: %w", err)
			}
			selections = append(selections, one)
		}
	}
	for _, one := range selections {
		if one.Namespace == "" {
			one.Namespace = podNamespace
		}
		if one.Interface == "" {
			one.Interface = one.OldInterface
		}
		if err := one.check(); err != nil {
			return nil, err
		}
	}
	return selections, nil
}

var label = regexp.MustCompile(`^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$`)

func parseShort(item string) (*selection, error) {
	one := &selection{}
	name := item
	if before, after, found := strings.Cut(item, "/"); found {
		one.Namespace, name = strings.TrimSpace(before), after
	}
	if strings.Contains(name, "/") {
		return nil, errors.New("parsePodNetworkObjectName: Invalid network object (failed at '/')")
	}
	name, one.Interface, _ = strings.Cut(name, "@")
	if strings.Contains(one.Interface, "@") {
		return nil, errors.New("parsePodNetworkObjectName: Invalid network object (failed at '@')")
	}
	one.Name, one.Interface = strings.TrimSpace(name), strings.TrimSpace(one.Interface)
	for _, part := range []string{one.Namespace, one.Name} {
		if !label.MatchString(part) {
			return nil, fmt.Errorf("parsePodNetworkObjectName: Failed to parse: %q is not a DNS label", part)
		}
	}
	if len(one.Interface) > 15 || strings.ContainsAny(one.Interface, " \t\n\v\f\r/") {
		return nil, fmt.Errorf("parsePodNetworkObjectName: Failed to parse interface name %q", one.Interface)
	}
	return one, nil
}

func (s *selection) check() error {
	for _, address := range []string{s.MAC, s.GUID} {
		if address == "" {
			continue
		}
		if _, err := net.ParseMAC(address); err != nil {
			return fmt.Errorf("parsePodNetworkAnnotation: failed to mac: %w", err)
		}
	}
	for _, ip := range s.IPs {
		if _, _, err := net.ParseCIDR(ip); err != nil && (strings.Contains(ip, "/") || net.ParseIP(ip) == nil) {
			return fmt.Errorf("failed to parse IP address %q", ip)
		}
	}
	if s.DefaultRoute != nil {
		return errors.New("default-route is not in this double (and broken in Multus 4.2.2 to 4.3.0)")
	}
	return nil
}
