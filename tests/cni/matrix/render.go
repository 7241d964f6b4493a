package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
)

// renderer runs wrtpod as a user does.
type renderer struct{ program string }

// run gives stdout, or the names of the rules that refused.
func (r renderer) run(site string, arguments ...string) (output []byte, refused []string, err error) {
	output, said, err := r.call(site, arguments...)
	if err != nil || output != nil {
		return output, nil, err
	}
	for code, isError := range said {
		if isError {
			refused = append(refused, code)
		}
	}
	slices.Sort(refused)
	return nil, refused, nil
}

// says gives what is rendered, if it is, and the codes of all that is said, true for those that refuse it.
func (r renderer) says(site string) (rendered objects, codes map[string]bool, err error) {
	output, codes, err := r.call(site, "-o", "json")
	if err == nil && output != nil {
		err = json.Unmarshal(output, &rendered)
	}
	return rendered, codes, err
}

// call gives stdout, none where it is refused, and the codes of what is said, true for errors.
func (r renderer) call(site string, arguments ...string) (output []byte, said map[string]bool, err error) {
	command := exec.Command(r.program, append([]string{"render", "-f", "-", "--message-format", "json"}, arguments...)...)
	command.Stdin = strings.NewReader(site)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	failure := command.Run()
	said = map[string]bool{}
	refused := false
	for line := range strings.Lines(stderr.String()) {
		var finding struct{ Severity, Code string }
		if json.Unmarshal([]byte(line), &finding) == nil {
			said[finding.Code] = said[finding.Code] || finding.Severity == "error"
			refused = refused || finding.Severity == "error"
		}
	}
	switch {
	case failure == nil:
		return stdout.Bytes(), said, nil
	case command.ProcessState.ExitCode() != 1 || !refused:
		return nil, nil, fmt.Errorf("wrtpod render: %w: %s", failure, stderr.String())
	}
	return nil, said, nil
}

// objects are the parts of the rendered list that the matrix needs.
type objects struct {
	Items []struct {
		Kind     string
		Metadata struct{ Name string }
		Data     map[string]string
		Spec     struct {
			Config   string
			Template struct {
				Metadata struct{ Annotations map[string]string }
			}
		}
	}
}

// selection is an element of the annotation that Multus reads.
type selection struct {
	Name, Namespace, Interface, MAC string
	IPs                             []string
}

// neverRendered stands in the place of a rule.
const neverRendered = "never rendered"

// job renders a cell, or writes its NADs by hand when wrtpod refuses it.
func (r renderer) job(cell Cell) (Job, error) {
	job := Job{Cell: cell}
	if cell.kind().site == "" {
		job.Refused, job.Attempts = []string{neverRendered}, handmade(cell)
		return job, nil
	}
	output, refused, err := r.run(cell.site(), "-o", "json")
	if err != nil {
		return job, fmt.Errorf("%s: %w", cell, err)
	}
	if refused != nil {
		job.Refused, job.Attempts = refused, handmade(cell)
		return job, nil
	}
	var rendered objects
	if err := json.Unmarshal(output, &rendered); err != nil {
		return job, fmt.Errorf("%s: %w", cell, err)
	}
	attempt := Attempt{Label: "rendered"}
	for n := range cell.Count {
		pod, err := rendered.pod(appliance(n))
		if err != nil {
			return job, fmt.Errorf("%s: %w", cell, err)
		}
		job.Faults = append(job.Faults, requestFaults(cell, n, pod)...)
		if pod.Sysctls, err = r.sysctls(cell, n); err != nil {
			return job, fmt.Errorf("%s: %w", cell, err)
		}
		if cell.Addressing == "dhcp" {
			// A lease brings a router, and the init container has the last word on routes.
			pod.Files = map[string]map[string]string{
				"bin": rendered.data("-scripts-"), "plan": rendered.data(appliance(n) + "-plan"),
			}
		}
		if cell.Addressing == "none" {
			pod.Guest = cell.fixed(n)
		}
		attempt.Pods = append(attempt.Pods, pod)
	}
	job.Attempts = []Attempt{attempt}
	return job, nil
}

// data are the files of a ConfigMap, known by its name or, as that of the scripts, by a part of it.
func (o objects) data(name string) map[string]string {
	for _, object := range o.Items {
		if object.Kind == "ConfigMap" && strings.Contains(object.Metadata.Name, name) {
			return object.Data
		}
	}
	return nil
}

// pod is what Multus reads for an appliance: its annotation, and the NAD that this names.
func (o objects) pod(name string) (Pod, error) {
	for _, workload := range o.Items {
		annotation, found := workload.Spec.Template.Metadata.Annotations["k8s.v1.cni.cncf.io/networks"]
		if workload.Kind != "StatefulSet" || workload.Metadata.Name != name || !found {
			continue
		}
		var wanted []selection
		if err := json.Unmarshal([]byte(annotation), &wanted); err != nil {
			return Pod{}, err
		}
		for _, nad := range o.Items {
			if len(wanted) == 1 && nad.Kind == "NetworkAttachmentDefinition" && nad.Metadata.Name == wanted[0].Name {
				one, conf := wanted[0], json.RawMessage(nad.Spec.Config)
				var network struct{ Name string }
				if err := json.Unmarshal(conf, &network); err != nil {
					return Pod{}, err
				}
				return Pod{Name: name + "-0", Conf: conf, Network: network.Name, Interface: one.Interface, MAC: one.MAC, IPs: one.IPs}, nil
			}
		}
	}
	return Pod{}, fmt.Errorf("no pod of %s with one attachment was rendered", name)
}

// requestFaults compares the annotation with what the site asks for.
func requestFaults(cell Cell, n int, pod Pod) []string {
	var faults []string
	check := func(what, has, wants string) {
		if has != wants {
			faults = append(faults, fmt.Sprintf("annotation of %s: %s is %q, asked for is %q", appliance(n), what, has, wants))
		}
	}
	check("interface", pod.Interface, cell.nic(n))
	mac, ips := cell.asked(n), ""
	if cell.kind().shares {
		mac = ""
	}
	if cell.Addressing == "static" {
		ips = list(cell.fixed(n))
	} else {
		ips = list(nil)
	}
	check("mac", pod.MAC, mac)
	check("ips", list(pod.IPs), ips)
	return faults
}

// sysctls reads them from `render --explain`, with the interface's name in the keys.
func (r renderer) sysctls(cell Cell, n int) (map[string]string, error) {
	output, _, err := r.run(cell.site(), "--explain", appliance(n))
	if err != nil {
		return nil, err
	}
	planned := map[string]string{}
	inside := false
	for line := range strings.Lines(string(output)) {
		if !strings.HasPrefix(line, "    ") {
			inside = strings.HasPrefix(line, "  sysctls of "+cell.nic(n)+",")
			continue
		}
		key, rest, found := strings.Cut(strings.TrimSpace(line), " = ")
		value, _, reasoned := strings.Cut(rest, ":")
		if inside && found && reasoned {
			planned[key] = value
		}
	}
	wanted := strings.Replace(siteSysctl, "IFNAME", cell.nic(n), 1)
	if planned[wanted] != siteSysctlValue || len(planned) < 2 {
		return nil, fmt.Errorf("`render --explain` has no sysctls that make sense: %s", output)
	}
	return planned, nil
}
