package tidb

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"drydock.dev/standin/common"
)

// binlogServer is one pump or drainer.
type binlogServer struct {
	kind, process, version string
	flags                  binlogFlags
	closing                chan struct{}
	lock                   sync.Mutex
}

func runPump(p common.Process) int    { return runBinlog(p, "pump", "8250") }
func runDrainer(p common.Process) int { return runBinlog(p, "drainer", "8249") }

func runBinlog(p common.Process, kind, port string) int {
	var flags binlogFlags
	if code, ok := flags.parse(p); !ok {
		return code
	}
	if flags.version {
		fmt.Print(binlogVersion(p.Version))
		recordCLI(p)
		return 0
	}
	file, err := readTOML(flags.config)
	if err != nil {
		common.Fatal("[FATAL] verifying flags failed, see '%s --help'.: %v", kind, err)
	}
	flags.complete(file, port)
	server := &binlogServer{kind: kind, process: nameOf(kind, flags.advertise), version: p.Version, flags: flags, closing: make(chan struct{})}
	lockData(server.process, flags.dataDir)
	waitForPD(server.process, flags.pd)
	enter(kind, flags.advertise, p.Version)
	if kind == "pump" {
		server.notifyDrainers()
	}
	server.setState("online")
	stop := common.ServeHTTPS(server.process, flags.address, server, serverTLS(flags.ca, flags.cert, flags.key))
	healthy(server.process)
	untilStopped(server.process, server.closing, func(string) {
		server.finish()
		stop()
	})
	return 0
}

// nodes are the pumps or the drainers of the state.
func (b *binlogServer) nodes(state *State) map[string]*Binlog {
	if b.kind == "pump" {
		return state.Pumps
	}
	return state.Drainers
}

func (b *binlogServer) own(state *State) *Binlog { return b.nodes(state)[b.flags.nodeID] }

func (b *binlogServer) setState(name string) {
	mustUpdate(func(state *State) {
		node := b.own(state)
		if node == nil {
			node = &Binlog{NodeID: b.flags.nodeID}
			b.nodes(state)[b.flags.nodeID] = node
		}
		node.Address, node.Process, node.State, node.Updated, node.MaxCommitTS = b.flags.advertise, b.process, name, time.Now(), tso(time.Now())
	})
	common.Record(b.process, "rpc", "state "+name, 0, nil)
}

// notifyDrainers: a pump notifies every online drainer of its start and ends if one does not answer. A drainer that was
// killed is still registered as online.
func (b *binlogServer) notifyDrainers() {
	for _, drainer := range read().Drainers {
		if drainer.State != "online" {
			continue
		}
		connection, err := net.DialTimeout("tcp", drainer.Address, time.Second)
		if err != nil {
			b.setState("paused")
			common.Fatal("[ERROR] [main.go:71] [\"start pump failed\"] [error=\"fail to notify all living drainer: notify drainer(%s): %v\"]", drainer.NodeID, err)
		}
		connection.Close()
	}
}

// finish records the right state for the end: paused, or offline if it was to be closed and everything is read.
func (b *binlogServer) finish() {
	if b.own(read()).State == "closing" {
		b.awaitDrainers()
		b.setState("offline")
		return
	}
	b.setState("paused")
}

// awaitDrainers: a pump goes offline only after every drainer has received its data.
func (b *binlogServer) awaitDrainers() {
	if b.kind != "pump" {
		return
	}
	for wanted := tso(time.Now()); ; time.Sleep(atLeast(time.Second)) {
		waits := false
		for _, drainer := range read().Drainers {
			waits = waits || (drainer.State != "offline" && drainer.MaxCommitTS < wanted)
		}
		if !waits {
			return
		}
	}
}

// ServeHTTP is the port of a pump or drainer.
func (b *binlogServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	state := read()
	switch {
	case r.Method == http.MethodGet && r.URL.Path == "/status" && b.kind == "pump":
		_ = json.NewEncoder(w).Encode(pumpStatus(state))
	case r.Method == http.MethodGet && r.URL.Path == "/status":
		_ = json.NewEncoder(w).Encode(b.drainerStatus(state))
	// The sources contain both spellings.
	case r.Method == http.MethodGet && b.kind == "drainer" && (r.URL.Path == "/commit_ts" || r.URL.Path == "/committs"):
		writeIndented(w, http.StatusOK, actionJSON{"get drainer's latest ts success!", 200, map[string]uint64{"ts": b.own(state).MaxCommitTS}})
	case r.Method == http.MethodGet && b.kind == "pump" && r.URL.Path == "/drainers":
		_ = json.NewEncoder(w).Encode(nodeList(state.Drainers))
	case r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, "/state/"):
		b.applyAction(w, r, state)
	case r.URL.Path == "/metrics":
		var out strings.Builder
		gauge(&out, "binlog_"+b.kind+"_max_commit_ts", "Largest commit ts.", "gauge", map[string]float64{"": float64(b.own(state).MaxCommitTS)})
		writeMetrics(w, &out)
	default:
		http.NotFound(w, r)
	}
}

type nodeJSON struct {
	NodeID      string         `json:"nodeId"`
	Host        string         `json:"host"`
	State       string         `json:"state"`
	IsAlive     bool           `json:"isAlive"`
	Score       int            `json:"score"`
	Label       map[string]any `json:"label"`
	MaxCommitTS uint64         `json:"maxCommitTS"`
	UpdateTS    uint64         `json:"updateTS"`
}

// nodeList is the content of etcd: isAlive does not check the process either.
func nodeList(nodes map[string]*Binlog) []nodeJSON {
	list := []nodeJSON{}
	for _, id := range sortedKeys(nodes) {
		node := nodes[id]
		list = append(list, nodeJSON{node.NodeID, node.Address, node.State, node.State == "online", 0, nil, node.MaxCommitTS, tso(node.Updated)})
	}
	return list
}

func pumpStatus(state *State) any {
	status := map[string]nodeJSON{}
	for _, node := range nodeList(state.Pumps) {
		status[node.NodeID] = node
	}
	return struct {
		Status     map[string]nodeJSON `json:"status"`
		CommitTS   uint64              `json:"CommitTS"`
		Checkpoint map[string]any      `json:"Checkpoint"`
		ErrMsg     string              `json:"ErrMsg"`
	}{status, tso(time.Now()), map[string]any{}, ""}
}

func (b *binlogServer) drainerStatus(state *State) any {
	positions := map[string]uint64{}
	synced := true
	for id, pump := range state.Pumps {
		if pump.State == "online" {
			positions[id] = pump.MaxCommitTS
			synced = synced && look().reachable(pump.Process)
		}
	}
	return struct {
		Positions map[string]uint64 `json:"PumpPos"`
		Synced    bool              `json:"Synced"`
		LastTS    uint64            `json:"LastTS"`
		TsMap     string            `json:"TsMap"`
	}{positions, synced, b.own(state).MaxCommitTS, ""}
}

type actionJSON struct {
	Message string `json:"message"`
	Code    int    `json:"code"`
	Data    any    `json:"data"`
}

// applyAction always answers 200. The code in the body says whether it had an effect. A drainer also calls itself a
// pump.
func (b *binlogServer) applyAction(w http.ResponseWriter, r *http.Request, state *State) {
	b.lock.Lock()
	defer b.lock.Unlock()
	refuse := func(format string, values ...any) {
		writeIndented(w, http.StatusOK, actionJSON{fmt.Sprintf(format, values...), 3, nil})
	}
	id, action, found := strings.Cut(strings.TrimPrefix(r.URL.Path, "/state/"), "/")
	if !found {
		http.NotFound(w, r)
		return
	}
	own := b.own(state)
	if id != b.flags.nodeID {
		refuse("invalide nodeID %s, this pump's nodeID is %s", id, b.flags.nodeID)
		return
	}
	if own.State != "online" {
		refuse("this pump's state is %s, apply %s failed!", own.State, action)
		return
	}
	switch action {
	case "pause":
		b.setState("pausing")
	case "close":
		b.setState("closing")
	default:
		refuse("invalide action %s", action)
		return
	}
	writeIndented(w, http.StatusOK, actionJSON{"apply action " + action + " success!", 200, nil})
	// The process ends itself; its supervisor may start it again.
	close(b.closing)
}
