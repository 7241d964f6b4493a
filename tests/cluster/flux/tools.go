//go:build tools

// Package flux pins Flux's controller of kustomizations; `tests/cluster/build` builds it.
package flux

import _ "github.com/fluxcd/kustomize-controller"
