//go:build tools

// Package localpath pins the provisioner of local volumes that the test cluster runs; `tests/cluster/build` builds it.
package localpath

import _ "github.com/rancher/local-path-provisioner"
