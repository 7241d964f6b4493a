package main

import (
	"fmt"
	"strings"
)

const head = `# What the wire showed

<!-- Written by ` + "`tests/cni/run`" + `. -->

Every way of attaching a NIC, on a real kernel with the real CNI plugins: Debian's %s and the release %s.
[tests/cni](../tests/cni/README.md) says how. Where wrtpod accepts a combination, "as planned" means: the link's kind,
mode, parent and MTU, its MAC, its addresses, the pod's routes and sysctls are what the site asks for; a host on the wire
reaches every address and its neighbour table shows that MAC; the DHCP server's lease is this MAC's, which is the client
id too; two appliances reach each other as the kind promises; DEL leaves no link, file or address of a pool. (A DHCP lease
ends by itself: release is not acknowledged, and the server heard none of 1.9.1's.) Where wrtpod refuses, the rule stands
there, and behind it what came of the attachment that a person would have written by hand; DEL is not tried there.
`

const headOfFindings = `
## What rules and notes speak of

What wrtpod says something of, as its word in the second column, each done with what it renders or, where it refuses, by hand. The
third and fourth column are what came of it.

| what | wrtpod | %s |
|---|---|---|---|
`

// findingsPage is the second table.
func findingsPage(findings []Finding, versions []string, noticed map[string][]verdict) string {
	var text strings.Builder
	fmt.Fprintf(&text, headOfFindings, strings.Join(versions, " | "))
	for n, finding := range findings {
		answer := "accepts"
		if scenario := scenarioNamed(finding.Name); scenario != nil && scenario.rule != "" {
			answer = "`" + scenario.rule + "`"
		}
		fmt.Fprintf(&text, "| %s | %s |", finding.Name, answer)
		for _, version := range versions {
			fmt.Fprintf(&text, " %s |", strings.ReplaceAll(noticed[version][n].shown, "|", "\\|"))
		}
		text.WriteString("\n")
	}
	return text.String()
}

// page is the table, one section a kind.
func page(jobs []Job, versions []string, verdicts map[string][]verdict) string {
	var text strings.Builder
	fmt.Fprintf(&text, head, versions[0], versions[len(versions)-1])
	kind := ""
	for n, job := range jobs {
		cell := job.Cell
		if cell.Kind != kind {
			kind = cell.Kind
			fmt.Fprintf(&text, "\n## %s\n\n| address | MAC | family | appliances | wrtpod | %s |\n|---|---|---|---|---|%s\n",
				kind, strings.Join(versions, " | "), strings.Repeat("---|", len(versions)))
		}
		answer := "accepts"
		if kind := cell.kind(); kind.site == "" {
			answer = neverRendered
		} else if job.Refused != nil {
			answer = "`" + strings.Join(job.Refused, "`, `") + "`"
		}
		fmt.Fprintf(&text, "| %s | %s | %s | %d | %s |", cell.Addressing, cell.MAC, cell.Family, cell.Count, answer)
		for _, version := range versions {
			fmt.Fprintf(&text, " %s |", strings.ReplaceAll(verdicts[version][n].shown, "|", "\\|"))
		}
		text.WriteString("\n")
	}
	return text.String()
}
