package tidb

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"drydock.dev/standin/common"
)

const sqlTime = "2006-01-02 15:04:05"

func (s *session) admin(t *tokens, query string) (*result, error) {
	switch {
	case t.take("show", "ddl", "job", "queries"):
		return s.jobQueries(t)
	case t.take("show", "ddl", "jobs"):
		return s.jobs(t), nil
	case t.take("show", "ddl"):
		return s.ddlState(), nil
	case t.take("cancel", "ddl", "jobs"):
		return s.cancelJobs(t)
	case t.take("check", "table"):
		return &result{}, nil
	}
	return nil, notUnderstood(query)
}

// ddlState: 2.1 has no OWNER_ADDRESS here (uncertain), so callers must read columns by name.
func (s *session) ddlState() *result {
	state := read()
	owner, address := "", ""
	if server := state.TiDB.Servers[state.TiDB.Owner]; server != nil {
		owner, address = server.DDLID, fmt.Sprintf("%s:%d", server.IP, server.Port)
	}
	running, query := "", ""
	for _, job := range state.TiDB.Jobs {
		if !job.done() {
			running = fmt.Sprintf("ID:%d, Type:%s, State:%s, SchemaState:%s, SchemaID:1, TableID:%d, RowCount:%d, ArgLen:0, start time: %s, Err:<nil>, ErrCount:0, SnapshotVersion:0",
				job.ID, job.Type, job.State, job.schemaState(), job.ID, job.Rows, job.Start.Format(sqlTime))
			query = job.Query
			break
		}
	}
	if isThree(s.version) {
		return rowsOf([]string{"SCHEMA_VER", "OWNER_ID", "OWNER_ADDRESS", "RUNNING_JOBS", "SELF_ID", "QUERY"},
			[]any{state.TiDB.SchemaVersion, owner, address, running, s.ddlID, query})
	}
	return rowsOf([]string{"SCHEMA_VER", "OWNER_ID", "RUNNING_JOBS", "SELF_ID", "QUERY"}, []any{state.TiDB.SchemaVersion, owner, running, s.ddlID, query})
}

// jobs: queued and running jobs, and the last ten of the history. Ten columns in 2.1; 3.0 adds END_TIME before STATE.
func (s *session) jobs(t *tokens) *result {
	history := 10
	if limit, err := strconv.Atoi(t.peek().text); err == nil {
		history = limit
	}
	columns := []string{"JOB_ID", "DB_NAME", "TABLE_NAME", "JOB_TYPE", "SCHEMA_STATE", "SCHEMA_ID", "TABLE_ID", "ROW_COUNT", "START_TIME"}
	if isThree(s.version) {
		columns = append(columns, "END_TIME")
	}
	columns = append(columns, "STATE")
	answer := rowsOf(columns)
	all := read().TiDB.Jobs
	for _, finished := range []bool{false, true} {
		for i := len(all) - 1; i >= 0; i-- {
			job := all[i]
			if job.done() != finished || (finished && history == 0) {
				continue
			}
			if finished {
				history--
			}
			row := []any{job.ID, job.Database, job.Table, job.Type, job.schemaState(), 1, job.ID, job.Rows, job.Start.Format(sqlTime)}
			if isThree(s.version) {
				end := any(nil)
				if !job.End.IsZero() {
					end = job.End.Format(sqlTime)
				}
				row = append(row, end)
			}
			answer.rows = append(answer.rows, append(row, job.State))
		}
	}
	return answer
}

func (s *session) jobQueries(t *tokens) (*result, error) {
	answer := rowsOf([]string{"QUERY"})
	for _, id := range ids(t) {
		for _, job := range read().TiDB.Jobs {
			if job.ID == id {
				answer.rows = append(answer.rows, []any{job.Query})
			}
		}
	}
	return answer, nil
}

func ids(t *tokens) []int {
	var list []int
	for !t.end() {
		if id, err := strconv.Atoi(t.next().text); err == nil {
			list = append(list, id)
		}
	}
	return list
}

func (s *session) cancelJobs(t *tokens) (*result, error) {
	answer := rowsOf([]string{"JOB_ID", "RESULT"})
	for _, id := range ids(t) {
		outcome := "error: [admin:4]DDL Job:" + strconv.Itoa(id) + " not found"
		mustUpdate(func(state *State) {
			for _, job := range state.TiDB.Jobs {
				if job.ID == id && !job.done() {
					job.State, outcome = "cancelling", "successful"
				}
			}
		})
		answer.rows = append(answer.rows, []any{strconv.Itoa(id), outcome})
	}
	return answer, nil
}

// changeNode is CHANGE PUMP|DRAINER TO NODE_STATE = 'x' FOR NODE_ID 'y', from 3.0 on. It changes only etcd.
func (s *session) changeNode(t *tokens, query string) (*result, error) {
	kind := strings.ToLower(t.next().text)
	if !isThree(s.version) || (kind != "pump" && kind != "drainer") || !t.take("to", "node_state") {
		return nil, notUnderstood(query)
	}
	t.take("=")
	wanted := t.next().text
	if !t.take("for", "node_id") {
		return nil, notUnderstood(query)
	}
	id := t.next().text
	var refused error
	mustUpdate(func(state *State) {
		nodes := state.Pumps
		if kind == "drainer" {
			nodes = state.Drainers
		}
		if nodes[id] == nil {
			refused = failure(1105, "HY000", "node %s not found", id)
			return
		}
		nodes[id].State, nodes[id].Updated = wanted, time.Now()
	})
	if refused != nil {
		return nil, refused
	}
	return &result{}, nil
}

// ddl queues the statement as a job, waits for its end as TiDB does, and then applies the change.
func (s *session) ddl(t *tokens, query string) (*result, error) {
	change, err := s.parseDDL(t, query)
	if err != nil || change == nil {
		return &result{}, err
	}
	if err := s.runJob(change.database, change.table, change.kind, query); err != nil {
		return nil, err
	}
	return &result{}, change.apply()
}

// runJob runs a DDL job from the queue to its end.
func (s *session) runJob(database, table, kind, query string) error {
	takes := atLeast(ddlTakes)
	if kind == "add index" {
		takes = atLeast(addIndexTakes)
	}
	if fault, faulty := common.FaultFor(s.process, "ddl"); faulty && fault.Do == "delay" {
		takes = fault.Wait()
	}
	id := 0
	mustUpdate(func(state *State) {
		state.judgeDDL(s.process, query)
		id = state.newJob(database, table, kind, query, takes).ID
	})
	for {
		for _, job := range read().TiDB.Jobs {
			switch {
			case job.ID != id || !job.done():
			case job.State == "cancelled":
				return failure(8214, "HY000", "Cancelled DDL job")
			default:
				return nil
			}
		}
		sleep(10 * time.Millisecond)
	}
}
