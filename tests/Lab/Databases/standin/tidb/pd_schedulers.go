package tidb

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"drydock.dev/standin/common"
)

const evictPrefix = "evict-leader-scheduler-"

// Names on the API and types in schedulers-v2.
var schedulerTypes = map[string]string{
	"balance-leader-scheduler":          "balance-leader",
	"balance-hot-region-scheduler":      "hot-region",
	"balance-region-scheduler":          "balance-region",
	"label-scheduler":                   "label",
	"shuffle-leader-scheduler":          "shuffle-leader",
	"shuffle-region-scheduler":          "shuffle-region",
	"random-merge-scheduler":            "random-merge",
	"balance-adjacent-region-scheduler": "adjacent-region",
	"evict-leader-scheduler":            "evict-leader",
	"grant-leader-scheduler":            "grant-leader",
}

var errSchedulerExisted = errors.New("scheduler existed")
var errSchedulerNotFound = errors.New("scheduler not found")

func defaultSchedulers() []Scheduler {
	return []Scheduler{{Type: "balance-region"}, {Type: "balance-leader"}, {Type: "hot-region"}, {Type: "label"}}
}

// store is the store an evict-leader scheduler is for.
func (s Scheduler) store() (uint64, bool) {
	if s.Type != "evict-leader" || len(s.Args) != 1 {
		return 0, false
	}
	id, err := strconv.ParseUint(s.Args[0], 10, 64)
	return id, err == nil
}

func (s Scheduler) name() string {
	for name, kind := range schedulerTypes {
		if kind == s.Type {
			if len(s.Args) == 1 {
				return name + "-" + s.Args[0]
			}
			return name
		}
	}
	return s.Type
}

// schedulersRun tells whether the coordinator of this PD leader works yet. After each change of the leader it waits for
// the heartbeats of the Regions. Until then no existing scheduler runs, is listed, or can be removed, although
// schedulers-v2 contains it.
func (s *State) schedulersRun(now time.Time) bool {
	return s.PD.Leader != "" && now.Sub(s.PD.LeaderFrom) >= common.Scaled(heartbeatsComplete)
}

// running tells whether this scheduler works. One that was added during the wait works at once.
func (s *State) running(scheduler Scheduler, now time.Time) bool {
	return !scheduler.Disable && s.PD.Leader != "" && (s.schedulersRun(now) || scheduler.Added.After(s.PD.LeaderFrom))
}

func (c *pdCall) schedulers() {
	if !c.state.Bootstrapped {
		c.fail(http.StatusInternalServerError, errNotBootstrapped)
		return
	}
	names := []string{}
	for _, scheduler := range c.state.PD.Schedulers {
		if c.state.running(scheduler, time.Now()) {
			names = append(names, scheduler.name())
		}
	}
	c.json(http.StatusOK, names)
}

func (c *pdCall) addScheduler() {
	var input map[string]any
	if err := json.Unmarshal(c.body, &input); err != nil {
		c.fail(http.StatusInternalServerError, err)
		return
	}
	if !c.state.Bootstrapped {
		c.fail(http.StatusInternalServerError, errNotBootstrapped)
		return
	}
	name, isText := input["name"].(string)
	if !isText {
		c.fail(http.StatusBadRequest, errors.New("missing scheduler name"))
		return
	}
	kind, known := schedulerTypes[name]
	if !known {
		c.fail(http.StatusBadRequest, errors.New("unknown scheduler"))
		return
	}
	added := Scheduler{Type: kind, Added: time.Now()}
	if kind == "evict-leader" || kind == "grant-leader" {
		// A store must be a number and not a text.
		id, isNumber := input["store_id"].(float64)
		if !isNumber {
			c.fail(http.StatusBadRequest, errors.New("missing store id"))
			return
		}
		added.Args = []string{strconv.FormatUint(uint64(id), 10)}
	}
	if err := update(func(state *State) error { return state.addScheduler(added) }); err != nil {
		c.fail(http.StatusInternalServerError, err)
		return
	}
	c.json(http.StatusOK, nil)
}

func (s *State) addScheduler(added Scheduler) error {
	for i, scheduler := range s.PD.Schedulers {
		if scheduler.name() != added.name() {
			continue
		}
		if s.running(scheduler, added.Added) {
			return errSchedulerExisted
		}
		// The scheduler is disabled, or exists but does not run during the wait. From now on it runs.
		s.PD.Schedulers[i].Disable, s.PD.Schedulers[i].Added = false, added.Added
		return nil
	}
	if id, evicts := added.store(); evicts {
		if store := s.Stores[id]; store == nil || store.Tombstone {
			return fmt.Errorf("store.block: store %d not found", id)
		}
	}
	s.PD.Schedulers = append(s.PD.Schedulers, added)
	return nil
}

func (c *pdCall) removeScheduler() {
	if !c.state.Bootstrapped {
		c.fail(http.StatusInternalServerError, errNotBootstrapped)
		return
	}
	if err := update(func(state *State) error { return state.removeScheduler(c.args["name"], time.Now()) }); err != nil {
		c.fail(http.StatusInternalServerError, err)
		return
	}
	c.json(http.StatusOK, nil)
}

func (s *State) removeScheduler(name string, now time.Time) error {
	for i, scheduler := range s.PD.Schedulers {
		if scheduler.name() != name || !s.running(scheduler, now) {
			continue
		}
		if strings.HasPrefix(name, evictPrefix) || len(scheduler.Args) > 0 {
			s.PD.Schedulers = append(s.PD.Schedulers[:i:i], s.PD.Schedulers[i+1:]...)
		} else {
			// A default scheduler stays in the list as disabled.
			s.PD.Schedulers[i].Disable = true
		}
		return nil
	}
	return errSchedulerNotFound
}

// evicted are the stores that must not lead because of running schedulers.
func (s *State) evicted(now time.Time) map[uint64]bool {
	stores := map[uint64]bool{}
	for _, scheduler := range s.PD.Schedulers {
		if id, evicts := scheduler.store(); evicts && s.running(scheduler, now) {
			stores[id] = true
		}
	}
	return stores
}

// balances tells whether leaders are spread evenly again.
func (s *State) balances(now time.Time) bool {
	for _, scheduler := range s.PD.Schedulers {
		if scheduler.Type == "balance-leader" && s.running(scheduler, now) {
			return true
		}
	}
	return false
}
