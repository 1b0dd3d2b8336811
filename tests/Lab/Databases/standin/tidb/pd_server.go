package tidb

import (
	"crypto/tls"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"drydock.dev/standin/common"
)

// pdServer is one PD.
type pdServer struct {
	name    string
	process string
	version string
	client  *http.Client
	flags   pdFlags
}

type pdFlags struct {
	name, dataDir, config, initialCluster     string
	clientURLs, advertiseClientURLs           string
	peerURLs, advertisePeerURLs               string
	logFile, logLevel, join, ca, cert, key    string
	version, configCheck, namespaceClassifier bool
}

func (f *pdFlags) parse(p common.Process) (int, bool) {
	set := flag.NewFlagSet("pd", flag.ContinueOnError)
	set.BoolVar(&f.version, "V", false, "print version information and exit")
	set.BoolVar(&f.version, "version", false, "print version information and exit")
	set.BoolVar(&f.configCheck, "config-check", false, "check config file validity and exit")
	set.StringVar(&f.name, "name", "", "human-readable name for this pd member")
	set.StringVar(&f.dataDir, "data-dir", "", "path to the data directory (default 'default.${name}')")
	set.StringVar(&f.clientURLs, "client-urls", "http://127.0.0.1:2379", "url for client traffic")
	set.StringVar(&f.advertiseClientURLs, "advertise-client-urls", "", "advertise url for client traffic (default '${client-urls}')")
	set.StringVar(&f.peerURLs, "peer-urls", "http://127.0.0.1:2380", "url for peer traffic")
	set.StringVar(&f.advertisePeerURLs, "advertise-peer-urls", "", "advertise url for peer traffic (default '${peer-urls}')")
	set.StringVar(&f.initialCluster, "initial-cluster", "", "initial cluster configuration for bootstrapping, e,g. pd=http://127.0.0.1:2380")
	set.StringVar(&f.join, "join", "", "join to an existing cluster (usage: cluster's '${advertise-client-urls}'")
	set.StringVar(&f.logLevel, "L", "", "log level: debug, info, warn, error, fatal (default 'info')")
	set.StringVar(&f.logFile, "log-file", "", "log file path")
	set.StringVar(&f.config, "config", "", "Config file")
	set.StringVar(&f.ca, "cacert", "", "Path of file that contains list of trusted TLS CAs")
	set.StringVar(&f.cert, "cert", "", "Path of file that contains X509 certificate in PEM format")
	set.StringVar(&f.key, "key", "", "Path of file that contains X509 key in PEM format")
	switch err := set.Parse(p.Args); {
	case err == flag.ErrHelp:
		return 0, false
	case err != nil:
		return 2, false
	case set.NArg() > 0:
		fmt.Fprintf(os.Stderr, "'%s' is an invalid flag\n", set.Arg(0))
		return 2, false
	}
	if f.advertiseClientURLs == "" {
		f.advertiseClientURLs = f.clientURLs
	}
	if f.advertisePeerURLs == "" {
		f.advertisePeerURLs = f.peerURLs
	}
	return 0, true
}

func runPD(p common.Process) int {
	var flags pdFlags
	if code, ok := flags.parse(p); !ok {
		return code
	}
	if flags.version {
		fmt.Print(pdVersion(p.Version))
		recordCLI(p)
		return 0
	}
	if flags.configCheck {
		return checkConfig(p, flags.config)
	}
	file, err := readTOML(flags.config)
	if err != nil {
		common.Fatal("[FATAL] parse cmd flags error: %v", err)
	}
	if flags.ca == "" {
		flags.ca, flags.cert, flags.key = file.text("security.cacert-path"), file.text("security.cert-path"), file.text("security.key-path")
	}
	address := hostOf(flags.advertiseClientURLs)
	server := &pdServer{name: flags.name, process: nameOf("pd", address), version: p.Version, flags: flags}
	server.client = &http.Client{Transport: &http.Transport{TLSClientConfig: clientTLS(flags.ca, flags.cert, flags.key), DisableKeepAlives: true}}
	lockData(server.process, flags.dataDir)
	server.checkMembership()
	enter("pd", address, p.Version)
	server.join(fileConfig(file))
	var security *tls.Config
	if strings.HasPrefix(flags.clientURLs, "https:") {
		security = serverTLS(flags.ca, flags.cert, flags.key)
	}
	stopPeer := common.ServeHTTPS(server.process, hostOf(flags.peerURLs), http.NotFoundHandler(), security)
	stop := common.ServeHTTPS(server.process, hostOf(flags.clientURLs), server, security)
	healthy(server.process)
	untilStopped(server.process, nil, func(string) {
		stop()
		stopPeer()
	})
	return 0
}

// checkMembership: etcd refuses a former member that lost its data, and an unknown member.
func (p *pdServer) checkMembership() {
	marker := filepath.Join(p.flags.dataDir, "member", "id")
	_, err := os.Stat(marker)
	fresh := os.IsNotExist(err)
	member := read().PD.Members[p.name]
	if fresh && member != nil && !member.JoinedAt.IsZero() {
		common.Fatal("[FATAL] run server failed: member %x has already been bootstrapped", member.ID)
	}
	if !fresh {
		return
	}
	if err := os.MkdirAll(filepath.Dir(marker), 0o700); err != nil {
		common.Fatal("%s: %v", p.process, err)
	}
	if err := os.WriteFile(marker, []byte(p.name+"\n"), 0o600); err != nil {
		common.Fatal("%s: %v", p.process, err)
	}
}

func (p *pdServer) join(file map[string]map[string]any) {
	mustUpdate(func(state *State) {
		for _, element := range strings.Split(p.flags.initialCluster, ",") {
			if name, peer, found := strings.Cut(element, "="); found && len(state.PD.Members) < strings.Count(p.flags.initialCluster, "=") {
				state.member(name).PeerURLs = []string{peer}
			}
		}
		member := state.member(p.name)
		member.Process, member.File = p.process, file
		member.PeerURLs = strings.Split(p.flags.advertisePeerURLs, ",")
		member.ClientURLs = strings.Split(p.flags.advertiseClientURLs, ",")
		member.JoinedAt = time.Now().Add(atLeast(rejoinTakes))
		if state.ClusterVersion == "" {
			state.ClusterVersion = p.version
		}
	})
}

// member is a member by name, created if it is new. Ids are unsigned and above 2^63.
func (s *State) member(name string) *Member {
	if member := s.PD.Members[name]; member != nil {
		return member
	}
	id, err := randomID()
	if err != nil {
		common.Fatal("standin: %v", err)
	}
	member := &Member{Name: name, ID: id | 1<<63}
	s.PD.Members[name] = member
	return member
}

// hostOf is host and port of the first of a list of URLs.
func hostOf(urls string) string {
	first, _, _ := strings.Cut(urls, ",")
	parsed, err := url.Parse(first)
	if err != nil || parsed.Host == "" {
		common.Fatal("standin: %q is no URL", first)
	}
	return parsed.Host
}

func recordCLI(p common.Process) {
	common.Record(p.Program, "cli", strings.Join(append([]string{p.Program}, p.Args...), " "), 0, map[string]any{"version": p.Version})
}
