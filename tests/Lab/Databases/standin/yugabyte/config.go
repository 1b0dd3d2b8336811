package yugabyte

import (
	"encoding/base64"
	"net/http"
	"sort"
)

// The cluster's configuration has two spellings: the web interface writes protobuf (snake_case, maps as lists of key
// and value, unset fields absent), and get_universe_config prints camelCase, maps as objects, bytes in base64.

func hostPorts(addresses []string) []hostPortJSON {
	list := []hostPortJSON{}
	for _, address := range addresses {
		host, port := splitHostPort(address, 0)
		list = append(list, hostPortJSON{host, port})
	}
	return list
}

func groupNames(groups map[string]*replicationGroup) []string {
	names := []string{}
	for name := range groups {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func clusterConfigPage(n *node, s *state, _ *http.Request) (int, string) {
	config := map[string]any{
		"version": s.Config.Version,
		"replication_info": map[string]any{"live_replicas": map[string]any{
			"num_replicas": s.Universe.ReplicationFactor, "placement_uuid": s.Universe.PlacementUUID,
		}},
		"cluster_uuid": s.Universe.ClusterUUID,
	}
	if n.version.atLeast("2.20.0.0-b0") {
		config["universe_uuid"] = s.Universe.UUID
	}
	if len(s.Config.ServerBlacklist) > 0 {
		config["server_blacklist"] = map[string]any{"hosts": hostPorts(s.Config.ServerBlacklist)}
	}
	if len(s.Config.LeaderBlacklist) > 0 {
		config["leader_blacklist"] = map[string]any{"hosts": hostPorts(s.Config.LeaderBlacklist), "initial_leader_load": s.Config.InitialLeaderLoad}
	}
	producers := []any{}
	for _, name := range groupNames(s.XCluster) {
		if group := s.XCluster[name]; !group.Outbound {
			streams := []any{}
			for i, stream := range group.Streams {
				streams = append(streams, map[string]any{"key": stream, "value": map[string]any{
					"consumer_table_id": group.Tables[i], "producer_table_id": group.Tables[i],
				}})
			}
			value := map[string]any{"stream_map": streams, "master_addrs": hostPorts(group.Masters)}
			if group.Disabled {
				value["disable_stream"] = true
			}
			producers = append(producers, map[string]any{"key": name, "value": value})
		}
	}
	if len(producers) > 0 {
		config["consumer_registry"] = map[string]any{"producer_map": producers}
	}
	return jsonPage(config)
}

func (s *state) universeConfig() map[string]any {
	config := map[string]any{
		"version": s.Config.Version,
		"replicationInfo": map[string]any{"liveReplicas": map[string]any{
			"numReplicas": s.Universe.ReplicationFactor, "placementUuid": base64.StdEncoding.EncodeToString([]byte(s.Universe.PlacementUUID)),
		}},
		"clusterUuid":  s.Universe.ClusterUUID,
		"universeUuid": s.Universe.UUID,
	}
	if len(s.Config.ServerBlacklist) > 0 {
		config["serverBlacklist"] = map[string]any{"hosts": hostPorts(s.Config.ServerBlacklist)}
	}
	if len(s.Config.LeaderBlacklist) > 0 {
		config["leaderBlacklist"] = map[string]any{"hosts": hostPorts(s.Config.LeaderBlacklist), "initialLeaderLoad": s.Config.InitialLeaderLoad}
	}
	producers := map[string]any{}
	for _, name := range groupNames(s.XCluster) {
		if group := s.XCluster[name]; !group.Outbound {
			value := map[string]any{"masterAddrs": hostPorts(group.Masters)}
			if group.Disabled {
				value["disableStream"] = true
			}
			producers[name] = value
		}
	}
	if len(producers) > 0 {
		config["consumerRegistry"] = map[string]any{"producerMap": producers}
	}
	return config
}

func xclusterConfigPage(_ *node, s *state, _ *http.Request) (int, string) {
	groups := []any{}
	for _, name := range groupNames(s.XCluster) {
		group := s.XCluster[name]
		direction := "inbound"
		if group.Outbound {
			direction = "outbound"
		}
		groups = append(groups, map[string]any{
			"replication_group_id": name, "direction": direction, "state": "ACTIVE", "disable_stream": group.Disabled, "master_addrs": hostPorts(group.Masters),
		})
	}
	return jsonPage(map[string]any{"version": s.Config.Version, "replication_infos": groups})
}
