package tidb

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"

	"drydock.dev/standin/common"
)

// errCut ends a connection without an answer.
var errCut = errors.New("cut")

// serveSQL opens the SQL port. When it ends, it closes all connections at once, as 2.1 and 3.0 do without
// graceful-wait-before-shutdown.
func (s *sqlServer) serveSQL(address string) (stop func()) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		common.Fatal("[FATAL] [terror.go] [\"unexpected error\"] [error=%q]", err.Error())
	}
	var lock sync.Mutex
	open := map[net.Conn]bool{}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			lock.Lock()
			open[connection] = true
			lock.Unlock()
			go func() {
				s.serveConnection(connection)
				connection.Close()
				lock.Lock()
				delete(open, connection)
				lock.Unlock()
			}()
		}
	}()
	return func() {
		listener.Close()
		lock.Lock()
		defer lock.Unlock()
		for connection := range open {
			connection.Close()
		}
	}
}

func (s *sqlServer) serveConnection(connection net.Conn) {
	p := newPackets(connection)
	host, _, _ := net.SplitHostPort(connection.RemoteAddr().String())
	session := &session{sqlServer: s, id: s.connectionID(), from: host}
	if session.connectBackend() != nil {
		return
	}
	defer session.closeBackend()
	if err := session.greet(p); err != nil {
		return
	}
	atomic.AddInt64(&s.connections, 1)
	defer atomic.AddInt64(&s.connections, -1)
	for {
		command, err := p.read()
		if err != nil || len(command) == 0 || command[0] == comQuit {
			return
		}
		switch answer, err := session.command(command); {
		case errors.Is(err, errCut):
			return
		case errors.Is(err, errBackend):
			err = session.relay(p, command)
			if err != nil {
				return
			}
		case err != nil:
			p.write(errorPacket(err))
		case answer.columns == nil:
			p.write(okPacket(answer.affected))
		default:
			writeRows(p, answer)
		}
		if p.flush() != nil {
			return
		}
	}
}

func (s *session) command(packet []byte) (*result, error) {
	text := string(packet[1:])
	switch packet[0] {
	case comStmtPrepare, comStmtExecute, comStmtLongData, comStmtClose, comStmtReset, comReset, comInitDB:
		if s.backend != nil {
			return nil, s.prepared(packet[0], text)
		}
	}
	switch packet[0] {
	case comPing, comReset, comStatistics:
		return &result{}, nil
	case comInitDB:
		return s.use(text)
	case comQuery:
		return s.run(text)
	}
	return nil, failure(1047, "08S01", "command %d not supported now", packet[0])
}

// greet is the handshake: version 10, mysql_native_password.
func (s *session) greet(p *packets) error {
	salt := make([]byte, 20)
	if _, err := rand.Read(salt); err != nil {
		return err
	}
	for i := range salt {
		// A zero byte would end the salt early.
		salt[i] = salt[i]&0x7f | 1
	}
	capabilities := uint32(capLongPassword | capFoundRows | capLongFlag | capConnectWithDB | capProtocol41 | capTransactions | capSecure | capMultiResults | capPluginAuth | capConnectAttrs)
	hello := append([]byte{10}, sqlVersion+s.version...)
	hello = append(hello, 0)
	hello = binary.LittleEndian.AppendUint32(hello, uint32(s.id))
	hello = append(append(hello, salt[:8]...), 0)
	hello = binary.LittleEndian.AppendUint16(hello, uint16(capabilities))
	hello = append(hello, charsetUTF8MB4)
	hello = binary.LittleEndian.AppendUint16(hello, statusAutocommit)
	hello = binary.LittleEndian.AppendUint16(hello, uint16(capabilities>>16))
	hello = append(hello, byte(len(salt)+1))
	hello = append(hello, make([]byte, 10)...)
	hello = append(append(hello, salt[8:]...), 0)
	hello = append(append(hello, nativePassword...), 0)
	p.write(hello)
	if err := p.flush(); err != nil {
		return err
	}
	answer, err := p.read()
	if err != nil {
		return err
	}
	token, database, plugin, err := s.readLogin(answer)
	if err != nil {
		return err
	}
	if plugin != "" && plugin != nativePassword {
		p.write(append(append(append([]byte{headerEOF}, nativePassword...), 0), append(salt, 0)...))
		if err := p.flush(); err != nil {
			return err
		}
		if token, err = p.read(); err != nil {
			return err
		}
	}
	problem := s.login(token, salt, database)
	if problem != nil {
		p.write(errorPacket(problem))
	} else {
		p.write(okPacket(0))
	}
	if err := p.flush(); err != nil {
		return err
	}
	return problem
}

func (s *session) readLogin(packet []byte) (token []byte, database, plugin string, err error) {
	f := &fields{rest: packet}
	capabilities := binary.LittleEndian.Uint32(f.take(4))
	f.take(4 + 1 + 23)
	s.user = f.zeroEnded()
	if capabilities&capLenencAuth != 0 {
		token = []byte(f.text())
	} else {
		token = f.take(int(f.take(1)[0]))
	}
	if capabilities&capConnectWithDB != 0 {
		database = f.zeroEnded()
	}
	if capabilities&capPluginAuth != 0 {
		plugin = f.zeroEnded()
	}
	if f.bad {
		err = errShort
	}
	return token, database, plugin, err
}

// login checks the users of tidb.json. Without any there is root without a password.
func (s *session) login(token, salt []byte, database string) error {
	users := settings().Users
	if len(users) == 0 {
		users = map[string]string{"root": ""}
	}
	password, known := users[s.user]
	if !known || !bytes.Equal(token, scramble(password, salt)) {
		s.sqlServer.fail("login")
		common.Record(s.process, "sql", "LOGIN", 1, map[string]any{"user": s.user, "from": s.from})
		using := "YES"
		if len(token) == 0 {
			using = "NO"
		}
		return failure(1045, "28000", "Access denied for user '%s'@'%s' (using password: %s)", s.user, s.from, using)
	}
	if database == "" {
		return nil
	}
	if s.backend != nil {
		if _, err := s.backend.query("USE `"+strings.ReplaceAll(database, "`", "``")+"`", backendPatience); err != nil {
			return failure(1049, "42000", "Unknown database '%s'", database)
		}
		s.database = database
		return nil
	}
	_, err := s.use(database)
	return err
}

func okPacket(affected int) []byte {
	packet := lenenc([]byte{headerOK}, uint64(affected))
	packet = append(packet, 0)
	packet = binary.LittleEndian.AppendUint16(packet, statusAutocommit)
	return binary.LittleEndian.AppendUint16(packet, 0)
}

func eofPacket() []byte { return []byte{headerEOF, 0, 0, statusAutocommit, 0} }

func errorPacket(err error) []byte {
	known := &sqlError{1105, "HY000", err.Error()}
	errors.As(err, &known)
	packet := binary.LittleEndian.AppendUint16([]byte{headerError}, known.code)
	return append(append(append(packet, '#'), known.state...), known.message...)
}

const (
	typeLongLong  = 0x08
	typeVarString = 0xfd
)

func writeRows(p *packets, answer *result) {
	p.write(lenenc(nil, uint64(len(answer.columns))))
	for i, column := range answer.columns {
		kind, charset := byte(typeVarString), uint16(charsetUTF8MB4)
		if len(answer.rows) > 0 && isWhole(answer.rows[0][i]) {
			kind, charset = typeLongLong, 63
		}
		definition := lenencText(nil, "def")
		for _, text := range []string{"", "", "", column, column} {
			definition = lenencText(definition, text)
		}
		definition = binary.LittleEndian.AppendUint16(append(definition, 0x0c), charset)
		definition = binary.LittleEndian.AppendUint32(definition, 1024)
		p.write(append(definition, kind, 0, 0, 0, 0, 0))
	}
	p.write(eofPacket())
	for _, row := range answer.rows {
		var packet []byte
		for _, cell := range row {
			if cell == nil {
				packet = append(packet, nullCell)
			} else {
				packet = lenencText(packet, fmt.Sprint(cell))
			}
		}
		p.write(packet)
	}
	p.write(eofPacket())
}

func isWhole(cell any) bool {
	switch cell.(type) {
	case int, int64, uint64:
		return true
	}
	return false
}
