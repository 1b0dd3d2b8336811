package tidb

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sort"
	"strconv"
	"time"

	"drydock.dev/standin/common"
)

var errNotBootstrapped = errors.New("TiKV cluster not bootstrapped, please start TiKV first")

const (
	regionSize    = 96
	capacityBytes = 1 << 40
	usedBytes     = 96 << 30
)

type labelJSON struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type storeMeta struct {
	ID        uint64      `json:"id,omitempty"`
	Address   string      `json:"address,omitempty"`
	State     int         `json:"state,omitempty"`
	Labels    []labelJSON `json:"labels,omitempty"`
	Version   string      `json:"version,omitempty"`
	StateName string      `json:"state_name"`
}

type storeStatus struct {
	Capacity      string     `json:"capacity,omitempty"`
	Available     string     `json:"available,omitempty"`
	LeaderCount   int        `json:"leader_count,omitempty"`
	LeaderWeight  float64    `json:"leader_weight,omitempty"`
	LeaderScore   float64    `json:"leader_score,omitempty"`
	LeaderSize    int        `json:"leader_size,omitempty"`
	RegionCount   int        `json:"region_count,omitempty"`
	RegionWeight  float64    `json:"region_weight,omitempty"`
	RegionScore   float64    `json:"region_score,omitempty"`
	RegionSize    int        `json:"region_size,omitempty"`
	IsBusy        bool       `json:"is_busy,omitempty"`
	StartTS       *time.Time `json:"start_ts,omitempty"`
	LastHeartbeat *time.Time `json:"last_heartbeat_ts,omitempty"`
	Uptime        string     `json:"uptime,omitempty"`
}

type storeJSON struct {
	Store  storeMeta   `json:"store"`
	Status storeStatus `json:"status"`
}

const (
	storeUp = iota
	storeOffline
	storeTombstone
)

func (s *Store) state() int {
	switch {
	case s.Tombstone:
		return storeTombstone
	case s.Offline:
		return storeOffline
	}
	return storeUp
}

func (s *Store) stateName(now time.Time) string {
	silent := now.Sub(s.LastHeartbeat)
	switch {
	case s.Tombstone:
		return "Tombstone"
	case s.Offline:
		return "Offline"
	case silent > common.Scaled(downAfter):
		return "Down"
	case silent > common.Scaled(disconnectedAfter):
		return "Disconnected"
	}
	return "Up"
}

func (c *pdCall) storeJSON(store *Store) storeJSON {
	now := time.Now()
	meta := storeMeta{ID: store.ID, Address: store.Address, State: store.state(), Version: store.Version, StateName: store.stateName(now)}
	for _, key := range sortedKeys(store.Labels) {
		meta.Labels = append(meta.Labels, labelJSON{key, store.Labels[key]})
	}
	leaders, peers := c.state.reportedLeaders(store, now), c.state.peersOf(store)
	// The original counts in seconds. Time is faster here, and a restart within one second must be visible.
	started, heartbeat := store.StartedAt, store.LastHeartbeat
	return storeJSON{meta, storeStatus{
		Capacity: size(capacityBytes), Available: size(capacityBytes - usedBytes),
		LeaderCount: leaders, LeaderWeight: 1, LeaderScore: float64(leaders * regionSize), LeaderSize: leaders * regionSize,
		RegionCount: peers, RegionWeight: 1, RegionScore: float64(peers * regionSize), RegionSize: peers * regionSize,
		StartTS: &started, LastHeartbeat: &heartbeat, Uptime: heartbeat.Sub(started).String(),
	}}
}

// size is a number of bytes as PD writes them, with a space.
func size(bytes float64) string {
	unit := 0
	for ; bytes >= 1024 && unit < 5; unit++ {
		bytes /= 1024
	}
	name := []string{"B", "KiB", "MiB", "GiB", "TiB", "PiB"}[unit]
	if bytes < 10 && unit > 0 {
		return fmt.Sprintf("%.1f %s", bytes, name)
	}
	return fmt.Sprintf("%.0f %s", bytes, name)
}

func (c *pdCall) stores() {
	if !c.state.Bootstrapped {
		c.fail(http.StatusInternalServerError, errNotBootstrapped)
		return
	}
	wanted := map[int]bool{}
	for _, text := range c.r.URL.Query()["state"] {
		number, err := strconv.Atoi(text)
		if err != nil || number < storeUp || number > storeTombstone {
			c.fail(http.StatusBadRequest, fmt.Errorf("unknown StoreState: %s", text))
			return
		}
		wanted[number] = true
	}
	if len(wanted) == 0 {
		wanted = map[int]bool{storeUp: true, storeOffline: true}
	}
	answer := struct {
		Count  int         `json:"count"`
		Stores []storeJSON `json:"stores"`
	}{Stores: []storeJSON{}}
	for _, store := range c.state.stores() {
		if wanted[store.state()] {
			answer.Stores = append(answer.Stores, c.storeJSON(store))
		}
	}
	answer.Count = len(answer.Stores)
	c.json(http.StatusOK, answer)
}

// wantedStore is the store of the path, or nil after the error was answered.
func (c *pdCall) wantedStore() *Store {
	if !c.state.Bootstrapped {
		c.fail(http.StatusInternalServerError, errNotBootstrapped)
		return nil
	}
	id, err := strconv.ParseUint(c.args["id"], 10, 64)
	if err != nil {
		c.fail(http.StatusBadRequest, err)
		return nil
	}
	store := c.state.Stores[id]
	if store == nil {
		c.fail(http.StatusInternalServerError, fmt.Errorf("invalid store ID %d, not found", id))
	}
	return store
}

func (c *pdCall) store() {
	if store := c.wantedStore(); store != nil {
		c.json(http.StatusOK, c.storeJSON(store))
	}
}

// removeStore takes a store out of service: its Regions are copied to the others.
func (c *pdCall) removeStore() {
	store := c.wantedStore()
	if store == nil {
		return
	}
	if store.Tombstone {
		c.fail(http.StatusGone, fmt.Errorf("The store has been removed"))
		return
	}
	mustUpdate(func(state *State) { state.Stores[store.ID].Offline = true })
	c.json(http.StatusOK, "The store is set as Offline.")
}

func (c *pdCall) setLabel() {
	store := c.wantedStore()
	if store == nil {
		return
	}
	var labels map[string]string
	if err := json.Unmarshal(c.body, &labels); err != nil {
		c.fail(http.StatusBadRequest, err)
		return
	}
	mustUpdate(func(state *State) {
		if state.Stores[store.ID].Labels == nil {
			state.Stores[store.ID].Labels = map[string]string{}
		}
		for key, value := range labels {
			state.Stores[store.ID].Labels[key] = value
		}
	})
	c.json(http.StatusOK, nil)
}

func (c *pdCall) labels() {
	labels := []labelJSON{}
	seen := map[labelJSON]bool{}
	for _, store := range c.state.stores() {
		for _, key := range sortedKeys(store.Labels) {
			if label := (labelJSON{key, store.Labels[key]}); !seen[label] {
				seen[label] = true
				labels = append(labels, label)
			}
		}
	}
	c.json(http.StatusOK, labels)
}

// reportedLeaders is PD's count. A new PD leader knows no leader of any Region until their heartbeats arrive: for a
// while every store seems to have none (tiup issue #761).
func (s *State) reportedLeaders(store *Store, now time.Time) int {
	known := float64(now.Sub(s.PD.LeaderFrom)) / float64(common.Scaled(heartbeatsComplete))
	if known >= 1 {
		return store.Reported
	}
	return int(float64(store.Reported) * known)
}

// advanceStores sends the heartbeats of the living stores.
func (s *State) advanceStores(w world) {
	for _, store := range s.stores() {
		switch reachable := w.reachable(store.Process); {
		case store.Tombstone:
		case !reachable && store.GoneAt.IsZero():
			store.GoneAt = w.now
		case reachable:
			store.GoneAt = time.Time{}
			if s.PD.Leader != "" && w.past(store.LastHeartbeat, storeHeartbeat) {
				store.LastHeartbeat, store.Reported = w.now, store.Leaders
			}
		}
		// Enough other stores can have its Regions, and PD may copy them. That takes no time here, and counts as the repair
		// that even two versions of TiKV need.
		if repairs, _ := s.schedule("replica-schedule-limit"); repairs > 0 && store.Offline && !store.Tombstone && store.Leaders == 0 && s.PD.Leader != "" && s.serving(w) >= replicas {
			store.Tombstone = true
			common.Record(store.Process, "rpc", "tombstone", 0, map[string]any{"store": store.ID})
		}
		// The Regions of a dead store report their new leaders.
		if !store.GoneAt.IsZero() && store.Leaders == 0 && s.PD.Leader != "" {
			store.Reported = 0
		}
	}
}

// serving is the number of stores that can get Regions.
func (s *State) serving(w world) int {
	count := 0
	for _, store := range s.Stores {
		if !store.Tombstone && !store.Offline && w.reachable(store.Process) {
			count++
		}
	}
	return count
}

// putStore registers a TiKV at its start and refuses one that is older than the cluster (cluster version gate).
func (s *State) putStore(process, address, version string, labels map[string]string, knownID uint64, now time.Time) (*Store, error) {
	if s.PD.Leader == "" {
		return nil, errNoPDLeader
	}
	gate, own := parts(s.ClusterVersion), parts(version)
	if own[0] < gate[0] || (own[0] == gate[0] && own[1] < gate[1]) {
		return nil, fmt.Errorf("version should compatible with version  %s, got %s", s.ClusterVersion, version)
	}
	store := s.storeAt(address)
	if store != nil && store.ID != knownID {
		return nil, fmt.Errorf("duplicated store address: id:%d address:%q , already registered by id:%d address:%q", knownID, address, store.ID, address)
	}
	if store == nil {
		store = &Store{ID: s.nextID(), Address: address, Leaders: settings().LeadersPerStore}
		store.Reported = store.Leaders
		s.Stores[store.ID] = store
		s.Regions += store.Leaders
		s.FirstRegions = s.Regions
		s.Bootstrapped = true
	}
	store.Process, store.Version, store.StartedAt, store.LastHeartbeat, store.GoneAt = process, version, now, now, time.Time{}
	if len(labels) > 0 {
		store.Labels = labels
	}
	s.raiseClusterVersion()
	return store, nil
}

var errNoPDLeader = errors.New("no PD leader")

// raiseClusterVersion: the cluster version is that of the oldest store. It never decreases automatically.
func (s *State) raiseClusterVersion() {
	lowest := ""
	for _, store := range s.Stores {
		if !store.Tombstone && (lowest == "" || compare(store.Version, lowest) < 0) {
			lowest = store.Version
		}
	}
	if compare(lowest, s.ClusterVersion) > 0 {
		common.Record(s.PD.Members[s.PD.Leader].Process, "rpc", "cluster version", 0, map[string]any{"from": s.ClusterVersion, "to": lowest})
		s.ClusterVersion = lowest
	}
}

func sortedKeys[V any](values map[string]V) []string {
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
