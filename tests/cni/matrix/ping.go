package main

import (
	"encoding/binary"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// ping asks three times; a reply ends it. In the program itself: under emulation a new process costs more than the answer.
func ping(from *space, to net.IP) bool {
	answered := false
	_ = from.inside(func() error {
		family, protocol, request, reply := unix.AF_INET, unix.IPPROTO_ICMP, byte(8), byte(0)
		var address unix.Sockaddr
		if four := to.To4(); four != nil {
			address = &unix.SockaddrInet4{Addr: [4]byte(four)}
		} else {
			family, protocol, request, reply = unix.AF_INET6, unix.IPPROTO_ICMPV6, 128, 129
			address = &unix.SockaddrInet6{Addr: [16]byte(to.To16())}
		}
		socket, err := unix.Socket(family, unix.SOCK_RAW, protocol)
		if err != nil {
			return err
		}
		defer func() { _ = unix.Close(socket) }()
		for sequence := range 3 {
			message := []byte{request, 0, 0, 0, 0x77, 0x72, 0, byte(sequence)}
			if family == unix.AF_INET {
				binary.BigEndian.PutUint16(message[2:], checksum(message))
			}
			if unix.Sendto(socket, message, 0, address) == nil && hears(socket, to, reply) {
				answered = true
				return nil
			}
		}
		return nil
	})
	return answered
}

// hears waits a second for the reply.
func hears(socket int, from net.IP, reply byte) bool {
	deadline := time.Now().Add(time.Second)
	for buffer := make([]byte, 1500); ; {
		left := time.Until(deadline)
		if left <= 0 {
			return false
		}
		wait := unix.NsecToTimeval(left.Nanoseconds())
		if unix.SetsockoptTimeval(socket, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &wait) != nil {
			return false
		}
		length, sender, err := unix.Recvfrom(socket, buffer, 0)
		if err != nil {
			continue
		}
		message := buffer[:length]
		switch sender := sender.(type) {
		case *unix.SockaddrInet4: // with the IPv4 header in front
			if !from.Equal(net.IP(sender.Addr[:])) || length < 28 {
				continue
			}
			message = message[int(message[0]&15)*4:]
		case *unix.SockaddrInet6:
			if !from.Equal(net.IP(sender.Addr[:])) {
				continue
			}
		}
		if len(message) >= 8 && message[0] == reply && message[4] == 0x77 && message[5] == 0x72 {
			return true
		}
	}
}

func checksum(message []byte) uint16 {
	sum := uint32(0)
	for i := 0; i < len(message); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(message[i:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
