package tidb

import (
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"drydock.dev/standin/common"
)

// sqlServer is one TiDB.
type sqlServer struct {
	process, version string
	ddlID            string
	incarnation      string
	ip               string
	port, statusPort int
	binlog           bool
	ignoreBinlog     bool
	connections      int64
	lastConnection   uint64
	backoffs         int64
	failures         sync.Map
	queries          int64
	skipped          int64
}

type tidbFlags struct {
	host, status, statusHost, path, config, store, socket, lease, logLevel, logFile, slowLog, advertise, binlogSocket string
	port                                                                                                              string
	enableBinlog, version, configCheck, configStrict, reportStatus                                                    bool
}

func (f *tidbFlags) parse(p common.Process) (int, bool) {
	set := flag.NewFlagSet("tidb-server", flag.ContinueOnError)
	set.BoolVar(&f.version, "V", false, "print version information and exit")
	set.BoolVar(&f.configCheck, "config-check", false, "check config file validity and exit")
	set.BoolVar(&f.configStrict, "config-strict", false, "enforce config file validity")
	set.BoolVar(&f.reportStatus, "report-status", true, "If enable status report HTTP service.")
	set.BoolVar(&f.enableBinlog, "enable-binlog", false, "enable generate binlog")
	set.StringVar(&f.config, "config", "", "config file path")
	set.StringVar(&f.store, "store", "mocktikv", "registered store name, [tikv, mocktikv]")
	set.StringVar(&f.path, "path", "/tmp/tidb", "tidb storage path")
	set.StringVar(&f.host, "host", "0.0.0.0", "tidb server host")
	set.StringVar(&f.advertise, "advertise-address", "", "tidb server advertise IP")
	set.StringVar(&f.port, "P", "", "tidb server port")
	set.StringVar(&f.socket, "socket", "", "The socket file to use for connection.")
	set.StringVar(&f.lease, "lease", "45s", "schema lease duration, very dangerous to change only if you know what you do")
	set.StringVar(&f.logLevel, "L", "info", "log level: info, debug, warn, error, fatal")
	set.StringVar(&f.logFile, "log-file", "", "log file path")
	set.StringVar(&f.slowLog, "log-slow-query", "", "slow query file path")
	set.StringVar(&f.status, "status", "", "tidb server status port")
	set.StringVar(&f.statusHost, "status-host", "0.0.0.0", "tidb server status host")
	set.StringVar(&f.binlogSocket, "binlog-socket", "", "socket file to write binlog")
	switch err := set.Parse(p.Args); {
	case err == flag.ErrHelp:
		return 0, false
	case err != nil:
		return 2, false
	}
	return 0, true
}

func number(texts ...string) int {
	for _, text := range texts {
		if text == "" {
			continue
		}
		value, err := strconv.Atoi(text)
		if err != nil {
			common.Fatal("[FATAL] %q is no port", text)
		}
		return value
	}
	return 0
}

func runTiDB(p common.Process) int {
	var flags tidbFlags
	if code, ok := flags.parse(p); !ok {
		return code
	}
	if flags.version {
		fmt.Print(tidbVersion(p.Version))
		recordCLI(p)
		return 0
	}
	if flags.configCheck {
		return checkConfig(p, flags.config)
	}
	file, err := readTOML(flags.config)
	if err != nil {
		common.Fatal("[FATAL] %v", err)
	}
	server := &sqlServer{
		version: p.Version, ddlID: newUUID(), ip: flags.advertise,
		port: number(flags.port, file.text("port"), "4000"), statusPort: number(flags.status, file.text("status.status-port"), "10080"),
		binlog:       flags.enableBinlog || file.text("binlog.enable") == "true" || file.text("binlog.enable") == "on",
		ignoreBinlog: file.text("binlog.ignore-error") == "true",
	}
	if server.ip == "" {
		server.ip = ownAddress()
	}
	address := net.JoinHostPort(server.ip, strconv.Itoa(server.port))
	server.process = nameOf("tidb", address)
	waitForPD(server.process, flags.path)
	server.incarnation = enter("tidb", address, p.Version).Incarnation
	server.bootstrap()
	stopSQL := server.serveSQL(net.JoinHostPort(flags.host, strconv.Itoa(server.port)))
	var security *tls.Config
	if file.text("security.cluster-ssl-cert") != "" {
		security = serverTLS(file.text("security.cluster-ssl-ca"), file.text("security.cluster-ssl-cert"), file.text("security.cluster-ssl-key"))
	}
	stopStatus := common.ServeHTTPS(server.process, net.JoinHostPort(flags.statusHost, strconv.Itoa(server.statusPort)), server, security)
	healthy(server.process)
	untilStopped(server.process, nil, func(string) {
		server.resignOwner()
		stopSQL()
		stopStatus()
	})
	return 0
}

// ownAddress is the first address of this host that is not the loopback.
func ownAddress() string {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return ""
	}
	for _, address := range addresses {
		if network, isNetwork := address.(*net.IPNet); isNetwork && !network.IP.IsLoopback() && network.IP.To4() != nil {
			return network.IP.String()
		}
	}
	return ""
}

func (s *sqlServer) fail(kind string) {
	counter, _ := s.failures.LoadOrStore(kind, new(int64))
	atomic.AddInt64(counter.(*int64), 1)
}

var errBootstrapping = errors.New("another TiDB upgrades the system tables")

// bootstrap creates or upgrades the system tables: the first TiDB of a new version raises tidb_server_version. A second
// one at the same time sees half of its changes and dies, as the original does.
func (s *sqlServer) bootstrap() {
	own := bootstrapVersion(s.version)
	now := look()
	upgrades := false
	err := update(func(state *State) error {
		upgrades = false
		if state.TiDB.ServerVersion >= own {
			return nil
		}
		if other := state.TiDB.Bootstrapping; other != "" {
			for _, member := range now.members {
				if member.Incarnation == other {
					return errBootstrapping
				}
			}
		}
		upgrades = state.TiDB.ServerVersion > 0
		state.TiDB.Bootstrapping = s.incarnation
		return nil
	})
	if err != nil {
		common.Fatal("[FATAL] [bootstrap.go] [\"mustExecute error\"] [error=\"[schema:1060]Duplicate column name 'Create_role_priv': %v\"]", err)
	}
	if fault, faulty := common.FaultFor(s.process, "bootstrap"); faulty {
		switch fault.Do {
		case "fail":
			mustUpdate(func(state *State) { state.TiDB.Bootstrapping = "" })
			fmt.Fprintf(os.Stderr, "[FATAL] [bootstrap.go] [\"mustExecute error\"] [error=%q]\n", fault.Body)
			os.Exit(1)
		case "delay":
			time.Sleep(fault.Wait())
		case "crash":
			common.Crash()
		}
	}
	if upgrades {
		time.Sleep(atLeast(bootstrapTakes))
	}
	mustUpdate(func(state *State) {
		if state.TiDB.ServerVersion < own {
			if upgrades {
				// It changes system tables by its own DDL, which is not a mistake of the user.
				state.newJob("mysql", "user", "add column", "ALTER TABLE mysql.user ADD COLUMN `Create_role_priv` ENUM('N','Y')", 0).finish(time.Now())
			}
			common.Record(s.process, "sql", "bootstrap", 0, map[string]any{"from": state.TiDB.ServerVersion, "to": own})
			state.TiDB.ServerVersion = own
		}
		if state.TiDB.Bootstrapping == s.incarnation {
			state.TiDB.Bootstrapping = ""
		}
		state.TiDB.Servers[s.process] = s.entry()
		if state.TiDB.Owner == "" {
			state.TiDB.Owner = s.process
		}
	})
}

// bootstrapVersion is the tidb_server_version of a version; it only matters that a newer one has a larger value.
func bootstrapVersion(version string) int {
	numbers := parts(version)
	switch {
	case numbers[0] <= 2:
		return 23
	case numbers[0] == 3 && numbers[1] == 0:
		return 33
	}
	return 41
}

func onOff(on bool) string {
	if on {
		return "On"
	}
	return "Off"
}

// resignOwner gives up the DDL owner's role and the entry in etcd at an orderly end.
func (s *sqlServer) resignOwner() {
	mustUpdate(func(state *State) {
		delete(state.TiDB.Servers, s.process)
		if state.TiDB.Owner == s.process {
			state.TiDB.Owner = state.nextOwner(s.process, look())
		}
	})
}

// nextOwner is any other living TiDB.
func (s *State) nextOwner(except string, w world) string {
	for _, process := range sortedKeys(s.TiDB.Servers) {
		if process != except && w.reachable(process) {
			return process
		}
	}
	return ""
}
