package yugabyte

import "time"

// heartbeatCheckFlag is the flag of the masters by whose value false they accept heartbeats of another universe_uuid.
const heartbeatCheckFlag = "master_enable_universe_uuid_heartbeat_check"

// refuse lets the masters refuse the heartbeats of tablet servers, as after the lost update of TA-21491: the servers run
// and serve, and count as dead after a minute.
func (s *state) refuse(names []string, c *court) {
	for _, each := range sorted(s.Tservers) {
		if contains(names, each.Name) && each.RefusedSince.IsZero() {
			each.RefusedSince = c.at
			c.event(each.Name, "heartbeats refused", nil)
		}
	}
}

// accept ends that.
func (s *state) accept(c *court) {
	for _, each := range sorted(s.Tservers) {
		if !each.RefusedSince.IsZero() {
			each.RefusedSince = time.Time{}
			c.event(each.Name, "heartbeats accepted", nil)
		}
	}
}

// silentSince is the time of the last heartbeat that the masters took; zero if they take all.
func (t *server) silentSince() time.Time {
	if !t.Up {
		return t.DownSince
	}
	return t.RefusedSince
}

// refused are the servers whose heartbeats are refused.
func (s *state) refused() []string {
	var list []string
	for _, each := range sorted(s.Tservers) {
		if !each.RefusedSince.IsZero() {
			list = append(list, each.Name)
		}
	}
	return list
}
