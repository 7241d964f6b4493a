package main

import (
	"fmt"
	"strings"
)

// Finding is a case for a rule that no cell of the matrix has: a site on which wrtpod says something, and what comes of it all the same.
// It is done with what wrtpod renders where it renders that, else with a NAD as a person would write it.
type Finding struct {
	Name string
	Pods []Pod // by appliance; of a refused site, what `hand` says
}

// Noticed is what came of a finding.
type Noticed struct {
	Finding string
	Saw     string
	Trouble string // the driver's own: nothing was proven
}

// scenario is the code of a finding: what is asked for, what wrtpod is to say, and what is to be seen.
type scenario struct {
	name     string   // as it stands in the table
	networks string   // of the site
	wants    []string // of each appliance its network and address: "lan: 192.168.7.32/24"
	rule     string   // what wrtpod says, as a note or an error
	hand     []string // the plugins of each NAD, written by hand; none where wrtpod's own is taken
	world    Cell     // the wire that it needs
	without6 bool     // done on a node that was booted without IPv6
	before   func(*stage) error
	look     func(*stage) (string, error)
	sees     string // what is seen, with each version of the plugins
	sees1    string // what is seen with 1.1.1, where that is another thing
}

const (
	lanMacvlan = "lan: {macvlan: {parent: enp3s0}, subnet: 192.168.7.0/24, gateway: 192.168.7.1"
	lanBridge  = "lan: {bridge: {name: br0}, subnet: 192.168.7.0/24, gateway: 192.168.7.1"
	lanVLAN    = "lan: {bridge: {name: br0, vlan: 7}, subnet: 192.168.7.0/24, gateway: 192.168.7.1"
	wanted     = "lan: 192.168.7.32/24"
	static32   = `"ipam": {"type": "static", "addresses": [{"address": "192.168.7.32/24"}]}`
	macvlanCNI = `{"type": "macvlan", "master": "enp3s0", ` + static32 + `}`
	bridgeCNI  = `{"type": "bridge", "bridge": "br0", ` + static32 + `}`
	gatewayCNI = `"ipam": {"type": "static", "addresses": [{"address": "192.168.7.32/24", "gateway": "192.168.7.1"}]}`
	portmapCNI = `{"type": "portmap", "snat": true, "runtimeConfig": {"portMappings": [{"hostPort": 8080, "containerPort": 80, "protocol": "tcp"}]}}`
)

var (
	onMacvlan = Cell{Kind: "macvlan bridge", Addressing: "static", Family: "v4", Count: 1}
	onBridge  = Cell{Kind: "bridge", Addressing: "static", Family: "v4", Count: 1}
)

var scenarios = []scenario{
	{
		name: "`bridge` with `vlan`, on a bridge that does not filter", networks: lanVLAN + "}", wants: []string{wanted}, rule: "bridge-vlan",
		world: onBridge, look: hearsOf, sees: "hears the untagged LAN, not the VLAN",
	},
	{
		name: "the same, on a bridge that filters", networks: lanVLAN + "}", wants: []string{wanted}, rule: "bridge-vlan",
		world: onBridge, before: filters, look: hearsOf, sees: "hears the VLAN, not the untagged LAN", sees1: "hears the VLAN and the untagged LAN",
	},
	{
		name: "by hand without `preserveDefaultVlan: false`, on a bridge that filters", networks: lanVLAN + "}", wants: []string{wanted}, rule: "bridge-vlan",
		hand:  []string{`{"type": "bridge", "bridge": "br0", "vlan": 7, ` + static32 + `}`},
		world: onBridge, before: filters, look: hearsOf, sees: "hears the VLAN, not the untagged LAN", sees1: "hears the VLAN and the untagged LAN",
	},
	{
		name: "`bridge` that has its MAC from its ports", networks: lanBridge + "}", wants: []string{wanted}, rule: "bridge-mac",
		world: onBridge, before: highMAC, look: macOfNode, sees: "the node's MAC on the LAN is another one; DEL gives it back",
	},
	{
		name: "`bridge` with a MAC of its own", networks: lanBridge + "}", wants: []string{wanted}, rule: "bridge-mac",
		world: onBridge, before: ownMAC, look: macOfNode, sees: "the node keeps its MAC on the LAN",
	},
	{
		name: "`chain` with `bridge` and `isGateway`", networks: lanBridge + `, chain: [{type: bridge, bridge: br0, isGateway: true}]}`, wants: []string{wanted}, rule: "chain-link",
		hand:  []string{bridgeCNI + `, {"type": "bridge", "bridge": "br0", "isGateway": true, ` + gatewayCNI + `}`},
		world: onBridge, look: addressesOfNode, sees: "ADD: bridge: container veth name (\"lan\") peer provided (\"veth…\") already exists; the node has 192.168.7.10/24; behind DEL 192.168.7.10/24", sees1: "ADD: bridge: container veth name provided (lan) already exists; the node has 192.168.7.10/24; behind DEL 192.168.7.10/24",
	},
	{
		name: "by hand, `bridge` with `isGateway`", networks: lanBridge + `, chain: [{type: bridge, bridge: br0, isGateway: true}]}`, wants: []string{wanted}, rule: "chain-link",
		hand:  []string{`{"type": "bridge", "bridge": "br0", "isGateway": true, ` + gatewayCNI + `}`},
		world: onBridge, before: nobodysAddress, look: addressesOfNode, sees: "the node has 192.168.7.1/24; behind DEL 192.168.7.1/24",
	},
	{
		name: "by hand, `bridge` with `isGateway` and `forceAddress`", networks: lanBridge + `, chain: [{type: bridge, bridge: br0, isGateway: true, forceAddress: true}]}`, wants: []string{wanted}, rule: "chain-link",
		hand:  []string{`{"type": "bridge", "bridge": "br0", "isGateway": true, "forceAddress": true, ` + gatewayCNI + `}`},
		world: onBridge, look: addressesOfNode, sees: "the node has 192.168.7.1/24; behind DEL 192.168.7.1/24",
	},
	{
		name: "`chain` with `portmap` on macvlan", networks: lanMacvlan + `, chain: [{type: portmap}]}`, wants: []string{wanted}, rule: "chain-portmap",
		hand: []string{macvlanCNI + ", " + portmapCNI}, world: onMacvlan, look: whoAnswers, sees: "before: the node answers the wire, the node the node; with the pod: nobody answers the wire, nobody the node",
	},
	{
		name: "`chain` with `portmap` on a bridge", networks: lanBridge + `, chain: [{type: portmap}]}`, wants: []string{wanted}, rule: "bridge-mac",
		hand: []string{bridgeCNI + ", " + portmapCNI}, world: onBridge, look: whoAnswers, sees: "before: the node answers the wire, the node the node; with the pod: nobody answers the wire, the pod the node",
	},
	{
		name: "`chain` with `bandwidth` on macvlan", networks: lanMacvlan + `, chain: [{type: bandwidth, ingressRate: 8000000, ingressBurst: 80000}]}`, wants: []string{wanted}, rule: "chain-bandwidth",
		hand: []string{macvlanCNI + `, {"type": "bandwidth", "ingressRate": 8000000, "ingressBurst": 80000}`}, world: onMacvlan, look: attached, sees: "ADD: bandwidth: container interface lan has no veth peer: interface \"lan\" was not a veth interface",
	},
	{
		name: "`chain` with `bandwidth` on a bridge", networks: lanBridge + `, chain: [{type: bandwidth, ingressRate: 8000000, ingressBurst: 80000}]}`, wants: []string{wanted}, rule: "bridge-mac",
		world: onBridge, look: attached, sees: "ADD passes",
	},
	{
		name: "`chain` with `firewall` on macvlan", networks: lanMacvlan + `, chain: [{type: firewall}]}`, wants: []string{wanted}, rule: "chain-firewall",
		hand: []string{macvlanCNI + `, {"type": "firewall"}`}, world: onMacvlan, look: forwarded, sees: "0 packets of those that the pod got and sent met its rules; DEL leaves 2 chains of it",
	},
	{
		name: "`chain` with `sbr` on macvlan", networks: lanMacvlan + `, chain: [{type: sbr}]}`, wants: []string{wanted}, rule: "chain-sbr",
		hand: []string{macvlanCNI + `, {"type": "sbr"}`}, world: onMacvlan, look: routesOfPod, sees: "what goes to the LAN leaves by eth0; what leaves from the NIC's address, by eth0",
	},
	{
		name: "the same with `table`", networks: lanMacvlan + `, chain: [{type: sbr, table: 100}]}`, wants: []string{wanted}, rule: "chain-sbr",
		hand: []string{macvlanCNI + `, {"type": "sbr", "table": 100}`}, world: onMacvlan, look: routesOfPod, sees: "what goes to the LAN leaves by lan; what leaves from the NIC's address, by eth0", sees1: "what goes to the LAN leaves by eth0; what leaves from the NIC's address, by eth0",
	},
	{
		name:     "ipvlan `l2` and `l3` on one parent",
		networks: "lan: {ipvlan: {parent: enp3s0, mode: l2}, subnet: 192.168.7.0/24}, iot: {ipvlan: {parent: enp3s0, mode: l3}, subnet: 192.168.8.0/24}",
		wants:    []string{wanted, "iot: 192.168.8.32/24"}, rule: "ipvlan-modes",
		hand: []string{
			`{"type": "ipvlan", "master": "enp3s0", "mode": "l2", ` + static32 + `}`,
			`{"type": "ipvlan", "master": "enp3s0", "mode": "l3", "ipam": {"type": "static", "addresses": [{"address": "192.168.8.32/24"}]}}`,
		},
		world: onMacvlan, look: firstBeside, sees: "the first pod is ipvlan l2 and answers the wire: true; the second one: ADD passes; the first one then is ipvlan l3 and answers: false",
	},
	{
		name:     "ipvlan beside macvlan on one parent",
		networks: lanMacvlan + "}, iot: {ipvlan: {parent: enp3s0}, subnet: 192.168.8.0/24}",
		wants:    []string{wanted, "iot: 192.168.8.32/24"}, rule: "ipvlan-beside-macvlan",
		hand: []string{
			macvlanCNI,
			`{"type": "ipvlan", "master": "enp3s0", "mode": "l2", "ipam": {"type": "static", "addresses": [{"address": "192.168.8.32/24"}]}}`,
		},
		world: onMacvlan, look: firstBeside, sees: "the first pod is macvlan bridge and answers the wire: true; the second one: ADD: ipvlan: failed to create ipvlan: device or resource busy; the first one then is macvlan bridge and answers: true",
	},
	{
		name: "without `ipv6: false`, on a node that was booted without IPv6", networks: lanMacvlan + "}", wants: []string{wanted},
		world: onMacvlan, without6: true, look: attached,
		sees: "ADD: tuning: open /proc/sys/net/ipv6/conf/…: no such file or directory",
	},
}

func scenarioNamed(name string) *scenario {
	for n := range scenarios {
		if scenarios[n].name == name {
			return &scenarios[n]
		}
	}
	return nil
}

// expected is what is to be seen with a version of the plugins.
func (s *scenario) expected(version string) string {
	if s.sees1 != "" && strings.HasPrefix(version, "1.1.") {
		return s.sees1
	}
	return s.sees
}

// site is the scenario as a user would write it.
func (s *scenario) site() string {
	var text strings.Builder
	fmt.Fprintf(&text, `apiVersion: wrtpod.dev/v1alpha1
kind: Site
metadata: {name: matrix}
spec:
  salt: %s
  namespace: %s
  distribution: kubeadm
  cluster: {podCIDRs: [%s], serviceCIDRs: [%s]}
  networks: {%s}
`, salt, namespace, podCIDR, serviceCIDR, s.networks)
	for n, want := range s.wants {
		network, address, _ := strings.Cut(want, ": ")
		fmt.Fprintf(&text, `---
apiVersion: wrtpod.dev/v1alpha1
kind: Appliance
metadata: {name: %s}
spec:
  image: localhost/busybox:1
  interfaces: [{network: %s, address: %s}]
`, appliance(n), network, address)
	}
	return text.String()
}

// finding renders a scenario, or takes what is written by hand, and sees to it that wrtpod says what it is to say.
func (r renderer) finding(s *scenario) (Finding, error) {
	made := Finding{Name: s.name}
	output, codes, err := r.says(s.site())
	if err != nil {
		return made, fmt.Errorf("%s: %w", s.name, err)
	}
	if _, said := codes[s.rule]; s.rule != "" && !said {
		return made, fmt.Errorf("%s: wrtpod says %v, not %s", s.name, codes, s.rule)
	}
	for n, want := range s.wants {
		network, address, _ := strings.Cut(want, ": ")
		if s.hand != nil {
			conf := fmt.Sprintf(`{"cniVersion": "1.0.0", "name": %q, "plugins": [%s]}`, "f-"+network, s.hand[n])
			made.Pods = append(made.Pods, Pod{Name: appliance(n) + "-0", Network: "f-" + network, Interface: network, Conf: []byte(conf)})
			continue
		}
		pod, err := output.pod(appliance(n))
		if err != nil {
			return made, fmt.Errorf("%s, %s: %w", s.name, address, err)
		}
		made.Pods = append(made.Pods, pod)
	}
	return made, nil
}
