package yugabyte

import (
	"time"

	"drydock.dev/standin/common"
)

func runMaster(p common.Process) int {
	n, code := startNode(p, masterComponent)
	if n == nil {
		return code
	}
	n.must(n.join())
	stopRPC := common.ServeHTTPS(n.name, hostPort(n.bind, n.self.RPC), n.rpc(masterMethods), n.secure.rpcServer)
	stopWeb := common.ServeHTTPS(n.name, hostPort(n.webBind, n.self.Web), n.masterPages(), n.secure.webServer)
	done := make(chan struct{})
	go n.followSources(done)
	return n.serve(func() {
		close(done)
		stopRPC()
		stopWeb()
	})
}

func (n *node) masterPages() *pages {
	p := &pages{n: n, own: map[string]page{
		"/api/v1/version": versionPage, "/api/v1/varz": varzPage, "/varz": varzPage, "/api/v1/is-leader": isLeaderPage,
		"/metrics": masterMetricsPage, "/prometheus-metrics": masterPrometheusPage, "/": homePage,
	}, leader: map[string]page{
		"/api/v1/masters": mastersPage, "/api/v1/tablet-servers": tabletServersPage, "/api/v1/health-check": healthCheckPage,
		"/api/v1/tablet-replication": tabletReplicationPage, "/tablet-replication": tabletReplicationHTML,
		"/api/v1/cluster-config": clusterConfigPage, "/api/v1/xcluster-config": xclusterConfigPage,
		"/dump-entities": dumpEntitiesPage, "/tablet-server-clocks": clocksHTML,
	}}
	for _, path := range n.dialect.TabletServersPages {
		p.leader[path] = tabletServersHTML
	}
	if n.version.hasUnderReplication() {
		p.leader["/api/v1/tablet-under-replication"] = tabletUnderReplicationPage
	}
	return p
}

// followSources asks the sources of the replication groups for their AutoFlags version, as the master leader of a target does.
func (n *node) followSources(done <-chan struct{}) {
	ticks := time.NewTicker(longer(vendor(5), 300*time.Millisecond))
	defer ticks.Stop()
	for {
		select {
		case <-done:
			return
		case <-ticks.C:
			s := n.now()
			if s.Leadership.Leader != n.self.UUID {
				continue
			}
			for name, group := range s.XCluster {
				if !group.Outbound {
					n.followSource(name, group)
				}
			}
		}
	}
}

func (n *node) followSource(name string, group *replicationGroup) {
	heard, err := askAutoFlags(n.secure.rpcClient, group.Masters)
	down := err != nil
	if heard == group.SourceFlags && down == group.SourceDown {
		return
	}
	n.must(n.change(func(s *state, _ *court) error {
		if each := s.XCluster[name]; each != nil {
			each.SourceDown = down
			if !down {
				each.SourceFlags = heard
			}
		}
		return nil
	}))
}
