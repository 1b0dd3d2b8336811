package yugabyte

import (
	"strings"
	"time"
)

type nodesRequest struct {
	Tservers []string `json:"tservers"`
	Masters  []string `json:"masters"`
	// Servers are those of either kind, as in the newer form of the command.
	Servers []string `json:"servers"`
	LagMS   float64  `json:"lagMs"`
}

func anyOf(list, wanted []string) bool {
	for _, each := range wanted {
		if contains(list, each) {
			return true
		}
	}
	return false
}

// nodesSafe tells whether every tablet of the given servers, and the masters' catalogue, keeps a majority of caught-up replicas without the
// given servers.
func nodesSafe(c *call) (any, *status) {
	const where = "yb/master/tablet_health_manager.cc:281"
	if !c.n.version.hasNodesSafe() {
		return nil, &status{Code: "Remote error", Where: "yb/rpc/outbound_call.cc:521", Unsupported: true, Message: "Invalid method name AreNodesSafeToTakeDown: rpc error 2"}
	}
	var asked nodesRequest
	if failed := c.arguments(&asked); failed != nil {
		return nil, failed
	}
	newer := len(asked.Servers) > 0
	for _, uuid := range asked.Servers {
		switch {
		case c.s.Tservers[uuid] != nil:
			asked.Tservers = append(asked.Tservers, uuid)
		case c.s.Masters[uuid] != nil:
			asked.Masters = append(asked.Masters, uuid)
		default:
			return nil, invalidArgument(where, "Unknown server UUID: %s", uuid)
		}
	}
	for _, uuid := range append(append([]string{}, asked.Tservers...), asked.Masters...) {
		if c.s.Tservers[uuid] == nil && c.s.Masters[uuid] == nil {
			return nil, invalidArgument(where, "Unknown server UUID: %s", uuid)
		}
	}
	if asked.LagMS == 0 {
		asked.LagMS = 1000
	}
	at, k := time.Now(), readKnobs()
	var short []string
	for _, each := range c.s.tablets() {
		if !anyOf(each.Replicas, asked.Tservers) {
			continue
		}
		healthy := 0
		for _, uuid := range each.Replicas {
			replica := c.s.Tservers[uuid]
			if !contains(asked.Tservers, uuid) && c.s.running(replica, k, at) && (each.Leader == uuid || replica.lag(k, at) < asked.LagMS) {
				healthy++
			}
		}
		if healthy < len(each.Replicas)/2+1 {
			short = append(short, each.ID)
		}
	}
	healthy := 0
	for _, each := range up(c.s.Masters) {
		if !contains(asked.Masters, each.UUID) {
			healthy++
		}
	}
	if len(asked.Masters) > 0 && healthy < c.s.majority() {
		short = append(short, strings.Repeat("0", 32))
	}
	if len(short) == 0 {
		return true, nil
	}
	if newer {
		return nil, illegalState(where, "%d tablet(s) would be under-replicated. Example: tablet %s would not have enough replicas for quorum", len(short), short[0])
	}
	return nil, illegalState(where, "%d tablet(s) would be under-replicated. Example: tablet %s would be under-replicated by 1 replicas", len(short), short[0])
}
