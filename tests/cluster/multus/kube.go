package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	core "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	networksAnnotation = "k8s.v1.cni.cncf.io/networks"
	statusAnnotation   = "k8s.v1.cni.cncf.io/network-status"
	defaultAnnotation  = "v1.multus-cni.io/default-network"
)

// kube is what Multus asks of the API server: a client that knows the core types only, which saves the whole clientset's build.
type kube struct{ *rest.RESTClient }

func connect(kubeconfig string) (*kube, error) {
	conf, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	scheme := runtime.NewScheme()
	if err := core.AddToScheme(scheme); err != nil {
		return nil, err
	}
	conf.Timeout = 10 * time.Second
	conf.APIPath = "/api"
	conf.GroupVersion = &core.SchemeGroupVersion
	conf.NegotiatedSerializer = serializer.NewCodecFactory(scheme).WithoutConversion()
	client, err := rest.RESTClientFor(conf)
	return &kube{client}, err
}

// pod waits a little for an API server that is not there, and refuses another pod of the same name.
func (k *kube) pod(args *podArgs) (*core.Pod, error) {
	end := time.Now().Add(2500 * time.Millisecond)
	for {
		pod := &core.Pod{}
		err := k.Get().Namespace(args.namespace()).Resource("pods").Name(args.name()).Do(context.Background()).Into(pod)
		if err == nil && args.uid() != "" && string(pod.UID) != args.uid() {
			return nil, fmt.Errorf("expected pod %s/%s UID %q but got %q from Kube API", args.namespace(), args.name(), args.uid(), pod.UID)
		}
		if err == nil || apierrors.IsNotFound(err) || time.Now().After(end) {
			return pod, err
		}
		time.Sleep(250 * time.Millisecond)
	}
}

// delegates are the networks of the pod's annotation, in its order.
func (k *kube) delegates(pod *core.Pod) ([]*delegate, error) {
	if pod.Annotations[defaultAnnotation] != "" {
		return nil, errors.New("the annotation " + defaultAnnotation + " is not in this double")
	}
	text := pod.Annotations[networksAnnotation]
	if text == "" {
		return nil, nil
	}
	selections, err := parseSelections(text, pod.Namespace)
	if err != nil {
		return nil, err
	}
	var delegates []*delegate
	for _, wanted := range selections {
		conf, err := k.attachment(pod, wanted)
		if err != nil {
			return nil, fmt.Errorf("error in getting k8s network for pod: GetNetworkDelegates: failed getting the delegate: %w", err)
		}
		one, err := newDelegate(conf, wanted)
		if err != nil {
			return nil, fmt.Errorf("error in getting k8s network for pod: GetNetworkDelegates: failed getting the delegate: %w", err)
		}
		delegates = append(delegates, one)
	}
	return delegates, nil
}

// attachment reads a NAD's configuration; one without a name gets the NAD's. A missing NAD is an event as well as an error.
func (k *kube) attachment(pod *core.Pod, wanted *selection) ([]byte, error) {
	data, err := k.Get().AbsPath("/apis/k8s.cni.cncf.io/v1/namespaces/" + wanted.Namespace + "/network-attachment-definitions/" + wanted.Name).
		DoRaw(context.Background())
	if err != nil {
		text := fmt.Sprintf("cannot find a network-attachment-definition (%s) in namespace (%s): %v", wanted.Name, wanted.Namespace, err)
		k.event(pod, "Warning", "NoNetworkFound", text)
		return nil, errors.New("getKubernetesDelegate: " + text)
	}
	var nad struct {
		Spec struct {
			Config string `json:"config"`
		} `json:"spec"`
	}
	if err := json.Unmarshal(data, &nad); err != nil {
		return nil, err
	}
	var conf map[string]any
	if err := json.Unmarshal([]byte(nad.Spec.Config), &conf); err != nil {
		return nil, fmt.Errorf("GetCNIConfig: err in GetCNIConfigFromSpec: %w", err)
	}
	if name, _ := conf["name"].(string); name == "" {
		conf["name"] = wanted.Name
	}
	return json.Marshal(conf)
}

// event writes an event as the component multus. One that cannot be written is only logged: it never stops a pod.
func (k *kube) event(pod *core.Pod, kind, reason, message string) {
	now := meta.Now()
	err := k.Post().Namespace(pod.Namespace).Resource("events").Body(&core.Event{
		ObjectMeta: meta.ObjectMeta{Namespace: pod.Namespace, Name: fmt.Sprintf("%s.%x", pod.Name, now.UnixNano())},
		InvolvedObject: core.ObjectReference{
			Kind: "Pod", APIVersion: "v1", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID, ResourceVersion: pod.ResourceVersion,
		},
		Type: kind, Reason: reason, Message: message, Count: 1, FirstTimestamp: now, LastTimestamp: now,
		Source: core.EventSource{Component: "multus"}, ReportingController: "multus",
	}).Do(context.Background()).Error()
	if err != nil {
		fmt.Fprintln(os.Stderr, "multus: event not written:", err)
	}
}

// setStatus writes the network-status annotation through pods/status.
func (k *kube) setStatus(pod *core.Pod, statuses []networkStatus) error {
	text, err := statusText(statuses)
	if err != nil {
		return err
	}
	patch, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"uid": pod.UID, "annotations": map[string]string{statusAnnotation: text}},
	})
	if err != nil {
		return err
	}
	return k.Patch(types.MergePatchType).Namespace(pod.Namespace).Resource("pods").Name(pod.Name).SubResource("status").
		Body(patch).Do(context.Background()).Error()
}
