package tidb

import (
	"errors"
	"time"

	"drydock.dev/standin/common"
)

// voters are the members that take part in elections: they run, can be reached, and have joined again after their
// start.
func (s *State) voters(w world) []string {
	var voters []string
	for _, name := range s.memberNames() {
		member := s.PD.Members[name]
		if w.reachable(member.Process) && !member.JoinedAt.IsZero() && w.now.After(member.JoinedAt) {
			voters = append(voters, name)
		}
	}
	return voters
}

// advancePD performs due elections, transfers and priority changes.
func (s *State) advancePD(w world) {
	pd := &s.PD
	voters := s.voters(w)
	quorum := len(voters)*2 > len(pd.Members)
	if pd.Leader != "" && !contains(voters, pd.Leader) {
		// The other members wait for the end of the lease and then vote.
		s.loseLeader(w.now.Add(common.Scaled(electionWithoutResign)))
	}
	if pd.Leader != "" && !quorum {
		s.loseLeader(w.now.Add(common.Scaled(leaderLease)))
	}
	if transfer := pd.Transfer; transfer != nil && w.now.After(transfer.At) {
		pd.Transfer = nil
		if pd.Leader != "" && pd.Leader != transfer.To && contains(voters, transfer.To) {
			s.loseLeader(w.now.Add(common.Scaled(electionAfterResign)))
			pd.Favoured = transfer.To
		}
	}
	if pd.Leader == "" && quorum && !w.now.Before(pd.ElectionAt) {
		s.elect(voters, w)
	}
	s.followPriorities(voters, w)
}

func (s *State) loseLeader(electionAt time.Time) {
	s.PD.LastLeader, s.PD.Leader, s.PD.Favoured, s.PD.ElectionAt, s.PD.Transfer = s.PD.Leader, "", "", electionAt, nil
}

func (s *State) elect(voters []string, w world) {
	pd := &s.PD
	pd.Leader = pd.Favoured
	if !contains(voters, pd.Leader) {
		// The members win in the order of their names, after the last winner. Any order would be valid, but tests must be
		// repeatable.
		pd.Leader = voters[0]
		for _, name := range voters {
			if name > pd.LastLeader {
				pd.Leader = name
				break
			}
		}
	}
	pd.Favoured, pd.LeaderFrom, pd.CheckedAt = "", w.now, w.now
	pd.Terms++
	s.adoptConfig(s.Instances[pd.Members[pd.Leader].Process].Version)
	common.Record(pd.Members[pd.Leader].Process, "rpc", "PD leader", 0, map[string]any{"term": pd.Terms, "after": pd.LastLeader})
}

// followPriorities: a member with a higher leader_priority takes the leadership.
func (s *State) followPriorities(voters []string, w world) {
	pd := &s.PD
	if pd.Leader == "" || pd.Transfer != nil || !w.past(pd.CheckedAt, priorityCheck) {
		return
	}
	pd.CheckedAt = w.now
	best := pd.Leader
	for _, name := range voters {
		if pd.Members[name].Priority > pd.Members[best].Priority {
			best = name
		}
	}
	if best != pd.Leader {
		pd.Transfer = &Transfer{To: best, At: w.now.Add(atLeast(transferTakes))}
	}
}

var errNobodyElse = errors.New("no valid pd to transfer leader")
var errTransferTimeout = errors.New("etcdserver: request timed out, leader transfer took too long")

// resign hands the leadership to another member, to any if none is named. It only begins the transfer; /leader shows
// its end.
func (s *State) resign(next string, w world) error {
	others, voters := 0, s.voters(w)
	for _, name := range s.memberNames() {
		if name == s.PD.Leader || (next != "" && name != next) {
			continue
		}
		others++
		if contains(voters, name) {
			s.PD.Transfer = &Transfer{To: name, At: w.now.Add(atLeast(transferTakes))}
			return nil
		}
	}
	if others == 0 {
		return errNobodyElse
	}
	return errTransferTimeout
}

func contains(list []string, text string) bool {
	for _, element := range list {
		if element == text {
			return true
		}
	}
	return false
}
