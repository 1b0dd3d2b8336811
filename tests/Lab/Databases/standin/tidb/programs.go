// Package tidb stands in for a TiDB cluster: PD, TiKV, TiDB, pump, drainer and their tools, from 2.1.19 to 3.0.9. They
// are real processes with real ports that share one state instead of Raft. Their answers and their errors follow
// docs/project/research/tidb.md, by the version of the process that answers. They detect forbidden events and report them as
// violations.
package tidb

import "drydock.dev/standin/common"

// Programs are the programs of a TiDB cluster.
func Programs() map[string]func(common.Process) int {
	return map[string]func(common.Process) int{
		"pd-server":           runPD,
		"tikv-server":         runTiKV,
		"tidb-server":         runTiDB,
		"pump":                runPump,
		"drainer":             runDrainer,
		"pd-ctl":              runPDCtl,
		"binlogctl":           runBinlogCtl,
		"standin-client":      runClient,
		"standin-client-tidb": runClient,
	}
}
