package tidb

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"drydock.dev/standin/common"
)

// toml is a configuration file as "table.key": value; texts without their quotes.
type toml map[string]string

func (t toml) text(key string) string { return t[key] }

// readTOML reads a file; an empty name is an empty file.
func readTOML(path string) (toml, error) {
	if path == "" {
		return toml{}, nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseTOML(string(content))
}

// parseTOML parses tables, keys and values on one line, and arrays over several. These configurations contain nothing
// else.
func parseTOML(content string) (toml, error) {
	values := toml{}
	table := ""
	lines := strings.Split(content, "\n")
	for number := 0; number < len(lines); number++ {
		line := strings.TrimSpace(withoutComment(lines[number]))
		switch {
		case line == "":
		case strings.HasPrefix(line, "["):
			name := strings.Trim(line, "[]")
			if !strings.HasSuffix(line, "]") || name == "" {
				return nil, fmt.Errorf("Near line %d (last key parsed '%s'): expected a table, got %q", number+1, table, line)
			}
			if strings.HasPrefix(line, "[[") {
				name = fmt.Sprintf("%s#%d", name, number+1)
			}
			table = strings.TrimSpace(name) + "."
		default:
			key, value, found := strings.Cut(line, "=")
			key, value = strings.Trim(strings.TrimSpace(key), `"`), strings.TrimSpace(value)
			for first := number; strings.HasPrefix(value, "[") && strings.Count(value, "[") > strings.Count(value, "]"); {
				if number++; number == len(lines) {
					return nil, fmt.Errorf("Near line %d (last key parsed '%s%s'): the array has no end", first+1, table, key)
				}
				value += strings.TrimSpace(withoutComment(lines[number]))
			}
			if !found || key == "" || strings.ContainsAny(key, " \t") || !isValue(value) {
				return nil, fmt.Errorf("Near line %d (last key parsed '%s%s'): expected key = value, got %q", number+1, table, key, line)
			}
			if _, twice := values[table+key]; twice {
				return nil, fmt.Errorf("Near line %d (last key parsed '%s%s'): Key '%s%s' has already been defined.", number+1, table, key, table, key)
			}
			values[table+key] = strings.Trim(value, `"'`)
		}
	}
	return values, nil
}

func isValue(text string) bool {
	if text == "true" || text == "false" {
		return true
	}
	for _, pair := range []string{`""`, `''`, "[]", "{}"} {
		if len(text) >= 2 && text[0] == pair[0] && text[len(text)-1] == pair[1] {
			return true
		}
	}
	_, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	return err == nil
}

func withoutComment(line string) string {
	quote := byte(0)
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '#':
			return line[:i]
		}
	}
	return line
}

// Keys with values of one type, by program, so that a check finds a typing error.
var numberKeys = map[string][]string{
	"pd-server":   {"lease", "schedule.merge-schedule-limit", "schedule.leader-schedule-limit", "schedule.region-schedule-limit", "schedule.replica-schedule-limit", "replication.max-replicas"},
	"tikv-server": {"server.grpc-concurrency", "readpool.storage.high-concurrency", "readpool.storage.normal-concurrency", "readpool.storage.low-concurrency", "readpool.coprocessor.high-concurrency", "readpool.coprocessor.normal-concurrency", "readpool.coprocessor.low-concurrency", "server.end-point-concurrency"},
	"tidb-server": {"token-limit", "performance.max-procs", "prepared-plan-cache.capacity"},
}

// checkConfig is --config-check of PD, TiKV and TiDB. tidb-ansible searches its output for "successful".
func checkConfig(p common.Process, path string) int {
	recordCLI(p)
	if fault, faulty := common.FaultFor(p.Program, "config-check"); faulty {
		fmt.Fprintln(os.Stderr, fault.Body)
		return 1
	}
	values, err := readTOML(path)
	if err == nil {
		for _, key := range numberKeys[p.Program] {
			if text, set := values[key]; set {
				if _, bad := strconv.ParseFloat(text, 64); bad != nil {
					err = fmt.Errorf("invalid configuration: %s is %q, expected a number", key, text)
				}
			}
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("config check successful")
	return 0
}
