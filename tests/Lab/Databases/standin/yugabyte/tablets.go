package yugabyte

import (
	"fmt"
	"time"
)

func (s *state) makeTablets(k knobs, tservers []*server) {
	tservers = spread(tservers)
	s.Tablets = map[string]*tablet{}
	number := 0
	add := func(namespace, table, tableID string, user bool) {
		made := &tablet{ID: newID(), Namespace: namespace, Table: table, TableID: tableID, User: user, Number: number}
		for i := 0; i < s.Universe.ReplicationFactor; i++ {
			made.Replicas = append(made.Replicas, tservers[(number+i)%len(tservers)].UUID)
		}
		made.Leader = made.Replicas[0]
		s.Tablets[made.ID] = made
		number++
	}
	for t := 0; t < k.Tables; t++ {
		id := newID()
		for i := 0; i < k.TabletsPerTable; i++ {
			add("yugabyte", fmt.Sprintf("table_%d", t+1), id, true)
		}
	}
	id := newID()
	for i := 0; i < k.SystemTablets; i++ {
		add("system", "transactions", id, false)
	}
}

// running tells whether the replicas of a tablet server have been opened since its start.
func (s *state) running(t *server, k knobs, at time.Time) bool {
	return t != nil && t.Up && !at.Before(t.runningFrom(k))
}

// runningFrom is the time at which the tablets of a server are open. A server whose replicas were given up while it was
// away copies them again.
func (t *server) runningFrom(k knobs) time.Time {
	if t.Starts <= 1 && t.AwayFor == 0 {
		return t.Started
	}
	seconds := k.BootstrapSeconds
	if t.Evicted {
		seconds = remoteBootstrapSeconds
	}
	return t.Started.Add(vendor(seconds))
}

// lag is how far the followers on a tablet server are behind their leaders, in milliseconds of the original. The lag
// from the time away decreases evenly.
func (t *server) lag(k knobs, at time.Time) float64 {
	extra := k.FollowerLag[t.Name]
	missed := float64(vendorSpan(t.AwayFor).Milliseconds())
	open := t.runningFrom(k)
	if open.Before(t.Back) {
		open = t.Back
	}
	switch {
	case !t.Up:
		return extra + float64(vendorSpan(at.Sub(t.DownSince)).Milliseconds())
	case at.Before(open):
		return extra + missed + float64(vendorSpan(at.Sub(t.Started)).Milliseconds())
	case missed == 0:
		return extra
	}
	done := float64(at.Sub(open)) / float64(longer(vendor(k.CatchUpSeconds), 1))
	if done >= 1 {
		return extra
	}
	return extra + (1-done)*missed
}

// healthy tells whether the replicas on a server count towards a majority.
func (s *state) healthy(t *server, k knobs, at time.Time) bool {
	return s.running(t, k, at) && t.lag(k, at) < healthyLagMilliseconds
}

func (s *state) leadersOf(uuid string) int {
	count := 0
	for _, each := range s.Tablets {
		if each.Leader == uuid {
			count++
		}
	}
	return count
}

func (s *state) replicasOf(uuid string) int {
	count := 0
	for _, each := range s.Tablets {
		if contains(each.Replicas, uuid) {
			count++
		}
	}
	return count
}

// endangeredBy are the tablets that have no majority of healthy replicas without this server.
func (s *state) endangeredBy(uuid string, at time.Time) []string {
	k := readKnobs()
	var endangered []string
	for _, each := range s.tablets() {
		if !contains(each.Replicas, uuid) {
			continue
		}
		healthy := 0
		for _, replica := range each.Replicas {
			if replica != uuid && s.healthy(s.Tservers[replica], k, at) {
				healthy++
			}
		}
		if healthy < len(each.Replicas)/2+1 {
			endangered = append(endangered, each.ID)
		}
	}
	return endangered
}

// electTabletLeaders gives the tablets of a lost server to one of the other servers with a replica, after the time of
// an election.
func (s *state) electTabletLeaders(k knobs, c *court) {
	for _, each := range s.tablets() {
		leader := s.Tservers[each.Leader]
		if s.running(leader, k, c.at) {
			each.LeaderLost = time.Time{}
			continue
		}
		if each.LeaderLost.IsZero() {
			each.LeaderLost = c.at
		}
		if c.at.Sub(each.LeaderLost) < longer(vendor(k.TabletElectionSeconds), shortestElection) {
			continue
		}
		if chosen := s.fewestLeaders(each, k, c.at, ""); chosen != nil && s.hasMajority(each) {
			each.Leader, each.LeaderLost = chosen.UUID, time.Time{}
		}
	}
}

func (s *state) hasMajority(t *tablet) bool {
	count := 0
	for _, replica := range t.Replicas {
		if server := s.Tservers[replica]; server != nil && server.Up {
			count++
		}
	}
	return count >= len(t.Replicas)/2+1
}

// fewestLeaders is the server with a caught-up replica of a tablet and the fewest leaders. A blacklisted one is used
// only if there is no other.
func (s *state) fewestLeaders(t *tablet, k knobs, at time.Time, not string) *server {
	var best *server
	for _, uuid := range t.Replicas {
		candidate := s.Tservers[uuid]
		if uuid == not || !s.healthy(candidate, k, at) {
			continue
		}
		if best == nil || s.rank(candidate) < s.rank(best) {
			best = candidate
		}
	}
	return best
}

func (s *state) rank(t *server) int {
	rank := s.leadersOf(t.UUID)
	if s.leaderBlacklisted(t) {
		rank += 1 << 20
	}
	return rank
}

func (s *state) leaderBlacklisted(t *server) bool {
	return contains(s.Config.LeaderBlacklist, hostPort(t.Host, t.RPC))
}

// evict gives up the replicas of a server that is away for longer than the others keep their logs for it.
func (s *state) evict(c *court) {
	for _, each := range sorted(s.Tservers) {
		switch {
		case !each.Up && !each.Evicted && s.Universe.Formed && c.at.Sub(each.DownSince) > vendor(followerUnavailableFailedSeconds):
			each.Evicted = true
			c.event(each.Name, "evicted", nil)
		case each.Up && each.Evicted && s.running(each, readKnobs(), c.at):
			each.Evicted = false
		}
	}
}

// balance moves a number of leaders in each second: away from blacklisted servers, otherwise towards the same number
// everywhere.
func (s *state) balance(k knobs, c *court) {
	if s.Balancer.Disabled || s.Leadership.Leader == "" || len(s.Tablets) == 0 {
		return
	}
	perSecond := k.LeaderMovesPerSecond * s.leader().movesFactor()
	moves := int(float64(c.at.Sub(s.Balancer.LastMove)) / float64(vendor(1)) * perSecond)
	most := int(float64(tickEvery) / float64(vendor(1)) * perSecond)
	if most < 1 {
		most = 1
	}
	if moves > most {
		moves = most
	}
	for ; moves > 0; moves-- {
		if !s.moveLeader(k, c) {
			return
		}
		s.Balancer.LastMove = c.at
	}
}

func (s *state) moveLeader(k knobs, c *court) bool {
	for _, each := range s.tablets() {
		from := s.Tservers[each.Leader]
		if from == nil || !from.Up || !s.leaderBlacklisted(from) || s.leadersOf(from.UUID) <= k.StuckLeaders {
			continue
		}
		if to := s.fewestLeaders(each, k, c.at, from.UUID); to != nil && !s.leaderBlacklisted(to) {
			each.Leader = to.UUID
			return true
		}
	}
	var best *tablet
	var target *server
	most := 1
	for _, each := range s.tablets() {
		from := s.Tservers[each.Leader]
		if !s.running(from, k, c.at) {
			continue
		}
		to := s.fewestLeaders(each, k, c.at, from.UUID)
		if to == nil || s.leaderBlacklisted(to) {
			continue
		}
		if difference := s.leadersOf(from.UUID) - s.leadersOf(to.UUID); difference > most {
			best, target, most = each, to, difference
		}
	}
	if best == nil {
		return false
	}
	best.Leader = target.UUID
	return true
}

// leadersToMove is how many leaders are still on blacklisted servers.
func (s *state) leadersToMove() int {
	count := 0
	for _, each := range s.Tservers {
		if s.leaderBlacklisted(each) {
			count += s.leadersOf(each.UUID)
		}
	}
	return count
}

// balanced tells whether there is nothing to move.
func (s *state) balanced(k knobs, at time.Time) bool {
	least, most := -1, 0
	for _, each := range sorted(s.Tservers) {
		if !each.Up {
			return false
		}
		leaders := s.leadersOf(each.UUID)
		if s.leaderBlacklisted(each) {
			if leaders > 0 {
				return false
			}
			continue
		}
		if least < 0 || leaders < least {
			least = leaders
		}
		if leaders > most {
			most = leaders
		}
	}
	return least < 0 || most-least <= 1
}

// dead tells whether the master leader reports a tablet server as DEAD: only after a minute without a heartbeat, even
// if it died earlier.
func (t *server) dead(at time.Time) bool {
	since := t.silentSince()
	return (!t.Up || !since.IsZero()) && at.Sub(since) > vendor(tserverUnresponsiveSeconds)
}

// underReplicated tells whether the master leader knows too few replicas of a tablet. Replicas of dead servers and
// given-up ones do not count, nor, on request, those that are being opened.
func (s *state) underReplicated(t *tablet, k knobs, at time.Time, opening bool) bool {
	for _, number := range k.UnderReplicated {
		if number == t.Number {
			return true
		}
	}
	count := 0
	for _, uuid := range t.Replicas {
		replica := s.Tservers[uuid]
		if replica == nil || replica.dead(at) || replica.Evicted || (opening && replica.Up && !s.running(replica, k, at)) {
			continue
		}
		count++
	}
	return count < s.Universe.ReplicationFactor
}

// leaderless is the time since which a tablet has no leader, in the view of the master leader: not before two minutes
// (leaderless_tablet_alert_delay_secs).
func (s *state) leaderless(t *tablet, k knobs, at time.Time) (string, bool) {
	for _, number := range k.Leaderless {
		if number == t.Number {
			return fmt.Sprintf("No valid leader reported for %.3f seconds", float64(leaderlessAlertSeconds)), true
		}
	}
	since := vendorSpan(at.Sub(t.LeaderLost)).Seconds()
	if t.LeaderLost.IsZero() || since < leaderlessAlertSeconds {
		return "", false
	}
	return fmt.Sprintf("No valid leader reported for %.3f seconds", since), true
}
