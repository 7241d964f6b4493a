package main

import (
	"fmt"
	"strings"
)

// Cell is one combination of the matrix.
type Cell struct {
	Number     int
	Kind       string
	Addressing string // static, pool, dhcp, none
	MAC        string // fixed, derived
	Family     string // v4, v6, dual
	Count      int    // appliances on the node
}

var (
	addressings = []string{"static", "pool", "dhcp", "none"}
	macs        = []string{"fixed", "derived"}
	families    = []string{"v4", "v6", "dual"}
)

// cells is the whole product, in the order of the table.
func cells() []Cell {
	var all []Cell
	for _, kind := range kinds {
		for _, addressing := range addressings {
			for _, mac := range macs {
				for _, family := range families {
					if kind.without6 && (mac != "derived" || family != "v4") {
						continue // what a MAC is from has been seen with the kind itself
					}
					for _, count := range []int{1, 2} {
						all = append(all, Cell{len(all), kind.name, addressing, mac, family, count})
					}
				}
			}
		}
	}
	return all
}

func (c Cell) String() string {
	return fmt.Sprintf("%s, %s, MAC %s, %s, %d", c.Kind, c.Addressing, c.MAC, c.Family, c.Count)
}

// network is the name of the cell's network. State on disk, such as host-local's, goes by it, so no two cells share one but
// those that differ in the number of appliances alone.
func (c Cell) network() string { return fmt.Sprintf("c%03d", c.Number/2) }

func (c Cell) kind() kind { return kindNamed(c.Kind) }

func (c Cell) has(family string) bool { return c.Family == family || c.Family == "dual" }

// of keeps the values of the cell's families.
func (c Cell) of(v4, v6 string) []string {
	var kept []string
	if c.has("v4") {
		kept = append(kept, v4)
	}
	if c.has("v6") {
		kept = append(kept, v6)
	}
	return kept
}

// appliance is the name of the n-th appliance, its pod's name without the `-0`.
func appliance(n int) string { return []string{"one", "two"}[n] }

// nic is the name of the n-th appliance's interface: the first leaves it to its default, the second gives one, which a
// derived MAC depends on.
func (c Cell) nic(n int) string {
	if n == 0 {
		return c.network()
	}
	return "nic"
}

// mtu is what the site asks for: cells with a fixed MAC state one, the others leave it to the parent.
func (c Cell) mtu() int {
	if c.MAC == "fixed" && c.Kind != hostDevice {
		return 1400
	}
	return 0
}

func list(values []string) string {
	quoted := make([]string, len(values))
	for i, value := range values {
		quoted[i] = fmt.Sprintf("%q", value)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
