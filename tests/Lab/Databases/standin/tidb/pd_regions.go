package tidb

import (
	"fmt"
	"net/http"
	"time"

	"drydock.dev/standin/common"
)

type peerJSON struct {
	ID      uint64 `json:"id"`
	StoreID uint64 `json:"store_id"`
}

type downPeerJSON struct {
	Peer        peerJSON `json:"peer"`
	DownSeconds int      `json:"down_seconds"`
}

type regionJSON struct {
	ID       uint64         `json:"id"`
	StartKey string         `json:"start_key"`
	EndKey   string         `json:"end_key"`
	Epoch    map[string]int `json:"epoch,omitempty"`
	Peers    []peerJSON     `json:"peers,omitempty"`
	Leader   *peerJSON      `json:"leader,omitempty"`
	Down     []downPeerJSON `json:"down_peers,omitempty"`
	Pending  []peerJSON     `json:"pending_peers,omitempty"`
	Size     int            `json:"approximate_size,omitempty"`
	Keys     int            `json:"approximate_keys,omitempty"`
}

type regionsJSON struct {
	Count   int          `json:"count"`
	Regions []regionJSON `json:"regions"`
}

// Lists of Regions are cut to this length. In the original too, count is the whole number only if all are listed.
const listedRegions = 1000

// placement is the order of the stores in which Regions have their peers: neighbours are in different zones.
func (s *State) placement() []*Store {
	var names []string
	zones := map[string][]*Store{}
	count := 0
	for _, store := range s.stores() {
		if store.Tombstone {
			continue
		}
		zone := store.Labels["zone"]
		if _, known := zones[zone]; !known {
			names = append(names, zone)
		}
		zones[zone] = append(zones[zone], store)
		count++
	}
	stores := make([]*Store, 0, count)
	for round := 0; len(stores) < count; round++ {
		for _, zone := range names {
			if round < len(zones[zone]) {
				stores = append(stores, zones[zone][round])
			}
		}
	}
	return stores
}

// list returns the first Regions, each with peers on three neighbours, beginning with its own.
func (s *State) list(now time.Time) []regionJSON {
	stores := s.placement()
	regions := []regionJSON{}
	led := map[uint64]int{}
	busy := s.busyRegions()
	for number := 0; number < s.Regions && number < listedRegions && len(stores) > 0; number++ {
		region := regionJSON{
			ID: uint64(number)*10 + 1001, StartKey: fmt.Sprintf("%016X", number), EndKey: fmt.Sprintf("%016X", number+1),
			Epoch: map[string]int{"conf_ver": 5, "version": 40}, Size: regionSize, Keys: 800000,
		}
		for i := 0; i < replicas && i < len(stores); i++ {
			store := stores[(number+i)%len(stores)]
			peer := peerJSON{region.ID + uint64(i) + 1, store.ID}
			region.Peers = append(region.Peers, peer)
			if region.Leader == nil && led[store.ID] < store.Leaders {
				led[store.ID]++
				leader := peer
				region.Leader = &leader
			}
			switch down := store.downFor(now); {
			case down > common.Scaled(downPeerAfter):
				vendor := time.Duration(float64(down) * common.TimeFactor())
				region.Down = append(region.Down, downPeerJSON{peer, int(vendor.Seconds())})
			case down > 0, now.Sub(store.StartedAt) < common.Scaled(pendingPeerFor):
				region.Pending = append(region.Pending, peer)
			}
		}
		if last := len(region.Peers) - 1; number < busy && len(region.Pending) == 0 && last >= replicas-1 {
			region.Pending = append(region.Pending, region.Peers[last])
		}
		regions = append(regions, region)
	}
	return regions
}

// busyRegions is the number of Regions that are being balanced now.
func (s *State) busyRegions() int {
	if limit, _ := s.schedule("region-schedule-limit"); limit < 1 {
		return 0
	}
	for _, store := range s.stores() {
		if !store.Tombstone && !isThree(store.Version) {
			return settings().BusyRegions
		}
	}
	return 0
}

func (c *pdCall) regions() {
	if !c.state.Bootstrapped {
		c.fail(http.StatusInternalServerError, errNotBootstrapped)
		return
	}
	c.json(http.StatusOK, regionsJSON{c.state.Regions, c.state.list(time.Now())})
}

func (c *pdCall) regionCheck() {
	wanted, known := regionChecks[c.args["check"]]
	if !known || (wanted.three && !isThree(c.version)) {
		http.NotFound(c.w, c.r)
		return
	}
	if !c.state.Bootstrapped {
		c.fail(http.StatusInternalServerError, errNotBootstrapped)
		return
	}
	answer := regionsJSON{Regions: []regionJSON{}}
	for _, region := range c.state.list(time.Now()) {
		if wanted.holds(c.state, region) {
			answer.Regions = append(answer.Regions, region)
		}
	}
	answer.Count = len(answer.Regions)
	c.json(http.StatusOK, answer)
}

// The condition of each check. The stand-in makes no extra peers, wrong namespaces or empty Regions: a test that wants
// some uses the fault "lie".
var regionChecks = map[string]struct {
	three bool
	holds func(*State, regionJSON) bool
}{
	"miss-peer":    {false, func(s *State, r regionJSON) bool { return len(r.Peers) < replicas }},
	"extra-peer":   {false, func(s *State, r regionJSON) bool { return len(r.Peers) > replicas }},
	"pending-peer": {false, func(s *State, r regionJSON) bool { return len(r.Pending) > 0 }},
	"down-peer":    {false, func(s *State, r regionJSON) bool { return len(r.Down) > 0 }},
	"incorrect-ns": {false, func(s *State, r regionJSON) bool { return false }},
	"offline-peer": {true, func(s *State, r regionJSON) bool { return s.offline(r) }},
	"empty-region": {true, func(s *State, r regionJSON) bool { return r.Size == 0 }},
}

func (s *State) offline(region regionJSON) bool {
	for _, peer := range region.Peers {
		if s.Stores[peer.StoreID].Offline {
			return true
		}
	}
	return false
}

func (c *pdCall) regionStats() {
	now := time.Now()
	leaders, peers := map[uint64]int{}, map[uint64]int{}
	leaderSize, peerSize := map[uint64]int{}, map[uint64]int{}
	for _, store := range c.state.stores() {
		leaders[store.ID], peers[store.ID] = c.state.reportedLeaders(store, now), c.state.peersOf(store)
		leaderSize[store.ID], peerSize[store.ID] = leaders[store.ID]*regionSize, peers[store.ID]*regionSize
	}
	c.json(http.StatusOK, struct {
		Count       int            `json:"count"`
		Empty       int            `json:"empty_count"`
		Size        int            `json:"storage_size"`
		Leaders     map[uint64]int `json:"store_leader_count"`
		Peers       map[uint64]int `json:"store_peer_count"`
		LeaderSizes map[uint64]int `json:"store_leader_size"`
		PeerSizes   map[uint64]int `json:"store_peer_size"`
	}{c.state.Regions, 0, c.state.Regions * regionSize, leaders, peers, leaderSize, peerSize})
}
