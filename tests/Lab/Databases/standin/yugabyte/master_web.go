package yugabyte

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// isLeaderPage answers 200 only on the leader. A follower's 503 has a body that is not JSON.
func isLeaderPage(n *node, s *state, _ *http.Request) (int, string) {
	if s.Leadership.Leader == n.self.UUID {
		return http.StatusOK, `{"STATUS":"OK"}`
	}
	return http.StatusServiceUnavailable, "{"
}

type hostPortJSON struct {
	Host string `json:"host"`
	Port int    `json:"port"`
}

type cloudInfo struct {
	Cloud  string `json:"placement_cloud"`
	Region string `json:"placement_region"`
	Zone   string `json:"placement_zone"`
}

type registration struct {
	RPC           []hostPortJSON `json:"private_rpc_addresses"`
	HTTP          []hostPortJSON `json:"http_addresses"`
	Cloud         cloudInfo      `json:"cloud_info"`
	PlacementUUID string         `json:"placement_uuid"`
}

type instanceID struct {
	UUID    string `json:"permanent_uuid"`
	Number  int    `json:"instance_seqno"`
	Started int64  `json:"start_time_us"`
}

type appStatus struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

type masterEntry struct {
	Instance     *instanceID   `json:"instance_id,omitempty"`
	Registration *registration `json:"registration,omitempty"`
	Role         string        `json:"role,omitempty"`
	Error        *appStatus    `json:"error,omitempty"`
}

// masterEntries are the configured masters in the view of the leader. One that it cannot reach has an error and no
// other field.
func (n *node) masterEntries(s *state) []masterEntry {
	entries := []masterEntry{}
	byAddress := map[string]*server{}
	for _, each := range s.Masters {
		if known := byAddress[hostPort(each.Host, each.RPC)]; known == nil || known.Started.Before(each.Started) {
			byAddress[hostPort(each.Host, each.RPC)] = each
		}
	}
	for _, address := range n.masters {
		each := byAddress[address]
		if each == nil || !each.Up {
			entries = append(entries, masterEntry{Error: &appStatus{"NETWORK_ERROR", fmt.Sprintf(
				"Unable to get registration information for peer ([%s]): recvmsg error: Connection refused", address)}})
			continue
		}
		role := "FOLLOWER"
		if s.Leadership.Leader == each.UUID {
			role = "LEADER"
		}
		entries = append(entries, masterEntry{
			Instance: &instanceID{each.UUID, each.Starts, each.Started.UnixMicro()},
			Registration: &registration{
				[]hostPortJSON{{each.Host, each.RPC}}, []hostPortJSON{{each.Host, each.Web}}, cloudInfo{each.Cloud, each.Region, each.Zone}, "",
			},
			Role: role,
		})
	}
	return entries
}

func mastersPage(n *node, s *state, _ *http.Request) (int, string) {
	return jsonPage(map[string]any{"masters": n.masterEntries(s)})
}

type pathMetrics struct {
	Path  string `json:"path"`
	Used  int64  `json:"space_used"`
	Total int64  `json:"total_space_size"`
}

type tabletServerEntry struct {
	SinceHeartbeat        string        `json:"time_since_hb"`
	SinceHeartbeatSeconds float64       `json:"time_since_hb_sec"`
	Status                string        `json:"status"`
	Uptime                int64         `json:"uptime_seconds"`
	RAM                   string        `json:"ram_used"`
	RAMBytes              int64         `json:"ram_used_bytes"`
	Files                 int           `json:"num_sst_files"`
	Size                  string        `json:"total_sst_file_size"`
	SizeBytes             int64         `json:"total_sst_file_size_bytes"`
	Raw                   string        `json:"uncompressed_sst_file_size"`
	RawBytes              int64         `json:"uncompressed_sst_file_size_bytes"`
	Paths                 []pathMetrics `json:"path_metrics"`
	Reads                 float64       `json:"read_ops_per_sec"`
	Writes                float64       `json:"write_ops_per_sec"`
	UserTotal             int           `json:"user_tablets_total"`
	UserLeaders           int           `json:"user_tablets_leaders"`
	SystemTotal           int           `json:"system_tablets_total"`
	SystemLeaders         int           `json:"system_tablets_leaders"`
	Active                int           `json:"active_tablets"`
	Cloud                 string        `json:"cloud"`
	Region                string        `json:"region"`
	Zone                  string        `json:"zone"`
	UUID                  string        `json:"permanent_uuid,omitempty"`
	StartTime             int64         `json:"start_time_us,omitempty"`
}

// sinceHeartbeat is in seconds of the original. A dead server's value is compared with tserver_unresponsive_timeout_ms.
func (t *server) sinceHeartbeat(at time.Time) float64 {
	since := t.silentSince()
	if t.Up && since.IsZero() {
		return float64(at.UnixMilli()%1000) / 1000 * heartbeatSeconds
	}
	return vendorSpan(at.Sub(since)).Seconds()
}

// uptime is in real seconds, from which clients compute the start of the process.
func (t *server) uptime(at time.Time) int64 {
	if t.dead(at) {
		return 0
	}
	return int64(at.Sub(t.Started).Seconds())
}

func tabletServersPage(n *node, s *state, _ *http.Request) (int, string) {
	at := time.Now()
	entries := map[string]tabletServerEntry{}
	for _, each := range sorted(s.Tservers) {
		status := "ALIVE"
		if each.dead(at) {
			status = "DEAD"
		}
		seconds := each.sinceHeartbeat(at)
		entry := tabletServerEntry{
			SinceHeartbeat: fmt.Sprintf("%.1fs", seconds), SinceHeartbeatSeconds: seconds, Status: status, Uptime: each.uptime(at),
			RAM: "35.00 MB", RAMBytes: 36700160, Files: 3, Size: "199.74 KB", SizeBytes: 204534, Raw: "200.24 KB", RawBytes: 205046,
			Paths: []pathMetrics{{"/data", 760074240, 10724835328}},
			Cloud: each.Cloud, Region: each.Region, Zone: each.Zone,
		}
		for _, one := range s.Tablets {
			if !contains(one.Replicas, each.UUID) {
				continue
			}
			total, leaders := &entry.SystemTotal, &entry.SystemLeaders
			if one.User {
				total, leaders = &entry.UserTotal, &entry.UserLeaders
			}
			*total++
			if one.Leader == each.UUID {
				*leaders++
			}
			if !each.dead(at) {
				entry.Active++
			}
		}
		if n.version.atLeast("2.20.0.0-b0") {
			entry.UUID = each.UUID
		}
		if n.version.atLeast("2024.2.0.0-b0") {
			entry.StartTime = each.Started.UnixMicro()
		}
		entries[hostPort(each.Host, each.Web)] = entry
	}
	return jsonPage(map[string]any{"": entries})
}

func healthCheckPage(n *node, s *state, r *http.Request) (int, string) {
	at, k := time.Now(), readKnobs()
	interval, _ := strconv.ParseFloat(r.URL.Query().Get("tserver_death_interval_msecs"), 64)
	dead, under := append([]string{}, k.DeadNodes...), []string{}
	most := int64(-1)
	for _, each := range sorted(s.Tservers) {
		if each.dead(at) {
			dead = append(dead, each.UUID)
			continue
		}
		if uptime := each.uptime(at); most < 0 || uptime < most {
			most = uptime
		}
	}
	if most < 0 {
		most = 0
	}
	for _, each := range s.tablets() {
		if each.User && s.underReplicated(each, k, at, false) && s.missingFor(each, at) > interval {
			under = append(under, each.ID)
		}
	}
	return jsonPage(struct {
		Dead  []string `json:"dead_nodes"`
		Most  int64    `json:"most_recent_uptime"`
		Under []string `json:"under_replicated_tablets"`
	}{dead, most, under})
}

// missingFor is the time since a replica of a tablet is missing, in milliseconds of the original.
func (s *state) missingFor(t *tablet, at time.Time) float64 {
	longest := 1.0
	for _, uuid := range t.Replicas {
		if replica := s.Tservers[uuid]; replica != nil && !replica.Up {
			if missing := float64(vendorSpan(at.Sub(replica.DownSince)).Milliseconds()); missing > longest {
				longest = missing
			}
		}
	}
	return longest
}

type leaderlessTablet struct {
	Table  string `json:"table_uuid"`
	Tablet string `json:"tablet_uuid"`
	Reason string `json:"reason"`
}

func leaderlessTablets(s *state) []leaderlessTablet {
	at, k := time.Now(), readKnobs()
	list := []leaderlessTablet{}
	for _, each := range s.tablets() {
		if reason, is := s.leaderless(each, k, at); is && each.User {
			list = append(list, leaderlessTablet{each.TableID, each.ID, reason})
		}
	}
	return list
}

func tabletReplicationPage(_ *node, s *state, _ *http.Request) (int, string) {
	return jsonPage(map[string]any{"leaderless_tablets": leaderlessTablets(s)})
}

func tabletUnderReplicationPage(_ *node, s *state, _ *http.Request) (int, string) {
	type entry struct {
		Table      string   `json:"table_uuid"`
		Tablet     string   `json:"tablet_uuid"`
		Placements []string `json:"underreplicated_placements"`
	}
	at, k := time.Now(), readKnobs()
	list := []entry{}
	for _, each := range s.tablets() {
		if each.User && s.underReplicated(each, k, at, true) {
			list = append(list, entry{each.TableID, each.ID, []string{s.Universe.PlacementUUID}})
		}
	}
	return jsonPage(map[string]any{"underreplicated_tablets": list})
}

type replicaEntry struct {
	Type   string `json:"type"`
	Server string `json:"server_uuid"`
	Addr   string `json:"addr"`
}

func dumpEntitiesPage(_ *node, s *state, _ *http.Request) (int, string) {
	type keyspace struct {
		ID   string `json:"keyspace_id"`
		Name string `json:"keyspace_name"`
		Type string `json:"keyspace_type"`
	}
	type table struct {
		ID       string `json:"table_id"`
		Keyspace string `json:"keyspace_id"`
		Name     string `json:"table_name"`
		State    string `json:"state"`
	}
	type entry struct {
		Table    string         `json:"table_id"`
		ID       string         `json:"tablet_id"`
		State    string         `json:"state"`
		Replicas []replicaEntry `json:"replicas"`
		Leader   string         `json:"leader"`
	}
	tables, tablets := []table{}, []entry{}
	seen := map[string]bool{}
	for _, each := range s.tablets() {
		if !seen[each.TableID] {
			seen[each.TableID] = true
			tables = append(tables, table{each.TableID, each.Namespace, each.Table, "RUNNING"})
		}
		one := entry{each.TableID, each.ID, "RUNNING", []replicaEntry{}, each.Leader}
		for _, uuid := range each.Replicas {
			if replica := s.Tservers[uuid]; replica != nil {
				one.Replicas = append(one.Replicas, replicaEntry{"VOTER", uuid, hostPort(replica.Host, replica.RPC)})
			}
		}
		tablets = append(tablets, one)
	}
	return jsonPage(struct {
		Keyspaces []keyspace `json:"keyspaces"`
		Tables    []table    `json:"tables"`
		Tablets   []entry    `json:"tablets"`
	}{[]keyspace{{"yugabyte", "yugabyte", "ysql"}, {"system", "system", "ycql"}}, tables, tablets})
}

func masterMetrics(n *node, s *state) []entity {
	leader := int64(0)
	if s.Leadership.Leader == n.self.UUID {
		leader = 1
	}
	metrics := []metric{{"is_raft_leader", leader}, {"follower_lag_ms", 0}}
	if leader == 0 {
		metrics[1].Value = int64(n.self.lag(readKnobs(), time.Now()))
	}
	return []entity{
		{"tablet", "00000000000000000000000000000000", map[string]string{"table_name": "sys.catalog", "namespace_name": ""}, metrics},
		{"server", "yb.master", map[string]string{}, []metric{{"hybrid_clock_skew", n.self.skew(readKnobs()).Microseconds()}}},
	}
}

func masterMetricsPage(n *node, s *state, r *http.Request) (int, string) {
	return jsonPage(wanted(masterMetrics(n, s), r))
}

func masterPrometheusPage(n *node, s *state, r *http.Request) (int, string) {
	return http.StatusOK, prometheus(wanted(masterMetrics(n, s), r), "master_export", n)
}
