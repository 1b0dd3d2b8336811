package yugabyte

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
)

func setReplication(a *admin, arguments []string) (string, *status) {
	if len(arguments) != 2 || (arguments[1] != "0" && arguments[1] != "1") {
		return "", errUsage
	}
	enabled := arguments[1] == "1"
	word := "disabl"
	if enabled {
		word = "enabl"
	}
	if failed := a.ask("SetUniverseReplication", replicationChange{arguments[0], enabled}, nil); failed != nil {
		return fmt.Sprintf("Error %sing universe replication: %s\n", word, failed.Message), attempted("Unable to "+word+"e replication for universe "+arguments[0], failed)
	}
	return "Replication " + word + "ed successfully\n", nil
}

func listReplications(outbound bool) func(*admin, []string) (string, *status) {
	return func(a *admin, _ []string) (string, *status) {
		var groups []universeReplication
		if failed := a.ask("GetUniverseReplications", struct{}{}, &groups); failed != nil {
			return "", failed
		}
		var names []string
		for _, each := range groups {
			if each.Outbound == outbound {
				names = append(names, each.Name)
			}
		}
		kind := "Universe"
		if outbound {
			kind = "Outbound"
		}
		return fmt.Sprintf("%d %s Replication Groups found: \n[%s]\n", len(names), kind, strings.Join(names, ", ")), nil
	}
}

func getReplicationStatus(a *admin, arguments []string) (string, *status) {
	only := ""
	if len(arguments) > 1 {
		return "", errUsage
	}
	if len(arguments) == 1 {
		only = arguments[0]
	}
	var text string
	if failed := a.ask("GetReplicationStatus", only, &text); failed != nil {
		return fmt.Sprintf("Error getting replication status: %s\n", failed.Message), attempted("Unable to get replication status", failed)
	}
	return text, nil
}

func getSafeTime(a *admin, arguments []string) (string, *status) {
	var times []safeTime
	if failed := a.ask("GetXClusterSafeTime", len(arguments) == 1 && arguments[0] == "include_lag_and_skew", &times); failed != nil {
		return "", failed
	}
	text, err := json.MarshalIndent(times, "", "    ")
	if err != nil {
		return "", invalidArgument("", "%v", err)
	}
	return string(text) + "\n", nil
}

func listStreams(a *admin, _ []string) (string, *status) {
	var groups []universeReplication
	if failed := a.ask("GetUniverseReplications", struct{}{}, &groups); failed != nil {
		return "", attempted("Unable to list CDC streams", failed)
	}
	var text strings.Builder
	text.WriteString("CDC Streams: \r\n")
	for _, group := range groups {
		for i, stream := range group.Streams {
			fmt.Fprintf(&text, "streams {\n  stream_id: %q\n  table_id: %q\n  options {\n    key: \"state\"\n    value: \"ACTIVE\"\n  }\n}\n", stream, group.Tables[i])
		}
	}
	return text.String(), nil
}

func waitForDrain(a *admin, arguments []string) (string, *status) {
	if len(arguments) == 0 {
		return "", errUsage
	}
	var undrained map[string][]string
	if failed := a.ask("WaitForReplicationDrain", strings.Split(arguments[0], ","), &undrained); failed != nil {
		return fmt.Sprintf("Error waiting for replication drain: %s\n", failed.Message), attempted("Unable to wait for replication drain", failed)
	}
	if len(undrained) == 0 {
		return "All replications are caught-up.\n", nil
	}
	var streams []string
	for stream := range undrained {
		streams = append(streams, stream)
	}
	sort.Strings(streams)
	text := "Found undrained replications:\n"
	for _, stream := range streams {
		text += "- Under Stream " + stream + ":\n"
		for _, tablet := range undrained[stream] {
			text += "  - Tablet: " + tablet + "\n"
		}
	}
	return text, nil
}
