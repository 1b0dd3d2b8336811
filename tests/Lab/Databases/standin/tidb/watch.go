package tidb

import (
	"fmt"
	"time"

	"drydock.dev/standin/common"
)

// judgeStop checks whether this process may be stopped now. Only orderly ends are checked, because a crash is not a
// mistake.
func (s *State) judgeStop(process, why string, w world) {
	for name, member := range s.PD.Members {
		if member.Process == process && s.PD.Leader == name {
			if others := len(s.voters(w)) - 1; others > 0 && others*2 > len(s.PD.Members) {
				common.Violation(process, "LeaderStoppedWithoutResign", map[string]any{"leader": name, "others": others, "why": why})
			}
		}
	}
	for _, store := range s.stores() {
		if store.Process == process && store.Leaders > 0 {
			common.Violation(process, "LeadersOnStoppedStore", map[string]any{"store": store.ID, "leaders": store.Leaders, "why": why})
		}
	}
}

// watch reports conditions that must not last, once each time one begins.
func (s *State) watch(w world) {
	voters := len(s.voters(w))
	if !s.Watch.Complete {
		s.Watch.Complete = s.Bootstrapped && voters == len(s.PD.Members) && s.PD.Leader != ""
		return
	}
	lost := voters*2 <= len(s.PD.Members)
	if lost && !s.Watch.QuorumLost {
		common.Violation("cluster", "QuorumLost", map[string]any{"members": s.states(w, "pd"), "voters": voters, "of": len(s.PD.Members)})
	}
	s.Watch.QuorumLost = lost

	// Each Region has at most one peer in a zone. A store without a zone is one of its own.
	gone := map[string]bool{}
	for id, store := range s.Stores {
		if !store.Tombstone && !w.reachable(store.Process) {
			zone := store.Labels["zone"]
			if zone == "" {
				zone = fmt.Sprintf("store %d", id)
			}
			gone[zone] = true
		}
	}
	if len(gone) > 1 && !s.Watch.StoresDown {
		common.Violation("cluster", "TwoStoresDown", map[string]any{"stores": s.states(w, "tikv"), "down": sortedKeys(gone)})
	}
	s.Watch.StoresDown = len(gone) > 1

	s.watchPumps(w)
	s.watchSchedulers(w)
	s.watchOperators(w)
}

// watchPumps: if TiDB writes binlogs and there is no pump, it stops writing binlogs or data.
func (s *State) watchPumps(w world) {
	writes, online, known := false, 0, 0
	for _, server := range s.TiDB.Servers {
		writes = writes || (server.Binlog == "On" && w.reachable(server.Process))
	}
	for _, pump := range s.Pumps {
		if pump.State != "offline" {
			known++
		}
		if pump.State == "online" && w.reachable(pump.Process) {
			online++
		}
	}
	none := writes && known > 0 && online == 0
	if none && !s.Watch.NoPump {
		common.Violation("cluster", "NoPumpOnline", map[string]any{"pumps": s.states(w, "pump")})
	}
	s.Watch.NoPump = none
}

// watchSchedulers: a store that is up again but still must not lead when a process of the next component is started.
// That is an event; a time limit would judge how busy the machine is.
func (s *State) watchSchedulers(w world) {
	present := map[string]bool{}
	for _, scheduler := range s.PD.Schedulers {
		id, evicts := scheduler.store()
		store := s.Stores[id]
		if !evicts || store == nil {
			continue
		}
		key := fmt.Sprintf("%d %s", id, scheduler.Added.Format("15:04:05.000"))
		present[key] = true
		forgotten := w.reachable(store.Process) && store.StartedAt.After(scheduler.Added) && s.nextComponentSince(store.StartedAt)
		if forgotten && !s.Watch.Leaked[key] {
			s.Watch.Leaked[key] = true
			common.Violation(store.Process, "SchedulerLeaked", map[string]any{"store": id, "added": scheduler.Added, "restarted": store.StartedAt})
		}
	}
	for key := range s.Watch.Leaked {
		if !present[key] {
			delete(s.Watch.Leaked, key)
		}
	}
}

// nextComponentSince: whether a process that is no store was started after this time. Two stores of one zone may be
// restarted side by side.
func (s *State) nextComponentSince(at time.Time) bool {
	for _, instance := range s.Instances {
		if instance.Component != "tikv" && instance.StartedAt.After(at) {
			return true
		}
	}
	return false
}

// states is the state of each process of a component, for the detail of a violation.
func (s *State) states(w world, component string) map[string]string {
	states := map[string]string{}
	for process, instance := range s.Instances {
		if instance.Component != component {
			continue
		}
		switch member, alive := w.members[process]; {
		case !alive:
			states[process] = "down: " + instance.Stopped
		case member.Frozen:
			states[process] = "frozen"
		case member.Cut:
			states[process] = "cut off"
		default:
			states[process] = "up"
		}
	}
	return states
}

// mixed tells whether the processes that matter to DDL have different versions.
func (s *State) mixed() bool {
	first := ""
	for _, instance := range s.Instances {
		if instance.Component == "drainer" {
			continue
		}
		if first == "" {
			first = instance.Version
		}
		if instance.Version != first {
			return true
		}
	}
	return false
}
