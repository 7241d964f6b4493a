package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"slices"
	"sync"
)

// How many attempts are made at a time. Most are work for the one processor; those that wait for a lease that never comes
// are not.
const working, waiting = 6, 8

// drive does every attempt and every finding that is for a machine such as this, and writes an outcome a line.
func drive(work Work, out io.Writer) error {
	isElsewhere := func(without6 bool) bool { return without6 == hasIPv6() }
	jobs := slices.DeleteFunc(work.Jobs, func(job Job) bool { return isElsewhere(job.Cell.kind().without6) })
	encoder := json.NewEncoder(out)
	for n, finding := range work.Findings {
		if scenario := scenarioNamed(finding.Name); scenario != nil && !isElsewhere(scenario.without6) {
			if err := encoder.Encode(map[string]Noticed{"Noticed": scenario.play(finding.Pods, n)}); err != nil {
				return err
			}
		}
	}
	daemon, err := startDaemon()
	if err != nil {
		return err
	}
	defer func() { _ = daemon.Process.Kill() }()
	outcomes := make(chan Outcome)
	var workers sync.WaitGroup
	start := func(count int, jobs []Job) {
		queue := make(chan []Job, len(jobs))
		for _, group := range byNetwork(jobs) {
			queue <- group
		}
		close(queue)
		for range count {
			workers.Add(1)
			go func() {
				defer workers.Done()
				for group := range queue {
					for _, job := range group {
						for n := range job.Attempts {
							for _, outcome := range attempt(job, n) {
								outcomes <- outcome
							}
						}
					}
				}
			}()
		}
	}
	waits := func(job Job) bool { return job.Refused != nil && job.Cell.Addressing == "dhcp" }
	start(waiting, slices.DeleteFunc(slices.Clone(jobs), func(job Job) bool { return !waits(job) }))
	start(working, slices.DeleteFunc(slices.Clone(jobs), waits))
	go func() {
		workers.Wait()
		close(outcomes)
	}()
	for outcome := range outcomes {
		if err := encoder.Encode(outcome); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintln(out, `{"End":true}`)
	return err
}

// byNetwork groups the jobs that are not to run at one time: host-local's notes on a network are theirs together.
func byNetwork(jobs []Job) [][]Job {
	var groups [][]Job
	for _, job := range jobs {
		if last := len(groups) - 1; last >= 0 && groups[last][0].Cell.network() == job.Cell.network() {
			groups[last] = append(groups[last], job)
			continue
		}
		groups = append(groups, []Job{job})
	}
	return groups
}

// attempt attaches the pods of one attempt, looks, asks the wire, and takes them down again.
func attempt(job Job, n int) []Outcome {
	outcomes := []Outcome{{Cell: job.Cell.Number, Attempt: n}}
	if job.Alone {
		outcomes = append(outcomes, Outcome{Cell: job.Cell.Number - 1, Attempt: n})
	}
	name := fmt.Sprintf("%s-%d-%d", job.Cell.network(), job.Cell.Count, n)
	pods := job.Attempts[n].Pods
	w, err := newWorld(name, job.Cell, len(pods))
	if err == nil {
		err = w.play(pods, outcomes, job.Refused == nil)
	}
	if err != nil {
		for n := range outcomes {
			outcomes[n].Trouble = err.Error()
		}
	}
	w.remove()
	return outcomes
}

// play fills in the outcome of all pods, and when there is a second one, that of the first pod on its own. A refused cell is
// not taken down by DEL: what was amiss in that would say nothing for the rule.
func (w *world) play(pods []Pod, outcomes []Outcome, accepted bool) error {
	before, err := w.inventory()
	if err != nil {
		return err
	}
	all := &outcomes[0]
	all.Pods = make([]Seen, len(pods))
	feeders := make([]feeder, len(pods))
	for n, pod := range pods {
		feeders[n] = feeder{
			cache:   filepath.Join("/var/lib/cni/cache", w.name),
			sandbox: fmt.Sprintf("%s-%d", w.name, n), netns: w.pods[n].path(), pod: pod,
		}
	}
	added := true
	for n := range pods {
		if added, err = w.start(n, feeders[n], &all.Pods[n]); err != nil {
			return err
		}
		if !added {
			break
		}
		if n == 0 && len(outcomes) == 2 {
			outcomes[1].Pods = []Seen{all.Pods[0]}
			if err := w.judge(pods[:1], &outcomes[1]); err != nil {
				return err
			}
		}
	}
	if added {
		if err := w.judge(pods, all); err != nil {
			return err
		}
	}
	if accepted {
		for n := len(pods) - 1; n >= 0; n-- {
			if err := w.node.inside(feeders[n].del); err != nil {
				all.Pods[n].DelError = err.Error()
			}
		}
		if all.Left, err = w.leftOver(pods, feeders, before); err != nil {
			return err
		}
	}
	for _, feeder := range feeders {
		feeder.forget()
	}
	if len(outcomes) == 1 {
		return nil
	}
	if outcomes[1].Pods == nil {
		outcomes[1].Pods = []Seen{all.Pods[0]}
	}
	outcomes[1].Pods[0].DelError, outcomes[1].Left = all.Pods[0].DelError, all.Left
	return nil
}

// start attaches a pod's NIC, and does what its init container and its guest do.
func (w *world) start(n int, feeder feeder, seen *Seen) (bool, error) {
	failure := w.node.inside(func() error {
		var err error
		seen.ResultMAC, err = feeder.add()
		return err
	})
	if failure != nil {
		seen.AddError = failure.Error()
		return false, nil // the sandbox fails, and its pod with it
	}
	if feeder.pod.Files != nil {
		if err := w.runWire(n, feeder.pod); err != nil {
			seen.WireError = err.Error()
		}
	}
	return true, w.actAsGuest(n, feeder.pod)
}

// judge looks at every NIC and lets the wire judge it.
func (w *world) judge(pods []Pod, outcome *Outcome) error {
	if w.cell.has("v6") {
		if err := w.letRoutersSpeak(pods); err != nil {
			return fmt.Errorf("router advertisement: %w", err)
		}
	}
	for n, pod := range pods {
		seen := &outcome.Pods[n]
		if err := w.look(n, pod, seen); err != nil {
			return err
		}
		if err := w.askWire(seen); err != nil {
			return err
		}
	}
	if len(pods) < 2 {
		return nil
	}
	outcome.Meet = true
	for _, address := range outcome.Pods[1].Addresses {
		ip, _, err := net.ParseCIDR(address)
		if err != nil {
			return err
		}
		outcome.Meet = outcome.Meet && ping(w.pods[0], ip)
	}
	return nil
}

// askWire: who answers for the NIC's addresses, and to whom are they leased?
func (w *world) askWire(seen *Seen) error {
	seen.Wire = map[string]string{}
	for _, address := range seen.Addresses {
		ip, _, err := net.ParseCIDR(address)
		if err != nil {
			return err
		}
		if seen.Wire[address], err = w.answersFor(ip); err != nil {
			return err
		}
		if w.dhcp != nil && ip.To4() != nil {
			if seen.Lease, seen.LeaseHost, err = w.dhcp.lease(ip.String()); err != nil {
				return err
			}
			id, err := w.dhcp.asked.clientID(seen.Lease)
			if err != nil {
				return err
			}
			seen.LeaseID = string(id)
			seen.NodesOwn = ip.Equal(w.nodeLease)
		}
	}
	return nil
}

// actAsGuest sets the addresses that no plugin sets.
func (w *world) actAsGuest(n int, pod Pod) error {
	if len(pod.Guest) == 0 {
		return nil
	}
	link, err := w.pods[n].LinkByName(pod.Interface)
	if err != nil {
		return err
	}
	return w.pods[n].address(link, pod.Guest...)
}

// leftOver is what is not as it was before ADD.
func (w *world) leftOver(pods []Pod, feeders []feeder, before []string) ([]string, error) {
	var left []string
	after, err := w.inventory()
	if err != nil {
		return nil, err
	}
	for _, link := range after {
		if !slices.Contains(before, link) {
			left = append(left, "node: "+link)
		}
	}
	for _, link := range before {
		if !slices.Contains(after, link) {
			left = append(left, "node lost "+link)
		}
	}
	for n, pod := range pods {
		if _, err := w.pods[n].LinkByName(pod.Interface); err == nil {
			left = append(left, "the NIC "+pod.Interface)
		}
		left = append(left, feeders[n].leftOver()...)
	}
	return left, nil
}
