package tidb

import (
	"errors"
	"strings"
	"sync/atomic"

	"drydock.dev/standin/common"
)

// session is one connection to the SQL port.
type session struct {
	*sqlServer
	id       uint64
	user     string
	from     string
	database string
	backend  *sqlClient
}

// run executes one statement and records it with its outcome.
func (s *session) run(query string) (*result, error) {
	atomic.AddInt64(&s.queries, 1)
	trimmed := strings.TrimSpace(strings.TrimRight(strings.TrimSpace(query), ";"))
	detail := map[string]any{"query": shortened(trimmed), "connection": s.id}
	if fault, faulty := common.FaultFor(s.process, "sql:"+shortened(trimmed)); faulty {
		detail["fault"] = fault.ID
		if done, err := s.misbehave(fault, trimmed); done {
			common.Record(s.process, "sql", verb(trimmed), 1, detail)
			return nil, err
		}
	}
	answer, err := s.execute(trimmed)
	status := 0
	if err != nil && !errors.Is(err, errBackend) {
		status = 1
		detail["error"] = err.Error()
		s.sqlServer.fail(verb(trimmed))
	}
	// The client sends thousands of reads and writes and counts them itself.
	if !ofClient(trimmed) || status != 0 {
		common.Record(s.process, "sql", verb(trimmed), status, detail)
	}
	return answer, err
}

// misbehave applies a fault on "sql:STATEMENT"; true if the statement must not be executed any more.
func (s *session) misbehave(fault common.Fault, query string) (bool, error) {
	switch fault.Do {
	case "fail":
		if fault.Status == 0 {
			fault.Status = 1105
		}
		return true, failure(uint16(fault.Status), "HY000", "%s", fault.Body)
	case "hang":
		select {}
	case "crash":
		common.Record(s.process, "sql", verb(query), 0, map[string]any{"query": shortened(query), "fault": fault.ID})
		common.Crash()
	case "crash-after":
		_, _ = s.execute(query)
		common.Crash()
	case "cut":
		_, _ = s.execute(query)
		return true, errCut
	case "delay":
		sleep(fault.Wait())
	default:
		common.Fatal("standin: fault %q: %q is nothing a statement can do (fail, hang, crash, crash-after, cut, delay)", fault.ID, fault.Do)
	}
	return false, nil
}

const clientMark = "/* standin-client */"

func ofClient(query string) bool { return strings.Contains(query, clientMark) }

func verb(query string) string {
	word, _, _ := strings.Cut(query, " ")
	return strings.ToUpper(word)
}

func shortened(query string) string {
	if len(query) > 1000 {
		return query[:1000] + "…"
	}
	return query
}

func (s *session) execute(query string) (*result, error) {
	t := tokenize(query)
	if s.backend != nil && !s.isOwn(t) {
		return nil, s.handOn(t, query)
	}
	switch {
	case t.end():
		return nil, failure(1065, "42000", "Query was empty")
	case t.take("admin"):
		return s.admin(t, query)
	case t.take("show"):
		return s.show(t, query)
	case t.take("select"):
		return s.selects(t, query)
	case t.is("insert"), t.is("replace"):
		return s.insert(t, query)
	case t.take("update"):
		return s.updates(t, query)
	case t.take("delete", "from"):
		return s.deletes(t, query)
	case t.is("create"), t.is("alter"), t.is("drop"), t.is("truncate"), t.is("rename"):
		return s.ddl(t, query)
	case t.take("use"):
		return s.use(t.next().text)
	case t.is("set"), t.is("begin"), t.is("start", "transaction"), t.is("commit"), t.is("rollback"), t.is("flush"), t.is("kill"), t.is("lock"), t.is("unlock"), t.is("savepoint"), t.is("analyze"):
		return &result{}, nil
	case t.take("change"):
		return s.changeNode(t, query)
	case t.take("desc"), t.take("describe"):
		return s.describe(t)
	}
	return nil, notUnderstood(query)
}

func (s *session) use(name string) (*result, error) {
	if name != "information_schema" && name != "mysql" && readData().Databases[name] == nil {
		return nil, failure(1049, "42000", "Unknown database '%s'", name)
	}
	s.database = name
	return &result{}, nil
}
