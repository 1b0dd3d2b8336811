package tidb

import (
	"fmt"
	"hash/crc32"
	"strings"
	"sync/atomic"
	"time"

	"drydock.dev/standin/common"
)

// Data is the users' data in a separate file, because it changes with every write.
type Data struct {
	Databases map[string]*Database `json:"databases"`
}

// Database holds tables.
type Database struct {
	Tables map[string]*Table `json:"tables"`
}

// Table holds rows of texts; with a key, the first column is its primary key.
type Table struct {
	Columns []string    `json:"columns"`
	Types   []string    `json:"types"`
	Key     bool        `json:"key"`
	Rows    [][]*string `json:"rows"`
}

func dataStore() *common.Store { return common.Open("tidb-data") }

func (d *Data) prepare() {
	if d.Databases == nil {
		d.Databases = map[string]*Database{"test": {Tables: map[string]*Table{}}}
	}
}

func readData() *Data {
	var data Data
	if err := dataStore().Read(&data); err != nil {
		common.Fatal("standin: the data cannot be read: %v", err)
	}
	data.prepare()
	return &data
}

func updateData(change func(*Data) error) error {
	var data Data
	return dataStore().Update(&data, func() error {
		data.prepare()
		return change(&data)
	})
}

func (d *Data) table(database, name string) (*Table, error) {
	if database == "" {
		return nil, failure(1046, "3D000", "No database selected")
	}
	if d.Databases[database] == nil {
		return nil, failure(1049, "42000", "Unknown database '%s'", database)
	}
	table := d.Databases[database].Tables[name]
	if table == nil {
		return nil, failure(1146, "42S02", "Table '%s.%s' doesn't exist", database, name)
	}
	return table, nil
}

func (t *Table) column(name string) int {
	for i, column := range t.Columns {
		if strings.EqualFold(column, name) {
			return i
		}
	}
	return -1
}

func (t *Table) create(name string) string {
	var lines []string
	for i, column := range t.Columns {
		line := fmt.Sprintf("  `%s` %s", column, t.Types[i])
		if i == 0 && t.Key {
			line += " NOT NULL"
		} else {
			line += " DEFAULT NULL"
		}
		lines = append(lines, line)
	}
	if t.Key {
		lines = append(lines, fmt.Sprintf("  PRIMARY KEY (`%s`)", t.Columns[0]))
	}
	return fmt.Sprintf("CREATE TABLE `%s` (\n%s\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin", name, strings.Join(lines, ",\n"))
}

// reach waits until the cluster can serve the Region of a key: PD has a leader, and so has the Region. TiDB itself
// waits and retries before it reports an error to a client.
func (s *session) reach(key string, writes bool) error {
	patience := common.Scaled(clientBackoff)
	if patience < 2*time.Second {
		patience = 2 * time.Second
	}
	slot := crc32.ChecksumIEEE([]byte(key))
	for began := time.Now(); ; sleep(10 * time.Millisecond) {
		state, now := read(), look()
		var problem error
		if leader := state.PD.Members[state.PD.Leader]; leader == nil || !now.reachable(leader.Process) {
			problem = errPDTimeout
		} else if store := state.leaderOf(slot); store == nil || !now.reachable(store.Process) {
			problem = errRegionTimeout
		} else if writes && s.binlog && !state.pumpOnline(now) {
			problem = errNoPump
			if s.ignoreBinlog && time.Since(began) > common.Scaled(binlogTimeout) {
				atomic.StoreInt64(&s.skipped, 1)
				return nil
			}
		}
		if problem == nil {
			return nil
		}
		atomic.AddInt64(&s.backoffs, 1)
		if time.Since(began) > patience {
			return problem
		}
	}
}

func (s *State) pumpOnline(w world) bool {
	for _, pump := range s.Pumps {
		if pump.State == "online" && w.reachable(pump.Process) {
			return true
		}
	}
	return len(s.Pumps) == 0
}

// condition is COLUMN = VALUE [AND ...]; without one it selects every row.
type condition map[string]*string

func where(t *tokens) (condition, bool) {
	found := condition{}
	if !t.take("where") {
		return found, true
	}
	for {
		_, name := t.qualified("")
		if !t.take("=") {
			return nil, false
		}
		part := []token{t.next()}
		literal, known := value(part)
		if !known {
			return nil, false
		}
		found[name] = literal
		if !t.take("and") {
			return found, true
		}
	}
}

func (c condition) holds(columns []string, row []*string) bool {
	for name, wanted := range c {
		matched := false
		for i, column := range columns {
			if strings.EqualFold(column, name) {
				matched = wanted != nil && row[i] != nil && *row[i] == *wanted
			}
		}
		if !matched {
			return false
		}
	}
	return true
}

// key is the value that decides the Region of a statement.
func (c condition) key() string {
	for _, literal := range c {
		if literal != nil {
			return *literal
		}
	}
	return ""
}

func (s *session) insert(t *tokens, query string) (*result, error) {
	replaces := strings.EqualFold(t.next().text, "replace")
	ignores := t.take("ignore")
	t.take("into")
	database, name := t.qualified(s.database)
	var columns []string
	if named, ok := t.group(); ok {
		for _, part := range named {
			if len(part) != 1 {
				return nil, notUnderstood(query)
			}
			columns = append(columns, part[0].text)
		}
	}
	if !t.take("values") && !t.take("value") {
		return nil, notUnderstood(query)
	}
	var rows [][]*string
	for {
		group, ok := t.group()
		if !ok {
			return nil, notUnderstood(query)
		}
		row := make([]*string, len(group))
		for i, part := range group {
			literal, known := value(part)
			if !known {
				return nil, notUnderstood(query)
			}
			row[i] = literal
		}
		rows = append(rows, row)
		if !t.take(",") {
			break
		}
	}
	replaces = replaces || t.is("on", "duplicate", "key", "update")
	key := ""
	if len(rows[0]) > 0 && rows[0][0] != nil {
		key = *rows[0][0]
	}
	if err := s.reach(key, true); err != nil {
		return nil, err
	}
	affected := 0
	err := updateData(func(data *Data) error {
		affected = 0
		table, err := data.table(database, name)
		if err != nil {
			return err
		}
		for _, values := range rows {
			row, err := table.arrange(columns, values)
			if err != nil {
				return err
			}
			count, err := table.put(row, replaces, ignores)
			if err != nil {
				return err
			}
			affected += count
		}
		return nil
	})
	return &result{affected: affected}, err
}

func (t *Table) arrange(columns []string, values []*string) ([]*string, error) {
	if columns == nil {
		columns = t.Columns
	}
	if len(columns) != len(values) {
		return nil, failure(1136, "21S01", "Column count doesn't match value count at row 1")
	}
	row := make([]*string, len(t.Columns))
	for i, name := range columns {
		at := t.column(name)
		if at < 0 {
			return nil, failure(1054, "42S22", "Unknown column '%s' in 'field list'", name)
		}
		row[at] = values[i]
	}
	return row, nil
}

func (t *Table) put(row []*string, replaces, ignores bool) (int, error) {
	if t.Key && row[0] != nil {
		for i, other := range t.Rows {
			if other[0] == nil || *other[0] != *row[0] {
				continue
			}
			switch {
			case replaces:
				t.Rows[i] = row
				return 2, nil
			case ignores:
				return 0, nil
			}
			return 0, failure(1062, "23000", "Duplicate entry '%s' for key 'PRIMARY'", *row[0])
		}
	}
	t.Rows = append(t.Rows, row)
	return 1, nil
}

func (s *session) updates(t *tokens, query string) (*result, error) {
	database, name := t.qualified(s.database)
	if !t.take("set") {
		return nil, notUnderstood(query)
	}
	changes := map[string]*string{}
	for {
		_, column := t.qualified("")
		if !t.take("=") {
			return nil, notUnderstood(query)
		}
		literal, _ := value([]token{t.next()})
		changes[column] = literal
		if !t.take(",") {
			break
		}
	}
	return s.change(t, query, database, name, func(table *Table, row []*string) ([]*string, error) {
		changed := append([]*string(nil), row...)
		for column, literal := range changes {
			at := table.column(column)
			if at < 0 {
				return nil, failure(1054, "42S22", "Unknown column '%s' in 'field list'", column)
			}
			changed[at] = literal
		}
		return changed, nil
	})
}

func (s *session) deletes(t *tokens, query string) (*result, error) {
	database, name := t.qualified(s.database)
	return s.change(t, query, database, name, func(*Table, []*string) ([]*string, error) { return nil, nil })
}

// change replaces each selected row by the result of alter; nil deletes the row.
func (s *session) change(t *tokens, query, database, name string, alter func(*Table, []*string) ([]*string, error)) (*result, error) {
	wanted, ok := where(t)
	if !ok {
		return nil, notUnderstood(query)
	}
	if err := s.reach(wanted.key(), true); err != nil {
		return nil, err
	}
	affected := 0
	err := updateData(func(data *Data) error {
		affected = 0
		table, err := data.table(database, name)
		if err != nil {
			return err
		}
		kept := table.Rows[:0:0]
		for _, row := range table.Rows {
			if !wanted.holds(table.Columns, row) {
				kept = append(kept, row)
				continue
			}
			affected++
			altered, err := alter(table, row)
			if err != nil {
				return err
			}
			if altered != nil {
				kept = append(kept, altered)
			}
		}
		table.Rows = kept
		return nil
	})
	return &result{affected: affected}, err
}
