package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"slices"

	"golang.org/x/sys/unix"
)

// asked hears what the DHCP clients on a wire say of themselves: a server's own records tell no client id.
type asked struct {
	socket int
	ids    map[string][]byte // by MAC, as last sent
}

// listen hears the host's end of the wire from now on.
func listen(w *world) (*asked, error) {
	heard := &asked{ids: map[string][]byte{}}
	ipv4 := uint16(unix.ETH_P_IP<<8&0xff00 | unix.ETH_P_IP>>8)
	err := w.host.inside(func() error {
		var err error
		heard.socket, err = unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, int(ipv4))
		if err != nil {
			return err
		}
		return unix.Bind(heard.socket, &unix.SockaddrLinklayer{Protocol: ipv4, Ifindex: w.wire.Attrs().Index})
	})
	return heard, err
}

// clientID is option 61 of that NIC's last request, nil when it sent none.
func (a *asked) clientID(mac string) ([]byte, error) {
	for packet := make([]byte, 2048); ; {
		length, err := unix.Read(a.socket, packet)
		if errors.Is(err, unix.EAGAIN) {
			return a.ids[mac], nil
		}
		if err != nil {
			return nil, fmt.Errorf("what clients ask: %w", err)
		}
		if sender, id, ok := request(packet[:length]); ok {
			a.ids[sender] = id
		}
	}
}

func (a *asked) stop() { _ = unix.Close(a.socket) }

const dhcpFixed, optionEnd, optionClientID = 240, 255, 61 // RFC 2131, 2132

// request reads an IPv4 packet: who asks a DHCP server, and by which client id.
func request(packet []byte) (mac string, id []byte, ok bool) {
	if len(packet) < 20 || packet[9] != unix.IPPROTO_UDP {
		return "", nil, false
	}
	header := int(packet[0]&0xf) * 4
	if len(packet) < header+8+dhcpFixed || binary.BigEndian.Uint16(packet[header+2:]) != 67 {
		return "", nil, false
	}
	message := packet[header+8:]
	mac = net.HardwareAddr(message[28:34]).String()
	for options := message[dhcpFixed:]; len(options) >= 2 && options[0] != optionEnd; {
		if options[0] == 0 {
			options = options[1:]
			continue
		}
		value := 2 + int(options[1])
		if len(options) < value {
			break
		}
		if options[0] == optionClientID {
			id = slices.Clone(options[2:value])
		}
		options = options[value:]
	}
	return mac, id, true
}
