// Command matrix is wrtpod's conformance matrix of CNI attachments; ../README.md says what it shows.
//
//	matrix jobs WRTPOD                        renders every cell; the jobs on stdout
//	matrix drive JOBS OUT                     in the virtual machine: does the jobs with the plugins in /plugins
//	matrix judge JOBS TABLE VERSION=OUT…      compares, writes the table, and counts; a version may have several OUT
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"sync"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "matrix:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	switch {
	case len(arguments) == 2 && arguments[0] == "jobs":
		return writeJobs(renderer{arguments[1]}, os.Stdout)
	case len(arguments) == 3 && arguments[0] == "drive":
		work, err := readWork(arguments[1])
		if err != nil {
			return err
		}
		out, err := os.OpenFile(arguments[2], os.O_WRONLY|os.O_CREATE, 0o644)
		if err != nil {
			return err
		}
		return drive(work, out)
	case len(arguments) > 3 && arguments[0] == "judge":
		work, err := readWork(arguments[1])
		if err != nil {
			return err
		}
		unpair(work.Jobs)
		outcomes := map[string][]string{}
		for _, pair := range arguments[3:] {
			version, file, _ := strings.Cut(pair, "=")
			outcomes[version] = append(outcomes[version], file)
		}
		return report(work, arguments[2], outcomes)
	}
	return fmt.Errorf("usage: see the head of main.go")
}

// writeJobs renders two cells at a time.
func writeJobs(r renderer, out io.Writer) error {
	all := cells()
	jobs := make([]Job, len(all))
	failures := make([]error, len(all))
	var group sync.WaitGroup
	limit := make(chan struct{}, 2)
	for n, cell := range all {
		group.Add(1)
		limit <- struct{}{}
		go func() {
			defer group.Done()
			jobs[n], failures[n] = r.job(cell)
			<-limit
		}()
	}
	group.Wait()
	if err := errors.Join(failures...); err != nil {
		return err
	}
	pair(jobs)
	work := Work{Jobs: jobs}
	for n := range scenarios {
		finding, err := r.finding(&scenarios[n])
		if err != nil {
			return err
		}
		work.Findings = append(work.Findings, finding)
	}
	return json.NewEncoder(out).Encode(work)
}

// pair lets a cell with one appliance be the first half of the same with two: a node, a wire and an ADD less.
func pair(jobs []Job) {
	for n := 1; n < len(jobs); n += 2 {
		one, two := &jobs[n-1], &jobs[n]
		if (one.Refused == nil) == (two.Refused == nil) && reflect.DeepEqual(one.Attempts, firstHalf(*two)) {
			one.Attempts, two.Alone = nil, true
		}
	}
}

// unpair gives such a cell back what was tried for it.
func unpair(jobs []Job) {
	for n, two := range jobs {
		if two.Alone {
			jobs[n-1].Attempts = firstHalf(two)
		}
	}
}

func firstHalf(two Job) []Attempt {
	var all []Attempt
	for _, attempt := range two.Attempts {
		all = append(all, Attempt{Label: attempt.Label, Pods: attempt.Pods[:1]})
	}
	return all
}

func readWork(file string) (Work, error) {
	var work Work
	text, err := os.ReadFile(file)
	if err != nil {
		return work, err
	}
	return work, json.Unmarshal(text, &work)
}
