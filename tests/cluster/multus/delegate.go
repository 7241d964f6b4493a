package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
)

// delegate is one network to attach. Its exported fields are what is cached between ADD and DEL.
type delegate struct {
	Name         string // of the NAD, `<namespace>/<name>`, or of the cluster network's configuration
	Conf         json.RawMessage
	List         bool
	Interface    string         // asked for by the annotation, else empty
	Capabilities map[string]any // offered to plugins that declare them
	MAC          string         // also given in CNI_ARGS, to every plugin
	IPs          []string

	confName string
	typeName string
}

// newDelegate reads a single plugin's configuration (a top-level `type`) or a list of them (`plugins`).
func newDelegate(conf []byte, wanted *selection) (*delegate, error) {
	var head struct {
		Name    string `json:"name"`
		Type    string `json:"type"`
		Plugins []struct {
			Type string `json:"type"`
		} `json:"plugins"`
	}
	if err := json.Unmarshal(conf, &head); err != nil {
		return nil, fmt.Errorf("LoadDelegateNetConf: error unmarshalling delegate config: %w", err)
	}
	made := &delegate{Name: head.Name, Conf: conf, confName: head.Name, typeName: head.Type, Capabilities: map[string]any{}}
	if head.Type == "" {
		if len(head.Plugins) == 0 || head.Plugins[0].Type == "" {
			return nil, errors.New("LoadDelegateNetConfList: delegate must have the 'type' or 'plugin' field")
		}
		made.List = true
		made.typeName = head.Plugins[0].Type
	}
	if wanted == nil {
		return made, nil
	}
	made.Name = wanted.Namespace + "/" + wanted.Name
	made.Interface, made.MAC, made.IPs = wanted.Interface, wanted.MAC, wanted.IPs
	made.offer(wanted)
	if wanted.CNIArgs == nil {
		return made, nil
	}
	var err error
	made.Conf, err = withCNIArgs(conf, made.List, wanted.CNIArgs)
	return made, err
}

// offer collects the capability arguments of a selection; libcni gives a plugin only those that it declares itself.
func (d *delegate) offer(wanted *selection) {
	if wanted.MAC != "" {
		d.Capabilities["mac"] = wanted.MAC
	}
	if len(wanted.IPs) > 0 {
		d.Capabilities["ips"] = wanted.IPs
	}
	if wanted.GUID != "" {
		d.Capabilities["infinibandGUID"] = wanted.GUID
	}
	if wanted.DeviceID != "" {
		d.Capabilities["deviceID"] = wanted.DeviceID
	}
	if wanted.PortMappings != nil {
		d.Capabilities["portMappings"] = wanted.PortMappings
	}
	if wanted.Bandwidth != nil {
		d.Capabilities["bandwidth"] = wanted.Bandwidth
	}
}

// withCNIArgs merges the annotation's `cni-args` into `args.cni` of every plugin.
func withCNIArgs(conf []byte, list bool, extra map[string]any) ([]byte, error) {
	var whole map[string]any
	if err := json.Unmarshal(conf, &whole); err != nil {
		return nil, err
	}
	plugins := []any{whole}
	if list {
		plugins, _ = whole["plugins"].([]any)
	}
	for _, plugin := range plugins {
		plugin, ok := plugin.(map[string]any)
		if !ok {
			return nil, errors.New("a plugin of the list is not an object")
		}
		child(child(plugin, "args"), "cni", extra)
	}
	return json.Marshal(whole)
}

// child returns the object under key, made when it is missing, with the given entries in it.
func child(parent map[string]any, key string, entries ...map[string]any) map[string]any {
	object, ok := parent[key].(map[string]any)
	if !ok {
		object = map[string]any{}
		parent[key] = object
	}
	for _, more := range entries {
		maps.Copy(object, more)
	}
	return object
}
