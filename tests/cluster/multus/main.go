// Command multus is a small double of Multus thin for the test cluster: a CNI plugin that delegates to the cluster's
// network, then to the networks that the pod's annotation names, and reports what came of it in the pod's status.
//
// It stands for Multus 4.2 in what wrtpod relies on: the annotation's grammar, the order of the calls, CNI_ARGS and
// runtimeConfig, interface names, cached delegates for DEL, network-status, and the events. What it leaves out
// (default-route, the default-network annotation, clusterNetwork, namespaceIsolation) it refuses, never ignores.
package main

import (
	"encoding/json"
	"fmt"

	"github.com/containernetworking/cni/pkg/skel"
	"github.com/containernetworking/cni/pkg/types"
	"github.com/containernetworking/cni/pkg/version"
)

func main() {
	skel.PluginMainFuncs(skel.CNIFuncs{Add: add, Del: del, Check: nothing, GC: nothing, Status: nothing}, version.All, "double of Multus thin")
}

// nothing answers CHECK, GC and STATUS, which containerd 1.6 does not ask.
func nothing(*skel.CmdArgs) error { return nil }

// podArgs are the CNI_ARGS that kubelet's runtime sets.
type podArgs struct {
	types.CommonArgs
	K8S_POD_NAME               types.UnmarshallableString //nolint:revive // the names are CNI's
	K8S_POD_NAMESPACE          types.UnmarshallableString
	K8S_POD_INFRA_CONTAINER_ID types.UnmarshallableString
	K8S_POD_UID                types.UnmarshallableString
}

func (a *podArgs) name() string      { return string(a.K8S_POD_NAME) }
func (a *podArgs) namespace() string { return string(a.K8S_POD_NAMESPACE) }
func (a *podArgs) uid() string       { return string(a.K8S_POD_UID) }

// String is the prefix of Multus' error texts.
func (a *podArgs) String() string {
	return fmt.Sprintf("%s/%s/%s", a.namespace(), a.name(), a.uid())
}

// config is Multus' own configuration, as thin's entry point writes it to 00-multus.conf.
type config struct {
	types.NetConf
	Kubeconfig     string            `json:"kubeconfig"`
	Delegates      []json.RawMessage `json:"delegates"`
	ClusterNetwork string            `json:"clusterNetwork"`
	CNIDir         string            `json:"cniDir"`
	BinDir         string            `json:"binDir"`
	Isolation      bool              `json:"namespaceIsolation"`
	RuntimeConfig  map[string]any    `json:"runtimeConfig"`
}

func load(args *skel.CmdArgs) (*config, *podArgs, error) {
	conf := &config{CNIDir: "/var/lib/cni/multus", BinDir: "/opt/cni/bin"}
	if err := json.Unmarshal(args.StdinData, conf); err != nil {
		return nil, nil, fmt.Errorf("Multus: error loading netconf: %v", err)
	}
	if conf.ClusterNetwork != "" || conf.Isolation || len(conf.Delegates) != 1 || conf.Kubeconfig == "" {
		return nil, nil, fmt.Errorf("Multus (double): the configuration must have kubeconfig and one delegate, and neither clusterNetwork nor namespaceIsolation")
	}
	pod := &podArgs{}
	if err := types.LoadArgs(args.Args, pod); err != nil {
		return nil, nil, fmt.Errorf("Multus: error getting k8s args: %w", err)
	}
	return conf, pod, nil
}

// Errors are put into text with %v here and not wrapped: skel would look through the wrapping, find the plugin's own error
// and answer with that alone, and kubelet's event would not say which network failed.

// add attaches the pod to the cluster's network and to the networks of its annotation, in that order. One failure
// takes down what was added before it. The runtime gets the result of the cluster's network.
func add(args *skel.CmdArgs) error {
	conf, podArgs, err := load(args)
	if err != nil {
		return err
	}
	cluster, err := newDelegate(conf.Delegates[0], nil)
	if err != nil {
		return fmt.Errorf("Multus: [%s]: error loading netconf: %v", podArgs, err)
	}
	kube, err := connect(conf.Kubeconfig)
	if err != nil {
		return fmt.Errorf("Multus: [%s]: error getting k8s client: %v", podArgs, err)
	}
	pod, err := kube.pod(podArgs)
	if err != nil {
		return fmt.Errorf("Multus: [%s]: error waiting for pod: %v", podArgs, err)
	}
	attached, err := kube.delegates(pod)
	if err != nil {
		return fmt.Errorf("Multus: [%s]: error loading k8s delegates k8s args: TryLoadPodDelegates: %v", podArgs, err)
	}
	call := &caller{conf: conf, args: args, pod: podArgs, delegates: append([]*delegate{cluster}, attached...)}
	if err := call.save(); err != nil {
		return fmt.Errorf("Multus: [%s]: error saving the delegates: %v", podArgs, err)
	}

	var result types.Result
	var statuses []networkStatus
	for index, delegate := range call.delegates {
		added, err := call.add(index)
		if err != nil {
			_ = call.delFrom(index)
			return fmt.Errorf("[%s:%s]: error adding container to network %q: %v", podArgs, delegate.confName, delegate.confName, err)
		}
		if index == 0 {
			result = added
		}
		reported, addresses, err := statusesOf(added, delegate.Name, index == 0)
		if err != nil {
			return fmt.Errorf("Multus: [%s]: error setting network status: %v", podArgs, err)
		}
		if reported != nil {
			kube.event(pod, "Normal", "AddedInterface", fmt.Sprintf("Add %s %v from %s", call.interfaceName(index), addresses, delegate.Name))
			statuses = append(statuses, reported...)
		}
	}
	if err := kube.setStatus(pod, statuses); err != nil {
		return fmt.Errorf("Multus: [%s]: error setting the networks status: %v", podArgs, err)
	}
	return types.PrintResult(result, conf.CNIVersion)
}

// del takes every cached delegate down in reverse order. A sandbox without a cache was never attached.
func del(args *skel.CmdArgs) error {
	conf, podArgs, err := load(args)
	if err != nil {
		return err
	}
	call := &caller{conf: conf, args: args, pod: podArgs}
	if found, err := call.restore(); err != nil || !found {
		return err
	}
	if err := call.delFrom(len(call.delegates) - 1); err != nil {
		return fmt.Errorf("Multus: [%s]: %v", podArgs, err)
	}
	return call.forget()
}
