// Command coredns is CoreDNS with the plugins that a cluster's DNS and the LAN's resolver use, and no others: the stock
// build also compiles the clients of four clouds.
package main

import (
	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/forward"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/hosts"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/loop"
	_ "github.com/coredns/coredns/plugin/ready"
	_ "github.com/coredns/coredns/plugin/template"

	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
)

func main() {
	// The order in which a query passes them; that of the stock build, which lists more.
	dnsserver.Directives = []string{
		"bind", "health", "ready", "errors", "cache", "template", "hosts", "kubernetes", "loop", "forward",
	}
	coremain.Run()
}
