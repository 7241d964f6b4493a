package main

import (
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vishvananda/netlink"
)

// stage is where a scenario is done: a node and a host with a wire between them, and the pods of it.
type stage struct {
	*world
	pods []Pod
}

// play does a scenario on a stage of its own.
func (s *scenario) play(pods []Pod, number int) Noticed {
	saw := Noticed{Finding: s.name}
	w, err := newWorld(fmt.Sprintf("f%02d", number), s.world, len(pods))
	defer w.remove()
	stage := &stage{w, pods}
	if err == nil && s.before != nil {
		err = s.before(stage)
	}
	if err == nil {
		saw.Saw, err = s.look(stage)
	}
	if err != nil {
		saw.Trouble = err.Error()
	}
	for n := range w.pods {
		_ = stage.del(n) // what is amiss in that is not what the scenario is about
		stage.feeder(n).forget()
	}
	return saw
}

func (s *stage) feeder(n int) feeder {
	return feeder{
		cache:   filepath.Join("/var/lib/cni/cache", s.name),
		sandbox: fmt.Sprintf("%s-%d", s.name, n), netns: s.world.pods[n].path(), pod: s.pods[n],
	}
}

// add attaches a pod's NIC; what the plugins say against it, or nothing.
func (s *stage) add(n int) string {
	err := s.node.inside(func() error {
		_, err := s.feeder(n).add()
		return err
	})
	if err != nil {
		return "ADD: " + plainly(err.Error())
	}
	return ""
}

func (s *stage) del(n int) error { return s.node.inside(s.feeder(n).del) }

// attached: does ADD pass, or what does it say?
func attached(s *stage) (string, error) {
	if fault := s.add(0); fault != "" {
		return fault, nil
	}
	return "ADD passes", nil
}

// firstBeside attaches both pods: what becomes of the first one, and does the second one come?
func firstBeside(s *stage) (string, error) {
	if fault := s.add(0); fault != "" {
		return fault, nil
	}
	pod, wire := s.world.pods[0], net.ParseIP("192.168.7.32")
	before, err := modeOf(pod, s.pods[0].Interface)
	if err != nil {
		return "", err
	}
	answered := ping(s.host, wire)
	second := s.add(1)
	after, err := modeOf(pod, s.pods[0].Interface)
	if err != nil {
		return "", err
	}
	s.forgetNeighbours()
	said := []string{fmt.Sprintf("the first pod is %s and answers the wire: %t", before, answered)}
	if second != "" {
		said = append(said, "the second one: "+second)
	} else {
		said = append(said, "the second one: ADD passes")
	}
	said = append(said, fmt.Sprintf("the first one then is %s and answers: %t", after, ping(s.host, wire)))
	return strings.Join(said, "; "), nil
}

func modeOf(in *space, name string) (string, error) {
	link, err := in.LinkByName(name)
	if err != nil {
		return "", err
	}
	switch link := link.(type) {
	case *netlink.IPVlan:
		return "ipvlan " + ipvlanModes[link.Mode], nil
	case *netlink.Macvlan:
		return "macvlan " + macvlanModes[link.Mode], nil
	}
	return link.Type(), nil
}

// forgetNeighbours has the host ask anew who has an address.
func (s *stage) forgetNeighbours() {
	neighbours, err := s.host.NeighList(s.wire.Attrs().Index, netlink.FAMILY_V4)
	if err != nil {
		return
	}
	for _, one := range slices.Clone(neighbours) {
		_ = s.host.NeighDel(&one)
	}
}
