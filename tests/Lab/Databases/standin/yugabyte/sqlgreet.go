package yugabyte

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"time"
)

// The beginning of a session in PostgreSQL's protocol: enough to tell whether SQL is served.
const (
	sslRequest  = 80877103
	longestHead = 1 << 12
	askPassword = 3
)

// hasPostgres tells whether PostgreSQL runs beside this tablet server. The knob NoPostgresOf names a version in which
// it does not: the tablet server then restarts it for ever.
func (n *node) hasPostgres() bool {
	broken := readKnobs().NoPostgresOf
	return broken == "" || version(broken).compare(n.version) != 0
}

// greet answers a startup message: the request of a password if the knobs set one, otherwise an open session.
func (n *node) greet(connection net.Conn, reader *bufio.Reader) {
	for {
		var length, code uint32
		if binary.Read(reader, binary.BigEndian, &length) != nil || binary.Read(reader, binary.BigEndian, &code) != nil {
			return
		}
		if length < 8 || length > longestHead {
			return
		}
		if _, err := io.CopyN(io.Discard, reader, int64(length-8)); err != nil {
			return
		}
		if code != sslRequest {
			break
		}
		if _, err := connection.Write([]byte{'N'}); err != nil {
			return
		}
	}
	if readKnobs().SQLPassword != "" {
		_, _ = connection.Write([]byte{'R', 0, 0, 0, 8, 0, 0, 0, askPassword})
		return
	}
	_, _ = connection.Write([]byte{'R', 0, 0, 0, 8, 0, 0, 0, 0, 'Z', 0, 0, 0, 5, 'I'})
}

// The first byte of a request in YCQL's protocol of version 4, and what answers OPTIONS: SUPPORTED without a list.
const cqlVersion = 4

var cqlSupported = []byte{0x80 | cqlVersion, 0, 0, 0, 6, 0, 0, 0, 2, 0, 0}

// cqlListener answers OPTIONS frames of YCQL and passes every other connection to the server behind it.
type cqlListener struct {
	net.Listener
	passed chan net.Conn
	ended  chan struct{}
}

// answeringCQL begins to accept connections of a listener.
func answeringCQL(listener net.Listener) *cqlListener {
	l := &cqlListener{Listener: listener, passed: make(chan net.Conn), ended: make(chan struct{})}
	go func() {
		defer close(l.ended)
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go l.sort(connection)
		}
	}()
	return l
}

func (l *cqlListener) sort(connection net.Conn) {
	reader := bufio.NewReader(connection)
	_ = connection.SetReadDeadline(time.Now().Add(sqlPatience))
	first, err := reader.Peek(1)
	if err != nil {
		connection.Close()
		return
	}
	if first[0] == cqlVersion {
		_, _ = connection.Write(cqlSupported)
		connection.Close()
		return
	}
	_ = connection.SetReadDeadline(time.Time{})
	select {
	case l.passed <- &peeked{connection, reader}:
	case <-l.ended:
		connection.Close()
	}
}

// Accept returns a connection that is not of YCQL.
func (l *cqlListener) Accept() (net.Conn, error) {
	select {
	case connection := <-l.passed:
		return connection, nil
	case <-l.ended:
		return nil, http.ErrServerClosed
	}
}

// peeked is a connection of which the first bytes were read.
type peeked struct {
	net.Conn
	reader *bufio.Reader
}

func (p *peeked) Read(into []byte) (int, error) { return p.reader.Read(into) }
