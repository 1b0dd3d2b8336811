package yugabyte

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

// flagSet is a command line in the syntax of gflags: --name=value, --name value, --name, --noname, one hyphen or two,
// and --flagfile.
type flagSet struct {
	values map[string]string
	order  []string
	rest   []string
}

// Flags without a value; all others take the next argument if there is no "=".
var booleans = map[string]bool{
	"version": true, "help": true, "help_auto_flag_json": true, "logtostderr": true, "alsologtostderr": true, "enable_ysql": true, "enable_bsql": true,
	"use_node_to_node_encryption": true, "use_client_to_server_encryption": true, "allow_insecure_connections": true,
	"start_cql_proxy": true, "force": true, "exclude_dead": true, "use_memory_defaults_optimized_for_ysql": true,
}

func parseFlags(args []string) (*flagSet, error) {
	set := &flagSet{values: map[string]string{}}
	return set, set.read(args)
}

func (f *flagSet) read(args []string) error {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			f.rest = append(f.rest, args[i+1:]...)
			return nil
		}
		if !isFlag(arg) {
			f.rest = append(f.rest, arg)
			continue
		}
		name, value, valued := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if !wellNamed(name) {
			return fmt.Errorf("ERROR: unknown command line flag '%s'", name)
		}
		switch {
		case valued:
		case booleans[name]:
			value = "true"
		case strings.HasPrefix(name, "no") && booleans[name[2:]]:
			name, value = name[2:], "false"
		case i+1 < len(args):
			i++
			value = args[i]
		default:
			return fmt.Errorf("ERROR: flag '%s' is missing its argument", name)
		}
		if name == "flagfile" {
			if err := f.readFile(value); err != nil {
				return err
			}
			continue
		}
		f.set(name, value)
	}
	return nil
}

// A negative number is a value and not a flag.
func isFlag(arg string) bool {
	return len(arg) > 1 && arg[0] == '-' && (arg[1] < '0' || arg[1] > '9')
}

func wellNamed(name string) bool {
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return name != ""
}

func (f *flagSet) readFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("ERROR: flagfile %s cannot be read: %v", path, err)
	}
	defer file.Close()
	var args []string
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(line, "-") {
			args = append(args, line)
		}
	}
	return f.read(args)
}

func (f *flagSet) set(name, value string) {
	if _, known := f.values[name]; !known {
		f.order = append(f.order, name)
	}
	f.values[name] = value
}

func (f *flagSet) get(otherwise string, names ...string) string {
	for _, name := range names {
		if value, given := f.values[name]; given {
			return value
		}
	}
	return otherwise
}

func (f *flagSet) is(name string) bool {
	return f.values[name] == "true" || f.values[name] == "1"
}
