//go:build tools

// Package tools names what ../build builds of this module: the IPAM plugin that keeps a pool for all nodes.
package tools

import _ "github.com/k8snetworkplumbingwg/whereabouts/cmd"
