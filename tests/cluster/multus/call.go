package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/containernetworking/cni/libcni"
	"github.com/containernetworking/cni/pkg/skel"
	"github.com/containernetworking/cni/pkg/types"
	"github.com/containernetworking/plugins/pkg/ns"
	"github.com/vishvananda/netlink"
)

// caller runs the delegates of one sandbox.
type caller struct {
	conf      *config
	args      *skel.CmdArgs
	pod       *podArgs
	delegates []*delegate
}

// interfaceName: what the annotation asks for, else the runtime's name for the cluster network and net<index> for the rest.
func (c *caller) interfaceName(index int) string {
	switch {
	case c.delegates[index].Interface != "":
		return c.delegates[index].Interface
	case index == 0:
		return c.args.IfName
	default:
		return fmt.Sprintf("net%d", index)
	}
}

// runtime is what libcni passes on: CNI_ARGS (the pod's five, then whatever else the runtime set), and capability arguments.
func (c *caller) runtime(index int) *libcni.RuntimeConf {
	runtime := &libcni.RuntimeConf{
		ContainerID: c.args.ContainerID,
		NetNS:       c.args.Netns,
		IfName:      c.interfaceName(index),
		Args: [][2]string{
			{"IgnoreUnknown", "true"},
			{"K8S_POD_NAMESPACE", c.pod.namespace()},
			{"K8S_POD_NAME", c.pod.name()},
			{"K8S_POD_INFRA_CONTAINER_ID", string(c.pod.K8S_POD_INFRA_CONTAINER_ID)},
			{"K8S_POD_UID", c.pod.uid()},
		},
		CapabilityArgs: c.delegates[index].Capabilities,
	}
	if index == 0 {
		runtime.CapabilityArgs = c.conf.RuntimeConfig
	}
	for _, argument := range strings.Split(c.args.Args, ";") {
		key, value, found := strings.Cut(argument, "=")
		if found && !hasKey(runtime.Args, key) {
			runtime.Args = append(runtime.Args, [2]string{key, value})
		}
	}
	return runtime
}

func hasKey(arguments [][2]string, key string) bool {
	for _, argument := range arguments {
		if argument[0] == key {
			return true
		}
	}
	return false
}

// libcni looks for plugins in binDir and then where the runtime looks.
func (c *caller) libcni() *libcni.CNIConfig {
	folders := append([]string{c.conf.BinDir}, filepath.SplitList(os.Getenv("CNI_PATH"))...)
	return libcni.NewCNIConfigWithCacheDir(folders, c.conf.CNIDir, nil)
}

// add attaches one network. MAC and IP go into CNI_ARGS as well, declared capability or not, and only for ADD.
func (c *caller) add(index int) (types.Result, error) {
	one, runtime := c.delegates[index], c.runtime(index)
	if err := nameIsFree(runtime.NetNS, runtime.IfName); err != nil {
		return nil, fmt.Errorf("DelegateAdd: cannot set %q interface name to %q: %w", one.typeName, runtime.IfName, err)
	}
	if one.MAC != "" {
		runtime.Args = append(runtime.Args, [2]string{"MAC", one.MAC})
	}
	if one.IPs != nil {
		runtime.Args = append(runtime.Args, [2]string{"IP", strings.Join(one.IPs, ",")})
	}
	if one.List {
		list, err := libcni.ConfListFromBytes(one.Conf)
		if err != nil {
			return nil, err
		}
		return c.libcni().AddNetworkList(context.Background(), list, runtime)
	}
	single, err := libcni.ConfFromBytes(one.Conf)
	if err != nil {
		return nil, err
	}
	return c.libcni().AddNetwork(context.Background(), single, runtime)
}

// delFrom detaches the networks from index down to the cluster's, all of them, and reports every failure at once.
func (c *caller) delFrom(index int) error {
	var failures []error
	for ; index >= 0; index-- {
		if err := c.del(index); err != nil {
			failures = append(failures, fmt.Errorf("delegate %q: %v", c.delegates[index].Name, err))
		}
	}
	return errors.Join(failures...)
}

func (c *caller) del(index int) error {
	one := c.delegates[index]
	if one.List {
		list, err := libcni.ConfListFromBytes(one.Conf)
		if err != nil {
			return err
		}
		return c.libcni().DelNetworkList(context.Background(), list, c.runtime(index))
	}
	single, err := libcni.ConfFromBytes(one.Conf)
	if err != nil {
		return err
	}
	return c.libcni().DelNetwork(context.Background(), single, c.runtime(index))
}

func nameIsFree(netns, name string) error {
	return ns.WithNetNSPath(netns, func(ns.NetNS) error {
		if _, err := netlink.LinkByName(name); err == nil {
			return fmt.Errorf("validateIfName: interface name %s already exists", name)
		}
		return nil
	})
}

// The cache: DEL uses the delegates of ADD, whatever has become of the annotation and the NADs since.

func (c *caller) cacheFile() string { return filepath.Join(c.conf.CNIDir, c.args.ContainerID) }

func (c *caller) save() error {
	data, err := json.Marshal(c.delegates)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.conf.CNIDir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(c.cacheFile(), data, 0o600)
}

func (c *caller) restore() (bool, error) {
	data, err := os.ReadFile(c.cacheFile())
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, json.Unmarshal(data, &c.delegates)
}

func (c *caller) forget() error { return os.Remove(c.cacheFile()) }
