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
func report(jobs []Job, table string, outcomes map[string]string) error {
	versions := slices.Sorted(func(yield func(string) bool) {
		for version := range outcomes {
			if !yield(version) {
				return
			}
		}
	})
	verdicts := map[string][]verdict{}
	passed, failed := 0, 0
	for _, version := range versions {
		seen, err := readOutcomes(outcomes[version])
		if err != nil {
			fmt.Printf("plugins %s: %v\n", version, err)
		}
		for _, job := range jobs {
			one := decide(job, seen[job.Cell.Number])
			verdicts[version] = append(verdicts[version], one)
			if one.passed {
				passed++
				continue
			}
			failed++
			fmt.Printf("FAILED %s, plugins %s: %s\n", job.Cell, version, one.shown)
		}
	}
	if err := os.WriteFile(table, []byte(page(jobs, versions, verdicts)), 0o644); err != nil {
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

// readOutcomes gives cell → attempt → outcome. The last line says that the virtual machine came to its end.
func readOutcomes(file string) (map[int]map[int]Outcome, error) {
	seen := map[int]map[int]Outcome{}
	text, err := os.Open(file)
	if err != nil {
		return seen, err
	}
	defer func() { _ = text.Close() }()
	lines := bufio.NewScanner(text)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line struct {
			Outcome
			End bool
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return seen, fmt.Errorf("%s: %w", file, err)
		}
		if line.End {
			return seen, nil
		}
		if seen[line.Cell] == nil {
			seen[line.Cell] = map[int]Outcome{}
		}
		seen[line.Cell][line.Attempt] = line.Outcome
	}
	return seen, fmt.Errorf("%s: the run did not come to its end", file)
}
