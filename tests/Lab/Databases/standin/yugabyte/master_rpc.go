package yugabyte

import (
	"time"
)

// The master's methods for the admin tool and other clusters.
var masterMethods = methods{
	"SetFlag":                      {change: setFlag},
	"Ping":                         {read: func(c *call) (any, *status) { return map[string]any{"uuid": c.n.self.UUID}, nil }},
	"GetMasterRegistration":        {read: masterRegistration},
	"ListMasters":                  {leader: true, read: func(c *call) (any, *status) { return c.n.masterEntries(c.s), nil }},
	"ListTabletServers":            {leader: true, read: listTabletServers},
	"GetUniverseConfig":            {leader: true, read: func(c *call) (any, *status) { return c.s.universeConfig(), nil }},
	"ChangeBlacklist":              {leader: true, change: changeBlacklist},
	"RemoveTabletServer":           {leader: true, change: removeTabletServer},
	"GetLeaderBlacklistCompletion": {leader: true, read: leaderBlacklistCompletion},
	"GetLoadMoveCompletion":        {leader: true, read: func(*call) (any, *status) { return completion{100, 0, 0}, nil }},
	"IsLoadBalancerIdle":           {leader: true, read: isLoadBalancerIdle},
	"ChangeLoadBalancerState":      {leader: true, change: changeLoadBalancerState},
	"GetLoadBalancerState":         {leader: true, read: func(c *call) (any, *status) { return !c.s.Balancer.Disabled, nil }},
	"MasterLeaderStepDown":         {leader: true, change: masterLeaderStepDown},
	"GetAutoFlagsConfig":           {leader: true, since: autoFlagsSince, read: autoFlagsConfig},
	"PromoteAutoFlags":             {leader: true, since: autoFlagsSince, change: promoteAutoFlags},
	"RollbackAutoFlags":            {leader: true, since: "2.20.0.0-b0", change: rollbackAutoFlags},
	"IsInitDbDone":                 {leader: true, read: func(c *call) (any, *status) { return c.s.Universe.SQL, nil }},
	"GetYsqlCatalogConfig":         {leader: true, read: func(c *call) (any, *status) { return c.s.Catalog.Version, nil }},
	"SetUniverseReplication":       {leader: true, change: setUniverseReplication},
	"GetUniverseReplications":      {leader: true, read: universeReplications},
	"GetReplicationStatus":         {leader: true, read: replicationStatus},
	"GetXClusterSafeTime":          {leader: true, read: xclusterSafeTime},
	"WaitForReplicationDrain":      {leader: true, read: replicationDrain},
	"AreNodesSafeToTakeDown":       {leader: true, read: nodesSafe},
}

func masterRegistration(c *call) (any, *status) {
	role := "FOLLOWER"
	if c.s.Leadership.Leader == c.n.self.UUID {
		role = "LEADER"
	}
	return map[string]any{"role": role, "uuid": c.n.self.UUID}, nil
}

type listedTserver struct {
	UUID      string  `json:"uuid"`
	Address   string  `json:"address"`
	Secure    bool    `json:"secure"`
	Alive     bool    `json:"alive"`
	Heartbeat float64 `json:"heartbeat"`
	Uptime    int64   `json:"uptime"`
}

func listTabletServers(c *call) (any, *status) {
	at := time.Now()
	list := []listedTserver{}
	for _, each := range sorted(c.s.Tservers) {
		list = append(list, listedTserver{each.UUID, hostPort(each.Host, each.RPC), each.Secure, !each.dead(at), each.sinceHeartbeat(at), each.uptime(at)})
	}
	return list, nil
}

type blacklistChange struct {
	Hosts  []string `json:"hosts"`
	Add    bool     `json:"add"`
	Leader bool     `json:"leader"`
}

// changeBlacklist adds or removes servers. An existing entry is not added again, and removing a missing one is not an
// error.
func changeBlacklist(c *call) (any, *status) {
	var asked blacklistChange
	if failed := c.arguments(&asked); failed != nil {
		return nil, failed
	}
	list := &c.s.Config.ServerBlacklist
	if asked.Leader {
		list = &c.s.Config.LeaderBlacklist
	}
	for _, host := range asked.Hosts {
		switch {
		case asked.Add && !contains(*list, host):
			*list = append(*list, host)
			c.c.blacklisted(c.s, host, asked.Leader)
		case !asked.Add:
			kept := []string{}
			for _, each := range *list {
				if each != host {
					kept = append(kept, each)
				}
			}
			*list = kept
		}
	}
	c.s.Config.Version++
	if asked.Leader {
		c.s.Config.InitialLeaderLoad = c.s.leadersToMove()
	}
	return true, nil
}

// blacklisted checks whether a server before is still on the blacklist although it is up. Only servers of one zone are
// upgraded at a time, so it was forgotten.
func (c *court) blacklisted(s *state, host string, leader bool) {
	if !leader {
		return
	}
	zone := ""
	for _, each := range s.Tservers {
		if hostPort(each.Host, each.RPC) == host {
			zone = each.failureDomain()
		}
	}
	for _, each := range up(s.Tservers) {
		if each.failureDomain() != zone && s.leaderBlacklisted(each) {
			c.violation(each.Name, "BlacklistLeaked", map[string]any{"when": "the next server was blacklisted", "next": host})
		}
	}
}

type completion struct {
	Percent   float64 `json:"percent"`
	Remaining int     `json:"remaining"`
	Total     int     `json:"total"`
}

func leaderBlacklistCompletion(c *call) (any, *status) {
	left, all := c.s.leadersToMove(), c.s.Config.InitialLeaderLoad
	if all < left {
		all = left
	}
	if len(c.s.Config.LeaderBlacklist) == 0 || all == 0 {
		return completion{100, 0, 0}, nil
	}
	return completion{100 * float64(all-left) / float64(all), left, all}, nil
}

func isLoadBalancerIdle(c *call) (any, *status) {
	at := time.Now()
	return c.s.Balancer.Disabled || (c.s.balanced(readKnobs(), at) && at.Sub(c.s.Balancer.LastMove) > vendor(1)), nil
}

func changeLoadBalancerState(c *call) (any, *status) {
	var enabled bool
	if failed := c.arguments(&enabled); failed != nil {
		return nil, failed
	}
	c.s.Balancer.Disabled = !enabled
	return true, nil
}

// masterLeaderStepDown hands over the leadership without the time of an election.
func masterLeaderStepDown(c *call) (any, *status) {
	var to string
	if failed := c.arguments(&to); failed != nil {
		return nil, failed
	}
	const where = "yb/consensus/raft_consensus.cc:680"
	for _, each := range up(c.s.Masters) {
		if each.UUID != c.n.self.UUID && (to == "" || to == each.UUID) {
			c.c.event(c.n.name, "stepped down", map[string]any{"to": each.Name})
			c.s.lead(each, c.c)
			return true, nil
		}
	}
	if to == c.n.self.UUID {
		return nil, illegalState(where, "Cannot transfer leadership to self")
	}
	return nil, illegalState(where, "Suggested peer %s is not found or cannot take over", to)
}

func autoFlagsConfig(c *call) (any, *status) {
	return map[string]any{"version": c.s.AutoFlags.Version, "text": c.s.AutoFlags.text()}, nil
}

type promoteRequest struct {
	Class      string `json:"class"`
	NonRuntime bool   `json:"nonRuntime"`
	Force      bool   `json:"force"`
}

func promoteAutoFlags(c *call) (any, *status) {
	var asked promoteRequest
	if failed := c.arguments(&asked); failed != nil {
		return nil, failed
	}
	class, known := classOf(asked.Class)
	if !known {
		return nil, invalidArgument("yb/master/master_cluster_service.cc:1202", "Invalid value provided for max_flags_class: %s", asked.Class)
	}
	return c.n.promote(c.s, c.c, class, asked.NonRuntime, asked.Force), nil
}

func rollbackAutoFlags(c *call) (any, *status) {
	var after int
	if failed := c.arguments(&after); failed != nil {
		return nil, failed
	}
	changed, err := c.s.rollback(after, c.c, c.n.name)
	if err != nil {
		return nil, invalidArgument("yb/master/master_auto_flags_manager.cc:322", "%v", err)
	}
	return promotion{Promoted: changed, Version: c.s.AutoFlags.Version}, nil
}

type replicationChange struct {
	Group   string `json:"group"`
	Enabled bool   `json:"enabled"`
}

func setUniverseReplication(c *call) (any, *status) {
	var asked replicationChange
	if failed := c.arguments(&asked); failed != nil {
		return nil, failed
	}
	group := c.s.XCluster[asked.Group]
	if group == nil || group.Outbound {
		return nil, notFound("yb/master/xrepl_catalog_manager.cc:4480", "Could not find CDC producer universe: %s", asked.Group)
	}
	group.enable(asked.Enabled, c.c.at)
	c.s.Config.Version++
	return true, nil
}

type universeReplication struct {
	Name     string   `json:"name"`
	Outbound bool     `json:"outbound"`
	Disabled bool     `json:"disabled"`
	Tables   []string `json:"tables"`
	Streams  []string `json:"streams"`
	Masters  []string `json:"masters"`
}

func universeReplications(c *call) (any, *status) {
	list := []universeReplication{}
	for _, name := range groupNames(c.s.XCluster) {
		group := c.s.XCluster[name]
		list = append(list, universeReplication{name, group.Outbound, group.Disabled, group.Tables, group.Streams, group.Masters})
	}
	return list, nil
}

func replicationStatus(c *call) (any, *status) {
	var only string
	if failed := c.arguments(&only); failed != nil {
		return nil, failed
	}
	text, failed := c.s.replicationStatus(c.n.version, only)
	return text, failed
}

func xclusterSafeTime(c *call) (any, *status) {
	var details bool
	if failed := c.arguments(&details); failed != nil {
		return nil, failed
	}
	return c.s.safeTimes(details, time.Now()), nil
}

// replicationDrain answers at once with the streams whose target has not received everything yet, by tablet.
func replicationDrain(c *call) (any, *status) {
	var streams []string
	if failed := c.arguments(&streams); failed != nil {
		return nil, failed
	}
	undrained := map[string][]string{}
	for _, group := range c.s.XCluster {
		for i, stream := range group.Streams {
			if contains(streams, stream) && group.behind(time.Now()) > time.Second {
				undrained[stream] = append(undrained[stream], group.Tables[i])
			}
		}
	}
	return undrained, nil
}
