//go:build tools

// Package argo pins the agent around Argo CD's engine; `tests/cluster/build` builds it.
package argo

import _ "github.com/argoproj/argo-cd/gitops-engine/agent"
