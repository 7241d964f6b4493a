package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// verdict of a cell with one version of the plugins.
type verdict struct {
	passed bool
	shown  string // what stands in the table
}

// report judges every cell, writes the table, and counts. A cell without an outcome has failed.
func report(work Work, table string, outcomes map[string][]string) error {
	jobs := work.Jobs
	versions := slices.Sorted(func(yield func(string) bool) {
		for version := range outcomes {
			if !yield(version) {
				return
			}
		}
	})
	verdicts, noticed := map[string][]verdict{}, map[string][]verdict{}
	passed, failed := 0, 0
	for _, version := range versions {
		seen := outcomesOf{map[int]map[int]Outcome{}, map[string]Noticed{}}
		for _, file := range outcomes[version] {
			if err := seen.read(file); err != nil {
				fmt.Printf("plugins %s: %v\n", version, err)
			}
		}
		count := func(one verdict, what string) {
			if one.passed {
				passed++
				return
			}
			failed++
			fmt.Printf("FAILED %s, plugins %s: %s\n", what, version, one.shown)
		}
		for _, job := range jobs {
			one := decide(job, seen.cells[job.Cell.Number])
			verdicts[version] = append(verdicts[version], one)
			count(one, job.Cell.String())
		}
		for _, finding := range work.Findings {
			one := compare(finding, version, seen.findings)
			noticed[version] = append(noticed[version], one)
			count(one, finding.Name)
		}
	}
	if err := os.WriteFile(table, []byte(page(jobs, versions, verdicts)+findingsPage(work.Findings, versions, noticed)), 0o644); err != nil {
		return err
	}
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		return fmt.Errorf("%d cells failed", failed)
	}
	return nil
}

// decide: an accepted cell has to come out as planned; a refused one has to fail or lie, however it is written by hand.
func decide(job Job, outcomes map[int]Outcome) verdict {
	if len(job.Attempts) == 0 {
		return verdict{false, "nothing was tried"}
	}
	if len(job.Faults) > 0 {
		return verdict{false, strings.Join(job.Faults, "; ")}
	}
	var shown []string
	for n, attempt := range job.Attempts {
		outcome, ran := outcomes[n]
		if !ran {
			return verdict{false, attempt.Label + ": did not run"}
		}
		found := judge(job, outcome)
		text := strings.Join(found, "; ")
		switch {
		case outcome.Trouble != "":
			return verdict{false, text}
		case job.Refused == nil && len(found) == 0:
			return verdict{true, "as planned"}
		case job.Refused == nil:
			return verdict{false, text}
		case len(found) == 0:
			return verdict{false, strings.Join(job.Refused, ", ") + " forbids what works: " + attempt.Label}
		}
		if !slices.Contains(shown, text) {
			shown = append(shown, text)
		}
	}
	return verdict{true, strings.Join(shown, " / ")}
}

// compare: a finding has to come out as it is written down.
func compare(finding Finding, version string, seen map[string]Noticed) verdict {
	scenario, saw := scenarioNamed(finding.Name), seen[finding.Name]
	switch {
	case scenario == nil || saw.Finding == "":
		return verdict{false, "did not run"}
	case saw.Trouble != "":
		return verdict{false, "the test itself: " + saw.Trouble}
	}
	return verdict{saw.Saw == scenario.expected(version), saw.Saw}
}

// outcomesOf one version of the plugins: of cells by cell and attempt, of findings by name.
type outcomesOf struct {
	cells    map[int]map[int]Outcome
	findings map[string]Noticed
}

// read adds those of a virtual machine. The last line says that it came to its end.
func (seen outcomesOf) read(file string) error {
	text, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = text.Close() }()
	lines := bufio.NewScanner(text)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line struct {
			Outcome
			Noticed Noticed
			End     bool
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		switch {
		case line.End:
			return nil
		case line.Noticed.Finding != "":
			seen.findings[line.Noticed.Finding] = line.Noticed
			continue
		}
		if seen.cells[line.Cell] == nil {
			seen.cells[line.Cell] = map[int]Outcome{}
		}
		seen.cells[line.Cell][line.Attempt] = line.Outcome
	}
	return fmt.Errorf("%s: the run did not come to its end", file)
}
