package tidb

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

type serverInfoJSON struct {
	Version    string `json:"version"`
	GitHash    string `json:"git_hash"`
	ID         string `json:"ddl_id"`
	IP         string `json:"ip"`
	Port       int    `json:"listening_port"`
	StatusPort int    `json:"status_port"`
	Lease      string `json:"lease"`
	Binlog     string `json:"binlog_status,omitempty"`
}

func (s *SQLServer) json() serverInfoJSON {
	info := serverInfoJSON{sqlVersion + s.Version, gitHash(s.Version), s.DDLID, s.IP, s.Port, s.StatusPort, "45s", ""}
	// 2.1 does not report it.
	if isThree(s.Version) {
		info.Binlog = s.Binlog
	}
	return info
}

// entry is this server's entry in etcd.
func (s *sqlServer) entry() *SQLServer {
	return &SQLServer{
		DDLID: s.ddlID, Process: s.process, Incarnation: s.incarnation, Version: s.version, IP: s.ip, Port: s.port, StatusPort: s.statusPort, Binlog: onOff(s.binlog),
	}
}

var errNotOwner = errors.New("This node is not a ddl owner, can't be resigned.")

// ServeHTTP is the status port.
func (s *sqlServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	state := read()
	switch path := strings.TrimRight(r.URL.Path, "/"); {
	case path == "/status":
		writeData(w, map[string]any{"connections": atomic.LoadInt64(&s.connections), "version": sqlVersion + s.version, "git_hash": gitHash(s.version)})
	case path == "/metrics":
		s.metrics(w, state)
	case path == "/info":
		info := struct {
			IsOwner bool `json:"is_owner"`
			serverInfoJSON
		}{state.TiDB.Owner == s.process, s.entry().json()}
		writeData(w, info)
	case path == "/info/all":
		writeData(w, s.allInfo(state))
	case path == "/ddl/owner/resign":
		s.serveResign(w, r)
	case path == "/ddl/history":
		s.serveHistory(w, r, state)
	case path == "/settings":
		writeData(w, map[string]any{"host": "0.0.0.0", "port": s.port, "status": map[string]any{"status-port": s.statusPort, "report-status": true}, "binlog": map[string]any{"enable": s.binlog, "ignore-error": s.ignoreBinlog}})
	case path == "/schema":
		s.serveSchema(w, nil)
	case strings.HasPrefix(path, "/schema/"):
		s.serveSchema(w, strings.Split(strings.TrimPrefix(path, "/schema/"), "/"))
	case path == "/binlog/recover":
		s.serveRecover(w, r)
	default:
		http.NotFound(w, r)
	}
}

func writeData(w http.ResponseWriter, value any) {
	text, err := json.MarshalIndent(value, "", " ")
	if err != nil {
		writeError(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text)
}

func writeError(w http.ResponseWriter, err error) {
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.Write([]byte(err.Error()))
}

type versionJSON struct {
	Version string `json:"version"`
	GitHash string `json:"git_hash"`
}

// allInfo: if the versions differ, is_all_server_version_consistent is absent (not false), and the versions are listed.
func (s *sqlServer) allInfo(state *State) any {
	answer := struct {
		Count      int                       `json:"servers_num,omitempty"`
		Owner      string                    `json:"owner_id"`
		Consistent bool                      `json:"is_all_server_version_consistent,omitempty"`
		Different  []versionJSON             `json:"all_servers_diff_versions,omitempty"`
		Servers    map[string]serverInfoJSON `json:"all_servers_info,omitempty"`
	}{Servers: map[string]serverInfoJSON{}}
	seen := map[string]bool{}
	var versions []versionJSON
	for _, process := range sortedKeys(state.TiDB.Servers) {
		server := state.TiDB.Servers[process]
		answer.Servers[server.DDLID] = server.json()
		if process == state.TiDB.Owner {
			answer.Owner = server.DDLID
		}
		if !seen[server.Version] {
			seen[server.Version] = true
			versions = append(versions, versionJSON{sqlVersion + server.Version, gitHash(server.Version)})
		}
	}
	answer.Count = len(answer.Servers)
	answer.Consistent = len(versions) == 1
	if !answer.Consistent {
		answer.Different = versions
	}
	return answer
}

func (s *sqlServer) serveResign(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		writeError(w, errors.New("This api only support POST method."))
		return
	}
	now := look()
	err := update(func(state *State) error {
		if state.TiDB.Owner != s.process {
			return errNotOwner
		}
		if next := state.nextOwner(s.process, now); next != "" {
			state.TiDB.Owner = next
		}
		return nil
	})
	if err != nil {
		writeError(w, err)
		return
	}
	writeData(w, "success!")
}

func (s *sqlServer) serveHistory(w http.ResponseWriter, r *http.Request, state *State) {
	limit := len(state.TiDB.Jobs)
	if text := r.URL.Query().Get("limit"); text != "" {
		asked, err := strconv.Atoi(text)
		if err != nil || asked < 1 {
			writeError(w, errors.New("ddl history limit must be greater than 0"))
			return
		}
		limit = asked
	}
	jobs := []map[string]any{}
	for i := len(state.TiDB.Jobs) - 1; i >= 0 && len(jobs) < limit; i-- {
		if job := state.TiDB.Jobs[i]; job.done() {
			jobs = append(jobs, map[string]any{"id": job.ID, "type": job.Type, "schema_name": job.Database, "table_name": job.Table, "state": job.State, "query": job.Query, "start_ts": tso(job.Start), "err": nil, "row_count": job.Rows})
		}
	}
	writeData(w, jobs)
}

func (s *sqlServer) serveSchema(w http.ResponseWriter, path []string) {
	data := readData()
	if len(path) == 0 {
		var all []map[string]any
		for _, name := range sortedKeys(data.Databases) {
			all = append(all, map[string]any{"db_name": map[string]string{"O": name, "L": strings.ToLower(name)}, "charset": "utf8mb4", "collate": "utf8mb4_bin", "state": 5})
		}
		writeData(w, all)
		return
	}
	database := data.Databases[path[0]]
	switch {
	case database == nil:
		writeError(w, errors.New("[schema:1049]Unknown database '"+path[0]+"'"))
	case len(path) == 1:
		tables := []map[string]any{}
		for _, name := range sortedKeys(database.Tables) {
			tables = append(tables, database.Tables[name].json(name))
		}
		writeData(w, tables)
	case database.Tables[path[1]] == nil:
		writeError(w, errors.New("[schema:1146]Table '"+path[0]+"."+path[1]+"' doesn't exist"))
	default:
		writeData(w, database.Tables[path[1]].json(path[1]))
	}
}

func (t *Table) json(name string) map[string]any {
	columns := []map[string]any{}
	for i, column := range t.Columns {
		columns = append(columns, map[string]any{"id": i + 1, "name": map[string]string{"O": column, "L": strings.ToLower(column)}, "offset": i, "state": 5})
	}
	return map[string]any{"name": map[string]string{"O": name, "L": strings.ToLower(name)}, "cols": columns, "charset": "utf8mb4", "collate": "utf8mb4_bin", "state": 5}
}

// serveRecover ends the skipping of binlogs that could not be written, which the configuration permits.
func (s *sqlServer) serveRecover(w http.ResponseWriter, r *http.Request) {
	if op := r.URL.Query().Get("op"); op == "" || op == "nowait" {
		atomic.StoreInt64(&s.skipped, 0)
	}
	writeData(w, map[string]any{"Skipped": atomic.LoadInt64(&s.skipped) > 0, "SkippedCommitterCounter": 0})
}

func (s *sqlServer) metrics(w http.ResponseWriter, state *State) {
	var out strings.Builder
	// Merged Regions make every client retry, whichever TiDB it uses.
	backoffs := state.Backoff/float64(len(state.TiDB.Servers)+1) + float64(atomic.LoadInt64(&s.backoffs))
	gauge(&out, "tidb_tikvclient_backoff_count", "Counter of backoff.", "counter", map[string]float64{`{type="regionMiss"}`: backoffs})
	failed := map[string]float64{}
	total := 0.0
	s.failures.Range(func(kind, count any) bool {
		value := float64(atomic.LoadInt64(count.(*int64)))
		failed[`{type="`+kind.(string)+`"}`] = value
		total += value
		return true
	})
	gauge(&out, "tidb_server_execute_error_total", "Counter of execute errors.", "counter", failed)
	gauge(&out, "tidb_server_query_total", "Counter of queries.", "counter", map[string]float64{
		`{result="OK",type="Query"}`: float64(atomic.LoadInt64(&s.queries)) - total, `{result="Error",type="Query"}`: total,
	})
	gauge(&out, "tidb_server_connections", "Number of connections.", "gauge", map[string]float64{"": float64(atomic.LoadInt64(&s.connections))})
	gauge(&out, "process_start_time_seconds", "Start time of the process since unix epoch in seconds.", "gauge", map[string]float64{"": float64(started.UnixMilli()) / 1000})
	writeMetrics(w, &out)
}

var started = time.Now()
