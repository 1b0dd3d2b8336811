package yugabyte

import (
	"fmt"

	"drydock.dev/standin/common"
)

// runEndCheck reports leftovers that an upgrade must remove: a leader blacklist, a paused replication, and servers
// whose heartbeats are refused. It is called
// after the upgrade; during the upgrade both are correct.
func runEndCheck(common.Process) int {
	var s state
	c := &court{}
	if err := common.Open(storeName).Read(&s); err != nil {
		common.Fatal("standin-check-yugabyte: %v", err)
	}
	for _, host := range s.Config.LeaderBlacklist {
		c.violation(host, "BlacklistLeaked", map[string]any{"when": "the end"})
	}
	for _, name := range s.refused() {
		c.violation(name, "HeartbeatsRefused", map[string]any{"when": "the end"})
	}
	for _, name := range groupNames(s.XCluster) {
		if group := s.XCluster[name]; group.Disabled && !group.Outbound {
			c.violation(name, "ReplicationLeftPaused", map[string]any{"since": group.Changed})
		}
	}
	c.announce()
	for _, each := range c.verdicts {
		fmt.Println(each.what, each.process)
	}
	return 0
}
