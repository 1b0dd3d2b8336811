package yugabyte

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"

	"drydock.dev/standin/common"
)

// admin is the admin tool: one command for a cluster, sent to its master leader.
type admin struct {
	process   common.Process
	dialect   dialect
	version   version
	name      string
	addresses []string
	given     string
	timeout   time.Duration
	unscaled  time.Duration
	security  *tls.Config
	leader    string
	fault     common.Fault
}

// command is a command of the tool. It returns the output.
type command struct {
	arguments string
	since     version
	run       func(a *admin, arguments []string) (string, *status)
}

var errUsage = invalidArgument("yb/tools/yb-admin_cli.cc:104", "Invalid arguments for operation")

// runAdmin: 0 is success, 1 any failure, with the reason on standard error. The point "cli:COMMAND": fail (with the
// body), hang, ignore (prints the body, or nothing, and has no effect), unknown (as a version without the command),
// lose (has its effect and is ended before it prints anything).
func runAdmin(p common.Process) int {
	a := &admin{process: p, dialect: dialectOf(p.Program), version: version(p.Version), name: p.Program + "@" + ownAddress()}
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
	for _, name := range flags.order {
		if !contains(append([]string{"timeout_ms", "certs_dir_name", "init_master_addrs", "exclude_dead", "client_node_name", "logtostderr"}, a.dialect.MastersFlags...), name) {
			fmt.Fprintf(os.Stderr, "ERROR: unknown command line flag '%s'\n", name)
			return 1
		}
	}
	if len(flags.rest) == 0 {
		a.usage()
		return 1
	}
	name := flags.rest[0]
	chosen, known := a.commands()[name]
	fault, faulty := common.FaultFor(a.name, "cli:"+name)
	if faulty {
		a.fault = fault
	}
	code := 1
	if !known || (chosen.since != "" && a.version.before(chosen.since)) || a.fault.Do == "unknown" {
		fmt.Fprintf(os.Stderr, "Invalid operation: %s\n", name)
		a.usage()
	} else {
		code = a.execute(name, chosen, flags)
	}
	common.Record(a.name, "cli", strings.Join(flags.rest, " "), code, map[string]any{"version": p.Version, "masters": a.given, "leader": a.leader, "timeout": a.unscaled.String()})
	return code
}

func (a *admin) execute(name string, chosen command, flags *flagSet) int {
	if failed := a.configure(flags); failed != nil {
		fmt.Fprintln(os.Stderr, failed)
		return 1
	}
	switch a.fault.Do {
	case "":
	case "fail":
		fmt.Fprintln(os.Stderr, a.fault.Body)
		return 1
	case "ignore":
		fmt.Print(a.fault.Body)
		return 0
	case "hang":
		common.AwaitTermination()
		return 143
	case "lose":
	default:
		common.Fatal("standin: fault %q: %q is nothing a command can do (fail, ignore, hang, unknown, lose)", a.fault.ID, a.fault.Do)
	}
	if failed := a.findLeader(); failed != nil {
		fmt.Fprintln(os.Stderr, failed.prepend(fmt.Sprintf("Unable to establish connection to leader master at [%s]. "+
			"Please verify the addresses and check if server is up, or if you're missing --certs_dir_name.\n\n", a.given)))
		return 1
	}
	said, failed := chosen.run(a, flags.rest[1:])
	if a.fault.Do == "lose" {
		common.Record(a.name, "cli", strings.Join(flags.rest, " "), 137, map[string]any{"lost": true})
		common.Crash()
	}
	fmt.Print(said)
	switch {
	case failed == nil:
		return 0
	case failed.Unsupported:
		fmt.Fprintf(os.Stderr, "The cluster doesn't support %s: %s\n", name, failed)
	default:
		fmt.Fprintf(os.Stderr, "Error running %s: %s\n", name, failed)
		if failed.Code == "Invalid argument" {
			fmt.Fprintf(os.Stderr, "Usage: %s %s %s\n", a.process.Program, name, chosen.arguments)
		}
	}
	return 1
}

func (a *admin) usage() {
	fmt.Fprintf(os.Stderr, "%s: %s [-%s server1:port,server2:port,server3:port,...]  [-timeout_ms <millisec>] [-certs_dir_name <dir_name>] <operation>\n<operation> must be one of:\n",
		a.process.Program, a.process.Program, a.dialect.MastersFlags[0])
	var names []string
	for name, each := range a.commands() {
		if each.since == "" || a.version.atLeast(each.since) {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	for i, name := range names {
		fmt.Fprintf(os.Stderr, " %d. %s %s\n", i+1, name, a.commands()[name].arguments)
	}
}

// configure reads the flags: the masters, the timeout, the certificates.
func (a *admin) configure(flags *flagSet) error {
	a.given = flags.get(hostPort("localhost", a.dialect.MasterRPC), append(append([]string{}, a.dialect.MastersFlags...), "init_master_addrs")...)
	for _, each := range strings.Split(a.given, ",") {
		if each = strings.TrimSpace(each); each != "" {
			host, port := splitHostPort(each, a.dialect.MasterRPC)
			a.addresses = append(a.addresses, hostPort(host, port))
		}
	}
	milliseconds, err := strconv.Atoi(flags.get(strconv.Itoa(defaultTimeoutSeconds*1000), "timeout_ms"))
	if err != nil {
		return fmt.Errorf("ERROR: illegal value '%s' specified for int64 flag 'timeout_ms'", flags.values["timeout_ms"])
	}
	a.unscaled = time.Duration(milliseconds) * time.Millisecond
	a.timeout = common.Scaled(a.unscaled)
	switch {
	case milliseconds == 0:
		a.timeout = time.Millisecond
	case milliseconds < 0:
		a.timeout = 24 * time.Hour
	}
	dir := flags.get("", "certs_dir_name")
	if dir == "" {
		return nil
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("Not found (yb/util/env_posix.cc:341): Unable to load certificates: %s: No such file or directory (system error 2)", dir)
	}
	a.security, err = trusting(filepath.Join(dir, "ca.crt"))
	return err
}

// findLeader asks the given masters until one leads, or the time is over. Other masters are not asked.
func (a *admin) findLeader() *status {
	end := time.Now().Add(longer(a.timeout, 300*time.Millisecond))
	for {
		for _, address := range a.addresses {
			var answer struct {
				Role string `json:"role"`
			}
			if failed := a.post(address, "GetMasterRegistration", struct{}{}, &answer, time.Second); failed == nil && answer.Role == "LEADER" {
				a.leader = address
				return nil
			}
		}
		if time.Now().After(end) {
			return timedOut("yb/rpc/rpc.cc:223", "Could not locate the leader master: GetLeaderMasterRpc(addrs: [%s], num_attempts: 1) passed its deadline", a.given)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// ask calls a method of the master leader. If the leader has changed meanwhile, it searches again.
func (a *admin) ask(name string, arguments, into any) *status {
	end := time.Now().Add(a.timeout)
	for {
		failed := a.post(a.leader, name, arguments, into, time.Until(end))
		if failed == nil || (!failed.NotLeader && failed.Code != "Network error") || time.Now().After(end) {
			return failed
		}
		if failed := a.findLeader(); failed != nil {
			return failed
		}
	}
}

func (a *admin) post(address, name string, arguments, into any, patience time.Duration) *status {
	if patience < time.Millisecond {
		patience = time.Millisecond
	}
	body, err := json.Marshal(arguments)
	if err != nil {
		return invalidArgument("", "%v", err)
	}
	response, err := caller(a.security, patience).Post(scheme(a.security != nil)+"://"+address+rpcPath+name, "application/json", bytes.NewReader(body))
	if err != nil {
		var late net.Error
		if errors.As(err, &late) && late.Timeout() {
			return timedOut("yb/rpc/outbound_call.cc:535", "%s RPC (request call id 1) to %s timed out after %.3fs", name, address, a.unscaled.Seconds())
		}
		return networkError("yb/util/net/socket.cc:537", "recvmsg error: Connection refused (system error 111): %s", address)
	}
	defer response.Body.Close()
	var answer struct {
		Error  *status         `json:"error"`
		Result json.RawMessage `json:"result"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return networkError("yb/rpc/connection.cc:470", "Recv() failed from %s: %v", address, err)
	}
	if answer.Error != nil {
		return answer.Error
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(answer.Result, into); err != nil {
		return networkError("yb/rpc/connection.cc:470", "Recv() failed from %s: %v", address, err)
	}
	return nil
}
