package main

import (
	"slices"
	"testing"
)

// good is a job and the outcome that it should have.
func good() (Job, Outcome) {
	cell := Cell{Number: 1, Kind: "macvlan bridge", Addressing: "static", MAC: "fixed", Family: "dual", Count: 2}
	job := Job{Cell: cell, Attempts: []Attempt{{Label: "rendered"}}}
	outcome := Outcome{Cell: 1, Meet: true}
	for n := range 2 {
		nic, mac := cell.nic(n), cell.asked(n)
		sysctls := map[string]string{"net.ipv4.conf." + nic + ".rp_filter": "2"}
		job.Attempts[0].Pods = append(job.Attempts[0].Pods, Pod{Interface: nic, Sysctls: sysctls})
		seen := Seen{
			ResultMAC: mac, Link: "macvlan", Mode: "bridge", Parent: parent, ParentMAC: "52:54:00:0a:0a:0a", MTU: 1400, Up: true, MAC: mac,
			Addresses: cell.fixed(n), Sysctls: map[string]string{"net.ipv4.conf." + nic + ".rp_filter": "2"}, Wire: map[string]string{},
			Routes: append(slices.Clone(sandboxRoutes), subnet4+" dev "+nic, subnet6+" dev "+nic),
		}
		for _, address := range seen.Addresses {
			seen.Wire[address] = mac
		}
		outcome.Pods = append(outcome.Pods, seen)
	}
	return job, outcome
}

func TestEveryDifferenceIsSeen(t *testing.T) {
	job, outcome := good()
	if found := judge(job, outcome); found != nil {
		t.Fatalf("the good outcome: %q", found)
	}
	for want, spoil := range map[string]func(*Outcome){
		"second: ADD: no":                                  func(o *Outcome) { o.Pods[1].AddError = "no" },
		"first: kind vlan":                                 func(o *Outcome) { o.Pods[0].Link = "vlan" },
		"first: mode vepa":                                 func(o *Outcome) { o.Pods[0].Mode = "vepa" },
		"first: parent lo":                                 func(o *Outcome) { o.Pods[0].Parent = "lo" },
		"first: MTU 1500":                                  func(o *Outcome) { o.Pods[0].MTU = 1500 },
		"first: down":                                      func(o *Outcome) { o.Pods[0].Up = false },
		"second: another MAC":                              func(o *Outcome) { o.Pods[1].MAC = "02:00:00:00:00:01" },
		"second: another MAC reported":                     func(o *Outcome) { o.Pods[1].ResultMAC = "" },
		"first: no IPv6 address":                           func(o *Outcome) { o.Pods[0].Addresses = o.Pods[0].Addresses[:1] },
		"first: one more IPv4 address":                     func(o *Outcome) { o.Pods[0].Addresses = append(o.Pods[0].Addresses, "192.168.7.99/24") },
		"first: no route 192.168.7.0/24 dev NIC":           func(o *Outcome) { o.Pods[0].Routes = slices.Delete(o.Pods[0].Routes, 4, 5) },
		"first: one more route: default dev NIC":           func(o *Outcome) { o.Pods[0].Routes = append(o.Pods[0].Routes, "default dev c000") },
		"second: sysctl net.ipv4.conf.IFNAME.rp_filter = ": func(o *Outcome) { o.Pods[1].Sysctls = nil },
		"first: another MAC on the wire":                   func(o *Outcome) { o.Pods[0].Wire["192.168.7.32/24"] = "52:54:00:0a:0a:0a" },
		"first: nobody answers for IPv6 on the wire":       func(o *Outcome) { delete(o.Pods[0].Wire, "fd00:7::32/64") },
		"both have one address":                            func(o *Outcome) { o.Pods[0].Addresses = o.Pods[1].Addresses },
		"they reach each other: false":                     func(o *Outcome) { o.Meet = false },
		"first: DEL: no":                                   func(o *Outcome) { o.Pods[0].DelError = "no" },
		"DEL leaves it":                                    func(o *Outcome) { o.Left = []string{"it"} },
		"the test itself: x":                               func(o *Outcome) { o.Trouble = "x" },
	} {
		_, spoiled := good()
		spoil(&spoiled)
		if found := judge(job, spoiled); !slices.Contains(found, want) {
			t.Errorf("wanted %q, found %q", want, found)
		}
	}
}

func TestOnlyWhatRanAndCameOutAsAskedPasses(t *testing.T) {
	job, outcome := good()
	if !decide(job, map[int]Outcome{0: outcome}).passed {
		t.Error("as planned")
	}
	if decide(job, nil).passed {
		t.Error("a cell that did not run")
	}
	refused := job
	refused.Refused = []string{"a-rule"}
	if decide(refused, map[int]Outcome{0: outcome}).passed {
		t.Error("a rule that forbids what works")
	}
	outcome.Pods[0].MAC = "02:00:00:00:00:01"
	if !decide(refused, map[int]Outcome{0: outcome}).passed {
		t.Error("a refused cell that lies")
	}
	if decide(job, map[int]Outcome{0: outcome}).passed {
		t.Error("an accepted cell that lies")
	}
	job.Attempts = nil
	if decide(job, nil).passed {
		t.Error("a cell without attempts")
	}
}

func TestJobsOfOneNetworkAreOneGroup(t *testing.T) {
	jobs := []Job{{Cell: Cell{Number: 2}}, {Cell: Cell{Number: 3}}, {Cell: Cell{Number: 4}}, {Cell: Cell{Number: 7}}}
	var sizes []int
	for _, group := range byNetwork(jobs) {
		sizes = append(sizes, len(group))
	}
	if !slices.Equal(sizes, []int{2, 1, 1}) {
		t.Error(sizes)
	}
}

func TestAnAddressIsInItsRange(t *testing.T) {
	for has, want := range map[string]bool{"192.168.7.150/24": true, "192.168.7.161/24": false, "192.168.7.150/16": false, "fd00:7::150/64": false} {
		if within(has, lease4+"/24") != want {
			t.Errorf("%s: not %t", has, want)
		}
	}
}

// The value is that of `printf 'salt\nnamespace\nappliance\nnetwork' | sha256sum`.
func TestADerivedMACIsWhatTheDocumentSays(t *testing.T) {
	cell := Cell{Kind: "macvlan bridge", MAC: "derived"}
	if mac := cell.asked(0); mac != "02:9b:46:ec:c1:08" {
		t.Error(mac)
	}
}

func TestAFindingComesOutAsItIsWrittenDown(t *testing.T) {
	seen := map[string]bool{}
	for n := range scenarios {
		one := &scenarios[n]
		if seen[one.name] || one.sees == "" || one.hand != nil && len(one.hand) != len(one.wants) {
			t.Errorf("%s: stands twice, or says too little", one.name)
		}
		seen[one.name] = true
		finding := Finding{Name: one.name}
		for _, version := range []string{"1.1.1", "1.9.1"} {
			good := Noticed{Finding: one.name, Saw: one.expected(version)}
			for _, spoiled := range []Noticed{{}, {Finding: one.name, Saw: "x"}, {Finding: one.name, Saw: good.Saw, Trouble: "x"}} {
				if compare(finding, version, map[string]Noticed{one.name: spoiled}).passed {
					t.Errorf("%s: %v", one.name, spoiled)
				}
			}
			if !compare(finding, version, map[string]Noticed{one.name: good}).passed {
				t.Errorf("%s with %s", one.name, version)
			}
		}
	}
}
