//go:build tools

// Package tools names the module whose kinds ../build puts aside: nothing of it is built.
package tools

import _ "sigs.k8s.io/gateway-api/apis/v1"
