package yugabyte

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// The HTML pages for users. They have the texts of the originals but not their layout.

func homePage(n *node, s *state, _ *http.Request) (int, string) {
	var text strings.Builder
	fmt.Fprintf(&text, "<h1>%s</h1>\n<p>%s</p>\n<h2>Masters</h2>\n<table class='table table-striped'>\n", n.dialect.Name, n.version.long())
	for _, each := range n.masterEntries(s) {
		if each.Error != nil {
			fmt.Fprintf(&text, "  <tr><td colspan=2>UNKNOWN</td><td>%s</td></tr>\n", each.Error.Message)
			continue
		}
		address := each.Registration.RPC[0]
		fmt.Fprintf(&text, "  <tr><td>%s</td><td>%s</td><td>%s</td></tr>\n", hostPort(address.Host, address.Port), each.Role, each.Instance.UUID)
	}
	text.WriteString("</table>\n")
	return http.StatusOK, text.String()
}

func tabletServersHTML(_ *node, s *state, _ *http.Request) (int, string) {
	at, k := time.Now(), readKnobs()
	var text strings.Builder
	text.WriteString("<h2>Tablet Servers</h2>\n<table class='table table-striped'>\n")
	for _, each := range sorted(s.Tservers) {
		status := fmt.Sprintf("ALIVE: %s", time.Duration(each.uptime(at))*time.Second)
		if each.dead(at) {
			status = "DEAD"
		}
		if s.leaderBlacklisted(each) {
			status += "</br>Leader Blacklisted"
		}
		fmt.Fprintf(&text, "  <tr>\n  <td>%s</br>  %s</td><td>%.1fs</td>    <td>%s</td>    <td>%d</td>  </tr>\n",
			hostPort(each.Host, each.Web), each.UUID, each.sinceHeartbeat(at), status, s.leadersOf(each.UUID))
	}
	text.WriteString("</table>\n")
	if !s.Balancer.Disabled {
		if s.balanced(k, at) {
			text.WriteString("<h4 style=\"color:Green\">Cluster Load is Balanced</h4>\n")
		} else {
			text.WriteString("<h4 style=\"color:orange\">Cluster Load is not Balanced</h4>\n")
		}
	}
	return http.StatusOK, text.String()
}

// clocksHTML shows the servers' clocks at one moment.
func clocksHTML(_ *node, s *state, _ *http.Request) (int, string) {
	at, k := time.Now().UTC(), readKnobs()
	const layout = "2006-01-02 15:04:05.000000"
	var text strings.Builder
	text.WriteString("<h2>Tablet Servers</h2>\n<table class='table table-striped'>\n  <tr>\n    <th>Server</th><th>Time since heartbeat</th><th>Status &amp; Uptime</th>" +
		"<th>Physical Time (UTC)</th><th>Hybrid Time (UTC)</th><th>Heartbeat RTT</th><th>Cloud</th><th>Region</th><th>Zone</th>\n  </tr>\n")
	for _, each := range sorted(s.Tservers) {
		status := fmt.Sprintf("ALIVE:%s", time.Duration(each.uptime(at))*time.Second)
		if each.dead(at) {
			status = "DEAD"
		}
		clock := at.Add(each.skew(k)).Format(layout)
		fmt.Fprintf(&text, "  <tr>\n  <td>%s</br>  %s</td><td>%.1fs</td>    <td style=\"color:Green\">%s</td>    <td>%s</td>    <td>%s / Logical: 1</td>    <td>0.50ms</td>    <td>%s</td>    <td>%s</td>    <td>%s</td>  </tr>\n",
			hostPort(each.Host, each.Web), each.UUID, each.sinceHeartbeat(at), status, clock, clock, each.Cloud, each.Region, each.Zone)
	}
	text.WriteString("</table>\n")
	return http.StatusOK, text.String()
}

func tabletReplicationHTML(_ *node, s *state, _ *http.Request) (int, string) {
	var text strings.Builder
	text.WriteString("<h3>Leaderless Tablets</h3>\n<table class='table table-striped'>\n")
	for _, each := range leaderlessTablets(s) {
		fmt.Fprintf(&text, "<tr><td>%s</td><td>%s</td><td>%s</td></tr>\n", each.Table, each.Tablet, each.Reason)
	}
	text.WriteString("</table>\n")
	return http.StatusOK, text.String()
}
