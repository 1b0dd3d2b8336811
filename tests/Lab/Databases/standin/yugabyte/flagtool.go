package yugabyte

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"drydock.dev/standin/common"
)

// Flags of a master that limit how many leaders the balancer moves in one run, and the default of the first.
const (
	movesFlag         = "load_balancer_max_concurrent_moves"
	movesPerTableFlag = "load_balancer_max_concurrent_moves_per_table"
	defaultMoves      = 2
)

// runFlagTool is yb-ts-cli with its one command that is used: set_flag FLAG VALUE, at --server_address.
func runFlagTool(p common.Process) int {
	a := &admin{process: p, dialect: yugabyteDialect, version: version(p.Version), name: p.Program + "@" + ownAddress()}
	flags, err := parseFlags(p.Args)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if text := missingLibraries(p.Program); text != "" {
		fmt.Fprintln(os.Stderr, text)
		return exitMissingLibraries
	}
	if flags.is("version") {
		fmt.Println(a.version.long())
		return 0
	}
	if len(flags.rest) != 3 || flags.rest[0] != "set_flag" {
		fmt.Fprintf(os.Stderr, "Invalid number of arguments for %s\n", strings.Join(flags.rest, " "))
		return 2
	}
	code := 0
	if err := a.configure(flags); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	} else if failed := a.post(flags.get("localhost:9100", "server_address"), "SetFlag",
		map[string]any{"flag": flags.rest[1], "value": flags.rest[2], "force": flags.is("force")}, nil, a.timeout); failed != nil {
		fmt.Fprintf(os.Stderr, "Unable to set flag: %s\n", failed)
		code = 1
	}
	common.Record(a.name, "cli", strings.Join(flags.rest, " "), code, map[string]any{"version": p.Version, "server": flags.get("", "server_address")})
	return code
}

// setFlag changes a flag of the running process. Only the two limits of the balancer and the check
// of heartbeats can be changed here.
func setFlag(c *call) (any, *status) {
	var asked struct {
		Flag  string `json:"flag"`
		Value string `json:"value"`
	}
	if failed := c.arguments(&asked); failed != nil {
		return nil, failed
	}
	if asked.Flag == heartbeatCheckFlag {
		if asked.Value == "false" && c.s.Leadership.Leader == c.n.self.UUID {
			c.s.accept(c.c)
		}
		return map[string]any{}, nil
	}
	if asked.Flag != movesFlag && asked.Flag != movesPerTableFlag {
		return nil, &status{Code: "Remote error", Where: "yb/tools/ts-cli.cc:375",
			Message: fmt.Sprintf("Flag '%s' is not safe to change at runtime (use --force flag to allow anyway)", asked.Flag)}
	}
	if _, err := strconv.Atoi(asked.Value); err != nil {
		return nil, &status{Code: "Remote error", Where: "yb/tools/ts-cli.cc:377", Message: "result: BAD_VALUE"}
	}
	own := c.s.Masters[c.n.self.UUID]
	if own.SetIn != own.Incarnation {
		own.Set, own.SetIn = map[string]string{}, own.Incarnation
	}
	own.Set[asked.Flag] = asked.Value
	c.c.event(own.Name, "flag", map[string]any{"flag": asked.Flag, "value": asked.Value})
	return map[string]any{}, nil
}

// runtimeFlag is the value of a flag that was changed since the process was started.
func (t *server) runtimeFlag(name string) (string, bool) {
	if t == nil || t.SetIn != t.Incarnation {
		return "", false
	}
	value, changed := t.Set[name]
	return value, changed
}

// movesFactor is how much faster leaders move than by default.
func (t *server) movesFactor() float64 {
	if text, changed := t.runtimeFlag(movesFlag); changed {
		if moves, err := strconv.Atoi(text); err == nil {
			return float64(moves) / defaultMoves
		}
	}
	return 1
}
