package tidb

import "strings"

// ddlChange is a parsed DDL statement and its effect once its job is done.
type ddlChange struct {
	database, table, kind string
	apply                 func() error
}

// parseDDL parses a DDL statement; nil without an error means that there is nothing to do.
func (s *session) parseDDL(t *tokens, query string) (*ddlChange, error) {
	switch {
	case t.take("create", "database"), t.take("create", "schema"):
		return s.createDatabase(t)
	case t.take("drop", "database"), t.take("drop", "schema"):
		return s.dropDatabase(t)
	case t.take("create", "table"):
		return s.createTable(t, query)
	case t.take("drop", "table"):
		return s.dropTable(t)
	case t.take("truncate"):
		t.take("table")
		return s.onTable(t, "truncate table", func(table *Table) { table.Rows = nil })
	case t.take("alter", "table"):
		return s.alterTable(t, query)
	case t.take("create", "index"), t.take("create", "unique", "index"):
		t.next()
		t.take("on")
		return s.onTable(t, "add index", func(*Table) {})
	case t.take("create", "user"), t.take("drop", "user"), t.take("alter", "user"):
		return nil, nil
	}
	return nil, notUnderstood(query)
}

func (s *session) createDatabase(t *tokens) (*ddlChange, error) {
	lenient := t.take("if", "not", "exists")
	name := t.next().text
	if readData().Databases[name] != nil {
		if lenient {
			return nil, nil
		}
		return nil, failure(1007, "HY000", "Can't create database '%s'; database exists", name)
	}
	return &ddlChange{name, "", "create schema", func() error {
		return updateData(func(data *Data) error {
			data.Databases[name] = &Database{Tables: map[string]*Table{}}
			return nil
		})
	}}, nil
}

func (s *session) dropDatabase(t *tokens) (*ddlChange, error) {
	lenient := t.take("if", "exists")
	name := t.next().text
	if readData().Databases[name] == nil {
		if lenient {
			return nil, nil
		}
		return nil, failure(1008, "HY000", "Can't drop database '%s'; database doesn't exist", name)
	}
	return &ddlChange{name, "", "drop schema", func() error {
		return updateData(func(data *Data) error {
			delete(data.Databases, name)
			return nil
		})
	}}, nil
}

func (s *session) createTable(t *tokens, query string) (*ddlChange, error) {
	lenient := t.take("if", "not", "exists")
	database, name := t.qualified(s.database)
	if database == "" {
		return nil, failure(1046, "3D000", "No database selected")
	}
	data := readData()
	if data.Databases[database] == nil {
		return nil, failure(1049, "42000", "Unknown database '%s'", database)
	}
	if data.Databases[database].Tables[name] != nil {
		if lenient {
			return nil, nil
		}
		return nil, failure(1050, "42S01", "Table '%s.%s' already exists", database, name)
	}
	definitions, ok := t.group()
	if !ok {
		return nil, notUnderstood(query)
	}
	table := &Table{}
	for _, definition := range definitions {
		table.define(definition)
	}
	if len(table.Columns) == 0 {
		return nil, failure(1113, "42000", "A table must have at least 1 column")
	}
	return &ddlChange{database, name, "create table", func() error {
		return updateData(func(data *Data) error {
			if data.Databases[database] != nil {
				data.Databases[database].Tables[name] = table
			}
			return nil
		})
	}}, nil
}

// define reads one column or key.
func (t *Table) define(definition []token) {
	rest := &tokens{list: definition}
	switch {
	case rest.is("primary", "key"):
		t.Key = true
		return
	case rest.is("key"), rest.is("index"), rest.is("unique"), rest.is("constraint"):
		return
	}
	t.Columns = append(t.Columns, rest.next().text)
	kind := strings.ToLower(rest.next().text)
	if size, ok := rest.group(); ok {
		var parts []string
		for _, part := range size {
			parts = append(parts, expression{tokens: part}.text())
		}
		kind += "(" + strings.Join(parts, ",") + ")"
	}
	t.Types = append(t.Types, kind)
	for !rest.end() {
		if rest.take("primary", "key") {
			t.Key = true
		}
		rest.next()
	}
}

func (s *session) dropTable(t *tokens) (*ddlChange, error) {
	lenient := t.take("if", "exists")
	database, name := t.qualified(s.database)
	if _, err := readData().table(database, name); err != nil {
		if lenient {
			return nil, nil
		}
		return nil, failure(1051, "42S02", "Unknown table '%s.%s'", database, name)
	}
	return &ddlChange{database, name, "drop table", func() error {
		return updateData(func(data *Data) error {
			if data.Databases[database] != nil {
				delete(data.Databases[database].Tables, name)
			}
			return nil
		})
	}}, nil
}

func (s *session) alterTable(t *tokens, query string) (*ddlChange, error) {
	at := t.at
	t.qualified(s.database)
	behind := t.at
	kind, column := "", []token(nil)
	switch {
	case t.take("add", "index"), t.take("add", "key"), t.take("add", "unique"):
		kind = "add index"
	case t.take("add"):
		t.take("column")
		kind, column = "add column", t.list[t.at:]
	case t.take("drop", "index"), t.take("drop", "key"):
		kind = "drop index"
	case t.take("modify"), t.take("change"):
		kind = "modify column"
	case t.take("comment"):
		kind = "modify table comment"
	default:
		t.at = behind
		return nil, notUnderstood(query)
	}
	t.at = at
	return s.onTable(t, kind, func(table *Table) {
		if len(column) < 2 || table.column(column[0].text) >= 0 {
			return
		}
		table.define(column)
		for i := range table.Rows {
			table.Rows[i] = append(table.Rows[i], nil)
		}
	})
}

// onTable is a change of a table that must exist.
func (s *session) onTable(t *tokens, kind string, change func(*Table)) (*ddlChange, error) {
	database, name := t.qualified(s.database)
	if _, err := readData().table(database, name); err != nil {
		return nil, err
	}
	return &ddlChange{database, name, kind, func() error {
		return updateData(func(data *Data) error {
			table, err := data.table(database, name)
			if err == nil {
				change(table)
			}
			return err
		})
	}}, nil
}
