package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// space is a network namespace with a name below /run/netns, as container runtimes make them.
type space struct {
	name   string
	handle netns.NsHandle
	*netlink.Handle
}

// newSpace makes one. Duplicate address detection is off: it would cost seconds in every cell.
func newSpace(name string) (*space, error) {
	made := &space{name: name}
	err := onOwnThread(func() error {
		var err error
		if made.handle, err = netns.NewNamed(name); err != nil {
			return err
		}
		for _, key := range []string{"ipv6/conf/all/accept_dad", "ipv6/conf/default/accept_dad", "ipv4/conf/all/rp_filter", "ipv4/conf/default/rp_filter"} {
			if strings.HasPrefix(key, "ipv6/") && !hasIPv6() {
				continue
			}
			if err := os.WriteFile("/proc/sys/net/"+key, []byte("0"), 0); err != nil {
				return err
			}
		}
		made.Handle, err = netlink.NewHandle(unix.NETLINK_ROUTE)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("namespace %s: %w", name, err)
	}
	loopback, err := made.LinkByName("lo")
	if err != nil {
		return nil, err
	}
	return made, made.LinkSetUp(loopback)
}

// hasIPv6: was this machine booted with it?
func hasIPv6() bool {
	_, err := os.Stat("/proc/sys/net/ipv6")
	return err == nil
}

func (s *space) path() string { return "/run/netns/" + s.name }

// inside runs what depends on the namespace of the calling thread: programs and /proc/sys.
func (s *space) inside(do func() error) error {
	return onOwnThread(func() error {
		if err := netns.Set(s.handle); err != nil {
			return err
		}
		return do()
	})
}

func (s *space) remove() {
	s.Handle.Close()
	_ = s.handle.Close()
	_ = netns.DeleteNamed(s.name)
}

// onOwnThread gives the function a thread that no other goroutine ever gets: it ends with the goroutine.
func onOwnThread(do func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		done <- do()
	}()
	return <-done
}

// whole asks again for a list that changed while the kernel told it, as happens on a loaded machine.
func whole[T any](list func() ([]T, error)) ([]T, error) {
	const most = 20
	for tries := 1; ; tries++ {
		all, err := list()
		if !errors.Is(err, netlink.ErrDumpInterrupted) || tries == most {
			return all, err
		}
	}
}

// address puts addresses onto a link and sets it up.
func (s *space) address(link netlink.Link, addresses ...string) error {
	for _, text := range addresses {
		address, err := netlink.ParseAddr(text)
		if err != nil {
			return err
		}
		if err := s.AddrAdd(link, address); err != nil {
			return fmt.Errorf("%s on %s: %w", text, link.Attrs().Name, err)
		}
	}
	return s.LinkSetUp(link)
}
