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

// Operators of an administrator, by name: what they do with the replicas of a Region. Moves of leaders change none.
var adminOperators = map[string][]string{
	"transfer-leader": {"transfer leader from store %[1]d to store %[2]d"},
	"transfer-peer":   {"add learner peer %[3]d on store %[2]d", "promote learner peer %[3]d on store %[2]d to voter", "remove peer on store %[1]d"},
	"add-peer":        {"add learner peer %[3]d on store %[2]d", "promote learner peer %[3]d on store %[2]d to voter"},
	"remove-peer":     {"remove peer on store %[1]d"},
}

// changesReplicas tells whether one of its steps adds, promotes or removes a replica.
func (o *Operator) changesReplicas() bool {
	for _, step := range o.Steps {
		if strings.Contains(step, "peer") {
			return true
		}
	}
	return false
}

func (o *Operator) String() string {
	return fmt.Sprintf("%s (kind:%s, region:%d(40,5), currentStep:0, steps:[%s])", o.Name, o.Kind, o.Region, strings.Join(o.Steps, ", "))
}

// scheduled are the operators of PD's own schedulers: one balancing step for each busy Region, and one for each Region
// that replica repair would move to a better place.
func (s *State) scheduled() []*Operator {
	list := []*Operator{}
	add := func(count int, name, kind string, steps ...string) {
		for number := 0; number < count && number < listedRegions; number++ {
			list = append(list, &Operator{Name: name, Kind: kind, Region: uint64(number)*10 + 1001, Steps: steps})
		}
	}
	add(s.busyRegions(), "balance-region", "region,balance", "add learner peer", "promote learner", "remove peer")
	add(s.misplacedRegions(), "move-to-better-location", "region,replica", "add learner peer", "promote learner peer", "remove peer")
	return list
}

// misplacedRegions are those that PD's replica checker moves now; it may do so many at a time.
func (s *State) misplacedRegions() int {
	limit, _ := s.schedule("replica-schedule-limit")
	if misplaced := settings().MisplacedRegions; float64(misplaced) < limit {
		return misplaced
	}
	return int(limit)
}

// advanceOperators ends operators that have taken their time. The point "operator": whatever it does, none ends.
func (s *State) advanceOperators(w world) {
	if s.PD.Leader == "" || len(s.PD.Operators) == 0 {
		return
	}
	if _, stuck := common.FaultFor("pd", "operator"); stuck {
		return
	}
	kept := []*Operator{}
	for _, operator := range s.PD.Operators {
		if w.now.Before(operator.Ends) {
			kept = append(kept, operator)
		}
	}
	s.PD.Operators = kept
}

// watchOperators: while TiKVs of 2.1 and 3.0 are both up, a Region whose replicas change after a split becomes
// unreadable (tikv/tikv#8967). Every such operator counts as one that harms its Region.
func (s *State) watchOperators(w world) {
	versions := map[string]string{}
	three, two := false, false
	for _, store := range s.stores() {
		if !store.Tombstone && w.reachable(store.Process) {
			versions[store.Process] = store.Version
			three, two = three || isThree(store.Version), two || !isThree(store.Version)
		}
	}
	mixed := three && two
	harm := func(operator *Operator) {
		common.Violation("cluster", "ReplicasChangedWhileMixed", map[string]any{"region": operator.Region, "operator": operator.String(), "stores": versions})
	}
	for _, operator := range s.PD.Operators {
		if mixed && !operator.Harmed && operator.changesReplicas() {
			operator.Harmed = true
			harm(operator)
		}
	}
	scheduled := s.scheduled()
	if mixed && len(scheduled) > 0 && !s.Watch.ReplicasChange {
		harm(scheduled[0])
	}
	s.Watch.ReplicasChange = mixed && len(scheduled) > 0
}

// operators lists what PD is doing.
func (c *pdCall) operators() {
	list := []string{}
	for _, operator := range append(c.state.PD.Operators, c.state.scheduled()...) {
		list = append(list, operator.String())
	}
	c.json(http.StatusOK, list)
}

// addOperator is `pd-ctl operator add`.
func (c *pdCall) addOperator() {
	var input struct {
		Name   string `json:"name"`
		Region uint64 `json:"region_id"`
		Store  uint64 `json:"store_id"`
		From   uint64 `json:"from_store_id"`
		To     uint64 `json:"to_store_id"`
	}
	if err := json.Unmarshal(c.body, &input); err != nil {
		c.fail(http.StatusInternalServerError, err)
		return
	}
	steps, known := adminOperators[input.Name]
	if !known {
		c.fail(http.StatusBadRequest, errors.New("unknown operator"))
		return
	}
	if input.To == 0 {
		input.To, input.From = input.Store, input.Store
	}
	added := &Operator{Name: "admin-" + input.Name, Kind: "admin,region", Region: input.Region, Ends: time.Now().Add(atLeast(operatorTakes))}
	if input.Name == "transfer-leader" {
		added.Kind = "admin,leader"
	}
	for _, step := range steps {
		added.Steps = append(added.Steps, fmt.Sprintf(step, input.From, input.To, input.Region+9))
	}
	mustUpdate(func(state *State) { state.PD.Operators = append(state.PD.Operators, added) })
	c.json(http.StatusOK, nil)
}

// removeOperator cancels what is pending for a Region.
func (c *pdCall) removeOperator() {
	id, err := strconv.ParseUint(c.args["region"], 10, 64)
	if err != nil {
		c.fail(http.StatusBadRequest, err)
		return
	}
	found := false
	mustUpdate(func(state *State) {
		kept := []*Operator{}
		for _, operator := range state.PD.Operators {
			if operator.Region == id {
				found = true
			} else {
				kept = append(kept, operator)
			}
		}
		state.PD.Operators = kept
	})
	if !found {
		c.fail(http.StatusInternalServerError, errors.New("operator not found"))
		return
	}
	c.json(http.StatusOK, nil)
}
