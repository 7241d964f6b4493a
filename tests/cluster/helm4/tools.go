//go:build tools

// Package helm4 pins Helm 4; `tests/cluster/build` builds it.
package helm4

import _ "helm.sh/helm/v4/cmd/helm"
