package main

import "encoding/json"

// Work is all that the virtual machines do; each does what its node is for.
type Work struct {
	Jobs     []Job
	Findings []Finding
}

// Job is what the virtual machine does for a cell: each attempt on a node of its own.
type Job struct {
	Cell     Cell
	Refused  []string // wrtpod's rules, when it refuses the cell
	Faults   []string // what is wrong with what it rendered
	Attempts []Attempt
	// Alone: the first of the two pods, on its own, is the cell before this one, which has no attempts itself.
	Alone bool
}

// Attempt is one way of attaching the cell's appliances: wrtpod's own, or for a refused cell one that is written by hand.
type Attempt struct {
	Label string
	Pods  []Pod
}

// Pod is one appliance's NIC as Multus is asked for it.
type Pod struct {
	Name      string
	Conf      json.RawMessage // the NAD's spec.config
	Network   string          // its name inside, under which host-local keeps its notes
	Interface string
	MAC       string
	IPs       []string
	Guest     []string                     // addresses that the guest itself sets: there is no IPAM
	Sysctls   map[string]string            // planned; the keys with the interface's name in them
	Files     map[string]map[string]string `json:",omitempty"` // what the init container `wire` sees below /wrtpod, where it is run
}

// Outcome is what came of an attempt.
type Outcome struct {
	Cell    int
	Attempt int
	Trouble string // the driver's own: nothing was proven
	Pods    []Seen
	Meet    bool     // the two reached each other
	Left    []string // what DEL left behind
}

// Seen is a NIC as the pod's kernel and the wire show it.
type Seen struct {
	AddError, DelError string
	WireError          string // of the init container
	ResultMAC          string // what the plugins reported
	Link, Mode, Parent string
	ParentMAC          string
	VLAN, MTU          int
	Up                 bool
	MAC                string
	Addresses          []string
	Routes             []string
	Sysctls            map[string]string
	Wire               map[string]string // address → MAC of whoever answered for it on the wire; empty: nobody
	Lease              string            // MAC that the DHCP server leased the address to
	LeaseHost          string
	LeaseID            string // client id by which it was asked for
	NodesOwn           bool   // the lease is the one that the node has
}
