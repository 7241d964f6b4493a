package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/containernetworking/cni/libcni"
)

// patience of a call: kubelet's runtime has about as much.
const patience = 60 * time.Second

// pluginFolder is where the virtual machine has the plugins.
const pluginFolder = "/plugins"

// feeder calls plugins as Multus does for one network of a pod, without the API server that Multus asks. What both have in
// common is libcni.
type feeder struct {
	cache   string
	sandbox string // id
	netns   string
	pod     Pod
}

// runtime: MAC and IP stand in CNI_ARGS for ADD alone, declared capability or not; capability arguments always.
func (f feeder) runtime(adding bool) *libcni.RuntimeConf {
	capabilities := map[string]any{}
	arguments := [][2]string{
		{"IgnoreUnknown", "true"},
		{"K8S_POD_NAMESPACE", namespace},
		{"K8S_POD_NAME", f.pod.Name},
		{"K8S_POD_INFRA_CONTAINER_ID", f.sandbox},
		{"K8S_POD_UID", "5b1e3f0e-" + f.sandbox},
	}
	if f.pod.MAC != "" {
		capabilities["mac"] = f.pod.MAC
		if adding {
			arguments = append(arguments, [2]string{"MAC", f.pod.MAC})
		}
	}
	if len(f.pod.IPs) > 0 {
		capabilities["ips"] = f.pod.IPs
		if adding {
			arguments = append(arguments, [2]string{"IP", strings.Join(f.pod.IPs, ",")})
		}
	}
	return &libcni.RuntimeConf{ContainerID: f.sandbox, NetNS: f.netns, IfName: f.pod.Interface, Args: arguments, CapabilityArgs: capabilities}
}

func (f feeder) libcni() *libcni.CNIConfig {
	return libcni.NewCNIConfigWithCacheDir([]string{pluginFolder}, f.cache, nil)
}

// add gives the MAC that the plugins report for the NIC. It is called on a thread of the node's namespace.
func (f feeder) add() (string, error) {
	list, err := libcni.ConfListFromBytes(f.pod.Conf)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	added, err := f.libcni().AddNetworkList(ctx, list, f.runtime(true))
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(added)
	if err != nil {
		return "", err
	}
	var result struct {
		Interfaces []struct{ Name, Mac, Sandbox string }
	}
	if err := json.Unmarshal(text, &result); err != nil {
		return "", err
	}
	for _, one := range result.Interfaces {
		if one.Sandbox != "" && one.Name == f.pod.Interface {
			return one.Mac, nil
		}
	}
	return "", nil
}

func (f feeder) del() error {
	list, err := libcni.ConfListFromBytes(f.pod.Conf)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return f.libcni().DelNetworkList(ctx, list, f.runtime(false))
}

// leftOver are the files that DEL should have removed: host-local's addresses, tuning's backups, libcni's results.
func (f feeder) leftOver() []string {
	var left []string
	for _, pattern := range []string{
		"/var/lib/cni/networks/" + f.pod.Network + "/*",
		"/run/cni/tuning/" + f.sandbox + "*",
		f.cache + "/results/*" + f.sandbox + "*",
	} {
		files, _ := filepath.Glob(pattern) // the patterns are good
		for _, file := range files {
			// host-local's own notes on the network, not on an address.
			if name := filepath.Base(file); name != "lock" && !strings.HasPrefix(name, "last_reserved_ip.") {
				left = append(left, filepath.Base(filepath.Dir(file))+" "+name)
			}
		}
	}
	return left
}

// forget removes host-local's notes, so that the next attempt starts with a new network.
func (f feeder) forget() { _ = os.RemoveAll("/var/lib/cni/networks/" + f.pod.Network) }
