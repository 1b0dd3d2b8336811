package tidb

import (
	"fmt"
	"os"
	"strings"

	"drydock.dev/standin/common"
)

// tikvFlags are the options of tikv-server by their long names.
type tikvFlags map[string]string

var tikvOptions = map[string]bool{
	"addr": true, "advertise-addr": true, "status-addr": true, "pd": true, "pd-endpoints": true, "data-dir": true, "config": true,
	"log-file": true, "log-level": true, "labels": true, "capacity": true, "metrics-addr": true,
	"config-check": false, "print-sample-config": false, "version": false, "help": false,
}

var tikvShort = map[string]string{"A": "addr", "C": "config", "L": "log-level", "f": "log-file", "s": "data-dir", "V": "version", "h": "help"}

func parseTiKVFlags(args []string) (tikvFlags, error) {
	flags := tikvFlags{}
	for i := 0; i < len(args); i++ {
		name, value, joined := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		if long, short := tikvShort[name]; short && !strings.HasPrefix(args[i], "--") {
			name = long
		}
		takesValue, known := tikvOptions[name]
		switch {
		case !strings.HasPrefix(args[i], "-") || !known:
			return nil, fmt.Errorf("error: Found argument '%s' which wasn't expected, or isn't valid in this context", args[i])
		case takesValue && !joined:
			if i++; i == len(args) {
				return nil, fmt.Errorf("error: The argument '--%s <%s>' requires a value but none was supplied", name, name)
			}
			value = args[i]
		}
		flags[name] = value
	}
	return flags, nil
}

func (f tikvFlags) has(name string) bool {
	_, given := f[name]
	return given
}

// or is an option, a value of the configuration, or a default.
func (f tikvFlags) or(name string, file toml, key, otherwise string) string {
	if value := f[name]; value != "" {
		return value
	}
	if value := file.text(key); value != "" {
		return value
	}
	return otherwise
}

// labels are "zone=a,host=b" of the option, or the table server.labels.
func (f tikvFlags) labelsOf(file toml) map[string]string {
	labels := map[string]string{}
	for key, value := range file {
		if name := strings.TrimPrefix(key, "server.labels."); name != key {
			labels[name] = value
		}
	}
	// As an inline table, which tidb-ansible writes: labels = { host = "tikv1" }.
	inline := strings.Trim(file.text("server.labels"), "{} ")
	for _, source := range []string{inline, f["labels"]} {
		for _, pair := range strings.Split(source, ",") {
			if name, value, found := strings.Cut(pair, "="); found {
				labels[strings.Trim(name, ` "`)] = strings.Trim(value, ` "`)
			}
		}
	}
	return labels
}

func tikvEnds(p common.Process, flags tikvFlags, problem error) (int, bool) {
	switch {
	case problem != nil:
		fmt.Fprintln(os.Stderr, problem)
		return 1, true
	case flags.has("version"):
		fmt.Print(tikvVersion(p.Version))
		recordCLI(p)
		return 0, true
	case flags.has("config-check"):
		return checkConfig(p, flags["config"]), true
	}
	return 0, false
}
