package tidb

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// expression is one element between SELECT and FROM.
type expression struct {
	tokens []token
	alias  string
}

func (e expression) text() string {
	var out strings.Builder
	for _, t := range e.tokens {
		if t.quoted {
			out.WriteString("'" + t.text + "'")
		} else {
			out.WriteString(t.text)
		}
	}
	return out.String()
}

func (s *session) selects(t *tokens, query string) (*result, error) {
	for t.take("sql_no_cache") || t.take("distinct") || t.take("high_priority") {
	}
	var list []expression
	for depth, current := 0, (expression{}); ; {
		if t.end() || (depth == 0 && (t.is("from") || t.is("limit") || t.is(","))) {
			list = append(list, current)
			current = expression{}
			if !t.take(",") {
				break
			}
			continue
		}
		if depth == 0 && t.take("as") {
			current.alias = t.next().text
			continue
		}
		next := t.next()
		if !next.quoted && next.text == "(" {
			depth++
		}
		if !next.quoted && next.text == ")" {
			depth--
		}
		current.tokens = append(current.tokens, next)
	}
	if !t.take("from") || t.is("dual") {
		return s.constants(list, query)
	}
	database, name := t.qualified(s.database)
	columns, rows, err := s.source(database, name)
	if err != nil {
		return nil, err
	}
	if !t.end() && !t.is("where") && !t.is("order") && !t.is("limit") && !t.is("for") {
		t.take("as")
		t.next()
	}
	wanted, ok := where(t)
	if !ok {
		return nil, notUnderstood(query)
	}
	if database != "mysql" && !strings.EqualFold(database, "information_schema") {
		if err := s.reach(wanted.key(), false); err != nil {
			return nil, err
		}
	}
	var chosen [][]*string
	for _, row := range rows {
		if wanted.holds(columns, row) {
			chosen = append(chosen, row)
		}
	}
	for !t.end() {
		if t.take("limit") {
			if limit, err := strconv.Atoi(t.peek().text); err == nil && limit < len(chosen) {
				chosen = chosen[:limit]
			}
		}
		t.next()
	}
	return project(list, columns, chosen, query)
}

// project picks the columns that were asked for.
func project(list []expression, columns []string, rows [][]*string, query string) (*result, error) {
	answer := &result{}
	var picks []int
	for _, element := range list {
		text := element.text()
		switch {
		case text == "*":
			for i, column := range columns {
				answer.columns, picks = append(answer.columns, column), append(picks, i)
			}
		case strings.HasPrefix(strings.ToLower(text), "count("):
			name := element.alias
			if name == "" {
				name = text
			}
			return rowsOf([]string{name}, []any{len(rows)}), nil
		default:
			at := -1
			wanted := element.tokens[len(element.tokens)-1].text
			for i, column := range columns {
				if strings.EqualFold(column, wanted) {
					at = i
				}
			}
			if at < 0 {
				if literal, isLiteral := value(element.tokens); isLiteral && (literal == nil || element.tokens[0].quoted || isNumber(*literal)) {
					return nil, notUnderstood(query)
				}
				return nil, failure(1054, "42S22", "Unknown column '%s' in 'field list'", text)
			}
			name := wanted
			if element.alias != "" {
				name = element.alias
			}
			answer.columns, picks = append(answer.columns, name), append(picks, at)
		}
	}
	for _, row := range rows {
		picked := make([]any, len(picks))
		for i, at := range picks {
			if row[at] != nil {
				picked[i] = *row[at]
			}
		}
		answer.rows = append(answer.rows, picked)
	}
	return answer, nil
}

func isNumber(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil
}

// constants is SELECT without a table.
func (s *session) constants(list []expression, query string) (*result, error) {
	answer := rowsOf(nil, nil)
	for _, element := range list {
		text := element.text()
		value, known := s.constant(element, strings.ToLower(text))
		if !known {
			return nil, notUnderstood(query)
		}
		name := element.alias
		if name == "" {
			name = text
		}
		answer.columns = append(answer.columns, name)
		answer.rows[0] = append(answer.rows[0], value)
	}
	return answer, nil
}

func (s *session) constant(element expression, text string) (any, bool) {
	if literal, isLiteral := value(element.tokens); isLiteral {
		switch {
		case literal == nil:
			return nil, true
		case element.tokens[0].quoted || isNumber(*literal):
			return *literal, true
		}
	}
	if strings.HasPrefix(text, "@@") {
		name := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(text, "@@"), "session."), "global.")
		found, known := s.variables()[name]
		return found, known
	}
	switch text {
	case "version()":
		return sqlVersion + s.version, true
	case "connection_id()":
		return s.id, true
	case "database()", "schema()":
		if s.database == "" {
			return nil, true
		}
		return s.database, true
	case "user()", "current_user()", "current_user", "session_user()":
		return s.user + "@" + s.from, true
	case "now()", "current_timestamp", "current_timestamp()":
		return time.Now().Format(sqlTime), true
	case "unix_timestamp()":
		return time.Now().Unix(), true
	case "tidb_version()":
		return strings.TrimSpace(tidbVersion(s.version)), true
	}
	return nil, false
}

// source is a table with its rows: of a user, of mysql, or of information_schema.
func (s *session) source(database, name string) ([]string, [][]*string, error) {
	state := read()
	switch strings.ToLower(database + "." + name) {
	case "mysql.tidb":
		return texts([]string{"VARIABLE_NAME", "VARIABLE_VALUE", "COMMENT"},
			[]any{"bootstrapped", "True", "Bootstrap flag. Do not delete."},
			[]any{"tidb_server_version", state.TiDB.ServerVersion, "Bootstrap version. Do not delete."})
	case "information_schema.processlist":
		return texts([]string{"ID", "USER", "HOST", "DB", "COMMAND", "TIME", "STATE", "INFO"}, s.processes(nil).rows...)
	case "information_schema.schemata":
		var rows [][]any
		for _, schema := range databases() {
			rows = append(rows, []any{"def", schema, "utf8mb4", "utf8mb4_bin", nil})
		}
		return texts([]string{"CATALOG_NAME", "SCHEMA_NAME", "DEFAULT_CHARACTER_SET_NAME", "DEFAULT_COLLATION_NAME", "SQL_PATH"}, rows...)
	case "information_schema.tables":
		var rows [][]any
		data := readData()
		for _, schema := range sortedKeys(data.Databases) {
			for _, table := range sortedKeys(data.Databases[schema].Tables) {
				rows = append(rows, []any{schema, table, "BASE TABLE", "InnoDB", len(data.Databases[schema].Tables[table].Rows), "utf8mb4_bin"})
			}
		}
		return texts([]string{"TABLE_SCHEMA", "TABLE_NAME", "TABLE_TYPE", "ENGINE", "TABLE_ROWS", "TABLE_COLLATION"}, rows...)
	}
	table, err := readData().table(database, name)
	if err != nil {
		return nil, nil, err
	}
	return table.Columns, table.Rows, nil
}

func texts(columns []string, rows ...[]any) ([]string, [][]*string, error) {
	var all [][]*string
	for _, row := range rows {
		line := make([]*string, len(row))
		for i, cell := range row {
			if cell != nil {
				text := fmt.Sprint(cell)
				line[i] = &text
			}
		}
		all = append(all, line)
	}
	return columns, all, nil
}
