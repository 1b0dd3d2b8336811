package common

import (
	"net"
	"syscall"
	"unsafe"
)

const (
	getFlags    = 0x8913 // SIOCGIFFLAGS
	flagRunning = 0x40   // IFF_RUNNING: the link has a carrier
	nameBytes   = 16
	flagsAt     = nameBytes
	requestSize = 40
)

// NetworkUp tells whether any network link except the loopback has a carrier. A host without such a link cannot be cut
// off.
func NetworkUp() bool {
	links, err := net.Interfaces()
	if err != nil {
		return true
	}
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return true
	}
	defer syscall.Close(socket)
	seen := false
	for _, link := range links {
		if link.Flags&net.FlagLoopback != 0 {
			continue
		}
		seen = true
		var request [requestSize]byte
		copy(request[:nameBytes-1], link.Name)
		if _, _, failed := syscall.Syscall(syscall.SYS_IOCTL, uintptr(socket), getFlags, uintptr(unsafe.Pointer(&request[0]))); failed != 0 {
			continue
		}
		if flags := uint16(request[flagsAt]) | uint16(request[flagsAt+1])<<8; flags&flagRunning != 0 {
			return true
		}
	}
	return !seen
}
