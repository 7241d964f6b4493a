//go:build tools

// Package helm3 pins Helm 3; `tests/cluster/build` builds it.
package helm3

import _ "helm.sh/helm/v3/cmd/helm"
