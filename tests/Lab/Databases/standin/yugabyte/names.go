package yugabyte

import (
	"crypto/rand"
	"encoding/hex"
	"net"
	"strconv"
)

const (
	masterComponent  = "master"
	tserverComponent = "tserver"
)

// newID is an id as YugabyteDB writes them: 32 hex digits without hyphens.
func newID() string {
	var random [16]byte
	if _, err := rand.Read(random[:]); err != nil {
		panic(err)
	}
	return hex.EncodeToString(random[:])
}

// newUUID is an id of a universe, with hyphens.
func newUUID() string {
	id := newID()
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}

func hostPort(host string, port int) string {
	return net.JoinHostPort(host, strconv.Itoa(port))
}

// splitHostPort takes HOST or HOST:PORT.
func splitHostPort(address string, otherwise int) (string, int) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return address, otherwise
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		return host, otherwise
	}
	return host, port
}

// ownAddress is the address of this host by which others reach it.
func ownAddress() string {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return "127.0.0.1"
	}
	for _, address := range addresses {
		if ip, ok := address.(*net.IPNet); ok && !ip.IP.IsLoopback() && ip.IP.To4() != nil {
			return ip.IP.String()
		}
	}
	return "127.0.0.1"
}
