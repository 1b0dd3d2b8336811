package yugabyte

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// page answers one path of a server's web interface.
type page func(n *node, s *state, r *http.Request) (int, string)

// pages is the web interface of a server: the pages about the process itself, and those that only the master leader
// knows.
type pages struct {
	n      *node
	own    map[string]page
	leader map[string]page
}

func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := p.n.now()
	show, known := p.own[r.URL.Path]
	if !known {
		show, known = p.leader[r.URL.Path]
		if known && s.Leadership.Leader != p.n.self.UUID {
			p.proxy(w, r, s)
			return
		}
	}
	if !known {
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprintf(w, "<html><body>Error 404: Not Found<br>File not found: %s</body></html>\n", html.EscapeString(r.URL.Path))
		return
	}
	code, body := show(p.n, s, r)
	answerText(w, r.URL.Path, code, body)
}

func answerText(w http.ResponseWriter, path string, code int, body string) {
	kind := "text/html; charset=utf-8"
	if strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/metrics") || path == "/dump-entities" {
		kind = "text/plain; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(code)
	_, _ = w.Write([]byte(body))
}

// proxy asks the master leader for the page. If that fails, the answer is still 200, with HTML instead of JSON.
func (p *pages) proxy(w http.ResponseWriter, r *http.Request, s *state) {
	leader := s.leader()
	if leader == nil {
		answerText(w, r.URL.Path, http.StatusOK, "<h2>"+html.EscapeString(notFound("yb/master/master-path-handlers.cc:208",
			"Unable to locate leader master to redirect this request: %s", r.URL.Path).Error())+"</h2>\n")
		return
	}
	query := "?raw"
	if r.URL.RawQuery != "" {
		query = "?" + r.URL.RawQuery + "&raw"
	}
	url := fmt.Sprintf("%s://%s%s%s", scheme(leader.SecureWeb), hostPort(leader.Host, leader.Web), r.URL.Path, query)
	response, err := caller(p.n.secure.webClient, longer(vendor(proxySeconds), 3*time.Second)).Get(url)
	if err != nil {
		answerText(w, r.URL.Path, http.StatusOK, fmt.Sprintf("Error retrieving leader master URL: <a href=\"%s\">%s</a><br> Error: %s.<br>", url, url,
			html.EscapeString(networkError("yb/util/curl_util.cc:57", "curl error: Couldn't connect to server").Error())))
		return
	}
	defer response.Body.Close()
	var body bytes.Buffer
	_, _ = body.ReadFrom(response.Body)
	answerText(w, r.URL.Path, http.StatusOK, body.String())
}

// compact is JSON as YugabyteDB's writer has it: without spaces, and without HTML's escapes.
func compact(value any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(text.String(), "\n")
}

func jsonPage(value any) (int, string) { return http.StatusOK, compact(value) }

func versionPage(n *node, _ *state, _ *http.Request) (int, string) {
	info := struct {
		GitHash    string `json:"git_hash"`
		Host       string `json:"build_hostname"`
		Timestamp  string `json:"build_timestamp"`
		User       string `json:"build_username"`
		Clean      bool   `json:"build_clean_repo"`
		ID         string `json:"build_id"`
		Type       string `json:"build_type"`
		Number     string `json:"version_number"`
		Build      string `json:"build_number"`
		PostgreSQL string `json:"ysql_major_version,omitempty"`
	}{n.version.revision(), "build", "01 Jan 2024 00:00:00 UTC", "builder", true, "1", "RELEASE", n.version.number(), n.version.build(), ""}
	switch {
	case n.version.atLeast("2025.1.0.0-b0") || n.version.series("2.25") || n.version.series("2.27"):
		info.PostgreSQL = "15"
	case n.version.atLeast("2024.2.0.0-b0"):
		info.PostgreSQL = "11"
	}
	return jsonPage(info)
}

type varz struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Type  string `json:"type"`
}

var nodeFlags = []string{"master_addresses", "mserver_addresses", "tserver_master_addrs", "dbserver_mserver_addrs", "rpc_bind_addresses", "webserver_interface",
	"webserver_port", "fs_data_dirs", "log_dir", "server_broadcast_addresses", "cql_proxy_bind_address", "pgsql_proxy_bind_address",
	"placement_cloud", "placement_region", "placement_zone", "certs_dir"}

// varzPage shows the flags of the process and the sources of their values. Promoted AutoFlags have their new value only
// once they are applied.
func varzPage(n *node, s *state, _ *http.Request) (int, string) {
	flags := []varz{}
	given := map[string]bool{}
	for _, name := range n.flags.order {
		kind := "Custom"
		if contains(nodeFlags, name) {
			kind = "NodeInfo"
		}
		flags = append(flags, varz{name, n.flags.values[name], kind})
		given[name] = true
	}
	defaults := []varz{
		{"heartbeat_interval_ms", "1000", "Default"}, {"tserver_unresponsive_timeout_ms", "60000", "Default"},
		{"follower_unavailable_considered_failed_sec", "900", "Default"}, {movesFlag, strconv.Itoa(defaultMoves), "Default"}, {movesPerTableFlag, "1", "Default"},
		{"cdc_wal_retention_time_secs", strconv.Itoa(readKnobs().WalRetentionSeconds), "Default"}, {"log_max_seconds_to_retain", "86400", "Default"},
		{"max_clock_skew_usec", "500000", "Default"}, {"auto_flags_apply_delay_ms", "10000", "Default"},
		{"replication_factor", strconv.Itoa(s.Universe.ReplicationFactor), "Default"},
		{n.dialect.EnableSQL, strconv.FormatBool(s.Universe.SQL), "Default"},
	}
	own := s.component(n.component)[n.self.UUID]
	for _, each := range defaults {
		if value, changed := own.runtimeFlag(each.Name); changed {
			flags = append(flags, varz{each.Name, value, "Custom"})
		} else if !given[each.Name] {
			flags = append(flags, each)
		}
	}
	delay := heartbeatSeconds * 2.0
	if n.version.atLeast("2.20.0.0-b0") {
		delay = autoFlagsApplySeconds
	}
	for _, flag := range autoFlagsOf(n.version) {
		if flag.Program != n.program || given[flag.Name] {
			continue
		}
		value := "false"
		for _, promoted := range s.AutoFlags.Promoted {
			if promoted.Name == flag.Name && (promoted.Version == 1 || time.Since(promoted.At) > vendor(delay)) {
				value = "true"
			}
		}
		flags = append(flags, varz{flag.Name, value, "Auto"})
	}
	return jsonPage(map[string]any{"flags": flags})
}

// skew is how far the clock of a server is ahead.
func (t *server) skew(k knobs) time.Duration {
	text, set := k.ClockSkew[t.Name]
	if !set {
		return 0
	}
	skew, err := time.ParseDuration(text)
	if err != nil {
		return 0
	}
	return skew
}

type metric struct {
	Name  string `json:"name"`
	Value int64  `json:"value"`
}

type entity struct {
	Type       string            `json:"type"`
	ID         string            `json:"id"`
	Attributes map[string]string `json:"attributes"`
	Metrics    []metric          `json:"metrics"`
}

// wanted keeps the metrics that a query asks for: ?metrics=a,b selects those whose name contains a or b.
func wanted(entities []entity, r *http.Request) []entity {
	asked := r.URL.Query().Get("metrics")
	if asked == "" {
		return entities
	}
	kept := []entity{}
	for _, each := range entities {
		var metrics []metric
		for _, one := range each.Metrics {
			for _, part := range strings.Split(asked, ",") {
				if strings.Contains(one.Name, part) {
					metrics = append(metrics, one)
					break
				}
			}
		}
		if len(metrics) > 0 {
			each.Metrics = metrics
			kept = append(kept, each)
		}
	}
	return kept
}

// prometheus is the same in Prometheus' text format.
func prometheus(entities []entity, exported string, n *node) string {
	var text strings.Builder
	at := time.Now().UnixMilli()
	for _, each := range entities {
		for _, one := range each.Metrics {
			fmt.Fprintf(&text, "%s{exported_instance=%q,export_type=%q,metric_type=%q,metric_id=%q} %d %d\n",
				one.Name, hostPort(n.self.Host, n.self.Web), exported, each.Type, each.ID, one.Value, at)
		}
	}
	return text.String()
}
