package yugabyte

import (
	"net/http"
	"time"

	"drydock.dev/standin/common"
)

func runTserver(p common.Process) int {
	n, code := startNode(p, tserverComponent)
	if n == nil {
		return code
	}
	n.must(n.join())
	stopRPC := common.ServeHTTPS(n.name, hostPort(n.bind, n.self.RPC), n.rpc(tserverMethods), n.secure.rpcServer)
	stopWeb := common.ServeHTTPS(n.name, hostPort(n.webBind, n.self.Web), n.tserverPages(), n.secure.webServer)
	stopClients := n.serveClients()
	stopSQL := n.serveSQL()
	return n.serve(func() {
		stopClients()
		stopSQL()
		stopRPC()
		stopWeb()
	})
}

// The tablet server's methods for the admin tool: it runs the migrations of the SQL catalogue.
var tserverMethods = methods{
	"Ping":        {read: func(c *call) (any, *status) { return map[string]any{"uuid": c.n.self.UUID}, nil }},
	"UpgradeYsql": {read: upgradeCatalog},
}

func (n *node) tserverPages() *pages {
	return &pages{n: n, own: map[string]page{
		"/api/v1/version": versionPage, "/api/v1/varz": varzPage, "/varz": varzPage, "/api/v1/health-check": tserverHealthPage,
		"/api/v1/masters": tserverMastersPage, "/api/v1/tablets": tabletsPage, "/tablets": tabletsPage,
		"/metrics": tserverMetricsPage, "/prometheus-metrics": tserverPrometheusPage,
	}, leader: map[string]page{}}
}

func tserverHealthPage(n *node, s *state, _ *http.Request) (int, string) {
	failed := []string{}
	for _, each := range s.tablets() {
		for _, number := range readKnobs().FailedTablets {
			if each.Number == number && contains(each.Replicas, n.self.UUID) {
				failed = append(failed, each.ID)
			}
		}
	}
	return jsonPage(map[string]any{"failed_tablets": failed})
}

func tserverMastersPage(n *node, s *state, _ *http.Request) (int, string) {
	type entry struct {
		Master string `json:"master_server"`
		Leader bool   `json:"is_leader"`
	}
	list := []entry{}
	leader := s.leader()
	for _, address := range n.masters {
		list = append(list, entry{address, leader != nil && hostPort(leader.Host, leader.RPC) == address})
	}
	return jsonPage(map[string]any{"master_server_and_type": list})
}

func tabletsPage(n *node, s *state, _ *http.Request) (int, string) {
	type size struct {
		Total string `json:"total_size"`
	}
	type entry struct {
		Namespace string `json:"namespace"`
		Table     string `json:"table_name"`
		TableID   string `json:"table_id"`
		Partition string `json:"partition"`
		State     string `json:"state"`
		Hidden    bool   `json:"hidden"`
		Files     int    `json:"num_sst_files"`
		Size      size   `json:"on_disk_size"`
	}
	tablets := map[string]entry{}
	state := "RUNNING"
	if !s.running(s.Tservers[n.self.UUID], readKnobs(), time.Now()) {
		state = "BOOTSTRAPPING"
	}
	for _, each := range s.tablets() {
		if contains(each.Replicas, n.self.UUID) {
			tablets[each.ID] = entry{each.Namespace, each.Table, each.TableID, "hash_split: [0x0000, 0xFFFF]", state, false, 3, size{"633.4K"}}
		}
	}
	return jsonPage(tablets)
}

func tserverMetrics(n *node, s *state) []entity {
	at, k := time.Now(), readKnobs()
	me := s.Tservers[n.self.UUID]
	list := []entity{{"server", "yb.tabletserver", map[string]string{}, []metric{{"hybrid_clock_skew", n.self.skew(k).Microseconds()}}}}
	if me == nil {
		return list
	}
	for _, each := range s.tablets() {
		if !contains(each.Replicas, me.UUID) {
			continue
		}
		leads, lag := int64(0), int64(me.lag(k, at))
		if each.Leader == me.UUID {
			leads, lag = 1, 0
		}
		list = append(list, entity{
			"tablet", each.ID, map[string]string{"table_name": each.Table, "namespace_name": each.Namespace, "table_id": each.TableID},
			[]metric{{"follower_lag_ms", lag}, {"is_raft_leader", leads}},
		})
	}
	return list
}

func tserverMetricsPage(n *node, s *state, r *http.Request) (int, string) {
	return jsonPage(wanted(tserverMetrics(n, s), r))
}

func tserverPrometheusPage(n *node, s *state, r *http.Request) (int, string) {
	return http.StatusOK, prometheus(wanted(tserverMetrics(n, s), r), "tserver_export", n)
}
