// The stand-ins of the databases: one binary that acts as the program whose name it is called by.
package main

import (
	"drydock.dev/standin/common"
	"drydock.dev/standin/tidb"
	"drydock.dev/standin/yugabyte"
)

func main() {
	programs := map[string]func(common.Process) int{}
	for _, family := range []map[string]func(common.Process) int{tidb.Programs(), yugabyte.Programs()} {
		for name, run := range family {
			programs[name] = run
		}
	}
	common.Main(programs)
}
