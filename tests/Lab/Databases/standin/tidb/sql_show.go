package tidb

import (
	"fmt"
	"strings"
	"sync/atomic"
	"time"
)

func sleep(span time.Duration) { time.Sleep(span) }

func (s *session) variables() map[string]string {
	return map[string]string{
		"version": sqlVersion + s.version, "version_comment": "MySQL Community Server (Apache License 2.0)", "tidb_current_ts": "0",
		"sql_mode": "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION", "max_allowed_packet": "67108864", "autocommit": "1", "tx_isolation": "REPEATABLE-READ",
		"transaction_isolation": "REPEATABLE-READ", "character_set_client": "utf8mb4", "character_set_connection": "utf8mb4", "character_set_results": "utf8mb4",
		"character_set_server": "utf8mb4", "character_set_database": "utf8mb4", "collation_connection": "utf8mb4_bin", "collation_server": "utf8mb4_bin",
		"collation_database": "utf8mb4_bin", "time_zone": "SYSTEM", "system_time_zone": "UTC", "lower_case_table_names": "2", "wait_timeout": "28800",
		"interactive_timeout": "28800", "net_write_timeout": "60", "auto_increment_increment": "1", "init_connect": "", "license": "Apache License 2.0",
		"query_cache_size": "1048576", "query_cache_type": "OFF", "performance_schema": "0", "hostname": s.ip, "port": fmt.Sprint(s.port), "server_id": "0",
		"read_only": "0", "tidb_snapshot": "", "tidb_config": "{}", "gtid_mode": "OFF", "log_bin": "0", "innodb_file_per_table": "1", "datadir": "/tmp/tidb",
		"tx_read_only": "0", "transaction_read_only": "0",
	}
}

func (s *session) show(t *tokens, query string) (*result, error) {
	state := read()
	t.take("full")
	_ = t.take("global") || t.take("session")
	switch {
	case t.take("pump", "status"):
		return binlogStatus(state.Pumps), nil
	case t.take("drainer", "status"):
		return binlogStatus(state.Drainers), nil
	case t.take("databases"), t.take("schemas"):
		return s.showDatabases(t), nil
	case t.take("tables"):
		return s.showTables(t)
	case t.take("create", "database"), t.take("create", "schema"):
		return s.showCreateDatabase(t)
	case t.take("create", "table"):
		return s.showCreateTable(t)
	case t.take("columns", "from"), t.take("fields", "from"):
		return s.describe(t)
	case t.take("variables"):
		return s.showVariables(t), nil
	case t.take("status"):
		return rowsOf([]string{"Variable_name", "Value"}, []any{"ddl_schema_version", fmt.Sprint(state.TiDB.SchemaVersion)}), nil
	case t.take("warnings"), t.take("errors"):
		return rowsOf([]string{"Level", "Code", "Message"}), nil
	case t.take("master", "status"):
		return rowsOf([]string{"File", "Position", "Binlog_Do_DB", "Binlog_Ignore_DB", "Executed_Gtid_Set"}, []any{"tidb-binlog", tso(time.Now()), "", "", ""}), nil
	case t.take("processlist"):
		return s.processes([]string{"Id", "User", "Host", "db", "Command", "Time", "State", "Info"}), nil
	case t.take("engines"):
		return rowsOf([]string{"Engine", "Support", "Comment", "Transactions", "XA", "Savepoints"},
			[]any{"InnoDB", "DEFAULT", "Supports transactions, row-level locking, and foreign keys", "YES", "YES", "YES"}), nil
	case t.take("grants"):
		return rowsOf([]string{"Grants for User"}, []any{"GRANT ALL PRIVILEGES ON *.* TO '" + s.user + "'@'%'"}), nil
	case t.take("table", "status"):
		return s.showTableStatus(t), nil
	case t.is("slave", "status"), t.is("triggers"), t.is("events"), t.is("procedure"), t.is("function"), t.is("binary"), t.is("master", "logs"), t.is("index"), t.is("plugins"):
		return rowsOf([]string{"Name"}), nil
	}
	return nil, notUnderstood(query)
}

func binlogStatus(nodes map[string]*Binlog) *result {
	answer := rowsOf([]string{"NodeID", "Address", "State", "Max_Commit_Ts", "Update_Time"})
	for _, id := range sortedKeys(nodes) {
		node := nodes[id]
		answer.rows = append(answer.rows, []any{node.NodeID, node.Address, node.State, node.MaxCommitTS, node.Updated.Format(sqlTime)})
	}
	return answer
}

// pattern reads LIKE 'x' or WHERE Variable_name = 'x'; "%" when there is none.
func pattern(t *tokens) string {
	for !t.end() {
		if t.take("like") || t.take("=") {
			return t.next().text
		}
		t.next()
	}
	return "%"
}

// like is SQL's LIKE without regard to case.
func like(pattern, text string) bool {
	pattern, text = strings.ToLower(pattern), strings.ToLower(text)
	if pattern == "" {
		return text == ""
	}
	switch pattern[0] {
	case '%':
		for i := 0; i <= len(text); i++ {
			if like(pattern[1:], text[i:]) {
				return true
			}
		}
		return false
	case '_':
		return text != "" && like(pattern[1:], text[1:])
	case '\\':
		if len(pattern) > 1 {
			pattern = pattern[1:]
		}
	}
	return text != "" && pattern[0] == text[0] && like(pattern[1:], text[1:])
}

func (s *session) showVariables(t *tokens) *result {
	wanted := pattern(t)
	answer := rowsOf([]string{"Variable_name", "Value"})
	variables := s.variables()
	for _, name := range sortedKeys(variables) {
		if like(wanted, name) {
			answer.rows = append(answer.rows, []any{name, variables[name]})
		}
	}
	return answer
}

func databases() []string {
	return append([]string{"INFORMATION_SCHEMA", "PERFORMANCE_SCHEMA", "mysql"}, sortedKeys(readData().Databases)...)
}

func (s *session) showDatabases(t *tokens) *result {
	wanted := pattern(t)
	answer := rowsOf([]string{"Database"})
	for _, name := range databases() {
		if like(wanted, name) {
			answer.rows = append(answer.rows, []any{name})
		}
	}
	return answer
}

// sourceDatabase reads FROM or IN with a database.
func (s *session) sourceDatabase(t *tokens) string {
	if t.take("from") || t.take("in") {
		return t.next().text
	}
	return s.database
}

func (s *session) showTables(t *tokens) (*result, error) {
	full := t.at >= 2 && strings.EqualFold(t.list[t.at-2].text, "full")
	name := s.sourceDatabase(t)
	database := readData().Databases[name]
	if name == "" {
		return nil, failure(1046, "3D000", "No database selected")
	}
	columns := []string{"Tables_in_" + name}
	if full {
		columns = append(columns, "Table_type")
	}
	answer := rowsOf(columns)
	if database == nil {
		if strings.EqualFold(name, "mysql") || strings.HasSuffix(strings.ToLower(name), "_schema") {
			return answer, nil
		}
		return nil, failure(1049, "42000", "Unknown database '%s'", name)
	}
	wanted := pattern(t)
	for _, table := range sortedKeys(database.Tables) {
		if !like(wanted, table) {
			continue
		}
		row := []any{table}
		if full {
			row = append(row, "BASE TABLE")
		}
		answer.rows = append(answer.rows, row)
	}
	return answer, nil
}

func (s *session) showTableStatus(t *tokens) *result {
	answer := rowsOf([]string{"Name", "Engine", "Version", "Row_format", "Rows", "Avg_row_length", "Data_length", "Max_data_length", "Index_length", "Data_free",
		"Auto_increment", "Create_time", "Update_time", "Check_time", "Collation", "Checksum", "Create_options", "Comment"})
	if database := readData().Databases[s.sourceDatabase(t)]; database != nil {
		for _, name := range sortedKeys(database.Tables) {
			answer.rows = append(answer.rows, []any{name, "InnoDB", 10, "Compact", len(database.Tables[name].Rows), 0, 0, 0, 0, 0, nil, started.Format(sqlTime), nil, nil, "utf8mb4_bin", nil, "", ""})
		}
	}
	return answer
}

func (s *session) showCreateDatabase(t *tokens) (*result, error) {
	t.take("if", "not", "exists")
	name := t.next().text
	if readData().Databases[name] == nil {
		return nil, failure(1049, "42000", "Unknown database '%s'", name)
	}
	return rowsOf([]string{"Database", "Create Database"}, []any{name, "CREATE DATABASE `" + name + "` /*!40100 DEFAULT CHARACTER SET utf8mb4 */"}), nil
}

func (s *session) showCreateTable(t *tokens) (*result, error) {
	database, name := t.qualified(s.database)
	table, err := readData().table(database, name)
	if err != nil {
		return nil, err
	}
	return rowsOf([]string{"Table", "Create Table"}, []any{name, table.create(name)}), nil
}

func (s *session) describe(t *tokens) (*result, error) {
	database, name := t.qualified(s.database)
	if t.take("from") || t.take("in") {
		database = t.next().text
	}
	table, err := readData().table(database, name)
	if err != nil {
		return nil, err
	}
	answer := rowsOf([]string{"Field", "Type", "Null", "Key", "Default", "Extra"})
	for i, column := range table.Columns {
		key, null := "", "YES"
		if i == 0 && table.Key {
			key, null = "PRI", "NO"
		}
		answer.rows = append(answer.rows, []any{column, table.Types[i], null, key, nil, ""})
	}
	return answer, nil
}

func (s *session) processes(columns []string) *result {
	return rowsOf(columns, []any{s.id, s.user, s.from, s.database, "Query", 0, "autocommit", nil})
}

// connectionID is for a new session.
func (s *sqlServer) connectionID() uint64 { return atomic.AddUint64(&s.lastConnection, 1) }
