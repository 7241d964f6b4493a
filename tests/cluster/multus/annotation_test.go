package main

import (
	"reflect"
	"strings"
	"testing"
)

func TestParseSelections(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want []*selection
	}{
		"short form": {" lan, other/iot@net7 ", []*selection{
			{Name: "lan", Namespace: "pods"}, {Name: "iot", Namespace: "other", Interface: "net7"},
		}},
		"short form takes names that other readers refuse": {"lan@br_lan.2", []*selection{
			{Name: "lan", Namespace: "pods", Interface: "br_lan.2"},
		}},
		"JSON": {`[{"name":"a.b","namespace":"n","interface":"lan","mac":"02:00:00:00:00:01","ips":["192.168.1.2/24","fd00::2"],"unknown":1}]`, []*selection{
			{Name: "a.b", Namespace: "n", Interface: "lan", MAC: "02:00:00:00:00:01", IPs: []string{"192.168.1.2/24", "fd00::2"}},
		}},
		"JSON with the old interface key": {`[{"name":"lan","interfaceRequest":"net9"}]`, []*selection{
			{Name: "lan", Namespace: "pods", Interface: "net9", OldInterface: "net9"},
		}},
	} {
		got, err := parseSelections(test.text, "pods")
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %+v, want %+v", name, *got[0], *test.want[0])
		}
	}
}

func TestParseSelectionsRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`{"name":"lan"}`: "JSON format",
		`[{"name":"lan","ips":"192.168.1.2/24"}]`:       "JSON format",
		`[{"name":"lan","ips":["192.168.1.2/33"]}]`:     "failed to parse IP address",
		`[{"name":"lan","mac":"02:00:00:00:00"}]`:       "failed to mac",
		`[{"name":"lan","default-route":["10.0.0.1"]}]`: "default-route",
		"a/b/c":                "failed at '/'",
		"lan@x@y":              "failed at '@'",
		"Lan":                  "not a DNS label",
		"a.b":                  "not a DNS label",
		"lan@sixteen-letters-": "interface name",
		"lan@net 1":            "interface name",
	} {
		if _, err := parseSelections(text, "pods"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error with %q", text, err, want)
		}
	}
}
