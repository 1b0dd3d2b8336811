// Package yugabyte is a stand-in for YugabyteDB and for BMDB, which is the same under other names: masters, tablet
// servers and the admin tool as real processes that keep their state on disk, answer as the originals do, with their
// quirks, and detect forbidden events. docs/project/research/yugabytedb.md describes the originals.
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
		"yb-ts-cli":               runFlagTool,
		"ysqlsh":                  runShell,
		"bsqlsh":                  runShell,
		"standin-client-yugabyte": runClient,
		"standin-check-yugabyte":  runEndCheck,
	}
}
