// The conformance matrix of wrtpod's attachments; see ../README.md.
module wrtpod.dev/tests/cni/matrix

go 1.24.2

require (
	github.com/containernetworking/cni v1.3.0
	github.com/vishvananda/netlink v1.3.1
	github.com/vishvananda/netns v0.0.5
	golang.org/x/sys v0.35.0
)
