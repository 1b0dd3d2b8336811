package tidb

import (
	"bufio"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
)

// The used capabilities of the MySQL protocol.
const (
	capLongPassword  = 1 << 0
	capFoundRows     = 1 << 1
	capLongFlag      = 1 << 2
	capConnectWithDB = 1 << 3
	capProtocol41    = 1 << 9
	capTransactions  = 1 << 13
	capSecure        = 1 << 15
	capMultiResults  = 1 << 17
	capPluginAuth    = 1 << 19
	capConnectAttrs  = 1 << 20
	capLenencAuth    = 1 << 21

	statusAutocommit  = 2
	statusMoreResults = 8
	charsetUTF8MB4    = 46
	nativePassword    = "mysql_native_password"

	comQuit       = 0x01
	comInitDB     = 0x02
	comQuery      = 0x03
	comStatistics = 0x09
	comPing       = 0x0e
	comReset      = 0x1f

	comStmtPrepare  = 0x16
	comStmtExecute  = 0x17
	comStmtLongData = 0x18
	comStmtClose    = 0x19
	comStmtReset    = 0x1a

	headerOK    = 0x00
	headerEOF   = 0xfe
	headerError = 0xff
	nullCell    = 0xfb

	maxPacket = 1<<24 - 1
)

// packets reads and writes the packets of one connection, with the sequence numbers of the protocol.
type packets struct {
	connection net.Conn
	reader     *bufio.Reader
	writer     *bufio.Writer
	sequence   byte
}

func newPackets(connection net.Conn) *packets {
	return &packets{connection: connection, reader: bufio.NewReader(connection), writer: bufio.NewWriter(connection)}
}

func (p *packets) read() ([]byte, error) {
	var whole []byte
	for {
		var header [4]byte
		if _, err := io.ReadFull(p.reader, header[:]); err != nil {
			return nil, err
		}
		length := int(header[0]) | int(header[1])<<8 | int(header[2])<<16
		p.sequence = header[3] + 1
		part := make([]byte, length)
		if _, err := io.ReadFull(p.reader, part); err != nil {
			return nil, err
		}
		whole = append(whole, part...)
		if length < maxPacket {
			return whole, nil
		}
	}
}

func (p *packets) write(body []byte) {
	for {
		part := body
		if len(part) > maxPacket {
			part = part[:maxPacket]
		}
		_, _ = p.writer.Write([]byte{byte(len(part)), byte(len(part) >> 8), byte(len(part) >> 16), p.sequence})
		_, _ = p.writer.Write(part)
		p.sequence++
		body = body[len(part):]
		if len(part) < maxPacket {
			return
		}
	}
}

func (p *packets) flush() error { return p.writer.Flush() }

func lenenc(out []byte, number uint64) []byte {
	switch {
	case number < 251:
		return append(out, byte(number))
	case number < 1<<16:
		return append(out, 0xfc, byte(number), byte(number>>8))
	case number < 1<<24:
		return append(out, 0xfd, byte(number), byte(number>>8), byte(number>>16))
	}
	return binary.LittleEndian.AppendUint64(append(out, 0xfe), number)
}

func lenencText(out []byte, text string) []byte {
	return append(lenenc(out, uint64(len(text))), text...)
}

var errShort = errors.New("malformed packet")

// fields reads a packet from left to right.
type fields struct {
	rest []byte
	bad  bool
}

func (f *fields) take(count int) []byte {
	if count < 0 || count > len(f.rest) {
		f.bad = true
		return make([]byte, 8)
	}
	part := f.rest[:count]
	f.rest = f.rest[count:]
	return part
}

func (f *fields) number() uint64 {
	switch first := f.take(1)[0]; first {
	case 0xfc:
		return uint64(binary.LittleEndian.Uint16(f.take(2)))
	case 0xfd:
		b := f.take(3)
		return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16
	case 0xfe:
		return binary.LittleEndian.Uint64(f.take(8))
	default:
		return uint64(first)
	}
}

func (f *fields) text() string { return string(f.take(int(f.number()))) }

func (f *fields) zeroEnded() string {
	for i, b := range f.rest {
		if b == 0 {
			text := string(f.rest[:i])
			f.rest = f.rest[i+1:]
			return text
		}
	}
	text := string(f.rest)
	f.rest = nil
	return text
}

// scramble is the answer of mysql_native_password to a salt.
func scramble(password string, salt []byte) []byte {
	if password == "" {
		return nil
	}
	once := sha1.Sum([]byte(password))
	twice := sha1.Sum(once[:])
	hash := sha1.New()
	hash.Write(salt)
	hash.Write(twice[:])
	mixed := hash.Sum(nil)
	for i := range mixed {
		mixed[i] ^= once[i]
	}
	return mixed
}

// serverError is an error packet that a server sent.
type serverError struct {
	code    uint16
	message string
}

func (e *serverError) Error() string { return fmt.Sprintf("%d: %s", e.code, e.message) }
