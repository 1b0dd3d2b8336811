package yugabyte

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

func (a *admin) commands() map[string]command {
	all := map[string]command{
		"list_all_masters":                          {"", "", listAllMasters},
		"list_all_tablet_servers":                   {"[exclude_dead]", "", listAllTabletServers},
		"change_blacklist":                          {"<ADD|REMOVE> <ip_addr>:<port> [<ip_addr>:<port>]...", "", blacklisting(false, "Unable to change blacklist")},
		"change_leader_blacklist":                   {"<ADD|REMOVE> <ip_addr>:<port> [<ip_addr>:<port>]...", "", blacklisting(true, "Unable to change leader blacklist")},
		"remove_tablet_server":                      {"<uuid>", "2.21.0.0-b0", removeServer},
		"get_leader_blacklist_completion":           {"", "", percent("GetLeaderBlacklistCompletion", "Unable to get leader blacklist completion")},
		"get_load_move_completion":                  {"", "", percent("GetLoadMoveCompletion", "Unable to get load completion")},
		"get_is_load_balancer_idle":                 {"", "", loadBalancerIdle},
		"get_load_balancer_state":                   {"", "", loadBalancerState},
		"set_load_balancer_enabled":                 {"(0|1)", "", setLoadBalancer},
		"master_leader_stepdown":                    {"[dest_uuid]", "", stepDown},
		"get_universe_config":                       {"", "", getUniverseConfig},
		"get_auto_flags_config":                     {"", autoFlagsSince, getAutoFlagsConfig},
		"promote_auto_flags":                        {"[<max_flags_class> (default kExternal) [<promote_non_runtime_flags> (default true) [force]]]", autoFlagsSince, promoteFlags},
		"rollback_auto_flags":                       {"<rollback_version>", "2.20.0.0-b0", rollbackFlags},
		a.dialect.UpgradeCatalog:                    {"", "2.8.0.0-b0", upgradeCatalogCommand},
		a.dialect.CatalogVersion:                    {"", "", catalogVersion},
		"finalize_upgrade":                          {"", "2024.2.3.0-b0", finalizeUpgrade},
		"set_universe_replication_enabled":          {"<producer_universe_uuid> (0|1)", "", setReplication},
		"list_universe_replications":                {"[namespace_id]", "", listReplications(false)},
		"list_xcluster_outbound_replication_groups": {"[namespace_id]", "2.21.0.0-b0", listReplications(true)},
		"get_replication_status":                    {"[<producer_universe_uuid>]", "", getReplicationStatus},
		"get_xcluster_safe_time":                    {"[include_lag_and_skew]", "", getSafeTime},
		"list_cdc_streams":                          {"", "", listStreams},
		"wait_for_replication_drain":                {"<comma_separated_list_of_stream_ids> [<timestamp> | minus <interval>]", "", waitForDrain},
	}
	// Its arguments changed between two releases.
	if a.version.atLeast("2025.2.0.0-b0") || a.version.atLeast("2.27.0.0-b383") && a.version.series("2.27") {
		all["are_nodes_safe_to_take_down"] = command{"<server_uuids> [follower_lag_bound_ms]", "", nodesSafeNewer}
	} else {
		all["are_nodes_safe_to_take_down"] = command{"<tserver_uuids|NONE> <master_uuids|NONE> <follower_lag_bound_ms>", "2.25.0.0-b0", nodesSafeOlder}
	}
	// BMDB's name for it is unknown, so both are accepted.
	all[yugabyteDialect.CatalogVersion] = all[a.dialect.CatalogVersion]
	return all
}

func blacklisting(leader bool, attempt string) func(*admin, []string) (string, *status) {
	return func(a *admin, arguments []string) (string, *status) {
		if len(arguments) < 2 || (arguments[0] != "ADD" && arguments[0] != "REMOVE") {
			return "", errUsage
		}
		change := blacklistChange{Add: arguments[0] == "ADD", Leader: leader}
		for _, each := range arguments[1:] {
			host, port := splitHostPort(each, a.dialect.TserverRPC)
			change.Hosts = append(change.Hosts, hostPort(host, port))
		}
		return "", attempted(attempt, a.ask("ChangeBlacklist", change, nil))
	}
}

func removeServer(a *admin, arguments []string) (string, *status) {
	if len(arguments) != 1 {
		return "", errUsage
	}
	return "", attempted("Unable to remove tablet server", a.ask("RemoveTabletServer", arguments[0], nil))
}

func attempted(what string, failed *status) *status {
	if failed == nil || failed.Unsupported {
		return failed
	}
	return failed.prepend(what)
}

func percent(method, attempt string) func(*admin, []string) (string, *status) {
	return func(a *admin, _ []string) (string, *status) {
		var c completion
		if failed := a.ask(method, struct{}{}, &c); failed != nil {
			return "", attempted(attempt, failed)
		}
		return fmt.Sprintf("Percent complete = %.4g : %d remaining out of %d\n", c.Percent, c.Remaining, c.Total), nil
	}
}

func loadBalancerIdle(a *admin, _ []string) (string, *status) {
	var idle bool
	failed := a.ask("IsLoadBalancerIdle", struct{}{}, &idle)
	return line(failed, "Idle = %d", number(idle)), attempted("Unable to get is load balancer idle", failed)
}

func loadBalancerState(a *admin, _ []string) (string, *status) {
	var enabled bool
	failed := a.ask("GetLoadBalancerState", struct{}{}, &enabled)
	return line(failed, "Load Balancer state: Enabled = %d", number(enabled)), attempted("Unable to get load balancer state", failed)
}

func number(is bool) int {
	if is {
		return 1
	}
	return 0
}

func line(failed *status, format string, values ...any) string {
	if failed != nil {
		return ""
	}
	return fmt.Sprintf(format+"\n", values...)
}

func setLoadBalancer(a *admin, arguments []string) (string, *status) {
	if len(arguments) != 1 || (arguments[0] != "0" && arguments[0] != "1") {
		return "", errUsage
	}
	return "", attempted("Unable to change load balancer state", a.ask("ChangeLoadBalancerState", arguments[0] == "1", nil))
}

func stepDown(a *admin, arguments []string) (string, *status) {
	to := ""
	if len(arguments) > 0 {
		to = arguments[0]
	}
	return "", attempted("Unable to step down leader", a.ask("MasterLeaderStepDown", to, nil))
}

func getUniverseConfig(a *admin, _ []string) (string, *status) {
	var config json.RawMessage
	if failed := a.ask("GetUniverseConfig", struct{}{}, &config); failed != nil {
		return "", attempted("Unable to get universe config", failed)
	}
	var text bytes.Buffer
	_ = json.Compact(&text, config)
	return text.String() + "\n", nil
}

func getAutoFlagsConfig(a *admin, _ []string) (string, *status) {
	var answer struct {
		Text string `json:"text"`
	}
	failed := a.ask("GetAutoFlagsConfig", struct{}{}, &answer)
	return line(failed, "AutoFlags config:\n%s", answer.Text), attempted("Unable to get AutoFlags config", failed)
}

// promoteFlags: [class] [promote_non_runtime] [force]. BMDB and YugabyteDB up to 2.18 use a different text.
func promoteFlags(a *admin, arguments []string) (string, *status) {
	asked := promoteRequest{Class: classNames[external]}
	for i, each := range arguments {
		switch {
		case i == 0:
			asked.Class = each
		case each == "force":
			asked.Force = true
		case i == 1 && (each == "true" || each == "promote_non_runtime"):
			asked.NonRuntime = true
		case i == 1 && each == "false":
		default:
			return "", errUsage
		}
	}
	var answer promotion
	if failed := a.ask("PromoteAutoFlags", asked, &answer); failed != nil {
		return "", attempted("Unable to promote AutoFlags", failed)
	}
	return a.promoted(answer), nil
}

func (a *admin) promoted(answer promotion) string {
	if a.dialect.isBMDB() || a.version.before("2.19.0.0-b0") {
		if answer.Promoted {
			return fmt.Sprintf("PromoteAutoFlags status: \nNew AutoFlags were promoted. Config version: %d\n", answer.Version)
		}
		return "PromoteAutoFlags status: \nNo new AutoFlags to promote\n"
	}
	if !answer.Promoted {
		return fmt.Sprintf("PromoteAutoFlags completed successfully\nNo new AutoFlags eligible to promote\nCurrent config version: %d\n", answer.Version)
	}
	text := fmt.Sprintf("PromoteAutoFlags completed successfully\nNew AutoFlags were promoted\nNew config version: %d\n", answer.Version)
	if answer.NonRuntime {
		text += "All yb-master and yb-tserver processes need to be restarted in order to apply the promoted AutoFlags\n"
	}
	return text
}

func rollbackFlags(a *admin, arguments []string) (string, *status) {
	if len(arguments) != 1 {
		return "", errUsage
	}
	after, err := strconv.Atoi(arguments[0])
	if err != nil {
		return "", invalidArgument("yb/util/stol_utils.cc:72", "%s is not a valid number", arguments[0])
	}
	var answer promotion
	if failed := a.ask("RollbackAutoFlags", after, &answer); failed != nil {
		return "", attempted("Unable to Rollback AutoFlags", failed)
	}
	if !answer.Promoted {
		return fmt.Sprintf("RollbackAutoFlags completed successfully\nNo AutoFlags have been promoted since version %d\nCurrent config version: %d\n", after, answer.Version), nil
	}
	return fmt.Sprintf("RollbackAutoFlags completed successfully\nAutoFlags that were promoted after config version %d were successfully rolled back\nNew config version: %d\n", after, answer.Version), nil
}

// upgradeCatalogCommand lets a living tablet server run the migrations. After the timeout they continue without the
// tool.
func upgradeCatalogCommand(a *admin, _ []string) (string, *status) {
	attempt := a.dialect.words("Unable to upgrade YSQL cluster")
	var enabled bool
	if failed := a.ask("IsInitDbDone", struct{}{}, &enabled); failed != nil {
		return "", attempted(attempt, failed)
	}
	if !enabled {
		return a.dialect.words("Upgrade is not needed since YSQL is disabled\n"), nil
	}
	var servers []listedTserver
	if failed := a.ask("ListTabletServers", struct{}{}, &servers); failed != nil {
		return "", attempted(attempt, failed)
	}
	for _, each := range servers {
		if !each.Alive {
			continue
		}
		if failed := a.post(each.Address, "UpgradeYsql", struct{}{}, nil, a.timeout); failed != nil {
			return "", attempted(attempt, failed)
		}
		return a.dialect.words("YSQL successfully upgraded to the latest version\n"), nil
	}
	return "", illegalState("yb/tools/yb-admin_client.cc:2417", "%s: Couldn't find alive tablet server to connect to", attempt)
}

func catalogVersion(a *admin, _ []string) (string, *status) {
	var version int
	failed := a.ask("GetYsqlCatalogConfig", struct{}{}, &version)
	return line(failed, "Version:%d", version), attempted("Unable to get catalog version", failed)
}

func finalizeUpgrade(a *admin, _ []string) (string, *status) {
	said := "Finalizing YSQL major catalog upgrade\nFinalize successful\n\nPromoting auto flags\n"
	promoted, failed := promoteFlags(a, nil)
	said += promoted
	if failed != nil {
		return said, failed
	}
	upgraded, failed := upgradeCatalogCommand(a, nil)
	said += "\nUpgrading YSQL\n" + upgraded
	if failed != nil {
		return said, failed
	}
	return said + "\nUpgrade successfully finalized\n", nil
}

func nodesSafeOlder(a *admin, arguments []string) (string, *status) {
	if len(arguments) != 3 {
		return "", errUsage
	}
	lag, err := strconv.ParseFloat(arguments[2], 64)
	if err != nil {
		return "", invalidArgument("yb/util/stol_utils.cc:72", "%s is not a valid number", arguments[2])
	}
	asked := nodesRequest{LagMS: lag}
	if arguments[0] != "NONE" {
		asked.Tservers = strings.Split(arguments[0], ",")
	}
	if arguments[1] != "NONE" {
		asked.Masters = strings.Split(arguments[1], ",")
	}
	return "", a.ask("AreNodesSafeToTakeDown", asked, nil)
}

func nodesSafeNewer(a *admin, arguments []string) (string, *status) {
	if len(arguments) < 1 || len(arguments) > 2 || arguments[0] == "" {
		return "", errUsage
	}
	asked := nodesRequest{Servers: strings.Split(arguments[0], ",")}
	if len(arguments) == 2 {
		lag, err := strconv.ParseFloat(arguments[1], 64)
		if err != nil {
			return "", invalidArgument("yb/util/stol_utils.cc:72", "%s is not a valid number", arguments[1])
		}
		asked.LagMS = lag
	}
	return "", a.ask("AreNodesSafeToTakeDown", asked, nil)
}
