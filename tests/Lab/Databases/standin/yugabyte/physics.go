package yugabyte

import (
	"math/rand"
	"time"

	"drydock.dev/standin/common"
)

// The shortest time without a leader, whatever the time factor, so that tests can observe it.
const shortestElection = 150 * time.Millisecond

// physics does, ten times a second and in one of the servers for all of them, what happens automatically in the
// original: detecting lost servers, elections, balancing.
func (n *node) physics() {
	k := readKnobs()
	n.must(n.change(func(s *state, c *court) error {
		// This is read under the lock: a server that is in the state has joined before.
		members, err := common.Members()
		if err != nil {
			return err
		}
		c.presence(s, members)
		s.form(k)
		c.down(s)
		s.electMaster(k, c)
		s.electTabletLeaders(k, c)
		s.evict(c)
		s.replace(k, c)
		s.balance(k, c)
		s.settleCatalog(c.at)
		return nil
	}))
}

// presence compares the expected servers with the present ones. A frozen or cut-off server is away but has not ended.
func (c *court) presence(s *state, members []common.Member) {
	alive := map[string]common.Member{}
	for _, member := range members {
		alive[member.Incarnation] = member
	}
	for _, component := range []string{masterComponent, tserverComponent} {
		for _, each := range sorted(s.component(component)) {
			member, lives := alive[each.Incarnation]
			stopping := each.End != nil && each.End.Orderly
			switch {
			case stopping:
				// The server announced its end itself; its process may still be ending.
			case !lives && each.End == nil:
				c.event(each.Name, "died", map[string]any{"version": string(each.Version)})
				c.leave(s, component, each, false)
			case lives && each.Up && !member.Reachable():
				each.Up, each.DownSince = false, c.at
				c.event(each.Name, "unreachable", map[string]any{"frozen": member.Frozen, "cut": member.Cut})
			case lives && !each.Up && member.Reachable():
				each.Up, each.Back, each.AwayFor = true, c.at, c.at.Sub(each.DownSince)
				c.event(each.Name, "reachable", nil)
			}
		}
	}
}

// found creates the universe when its first server comes.
func (n *node) found(s *state) {
	if s.Universe.UUID != "" {
		return
	}
	k := readKnobs()
	replicas := k.ReplicationFactor
	s.Universe = universe{
		UUID: newUUID(), ClusterUUID: newUUID(), PlacementUUID: newUUID(), Created: time.Now(), Masters: len(n.masters), ReplicationFactor: replicas,
		SQL: n.flags.get("true", n.dialect.EnableSQL, yugabyteDialect.EnableSQL) == "true",
	}
	s.Config.Version = 1
	if n.version.atLeast(autoFlagsSince) {
		s.AutoFlags.Version = 1
	}
	// A new universe has every flag of its version from the beginning.
	for _, flag := range autoFlagsOf(n.version) {
		s.AutoFlags.Promoted = append(s.AutoFlags.Promoted, promotedFlag{flag.Name, flag.Program, flag.Class, 1, time.Now()})
	}
	s.Catalog = catalog{Version: 1, UpgradedTo: n.version}
	s.Catalog.ran(n.migrations())
	s.XCluster = map[string]*replicationGroup{}
	for name, group := range k.Groups {
		made := &replicationGroup{
			Masters: group.Masters, Outbound: group.Outbound, Namespace: group.Namespace, Disabled: group.Disabled, Changed: time.Now(),
		}
		if made.Namespace == "" {
			made.Namespace = "yugabyte"
		}
		for i := 0; i < group.Tables || i == 0; i++ {
			made.Tables, made.Streams = append(made.Tables, newID()), append(made.Streams, newID())
		}
		s.XCluster[name] = made
	}
}

// form creates the tables once the tablet servers are there, and records the moment from which all servers are
// required.
func (s *state) form(k knobs) {
	if s.Universe.Formed || s.Universe.UUID == "" {
		return
	}
	tservers := up(s.Tservers)
	if len(s.Tablets) == 0 && len(tservers) >= k.Tservers && len(tservers) >= s.Universe.ReplicationFactor {
		s.makeTablets(k, tservers)
	}
	s.Universe.Formed = len(s.Tablets) > 0 && len(tservers) >= k.Tservers && len(up(s.Masters)) >= s.Universe.Masters && s.Leadership.Leader != ""
}

// electMaster takes the leadership from a master that is gone or has no majority, and gives it to another after the
// time of an election.
func (s *state) electMaster(k knobs, c *court) {
	candidates := up(s.Masters)
	leader := s.leader()
	if s.Leadership.Leader != "" && (leader == nil || !leader.Up || len(candidates) < s.majority()) {
		name := ""
		if leader != nil {
			name = leader.Name
		}
		c.event(name, "leadership lost", map[string]any{"term": s.Leadership.Term})
		s.Leadership.Leader, s.Leadership.Lost = "", c.at
	}
	if s.Leadership.Leader != "" || len(candidates) < s.majority() || k.NoElection {
		return
	}
	if s.Leadership.Term > 0 && c.at.Sub(s.Leadership.Lost) < longer(vendor(k.ElectionSeconds), shortestElection) {
		return
	}
	s.lead(candidates[rand.Intn(len(candidates))], c)
}

func (s *state) lead(chosen *server, c *court) {
	s.Leadership.Leader, s.Leadership.Since = chosen.UUID, c.at
	s.Leadership.Term++
	c.event(chosen.Name, "elected", map[string]any{"term": s.Leadership.Term})
}

func longer(a, b time.Duration) time.Duration {
	if a > b {
		return a
	}
	return b
}
