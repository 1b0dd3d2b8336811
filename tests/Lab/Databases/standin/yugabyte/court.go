package yugabyte

import (
	"sort"
	"time"

	"drydock.dev/standin/common"
)

// court checks the changes of the cluster. It reports violations after the change is saved.
type court struct {
	at       time.Time
	verdicts []verdict
	events   []verdict
}

type verdict struct {
	process string
	what    string
	detail  map[string]any
}

func (c *court) violation(process, what string, detail map[string]any) {
	c.verdicts = append(c.verdicts, verdict{process, what, detail})
}

func (c *court) event(process, what string, detail map[string]any) {
	c.events = append(c.events, verdict{process, what, detail})
}

func (c *court) announce() {
	for _, each := range c.events {
		common.Record(each.process, "event", each.what, 0, each.detail)
	}
	for _, each := range c.verdicts {
		common.Violation(each.process, each.what, each.detail)
	}
}

// lasting reports a condition once as long as it lasts.
func (c *court) lasting(s *state, word string, holds bool, process string, detail map[string]any) {
	switch {
	case holds && !s.hasMark(word):
		s.mark(word, c.at)
		c.violation(process, word, detail)
	case !holds && s.hasMark(word):
		delete(s.Marks, word)
	}
}

// leave records the end of a server: orderly, or found dead.
func (c *court) leave(s *state, component string, me *server, orderly bool) {
	end := &ending{At: c.at, Orderly: orderly, Version: me.Version}
	if component == masterComponent {
		end.Led = s.Leadership.Leader == me.UUID
		end.Others = map[string]version{}
		for _, other := range s.Masters {
			if other.UUID != me.UUID {
				end.Others[other.Name] = other.Version
			}
		}
	} else {
		end.Leaders = s.leadersOf(me.UUID)
		end.Endangered = s.endangeredBy(me.UUID, c.at)
	}
	me.End, me.Up, me.DownSince = end, false, c.at
	if orderly && component == tserverComponent {
		c.stoppedTserver(s, me, end)
	}
	c.down(s)
}

func (c *court) stoppedTserver(s *state, me *server, end *ending) {
	if end.Leaders > 0 {
		c.violation(me.Name, "TserverStoppedWithLeaders", map[string]any{"count": end.Leaders})
	}
	if len(end.Endangered) > 0 {
		c.violation(me.Name, "UnderReplicatedStop", map[string]any{"count": len(end.Endangered), "example": end.Endangered[0]})
	}
	for _, other := range up(s.Tservers) {
		if other.failureDomain() != me.failureDomain() && contains(s.Config.LeaderBlacklist, hostPort(other.Host, other.RPC)) {
			c.violation(other.Name, "BlacklistLeaked", map[string]any{"when": "the next server was stopped", "next": me.Name})
		}
	}
}

// start checks the start of a server by the way it ended before.
func (c *court) start(s *state, me, before *server) {
	end := before.End
	if end == nil {
		// No process saw its end.
		end = &ending{Version: before.Version}
	}
	replaced := me.Version != before.Version
	if !replaced {
		if end.Orderly && before.Tried == "" {
			c.violation(me.Name, "RestartedForNothing", map[string]any{"version": string(me.Version)})
		}
		return
	}
	c.event(me.Name, "version", map[string]any{"from": string(before.Version), "to": string(me.Version)})
	if followers := end.notYet(me.Version); len(followers) > 0 {
		c.violation(me.Name, "LeaderMasterStoppedBeforeFollowers", map[string]any{"followers": followers, "from": string(before.Version), "to": string(me.Version)})
	}
	if !end.Orderly && s.Tservers[me.UUID] != nil {
		// A server that was killed to be replaced counts as stopped too.
		c.stoppedTserver(s, me, end)
	}
	if s.Tservers[me.UUID] != nil {
		for _, master := range sorted(s.Masters) {
			if master.Version.before(me.Version) {
				c.violation(me.Name, "TserverNewerThanMaster", map[string]any{"version": string(me.Version), "master": master.Name, "masterVersion": string(master.Version)})
				break
			}
		}
	}
}

// notYet are the masters that did not run this version yet when their leader was stopped for it.
func (e *ending) notYet(v version) []string {
	var followers []string
	if e.Led {
		for name, ran := range e.Others {
			if ran != v {
				followers = append(followers, name)
			}
		}
	}
	sort.Strings(followers)
	return followers
}

// down checks which servers are missing.
func (c *court) down(s *state) {
	if !s.Universe.Formed {
		return
	}
	masters, tservers := absent(s.Masters), s.absentTservers()
	alive := len(s.Masters) - len(masters)
	c.lasting(s, "TwoMastersDown", len(masters) >= 2, first(masters), map[string]any{"masters": masters})
	c.lasting(s, "QuorumLost", alive < s.majority(), first(masters), map[string]any{"masters": masters, "alive": alive, "of": s.Universe.Masters})
	domains := map[string]bool{}
	for _, each := range tservers {
		domains[each.failureDomain()] = true
	}
	c.lasting(s, "TwoTserversDown", len(domains) >= 2, first(names(tservers)), map[string]any{"tservers": names(tservers)})
	lost := s.withoutMajority()
	c.lasting(s, "TabletMajorityLost", len(lost) > 0, first(names(tservers)), map[string]any{"tablets": len(lost), "example": first(lost), "tservers": names(tservers)})
}

// absentTservers are those that are away and should have replicas.
func (s *state) absentTservers() []*server {
	var list []*server
	for _, each := range sorted(s.Tservers) {
		if !each.Up && s.replicasOf(each.UUID) > 0 {
			list = append(list, each)
		}
	}
	return list
}

// withoutMajority are the tablets most of whose replicas are on servers that are away, whatever the cause.
func (s *state) withoutMajority() []string {
	var lost []string
	for _, each := range s.tablets() {
		if !s.hasMajority(each) {
			lost = append(lost, each.ID)
		}
	}
	return lost
}

func names(servers []*server) []string {
	list := []string{}
	for _, each := range servers {
		list = append(list, each.Name)
	}
	return list
}

func absent(servers map[string]*server) []string {
	names := []string{}
	for _, each := range sorted(servers) {
		if !each.Up {
			names = append(names, each.Name)
		}
	}
	return names
}

func first(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return names[0]
}

// majority of the masters that were configured.
func (s *state) majority() int { return s.Universe.Masters/2 + 1 }
