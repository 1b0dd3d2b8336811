package tidb

import (
	"time"

	"drydock.dev/standin/common"
)

const replicas = 3

// peersOf is the number of Regions with a peer on a store: all of them if there are not more stores than replicas.
func (s *State) peersOf(store *Store) int {
	count := 0
	for _, other := range s.Stores {
		if !other.Tombstone {
			count++
		}
	}
	if store.Tombstone || count == 0 {
		return 0
	}
	if count <= replicas {
		return s.Regions
	}
	return s.Regions * replicas / count
}

// advanceLeaders moves Regions' leaders: by election from stores that are gone, and by PD's schedulers at the pace of
// leader-schedule-limit (about one a second for each).
func (s *State) advanceLeaders(w world) {
	s.electAway(w)
	limit, _ := s.schedule("leader-schedule-limit")
	s.Moving += limit * w.vendor.Seconds()
	steps := int(s.Moving)
	s.Moving -= float64(steps)
	if s.PD.Leader == "" {
		return
	}
	evicted := s.evicted(w.now)
	stubborn := s.stubborn(w, evicted)
	for ; steps > 0; steps-- {
		from, to := s.nextMove(w, evicted, stubborn)
		if from == nil || to == nil {
			return
		}
		from.Leaders--
		to.Leaders++
	}
}

// schedule is a number of PD's schedule configuration.
func (s *State) schedule(key string) (float64, bool) {
	switch value := s.PD.Config["schedule"][key].(type) {
	case float64:
		return value, true
	case int:
		return float64(value), true
	}
	return 0, false
}

// stubborn are the stores whose leaders do not move because of a fault on "drain".
func (s *State) stubborn(w world, evicted map[uint64]bool) map[uint64]bool {
	stores := map[uint64]bool{}
	for id := range evicted {
		if store := s.Stores[id]; store != nil && w.reachable(store.Process) {
			if fault, faulty := common.FaultFor(store.Process, "drain"); faulty && fault.Do == "ignore" {
				stores[id] = true
			}
		}
	}
	return stores
}

// electAway lets the remaining peers elect new leaders if they are a majority.
func (s *State) electAway(w world) {
	gone := 0
	for _, store := range s.Stores {
		if !store.Tombstone && !store.GoneAt.IsZero() {
			gone++
		}
	}
	if gone == 0 || gone*2 >= replicas {
		return
	}
	for _, store := range s.stores() {
		if store.GoneAt.IsZero() || store.Leaders == 0 || !w.past(store.GoneAt, regionElection) {
			continue
		}
		for store.Leaders > 0 {
			to := s.fewest(w, nil)
			if to == nil {
				return
			}
			store.Leaders--
			to.Leaders++
		}
	}
}

// nextMove is one step of evict-leader or balance-leader.
func (s *State) nextMove(w world, evicted, stubborn map[uint64]bool) (from, to *Store) {
	to = s.fewest(w, evicted)
	if to == nil {
		return nil, nil
	}
	for _, store := range s.stores() {
		if evicted[store.ID] && !stubborn[store.ID] && store.Leaders > 0 && w.reachable(store.Process) {
			return store, to
		}
	}
	if !s.balances(w.now) {
		return nil, nil
	}
	for _, store := range s.stores() {
		if !store.Tombstone && !evicted[store.ID] && w.reachable(store.Process) && (from == nil || store.Leaders > from.Leaders) {
			from = store
		}
	}
	if from == nil || from.Leaders-to.Leaders < 2 {
		return nil, nil
	}
	return from, to
}

// fewest is the store with the fewest leaders among those that accept more.
func (s *State) fewest(w world, except map[uint64]bool) *Store {
	var best *Store
	for _, store := range s.stores() {
		if !store.Tombstone && store.GoneAt.IsZero() && !except[store.ID] && w.reachable(store.Process) && (best == nil || store.Leaders < best.Leaders) {
			best = store
		}
	}
	return best
}

// advanceMerging merges small Regions if PD's configuration permits it. Clients of merged Regions have to ask again,
// which counts in tikvclient_backoff_count.
func (s *State) advanceMerging(w world) {
	limit, _ := s.schedule("merge-schedule-limit")
	largest, _ := s.schedule("max-merge-region-size")
	left := s.FirstRegions - int(float64(s.FirstRegions)*settings().MergeableRegions)
	if s.PD.Leader == "" || limit == 0 || largest == 0 || s.Regions <= left {
		return
	}
	s.Merging += limit * mergesPerSecond * w.vendor.Seconds()
	for ; s.Merging >= 1 && s.Regions > left; s.Merging-- {
		var largest *Store
		for _, store := range s.stores() {
			if largest == nil || store.Leaders > largest.Leaders {
				largest = store
			}
		}
		if largest == nil || largest.Leaders == 0 {
			return
		}
		largest.Leaders--
		s.Regions--
		s.Backoff += backoffsPerMerge
	}
}

const (
	mergesPerSecond  = 0.02
	backoffsPerMerge = 10
)

// leaderOf is the store that leads the Region of a key.
func (s *State) leaderOf(slot uint32) *Store {
	total := 0
	for _, store := range s.Stores {
		total += store.Leaders
	}
	if total == 0 {
		return nil
	}
	at := int(slot % uint32(total))
	for _, store := range s.stores() {
		if at -= store.Leaders; at < 0 {
			return store
		}
	}
	return nil
}

// downFor is the time since a store was lost.
func (s *Store) downFor(now time.Time) time.Duration {
	if s.GoneAt.IsZero() {
		return 0
	}
	return now.Sub(s.GoneAt)
}
