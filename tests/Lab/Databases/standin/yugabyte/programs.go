// Package yugabyte is a stand-in for YugabyteDB and for BMDB, which is the same under other names: masters, tablet servers and the
// admin tool as real processes that keep what they know on disk, answer as the originals answer, with their quirks, and notice what
// must never happen to such a cluster. What the originals do is in docs/research/yugabytedb.md.
package yugabyte

import "drydock.dev/standin/common"

// Programs are the programs of both dialects by name.
func Programs() map[string]func(common.Process) int {
	return map[string]func(common.Process) int{
		"yb-master":               runMaster,
		"mserver":                 runMaster,
		"yb-tserver":              runTserver,
		"dbserver":                runTserver,
		"yb-admin":                runAdmin,
		"bm-admin":                runAdmin,
		"ysqlsh":                  runShell,
		"bsqlsh":                  runShell,
		"standin-client-yugabyte": runClient,
		"standin-check-yugabyte":  runEndCheck,
	}
}
