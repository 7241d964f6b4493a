package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// dhcpServer is BusyBox' on the host of the wire.
type dhcpServer struct {
	process *exec.Cmd
	leases  string
	asked   *asked
}

func startDHCP(w *world) (*dhcpServer, error) {
	folder := filepath.Join("/tmp", w.name)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	server := &dhcpServer{leases: filepath.Join(folder, "leases")}
	first, last, _ := strings.Cut(lease4, "-")
	conf := filepath.Join(folder, "udhcpd.conf")
	text := fmt.Sprintf("start %s\nend %s\ninterface %s\nlease_file %s\npidfile %s\noption subnet 255.255.255.0\noption router %s\noption lease 3600\n",
		first, last, w.wire.Attrs().Name, server.leases, filepath.Join(folder, "pid"), wire4)
	for file, content := range map[string]string{conf: text, server.leases: ""} {
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			return nil, err
		}
	}
	var err error
	if server.asked, err = listen(w); err != nil {
		return nil, err
	}
	server.process = exec.Command("busybox", "udhcpd", "-f", "-a", "20", conf)
	return server, w.host.inside(server.process.Start)
}

// askForLease asks as a node does, and leaves the node's addresses as they are.
func askForLease(from *space, link string) (net.IP, error) {
	var output []byte
	err := from.inside(func() error {
		var err error
		output, err = exec.Command("busybox", "udhcpc", "-i", link, "-n", "-q", "-f", "-t", "5", "-T", "1", "-s", "/bin/lease").CombinedOutput()
		return err
	})
	for line := range strings.Lines(string(output)) {
		if text, found := strings.CutPrefix(strings.TrimSpace(line), "lease "); found {
			return net.ParseIP(text), nil
		}
	}
	return nil, fmt.Errorf("the node gets no lease: %w: %s", err, output)
}

func (d *dhcpServer) stop() {
	_ = d.process.Process.Kill()
	_ = d.process.Wait()
	d.asked.stop()
}

// lease is who has an address by the server's own records: MAC and host name, both empty when nobody has.
func (d *dhcpServer) lease(address string) (mac, host string, err error) {
	if err := os.Remove(d.leases); err != nil && !os.IsNotExist(err) {
		return "", "", err
	}
	if err := d.process.Process.Signal(syscall.SIGUSR1); err != nil {
		return "", "", err
	}
	for before := []byte(nil); ; {
		time.Sleep(20 * time.Millisecond)
		records, err := os.ReadFile(d.leases)
		if err != nil && !os.IsNotExist(err) {
			return "", "", err
		}
		// The server writes it in pieces: the time, then a record for each lease.
		if len(records) >= leasesHead && (len(records)-leasesHead)%leaseRecord == 0 && bytes.Equal(records, before) {
			mac, host := findLease(records[leasesHead:], net.ParseIP(address).To4())
			return mac, host, nil
		}
		before = records
	}
}

const leasesHead, leaseRecord = 8, 36

// findLease: a record is seconds left, address, MAC, host name, padding.
func findLease(records, address []byte) (mac, host string) {
	for record := range slices.Chunk(records, leaseRecord) {
		if bytes.Equal(record[4:8], address) && binary.BigEndian.Uint32(record) > 0 {
			name, _, _ := bytes.Cut(record[14:34], []byte{0})
			return net.HardwareAddr(record[8:14]).String(), string(name)
		}
	}
	return "", ""
}

// startDaemon runs the plugins' DHCP client, which is one for a whole node, and waits for its socket. The limits keep a LAN
// without a server from costing minutes; the flag's name differs between the versions.
func startDaemon() (*exec.Cmd, error) {
	const socket = "/run/cni/dhcp.sock"
	_ = os.Remove(socket)
	if err := os.MkdirAll(filepath.Dir(socket), 0o755); err != nil {
		return nil, err
	}
	program := filepath.Join(pluginFolder, "dhcp")
	limits := []string{"-timeout", "2s", "-resendmax", "2s"}
	help, _ := exec.Command(program, "daemon", "-h").CombinedOutput() // asks for help, and fails with it
	if strings.Contains(string(help), "-resendtimeout") {
		limits = append(limits, "-resendtimeout", "6s")
	}
	daemon := exec.Command(program, append([]string{"daemon"}, limits...)...)
	if err := daemon.Start(); err != nil {
		return nil, err
	}
	for range 500 {
		if _, err := os.Stat(socket); err == nil {
			return daemon, nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil, fmt.Errorf("%s daemon made no %s", program, socket)
}
