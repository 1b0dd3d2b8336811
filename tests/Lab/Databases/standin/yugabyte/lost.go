package yugabyte

import (
	"time"
)

// replace copies the replicas of dead servers that are in the server blacklist to servers that have none of them: at once,
// where the original takes as long as the data is large.
func (s *state) replace(k knobs, c *court) {
	if s.Leadership.Leader == "" {
		return
	}
	for _, gone := range sorted(s.Tservers) {
		if !gone.dead(c.at) || !contains(s.Config.ServerBlacklist, hostPort(gone.Host, gone.RPC)) {
			continue
		}
		for _, each := range s.tablets() {
			for i, uuid := range each.Replicas {
				if to := s.fewestReplicas(each, k, c.at); uuid == gone.UUID && to != nil {
					each.Replicas[i] = to.UUID
				}
			}
		}
	}
}

// takenOut tells whether a server is lost for good: dead, in the server blacklist, and without data.
func (s *state) takenOut(t *server, at time.Time) bool {
	return t.dead(at) && contains(s.Config.ServerBlacklist, hostPort(t.Host, t.RPC)) && s.replicasOf(t.UUID) == 0
}

// fewestReplicas is the server with the fewest replicas that has none of a tablet and may get one: if possible, of a zone
// in which the tablet has none.
func (s *state) fewestReplicas(t *tablet, k knobs, at time.Time) *server {
	zones := map[string]bool{}
	for _, uuid := range t.Replicas {
		if replica := s.Tservers[uuid]; replica != nil && replica.Up {
			zones[replica.failureDomain()] = true
		}
	}
	var best *server
	rank := func(t *server) int {
		if zones[t.failureDomain()] {
			return s.replicasOf(t.UUID) + 1<<20
		}
		return s.replicasOf(t.UUID)
	}
	for _, each := range sorted(s.Tservers) {
		if contains(t.Replicas, each.UUID) || !s.running(each, k, at) || contains(s.Config.ServerBlacklist, hostPort(each.Host, each.RPC)) {
			continue
		}
		if best == nil || rank(each) < rank(best) {
			best = each
		}
	}
	return best
}

// removeTabletServer forgets a tablet server that was taken out.
func removeTabletServer(c *call) (any, *status) {
	var uuid string
	if failed := c.arguments(&uuid); failed != nil {
		return nil, failed
	}
	gone := c.s.Tservers[uuid]
	if gone == nil {
		return nil, notFound("yb/master/ts_manager.cc:780", "Tablet server %s not found", uuid)
	}
	if !c.s.takenOut(gone, c.c.at) {
		return nil, illegalState("yb/master/ts_manager.cc:802", "Cannot remove tablet server %s: it is live, not blacklisted, or has tablets", uuid)
	}
	delete(c.s.Tservers, uuid)
	c.c.event(gone.Name, "removed", nil)
	return true, nil
}
