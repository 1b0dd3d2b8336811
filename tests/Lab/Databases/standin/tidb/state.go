package tidb

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"sort"
	"time"

	"drydock.dev/standin/common"
)

// State is the cluster's knowledge: etcd, Raft and the memory of its leaders in one.
type State struct {
	ClusterID      uint64            `json:"clusterID"`
	Bootstrapped   bool              `json:"bootstrapped"`
	ClusterVersion string            `json:"clusterVersion"`
	LastID         uint64            `json:"lastID"`
	PD             PDState           `json:"pd"`
	Stores         map[uint64]*Store `json:"stores"`
	Regions        int               `json:"regions"`
	FirstRegions   int               `json:"firstRegions"`
	Backoff        float64           `json:"backoff"`
	// Moving and Merging are the fractions of a leader move and of a merge in progress.
	Moving    float64              `json:"moving"`
	Merging   float64              `json:"merging"`
	TiDB      TiDBState            `json:"tidb"`
	Pumps     map[string]*Binlog   `json:"pumps"`
	Drainers  map[string]*Binlog   `json:"drainers"`
	Instances map[string]*Instance `json:"instances"`
	Watch     Watch                `json:"watch"`
}

// PDState is PD's own state: its members, its leader, and the configuration in etcd.
type PDState struct {
	Members    map[string]*Member        `json:"members"`
	Leader     string                    `json:"leader"`
	LastLeader string                    `json:"lastLeader"`
	LeaderFrom time.Time                 `json:"leaderFrom"`
	Favoured   string                    `json:"favoured"`
	ElectionAt time.Time                 `json:"electionAt"`
	Transfer   *Transfer                 `json:"transfer"`
	Terms      int                       `json:"terms"`
	CheckedAt  time.Time                 `json:"checkedAt"`
	Config     map[string]map[string]any `json:"config"`
	Schedulers []Scheduler               `json:"schedulers"`
	Operators  []*Operator               `json:"operators"`
}

// Member is a PD.
type Member struct {
	Name       string   `json:"name"`
	ID         uint64   `json:"id"`
	Process    string   `json:"process"`
	PeerURLs   []string `json:"peerURLs"`
	ClientURLs []string `json:"clientURLs"`
	Priority   int      `json:"priority"`
	// File is the scheduling and replication part of its configuration file.
	File     map[string]map[string]any `json:"file"`
	JoinedAt time.Time                 `json:"joinedAt"`
}

// Transfer is a change of the leader in progress.
type Transfer struct {
	To string    `json:"to"`
	At time.Time `json:"at"`
}

// Scheduler is an element of schedulers-v2.
type Scheduler struct {
	Type    string    `json:"type"`
	Args    []string  `json:"args"`
	Disable bool      `json:"disable"`
	Added   time.Time `json:"added"`
}

// Operator is what PD is doing with a Region.
type Operator struct {
	Name   string    `json:"name"`
	Kind   string    `json:"kind"`
	Region uint64    `json:"region"`
	Steps  []string  `json:"steps"`
	Ends   time.Time `json:"ends"`
	// Harmed is true once it changed replicas while TiKVs of two majors were up.
	Harmed bool `json:"harmed"`
}

// Store is a TiKV.
type Store struct {
	ID            uint64            `json:"id"`
	Address       string            `json:"address"`
	Process       string            `json:"process"`
	Version       string            `json:"version"`
	Labels        map[string]string `json:"labels"`
	Tombstone     bool              `json:"tombstone"`
	Offline       bool              `json:"offline"`
	StartedAt     time.Time         `json:"startedAt"`
	LastHeartbeat time.Time         `json:"lastHeartbeat"`
	// GoneAt is the time at which it was found dead; zero while it lives.
	GoneAt time.Time `json:"goneAt"`
	// Leaders is the true number, Reported is the last number that PD received.
	Leaders  int `json:"leaders"`
	Reported int `json:"reported"`
}

// TiDBState is the shared state of the SQL servers.
type TiDBState struct {
	Servers       map[string]*SQLServer `json:"servers"`
	Owner         string                `json:"owner"`
	OwnerGoneAt   time.Time             `json:"ownerGoneAt"`
	SchemaVersion int                   `json:"schemaVersion"`
	// ServerVersion is tidb_server_version of mysql.tidb.
	ServerVersion int `json:"serverVersion"`
	// Bootstrapping is the incarnation of the process that upgrades the system tables.
	Bootstrapping string `json:"bootstrapping"`
	Jobs          []*Job `json:"jobs"`
}

// SQLServer is a TiDB in the view of the others.
type SQLServer struct {
	DDLID       string `json:"ddlID"`
	Process     string `json:"process"`
	Incarnation string `json:"incarnation"`
	Version     string `json:"version"`
	IP          string `json:"ip"`
	Port        int    `json:"port"`
	StatusPort  int    `json:"statusPort"`
	Binlog      string `json:"binlog"`
}

// Job is a DDL job.
type Job struct {
	ID       int           `json:"id"`
	Database string        `json:"database"`
	Table    string        `json:"table"`
	Type     string        `json:"type"`
	Query    string        `json:"query"`
	State    string        `json:"state"`
	Rows     int           `json:"rows"`
	Takes    time.Duration `json:"takes"`
	Start    time.Time     `json:"start"`
	End      time.Time     `json:"end"`
}

// Binlog is a pump or a drainer in etcd.
type Binlog struct {
	NodeID      string    `json:"nodeID"`
	Address     string    `json:"address"`
	Process     string    `json:"process"`
	State       string    `json:"state"`
	MaxCommitTS uint64    `json:"maxCommitTS"`
	Updated     time.Time `json:"updated"`
}

// Instance is the history of one installation in the cluster, whatever process runs there now.
type Instance struct {
	Component   string    `json:"component"`
	Address     string    `json:"address"`
	Version     string    `json:"version"`
	First       string    `json:"first"`
	Incarnation string    `json:"incarnation"`
	Starts      int       `json:"starts"`
	StartedAt   time.Time `json:"startedAt"`
	StoppedAt   time.Time `json:"stoppedAt"`
	// Stopped is the end of the last process: "" (it runs, or was killed), "signal", or "itself".
	Stopped string `json:"stopped"`
	Healthy bool   `json:"healthy"`
}

// Watch is the state that lets lasting violations be reported once.
type Watch struct {
	Complete   bool `json:"complete"`
	QuorumLost bool `json:"quorumLost"`
	StoresDown bool `json:"storesDown"`
	NoPump     bool `json:"noPump"`
	// ReplicasChange is true while PD's schedulers change replicas of TiKVs of two majors.
	ReplicasChange bool            `json:"replicasChange"`
	Leaked         map[string]bool `json:"leaked"`
}

func open() *common.Store { return common.Open("tidb") }

// update changes the state; a change that fails saves nothing.
func update(change func(*State) error) error {
	var state State
	return open().Update(&state, func() error {
		if err := state.prepare(); err != nil {
			return err
		}
		return change(&state)
	})
}

// mustUpdate is update for changes that cannot be refused.
func mustUpdate(change func(*State)) {
	if err := update(func(state *State) error { change(state); return nil }); err != nil {
		common.Fatal("standin: the cluster's state cannot be changed: %v", err)
	}
}

func read() *State {
	var state State
	if err := open().Read(&state); err != nil {
		common.Fatal("standin: the cluster's state cannot be read: %v", err)
	}
	return &state
}

func (s *State) prepare() error {
	if s.ClusterID == 0 {
		id, err := randomID()
		if err != nil {
			return err
		}
		s.ClusterID = id>>1 | 1<<62
	}
	if s.Stores == nil {
		s.Stores = map[uint64]*Store{}
	}
	if s.PD.Members == nil {
		s.PD.Members = map[string]*Member{}
	}
	if s.TiDB.Servers == nil {
		s.TiDB.Servers = map[string]*SQLServer{}
	}
	if s.Pumps == nil {
		s.Pumps, s.Drainers = map[string]*Binlog{}, map[string]*Binlog{}
	}
	if s.Instances == nil {
		s.Instances = map[string]*Instance{}
	}
	if s.Watch.Leaked == nil {
		s.Watch.Leaked = map[string]bool{}
	}
	return nil
}

func (s *State) nextID() uint64 {
	s.LastID++
	return s.LastID
}

// stores are in the order of their ids.
func (s *State) stores() []*Store {
	stores := make([]*Store, 0, len(s.Stores))
	for _, store := range s.Stores {
		stores = append(stores, store)
	}
	sort.Slice(stores, func(i, j int) bool { return stores[i].ID < stores[j].ID })
	return stores
}

func (s *State) storeAt(address string) *Store {
	for _, store := range s.stores() {
		if store.Address == address && !store.Tombstone {
			return store
		}
	}
	return nil
}

func (s *State) memberNames() []string {
	names := make([]string, 0, len(s.PD.Members))
	for name := range s.PD.Members {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func randomID() (uint64, error) {
	var bytes [8]byte
	if _, err := rand.Read(bytes[:]); err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint64(bytes[:]), nil
}

func newUUID() string {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		common.Fatal("standin: %v", err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// tso is a timestamp as PD's oracle makes them: milliseconds, 18 bits of a counter.
func tso(at time.Time) uint64 { return uint64(at.UnixMilli()) << 18 }
