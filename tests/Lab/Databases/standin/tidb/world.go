package tidb

import (
	"time"

	"drydock.dev/standin/common"
)

const worldEvery = 50 * time.Millisecond

// world is a moment: the living processes, and the time that has passed.
type world struct {
	now     time.Time
	vendor  time.Duration
	members map[string]common.Member
}

// keepWorld advances the cluster's time in one of its processes.
func keepWorld() {
	common.Keep("tidb", worldEvery, func(elapsed time.Duration) {
		now := look()
		now.vendor = time.Duration(float64(elapsed) * common.TimeFactor())
		mustUpdate(func(state *State) { state.advance(now) })
	})
}

func look() world {
	members, err := common.Members()
	if err != nil {
		common.Fatal("standin: the members of the cluster cannot be read: %v", err)
	}
	now := world{now: time.Now(), members: map[string]common.Member{}}
	for _, member := range members {
		// Of two processes with the same name the younger one counts.
		now.members[member.Name] = member
	}
	return now
}

func (w world) alive(process string) bool {
	_, alive := w.members[process]
	return alive
}

// reachable tells whether a process lives and others can talk to it.
func (w world) reachable(process string) bool {
	member, alive := w.members[process]
	return alive && member.Reachable()
}

func (w world) past(since time.Time, span time.Duration) bool {
	return w.now.Sub(since) >= common.Scaled(span)
}

func (s *State) advance(w world) {
	s.noteDeaths(w)
	s.advancePD(w)
	s.advanceStores(w)
	s.advanceLeaders(w)
	s.advanceMerging(w)
	s.advanceOperators(w)
	s.advanceSQL(w)
	s.advanceBinlog(w)
	s.watch(w)
}

// noteDeaths finds processes that ended without a record.
func (s *State) noteDeaths(w world) {
	for process, instance := range s.Instances {
		member, alive := w.members[process]
		if instance.Stopped != "" || (alive && member.Incarnation == instance.Incarnation) {
			continue
		}
		instance.Stopped, instance.StoppedAt, instance.Healthy = "killed", w.now, false
		common.Record(process, "stop", "killed", 0, map[string]any{"version": instance.Version})
	}
}
