package tidb

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"drydock.dev/standin/common"
)

// rangeSuffix ends the path of etcd's gateway for reads; the part before it depends on the version of etcd.
const rangeSuffix = "/kv/range"

// servesRange says whether the etcd of a PD serves its gateway at a path: 2.1 has etcd 3.2, 3.0 an early 3.4.
func (p *pdServer) servesRange(path string) bool {
	if settings().NoGateway {
		return false
	}
	if parts(p.version)[0] < 3 {
		return path == "/v3alpha"+rangeSuffix
	}
	return path == "/v3"+rangeSuffix || path == "/v3beta"+rangeSuffix
}

type rangeRequest struct {
	Key      []byte `json:"key"`
	RangeEnd []byte `json:"range_end"`
}

type rangeEntry struct {
	Key            []byte `json:"key"`
	CreateRevision string `json:"create_revision"`
	ModRevision    string `json:"mod_revision"`
	Version        string `json:"version"`
	Value          []byte `json:"value"`
}

// serveRange answers as etcd's gateway does: bytes as base64, numbers as texts, zero values absent. Any member answers
// while there is a quorum. Only the registrations of TiDB servers are there.
func (p *pdServer) serveRange(w http.ResponseWriter, r *http.Request) {
	if !p.servesRange(r.URL.Path) {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodPost {
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
		return
	}
	var request rangeRequest
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		writeIndented(w, http.StatusBadRequest, map[string]any{"error": err.Error(), "code": 3})
		return
	}
	state := read()
	entries := []rangeEntry{}
	for _, process := range sortedKeys(state.TiDB.Servers) {
		server := state.TiDB.Servers[process]
		key := "/tidb/server/info/" + server.DDLID
		if key < string(request.Key) || (len(request.RangeEnd) > 0 && key >= string(request.RangeEnd)) || (len(request.RangeEnd) == 0 && key != string(request.Key)) {
			continue
		}
		value, err := json.Marshal(server.json())
		if err != nil {
			common.Fatal("standin: %v", err)
		}
		entries = append(entries, rangeEntry{Key: []byte(key), CreateRevision: "7", ModRevision: "7", Version: "1", Value: value})
	}
	answer := map[string]any{"header": map[string]any{"cluster_id": "1", "member_id": "1", "revision": "9", "raft_term": "2"}}
	if len(entries) > 0 {
		answer["kvs"], answer["count"] = entries, strconv.Itoa(len(entries))
	}
	text, err := json.Marshal(answer)
	if err != nil {
		common.Fatal("standin: %v", err)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text)
}

func isRange(path string) bool { return strings.HasSuffix(path, rangeSuffix) }
