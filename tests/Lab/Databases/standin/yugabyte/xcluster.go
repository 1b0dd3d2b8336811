package yugabyte

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// behind is the lag of a group's target behind its source, in the original's time. It grows while the group is paused;
// afterwards it decreases ten times as fast.
func (g *replicationGroup) behind(at time.Time) time.Duration {
	passed := vendorSpan(at.Sub(g.Changed))
	if g.Disabled {
		return g.Behind + passed
	}
	if left := g.Behind - 10*passed; left > 0 {
		return left
	}
	return 0
}

func (g *replicationGroup) enable(enabled bool, at time.Time) {
	if g.Disabled == !enabled {
		return
	}
	g.Behind = g.behind(at)
	g.Changed, g.Disabled = at, !enabled
	if enabled && g.Behind > time.Duration(readKnobs().WalRetentionSeconds)*time.Second {
		// The source does not keep its log longer than this.
		g.Broken = "REPLICATION_MISSING_OP_ID"
	}
}

// errorOf is the replication error of a group.
func (g *replicationGroup) errorOf(name string, s *state, v version, k knobs) (word, detail string) {
	switch {
	case k.ReplicationErrors[name] != "":
		return k.ReplicationErrors[name], "Unable to replicate"
	case g.Broken != "":
		return g.Broken, "Unable to find expected op id on the producer"
	case g.Disabled && v.atLeast("2.21.0.0-b0"):
		return "REPLICATION_PAUSED", "Replication is paused"
	case g.SourceDown && v.atLeast("2.21.0.0-b0"):
		return "REPLICATION_SOURCE_UNREACHABLE", "No master of the source answers"
	case g.SourceFlags > s.AutoFlags.Version && v.atLeast("2.20.0.0-b0"):
		return "REPLICATION_AUTO_FLAG_CONFIG_VERSION_MISMATCH", fmt.Sprintf("AutoFlags config version of the source is %d, of the target %d", g.SourceFlags, s.AutoFlags.Version)
	}
	return "", ""
}

// replicationStatus is protobuf's text form.
func (s *state) replicationStatus(v version, only string) (string, *status) {
	k := readKnobs()
	var text strings.Builder
	if group := s.XCluster[only]; only != "" && (group == nil || group.Outbound) {
		return "", notFound("yb/master/xrepl_catalog_manager.cc:4480", "Could not find CDC producer universe: %s", only)
	}
	for _, name := range groupNames(s.XCluster) {
		group := s.XCluster[name]
		if group.Outbound || (only != "" && only != name) {
			continue
		}
		word, detail := group.errorOf(name, s, v, k)
		for i, table := range group.Tables {
			fmt.Fprintf(&text, "statuses {\n  table_id: %q\n  stream_id: %q\n", table, group.Streams[i])
			if word != "" {
				fmt.Fprintf(&text, "  errors {\n    error: %s\n    error_detail: %q\n  }\n", word, detail)
			}
			text.WriteString("}\n")
		}
	}
	return text.String(), nil
}

type safeTime struct {
	NamespaceID string `json:"namespace_id"`
	Namespace   string `json:"namespace_name"`
	Time        string `json:"safe_time"`
	Epoch       string `json:"safe_time_epoch"`
	Lag         string `json:"safe_time_lag_sec,omitempty"`
	Skew        string `json:"safe_time_skew_sec,omitempty"`
}

func (s *state) safeTimes(details bool, at time.Time) []safeTime {
	times := []safeTime{}
	for _, name := range groupNames(s.XCluster) {
		group := s.XCluster[name]
		if group.Outbound {
			continue
		}
		behind := group.behind(at)
		safe := at.UTC().Add(-behind)
		one := safeTime{
			NamespaceID: "000034cb000030008000000000000000", Namespace: group.Namespace,
			Time: safe.Format("2006-01-02 15:04:05.000000"), Epoch: fmt.Sprint(safe.UnixMicro()),
		}
		if details {
			one.Lag, one.Skew = fmt.Sprintf("%.2f", behind.Seconds()+0.5), "0.02"
		}
		times = append(times, one)
	}
	return times
}

// askAutoFlags asks the masters of another cluster, one after the other, for its AutoFlags version.
func askAutoFlags(configuration *tls.Config, masters []string) (int, error) {
	var last error = notFound("", "no master is known")
	client := caller(configuration, 2*time.Second)
	for _, master := range masters {
		response, err := client.Post(scheme(configuration != nil)+"://"+master+rpcPath+"GetAutoFlagsConfig", "application/json", bytes.NewReader([]byte("{}")))
		if err != nil {
			last = err
			continue
		}
		var answer struct {
			Error  *status `json:"error"`
			Result struct {
				Version int `json:"version"`
			} `json:"result"`
		}
		err = json.NewDecoder(response.Body).Decode(&answer)
		response.Body.Close()
		if err == nil && answer.Error == nil && response.StatusCode == http.StatusOK {
			return answer.Result.Version, nil
		}
		if err != nil {
			last = err
		} else if answer.Error != nil {
			last = answer.Error
		}
	}
	return 0, last
}
