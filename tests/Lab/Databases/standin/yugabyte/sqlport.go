package yugabyte

import (
	"bufio"
	"encoding/json"
	"net"
	"sort"
	"strings"
	"time"

	"drydock.dev/standin/common"
)

// PostgreSQL's port (5433), open if SQL is enabled. It answers the beginning of a session as PostgreSQL does; only the
// SQL shell next to the servers can go on: one line of JSON each way. It supports the queries of an upgrade, and DDL.
const sqlPatience = 5 * time.Second

type sqlRequest struct {
	User      string `json:"user"`
	Password  string `json:"password"`
	Database  string `json:"database"`
	Statement string `json:"statement"`
}

// sqlAnswer is rows of one column. Fatal ends the connection before any statement.
type sqlAnswer struct {
	Rows  []string `json:"rows"`
	Error string   `json:"error,omitempty"`
	Fatal string   `json:"fatal,omitempty"`
}

func (n *node) serveSQL() (stop func()) {
	if n.flags.get("true", n.dialect.EnableSQL, yugabyteDialect.EnableSQL) != "true" {
		return func() {}
	}
	bind := n.bind
	host, port := splitHostPort(n.flags.get("", "pgsql_proxy_bind_address"), 5433)
	if host != "" && host != "0.0.0.0" {
		bind = host
	}
	listener, err := net.Listen("tcp", hostPort(bind, port))
	if err != nil {
		common.Fatal("%s: %v", n.name, err)
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go n.converse(connection)
		}
	}()
	return func() { listener.Close() }
}

func (n *node) converse(connection net.Conn) {
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(sqlPatience))
	if !n.hasPostgres() {
		return
	}
	reader := bufio.NewReader(connection)
	first, err := reader.Peek(1)
	if err != nil {
		return
	}
	if first[0] != '{' {
		n.greet(connection, reader)
		return
	}
	var asked sqlRequest
	if json.NewDecoder(reader).Decode(&asked) != nil {
		return
	}
	answer := n.answerSQL(asked)
	_ = json.NewEncoder(connection).Encode(answer)
	common.Record(n.name, "sql", asked.Statement, 0, map[string]any{"user": asked.User, "database": asked.Database, "error": answer.Error + answer.Fatal})
}

func (n *node) answerSQL(asked sqlRequest) sqlAnswer {
	k := readKnobs()
	databases := map[string][]string{"postgres": nil, "system_platform": nil, "template1": nil, "yugabyte": k.Extensions}
	extensions, known := databases[asked.Database]
	switch {
	case k.SQLPassword != "" && asked.Password == "":
		return sqlAnswer{Fatal: "fe_sendauth: no password supplied"}
	case k.SQLPassword != "" && asked.Password != k.SQLPassword:
		return sqlAnswer{Fatal: "FATAL:  password authentication failed for user \"" + asked.User + "\""}
	case !known:
		return sqlAnswer{Fatal: "FATAL:  database \"" + asked.Database + "\" does not exist"}
	}
	statement := strings.ToLower(strings.Join(strings.Fields(asked.Statement), " "))
	var rows []string
	switch {
	case strings.Contains(statement, "from pg_database"):
		for name := range databases {
			rows = append(rows, name)
		}
	case strings.Contains(statement, "from pg_extension"):
		rows = append([]string{"pg_stat_statements", "plpgsql"}, extensions...)
	case strings.HasPrefix(statement, "create "), strings.HasPrefix(statement, "alter "), strings.HasPrefix(statement, "drop "):
		n.ddl(asked.Statement, 1)
	default:
		return sqlAnswer{Error: "ERROR:  a stand-in answers pg_database, pg_extension and DDL only"}
	}
	sort.Strings(rows)
	return sqlAnswer{Rows: rows}
}
