//go:build tools

// Package userns pins the runtime of the test cluster's nodes that make user namespaces; `tests/cluster/build` builds it.
package userns

import (
	_ "github.com/containerd/containerd/v2/cmd/containerd"
	_ "github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2"
	_ "github.com/containerd/containerd/v2/cmd/ctr"
	_ "github.com/opencontainers/runc"
)
