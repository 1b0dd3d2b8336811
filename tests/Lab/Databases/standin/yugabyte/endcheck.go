package yugabyte

import (
	"fmt"

	"drydock.dev/standin/common"
)

// runEndCheck reports what an upgrade must not leave behind: a leader blacklist, a replication that is paused. It is called when the
// upgrade is over; while it runs both are rightful.
func runEndCheck(common.Process) int {
	var s state
	c := &court{}
	if err := common.Open(storeName).Read(&s); err != nil {
		common.Fatal("standin-check-yugabyte: %v", err)
	}
	for _, host := range s.Config.LeaderBlacklist {
		c.violation(host, "BlacklistLeaked", map[string]any{"when": "the end"})
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
