package tidb

import (
	"encoding/binary"
	"errors"
	"net"
	"time"
)

// sqlClient is one connection of the client that reads and writes all the time.
type sqlClient struct {
	packets *packets
	id      uint32
}

// dialSQL connects and logs in.
func dialSQL(address, user, password, database string, patience time.Duration) (*sqlClient, error) {
	connection, err := net.DialTimeout("tcp", address, patience)
	if err != nil {
		return nil, err
	}
	client := &sqlClient{packets: newPackets(connection)}
	client.patience(patience)
	if err := client.login(user, password, database); err != nil {
		connection.Close()
		return nil, err
	}
	return client, nil
}

func (c *sqlClient) close() { c.packets.connection.Close() }

func (c *sqlClient) patience(span time.Duration) {
	_ = c.packets.connection.SetDeadline(time.Now().Add(span))
}

func (c *sqlClient) login(user, password, database string) error {
	hello, err := c.packets.read()
	if err != nil {
		return err
	}
	if len(hello) > 0 && hello[0] == headerError {
		return errorOf(hello)
	}
	f := &fields{rest: hello}
	f.take(1)
	f.zeroEnded()
	c.id = binary.LittleEndian.Uint32(f.take(4))
	salt := append([]byte(nil), f.take(8)...)
	f.take(1 + 2 + 1 + 2 + 2 + 1 + 10)
	salt = append(salt, f.take(12)...)
	if f.bad {
		return errShort
	}
	capabilities := uint32(capLongPassword | capProtocol41 | capTransactions | capSecure | capPluginAuth | capMultiResults)
	if database != "" {
		capabilities |= capConnectWithDB
	}
	answer := binary.LittleEndian.AppendUint32(nil, capabilities)
	answer = binary.LittleEndian.AppendUint32(answer, maxPacket)
	answer = append(append(answer, charsetUTF8MB4), make([]byte, 23)...)
	answer = append(append(answer, user...), 0)
	token := scramble(password, salt)
	answer = append(append(answer, byte(len(token))), token...)
	if database != "" {
		answer = append(append(answer, database...), 0)
	}
	answer = append(append(answer, nativePassword...), 0)
	c.packets.write(answer)
	if err := c.packets.flush(); err != nil {
		return err
	}
	reply, err := c.packets.read()
	if err != nil {
		return err
	}
	return errorOf(reply)
}

// errorOf is the error in an error packet; nil for other packets.
func errorOf(packet []byte) error {
	if len(packet) == 0 {
		return errShort
	}
	if packet[0] != headerError {
		return nil
	}
	f := &fields{rest: packet[1:]}
	code := binary.LittleEndian.Uint16(f.take(2))
	if len(f.rest) > 0 && f.rest[0] == '#' {
		f.take(6)
	}
	return &serverError{code, string(f.rest)}
}

// query runs a statement and returns the first cell of the first row, or "".
func (c *sqlClient) query(text string, patience time.Duration) (string, error) {
	c.patience(patience)
	c.packets.sequence = 0
	c.packets.write(append([]byte{comQuery}, text...))
	if err := c.packets.flush(); err != nil {
		return "", err
	}
	head, err := c.packets.read()
	if err != nil {
		return "", err
	}
	if err := errorOf(head); err != nil || head[0] == headerOK {
		return "", err
	}
	if err := c.skipToEOF(); err != nil {
		return "", err
	}
	first, seen := "", false
	for {
		row, err := c.packets.read()
		switch {
		case err != nil:
			return "", err
		case isEOF(row):
			return first, nil
		case !seen && len(row) > 0 && row[0] != nullCell:
			first = (&fields{rest: row}).text()
		}
		if err := errorOf(row); err != nil {
			return "", err
		}
		seen = true
	}
}

func (c *sqlClient) skipToEOF() error {
	for {
		packet, err := c.packets.read()
		if err != nil {
			return err
		}
		if isEOF(packet) {
			return nil
		}
	}
}

func isEOF(packet []byte) bool { return len(packet) > 0 && len(packet) < 9 && packet[0] == headerEOF }

// isRefusal tells whether the server answered with an error, in contrast to a broken connection.
func isRefusal(err error) bool {
	var refused *serverError
	return errors.As(err, &refused)
}
