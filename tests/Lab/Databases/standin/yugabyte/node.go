package yugabyte

import (
	"fmt"
	"math/rand"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"drydock.dev/standin/common"
)

const (
	storeName  = "yugabyte"
	keeperRole = "yugabyte"
	tickEvery  = 100 * time.Millisecond
	// The placement of a server without the flag.
	defaultZone = "rack1"
	// The exit code of a shell for SIGABRT, with which the original ends after FATAL.
	exitAborted = 134
)

// node is a running master or tablet server.
type node struct {
	process   common.Process
	dialect   dialect
	component string
	// program is the name in YugabyteDB, whatever the dialect.
	program string
	name    string
	flags   *flagSet
	version version
	store   *common.Store
	self    server
	secure  transport
	logs    string
	cached  cache
	masters []string
	// bind and web are the addresses it listens on, empty for all.
	bind    string
	webBind string
}

// startNode does the common start of both kinds of server. If the node is nil, the exit code is valid.
func startNode(p common.Process, component string) (*node, int) {
	d := dialectOf(p.Program)
	flags, err := parseFlags(p.Args)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return nil, 1
	}
	if text := missingLibraries(p.Program); text != "" {
		fmt.Fprintln(os.Stderr, text)
		return nil, exitMissingLibraries
	}
	v := version(p.Version)
	if flags.is("version") {
		fmt.Println(v.long())
		return nil, 0
	}
	program := masterProgram
	if component == tserverComponent {
		program = tserverProgram
	}
	if flags.is("help_auto_flag_json") {
		if err := dumpAutoFlags(v, program); err != nil {
			return nil, 1
		}
		return nil, 0
	}
	if len(flags.rest) > 0 {
		fmt.Fprintf(os.Stderr, "Error: usage: %s\n", p.Program)
		return nil, 1
	}
	rand.Seed(time.Now().UnixNano() + int64(os.Getpid()))
	n := &node{process: p, dialect: d, component: component, flags: flags, version: v, store: common.Open(storeName), program: program}
	if err := n.address(); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", p.Program, err)
		return nil, 1
	}
	common.Record(n.name, "start", p.Program, 0, map[string]any{"version": string(v), "arguments": p.Args, "exe": exePath()})
	common.LeaveCommand()
	n.must(n.noteAttempt())
	if code, done := n.startFault(); done {
		return nil, code
	}
	dataDir := flags.get("", "fs_data_dirs")
	if dataDir == "" {
		return nil, n.fatal("Invalid argument (yb/fs/fs_manager.cc:276): List of data directories (fs_data_dirs) not provided")
	}
	dataDir, _, _ = strings.Cut(dataDir, ",")
	own, err := openInstance(dataDir, component, string(v))
	if err != nil {
		return nil, n.fatal(err.Error())
	}
	n.logs = flags.get(filepath.Join(dataDir, "yb-data", component, "logs"), "log_dir")
	n.self.UUID = own.UUID
	if n.secure, err = transportOf(flags); err != nil {
		return nil, n.fatal(err.Error())
	}
	n.self.Secure, n.self.SecureWeb = n.secure.rpcServer != nil, n.secure.webServer != nil
	if err := n.portsFree(); err != nil {
		return nil, n.fatal(err.Error())
	}
	if flag, missing := n.missingAutoFlag(); missing {
		common.Violation(n.name, "AutoFlagsWithOldProcess", map[string]any{"version": string(v), "flag": flag, "when": "start"})
		return nil, n.fatal(n.missingAutoFlagText(flag))
	}
	n.info("%s %s started, data in %s", p.Program, v.long(), dataDir)
	return n, 0
}

func exePath() string {
	exe, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return ""
	}
	return exe
}

// address determines the server's name and its addresses.
func (n *node) address() error {
	rpcPort, webPort := n.dialect.MasterRPC, n.dialect.MasterWeb
	mastersFlags := n.dialect.MastersFlags
	if n.component == tserverComponent {
		rpcPort, webPort = n.dialect.TserverRPC, n.dialect.TserverWeb
		mastersFlags = n.dialect.TserverMastersFlags
	}
	own := ownAddress()
	host, port := splitHostPort(n.flags.get(hostPort(own, rpcPort), "server_broadcast_addresses", "rpc_bind_addresses"), rpcPort)
	if host == "" || host == "0.0.0.0" {
		host = own
	}
	n.self = server{
		Host: host, RPC: port, Version: n.version,
		Cloud:  n.flags.get("cloud1", "placement_cloud"),
		Region: n.flags.get("datacenter1", "placement_region"),
		Zone:   n.flags.get(defaultZone, "placement_zone"),
	}
	web, err := strconv.Atoi(n.flags.get(strconv.Itoa(webPort), "webserver_port"))
	if err != nil {
		return fmt.Errorf("ERROR: illegal value for int32 flag 'webserver_port': %v", err)
	}
	n.self.Web = web
	n.bind, _ = splitHostPort(n.flags.get("", "rpc_bind_addresses"), 0)
	n.webBind = n.flags.get(n.bind, "webserver_interface")
	if n.component == tserverComponent {
		_, n.self.Client = splitHostPort(n.flags.get("", "cql_proxy_bind_address"), 9042)
	}
	for _, master := range strings.Split(n.flags.get("", mastersFlags...), ",") {
		if master = strings.TrimSpace(master); master != "" {
			h, p := splitHostPort(master, n.dialect.MasterRPC)
			n.masters = append(n.masters, hostPort(h, p))
		}
	}
	if len(n.masters) == 0 {
		if n.component == tserverComponent {
			return fmt.Errorf("no masters given: --%s", mastersFlags[0])
		}
		n.masters = []string{hostPort(n.self.Host, n.self.RPC)}
	}
	n.name = readKnobs().Names[hostPort(n.self.Host, n.self.RPC)]
	if n.name == "" {
		n.name = n.process.Program + "@" + n.self.Host
	}
	n.self.Name = n.name
	return nil
}

// noteAttempt records that another version was tried, so that the return to the former version is not counted as a
// needless restart.
func (n *node) noteAttempt() error {
	return n.change(func(s *state, _ *court) error {
		for _, each := range s.component(n.component) {
			if each.Host == n.self.Host && each.RPC == n.self.RPC && each.Version != n.version {
				each.Tried = n.version
			}
		}
		return nil
	})
}

// The point "start": fail, hang, crash, crash-later (after the delay), delay.
func (n *node) startFault() (code int, done bool) {
	fault, faulty := common.FaultFor(n.name, "start")
	if !faulty {
		return 0, false
	}
	switch fault.Do {
	case "fail":
		fmt.Fprintln(os.Stderr, fault.Body)
		return 1, true
	case "hang":
		common.AwaitTermination()
		return 0, true
	case "crash":
		common.Crash()
	case "crash-later":
		time.AfterFunc(fault.Wait(), common.Crash)
	case "delay":
		time.Sleep(fault.Wait())
	default:
		common.Fatal("standin: fault %q: %q is nothing a start can do (fail, hang, crash, crash-later, delay)", fault.ID, fault.Do)
	}
	return 0, false
}

func (n *node) portsFree() error {
	addresses := []string{hostPort(n.bind, n.self.RPC), hostPort(n.webBind, n.self.Web)}
	if n.component == tserverComponent {
		addresses = append(addresses, hostPort(n.bind, n.self.Client))
	}
	for _, address := range addresses {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			return fmt.Errorf("Network error (yb/util/net/socket.cc:325): Error binding socket to %s: Address already in use (system error 98)", address)
		}
		listener.Close()
	}
	return nil
}

// fatal writes to standard error and to the log directory why the process ends, as the original does.
func (n *node) fatal(text string) int {
	line := fmt.Sprintf("F%s ../../src/yb/%s/%s_main.cc:139] %s", time.Now().UTC().Format("20060102 15:04:05"), n.component, logName(n.component), text)
	fmt.Fprintln(os.Stderr, line)
	n.log("FATAL", line)
	common.Record(n.name, "fatal", text, exitAborted, map[string]any{"version": string(n.version)})
	return exitAborted
}

func logName(component string) string {
	if component == tserverComponent {
		return "tablet_server"
	}
	return component
}

func (n *node) info(format string, values ...any) {
	n.log("INFO", fmt.Sprintf("I%s %s_main.cc:117] ", time.Now().UTC().Format("0102 15:04:05.000000"), logName(n.component))+fmt.Sprintf(format, values...))
}

// A failed write to a log does not end the process: tests fill the disk.
func (n *node) log(level, line string) {
	if n.logs == "" {
		return
	}
	_ = os.MkdirAll(n.logs, 0o755)
	file, err := os.OpenFile(filepath.Join(n.logs, n.process.Program+"."+level), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return
	}
	defer file.Close()
	fmt.Fprintln(file, line)
}

// join makes the server known to the others. If it starts with another version than before, this shows why it was
// stopped.
func (n *node) join() error {
	member, err := common.Join(n.name, n.component, string(n.version))
	if err != nil {
		return err
	}
	n.self.Incarnation, n.self.Started, n.self.Back, n.self.Up = member.Incarnation, member.Started, member.Started, true
	return n.change(func(s *state, c *court) error {
		n.found(s)
		servers := s.component(n.component)
		before := servers[n.self.UUID]
		me := n.self
		if before != nil {
			me.Starts, me.Evicted, me.RefusedSince = before.Starts, before.Evicted, before.RefusedSince
			if !before.DownSince.IsZero() {
				me.AwayFor = member.Started.Sub(before.DownSince)
			}
			c.start(s, &me, before)
		}
		me.Starts++
		n.self = me
		servers[me.UUID] = &me
		return nil
	})
}

// serve runs the server until it is told to end.
func (n *node) serve(stop func()) int {
	common.Keep(keeperRole, tickEvery, func(time.Duration) { n.physics() })
	signals := common.Terminations()
	ticks := time.NewTicker(tickEvery)
	defer ticks.Stop()
	for {
		select {
		case signal := <-signals:
			if n.end(signal) {
				stop()
				common.Record(n.name, "stop", signal.String(), 0, map[string]any{"version": string(n.version)})
				n.info("stopped by %s", signal)
				return 0
			}
		case <-ticks.C:
			if flag, missing := n.missingAutoFlag(); missing {
				return n.fatal(n.missingAutoFlagText(flag))
			}
		}
	}
}

// end tells the others that the server ends; false if a fault makes the process ignore the signal. The point "stop":
// ignore, delay, crash.
func (n *node) end(signal os.Signal) bool {
	common.Record(n.name, "signal", signal.String(), 0, map[string]any{"version": string(n.version)})
	if fault, faulty := common.FaultFor(n.name, "stop"); faulty {
		switch fault.Do {
		case "ignore":
			return false
		case "delay":
			time.Sleep(fault.Wait())
		case "crash":
			common.Crash()
		default:
			common.Fatal("standin: fault %q: %q is nothing a stop can do (ignore, delay, crash)", fault.ID, fault.Do)
		}
	}
	n.must(n.change(func(s *state, c *court) error {
		me := s.component(n.component)[n.self.UUID]
		if me == nil || me.Incarnation != n.self.Incarnation {
			return nil
		}
		c.leave(s, n.component, me, true)
		return nil
	}))
	return true
}

// change changes the state under its lock and then reports the violations that were found.
func (n *node) change(change func(*state, *court) error) error {
	var s state
	c := &court{at: time.Now()}
	err := n.store.Update(&s, func() error {
		c.verdicts, c.events, c.at = nil, nil, time.Now()
		return change(&s, c)
	})
	if err == nil {
		c.announce()
	}
	return err
}

// now is the current state; callers must not change it.
func (n *node) now() *state {
	s, err := n.cached.read(n.store)
	n.must(err)
	return s
}

func (n *node) must(err error) {
	if err != nil {
		common.Fatal("%s: %v", n.name, err)
	}
}
