package tidb

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"drydock.dev/standin/common"
)

func runTiKV(p common.Process) int {
	flags, problem := parseTiKVFlags(p.Args)
	if code, ends := tikvEnds(p, flags, problem); ends {
		return code
	}
	file, err := readTOML(flags["config"])
	if err != nil {
		common.Fatal("[FATAL] invalid auto generated configuration file %s, err %v", flags["config"], err)
	}
	listen := flags.or("addr", file, "server.addr", "127.0.0.1:20160")
	address := flags.or("advertise-addr", file, "server.advertise-addr", listen)
	dataDir := flags.or("data-dir", file, "storage.data-dir", "./")
	process := nameOf("tikv", address)
	lockData(process, dataDir)
	if err := checkCritical(dataDir, file); err != nil {
		common.Fatal("[FATAL] [server.rs] [%q]", err.Error())
	}
	enter("tikv", address, p.Version)
	// The port is open before the store is registered, so an open port proves nothing.
	stop := acceptOnly(process, listen)
	store := register(process, address, p.Version, dataDir, flags, file)
	stopStatus := serveTiKVStatus(process, p.Version, flags, file)
	healthy(process)
	common.Record(process, "rpc", "PutStore", 0, map[string]any{"store": store.ID, "version": store.Version})
	untilStopped(process, nil, func(string) {
		stopStatus()
		stop()
	})
	return 0
}

// register is PutStore, repeated until a PD leader answers; a refusal ends the process.
func register(process, address, version, dataDir string, flags tikvFlags, file toml) Store {
	endpoints := flags.or("pd", file, "pd.endpoints", flags["pd-endpoints"])
	own := readIdentity(dataDir)
	for {
		waitForPD(process, endpoints)
		if fault, faulty := common.FaultFor(process, "register"); faulty && fault.Do == "fail" {
			common.Fatal("[FATAL] [server.rs] [\"failed to start node: Other(\\\"[src/pd/util.rs]: %s\\\")\"]", fault.Body)
		}
		var store Store
		err := update(func(state *State) error {
			if own.Cluster != 0 && own.Cluster != state.ClusterID {
				return fmt.Errorf("cluster ID mismatch, local %d != remote %d, you are trying to connect to another cluster, please reconnect to the correct PD", own.Cluster, state.ClusterID)
			}
			put, err := state.putStore(process, address, version, flags.labelsOf(file), own.Store, time.Now())
			if err == nil {
				store = *put
				own.Cluster = state.ClusterID
			}
			return err
		})
		switch {
		case errors.Is(err, errNoPDLeader):
			time.Sleep(atLeast(time.Second))
		case err != nil:
			common.Record(process, "rpc", "PutStore", http.StatusInternalServerError, map[string]any{"error": err.Error()})
			common.Fatal("[FATAL] [server.rs] [\"failed to start node: Other(\\\"[src/pd/util.rs]: %s\\\")\"]", err)
		default:
			own.Store = store.ID
			if err := writeIdentity(dataDir, own); err != nil {
				common.Fatal("[FATAL] %v", err)
			}
			return store
		}
	}
}

// waitForPD asks the given endpoints until one of them can be connected to.
func waitForPD(process, endpoints string) {
	for said := false; ; time.Sleep(atLeast(time.Second)) {
		for _, endpoint := range strings.FieldsFunc(endpoints, func(r rune) bool { return strings.ContainsRune(`,[]" `, r) }) {
			endpoint = strings.TrimRight(strings.TrimPrefix(strings.TrimPrefix(endpoint, "http://"), "https://"), "/")
			connection, err := net.DialTimeout("tcp", endpoint, time.Second)
			if err == nil {
				connection.Close()
				return
			}
		}
		if !said {
			common.Record(process, "rpc", "no PD can be connected to", 0, map[string]any{"endpoints": endpoints})
			said = true
		}
	}
}

// acceptOnly keeps a port open whose protocol no stand-in implements.
func acceptOnly(process, address string) (stop func()) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		common.Fatal("%s: [FATAL] failed to create server: %v", process, err)
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer connection.Close()
				_, _ = io.Copy(io.Discard, connection)
			}()
		}
	}()
	return func() { listener.Close() }
}

// serveTiKVStatus: 3.0 always has a status server, without TLS. 2.1 has one only if it is configured and metrics are
// not pushed.
func serveTiKVStatus(process, version string, flags tikvFlags, file toml) (stop func()) {
	otherwise := ""
	if isThree(version) {
		otherwise = "127.0.0.1:20180"
	}
	address := flags.or("status-addr", file, "server.status-addr", otherwise)
	if address == "" || (!isThree(version) && file.text("metric.address") != "") {
		return func() {}
	}
	return common.ServeHTTP(process, address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodGet && r.URL.Path == "/status":
		case r.Method == http.MethodGet && r.URL.Path == "/metrics":
			tikvMetrics(process, w)
		case r.Method == http.MethodGet && r.URL.Path == "/debug/pprof/profile":
		default:
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, "path not found")
		}
	}))
}

func tikvMetrics(process string, w http.ResponseWriter) {
	var out strings.Builder
	state := read()
	for _, store := range state.stores() {
		if store.Process == process {
			gauge(&out, "tikv_raftstore_region_count", "Number of regions collected in region_collector", "gauge", map[string]float64{
				`{type="leader"}`: float64(store.Leaders), `{type="region"}`: float64(state.peersOf(store)),
			})
		}
	}
	writeMetrics(w, &out)
}
