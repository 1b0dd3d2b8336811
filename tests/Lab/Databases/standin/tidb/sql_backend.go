package tidb

import (
	"encoding/binary"
	"errors"
	"strings"
	"time"
)

// errBackend tells the caller to forward a command to the server with the data.
var errBackend = errors.New("for the backend")

const backendPatience = 10 * time.Minute

// connectBackend opens a session's connection to the backend, if there is one. The session uses the id of that
// connection, so that KILL and the owners of named locks are consistent for a client.
func (s *session) connectBackend() error {
	backend := settings().Backend
	if backend == nil {
		return nil
	}
	client, err := dialSQL(backend.Address, backend.User, backend.Password, "", 10*time.Second)
	if err != nil {
		return err
	}
	s.backend, s.id = client, uint64(client.id)
	return nil
}

func (s *session) closeBackend() {
	if s.backend != nil {
		s.backend.close()
	}
}

// isOwn tells whether a statement is TiDB's own: it asks for version, state or jobs, or sets what only TiDB has.
func (s *session) isOwn(t *tokens) bool {
	switch {
	case t.is("admin"), t.is("change"), t.is("show", "pump"), t.is("show", "drainer"), t.is("show", "master", "status"):
		return true
	case t.is("set"):
		return t.holds("tidb_")
	case t.is("select"):
		if t.holdsSequence("mysql", ".", "tidb") || t.holds("tidb_version") {
			return true
		}
		return !t.holdsSequence("from") && (t.holdsSequence("version", "(") || t.holdsSequence("@", "@", "version") || t.holdsSequence("@", "@", "version_comment"))
	}
	return false
}

// holds tells whether any word of the statement begins with this text.
func (t *tokens) holds(prefix string) bool {
	for _, token := range t.list {
		if !token.quoted && strings.HasPrefix(strings.ToLower(token.text), prefix) {
			return true
		}
	}
	return false
}

func (t *tokens) holdsSequence(words ...string) bool {
	for at := range t.list {
		if (&tokens{list: t.list, at: at}).is(words...) {
			return true
		}
	}
	return false
}

// handOn does TiDB's part of a statement and lets the backend do the rest.
func (s *session) handOn(t *tokens, query string) error {
	kind := strings.ToLower(t.peek().text)
	switch kind {
	case "create", "alter", "drop", "truncate", "rename":
		at := t.at
		t.at++
		object := strings.ToLower(t.next().text)
		if object == "user" || object == "temporary" {
			return errBackend
		}
		words := kind + " " + object
		if kind == "alter" && t.holdsSequence("add") && (t.holds("index") || t.holds("key")) || words == "create index" {
			words = "add index"
		}
		database, table := "", ""
		if object == "table" {
			_ = t.take("if", "not", "exists") || t.take("if", "exists")
			database, table = t.qualified(s.database)
		}
		t.at = at
		if err := s.runJob(database, table, words, query); err != nil {
			return err
		}
	case "insert", "replace", "update", "delete", "load":
		if err := s.reach(query, true); err != nil {
			return err
		}
	case "select":
		if err := s.reach(query, false); err != nil {
			return err
		}
	case "use":
		s.database = t.list[len(t.list)-1].text
	}
	return errBackend
}

// prepared does TiDB's part of a command other than a query.
func (s *session) prepared(command byte, text string) error {
	if command == comInitDB {
		s.database = text
	}
	if command == comStmtExecute {
		if err := s.reach(text, true); err != nil {
			return err
		}
	}
	return errBackend
}

// relay sends a command to the backend and its answer back, packet by packet.
func (s *session) relay(p *packets, command []byte) error {
	b := s.backend
	b.patience(backendPatience)
	b.packets.sequence = 0
	b.packets.write(command)
	if err := b.packets.flush(); err != nil {
		return err
	}
	switch command[0] {
	case comStmtLongData, comStmtClose:
		// This command has no answer.
		return nil
	case comStmtPrepare:
		return relayPrepared(b.packets, p)
	}
	for {
		more, err := relayResult(b.packets, p)
		if err != nil || !more {
			return err
		}
	}
}

// relayResult copies one result; true when another follows.
func relayResult(from, to *packets) (bool, error) {
	head, err := from.read()
	if err != nil {
		return false, err
	}
	to.write(head)
	if len(head) == 0 {
		return false, errShort
	}
	switch head[0] {
	case headerError:
		return false, nil
	case headerOK:
		f := &fields{rest: head[1:]}
		f.number()
		f.number()
		return binary.LittleEndian.Uint16(f.take(2))&statusMoreResults != 0, nil
	}
	// Columns up to one end, rows up to another.
	if _, err := relayToEOF(from, to); err != nil {
		return false, err
	}
	return relayToEOF(from, to)
}

// relayToEOF copies up to the packet that ends a list, or up to an error instead of it.
func relayToEOF(from, to *packets) (bool, error) {
	for {
		packet, err := from.read()
		if err != nil {
			return false, err
		}
		to.write(packet)
		if to.writer.Buffered() > 1<<16 {
			if err := to.flush(); err != nil {
				return false, err
			}
		}
		if len(packet) > 0 && packet[0] == headerError {
			return false, nil
		}
		if isEOF(packet) {
			return len(packet) >= 5 && binary.LittleEndian.Uint16(packet[3:5])&statusMoreResults != 0, nil
		}
	}
}

// relayPrepared copies the answer to a prepared statement, followed by its columns and parameters if there are any.
func relayPrepared(from, to *packets) error {
	head, err := from.read()
	if err != nil {
		return err
	}
	to.write(head)
	if len(head) < 9 || head[0] != headerOK {
		return nil
	}
	for _, at := range []int{7, 5} {
		if binary.LittleEndian.Uint16(head[at:at+2]) == 0 {
			continue
		}
		if _, err := relayToEOF(from, to); err != nil {
			return err
		}
	}
	return nil
}
