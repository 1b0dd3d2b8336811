package tidb

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Values of both versions, with which each version fills missing ones.
var commonSchedule = map[string]any{
	"max-snapshot-count": 3, "max-pending-peer-count": 16, "split-merge-interval": "1h0m0s", "patrol-region-interval": "100ms",
	"max-store-down-time": "30m0s", "leader-schedule-limit": 4, "merge-schedule-limit": 8, "low-space-ratio": 0.8, "high-space-ratio": 0.6,
	"disable-raft-learner": "false", "disable-remove-down-replica": "false", "disable-replace-offline-replica": "false",
	"disable-make-up-replica": "false", "disable-remove-extra-replica": "false", "disable-location-replacement": "false",
	"disable-namespace-relocation": "false",
}

var twoSchedule = map[string]any{
	"max-merge-region-size": 0, "max-merge-region-keys": 0, "region-schedule-limit": 4, "replica-schedule-limit": 8,
	"hot-region-schedule-limit": 2, "tolerant-size-ratio": 5,
}

var threeSchedule = map[string]any{
	"max-merge-region-size": 20, "max-merge-region-keys": 200000, "region-schedule-limit": 64, "replica-schedule-limit": 64,
	"hot-region-schedule-limit": 4, "tolerant-size-ratio": 0, "hot-region-cache-hits-threshold": 3, "store-balance-rate": 15,
	"enable-one-way-merge": "false", "scheduler-max-waiting-operator": 3,
}

func scheduleDefaults(version string) map[string]any {
	values := map[string]any{}
	own := twoSchedule
	if isThree(version) {
		own = threeSchedule
	}
	for _, source := range []map[string]any{commonSchedule, own} {
		for key, value := range source {
			values[key] = value
		}
	}
	return values
}

func replicationDefaults(version string) map[string]any {
	values := map[string]any{"max-replicas": 3, "location-labels": ""}
	if isThree(version) {
		values["strictly-match-label"] = "false"
	}
	return values
}

// adoptConfig is the work of a PD that becomes leader: etcd's values have priority over its own; its own values fill
// the gaps and are kept. It is uncertain whether values that were 2.1's defaults survive: the setting "defaultsMove"
// makes them 3.0's.
func (s *State) adoptConfig(version string) {
	file := s.PD.Members[s.PD.Leader].File
	if s.PD.Config == nil {
		s.PD.Config = map[string]map[string]any{"schedule": {}, "replication": {}}
		s.PD.Schedulers = defaultSchedulers()
	}
	schedule := s.PD.Config["schedule"]
	if _, adopted := schedule["store-balance-rate"]; !adopted && isThree(version) && len(schedule) > 0 && settings().DefaultsMove {
		for key, value := range twoSchedule {
			if fmt.Sprint(schedule[key]) == fmt.Sprint(value) {
				delete(schedule, key)
			}
		}
	}
	for section, defaults := range map[string]map[string]any{"schedule": scheduleDefaults(version), "replication": replicationDefaults(version)} {
		for key, value := range defaults {
			if _, there := s.PD.Config[section][key]; there {
				continue
			}
			if own, there := file[section][key]; there {
				value = own
			}
			s.PD.Config[section][key] = value
		}
	}
}

// fileConfig is the content of a configuration file in the types of the API: numbers, and everything else as texts.
func fileConfig(file toml) map[string]map[string]any {
	sections := map[string]map[string]any{"schedule": {}, "replication": {}}
	for key, text := range file {
		section, name, found := strings.Cut(key, ".")
		if !found || sections[section] == nil {
			continue
		}
		sections[section][name] = text
		if number, err := strconv.ParseFloat(text, 64); err == nil {
			sections[section][name] = number
		} else if span, err := time.ParseDuration(text); err == nil {
			sections[section][name] = span.String()
		} else if name == "location-labels" {
			// A list in the file is one text in the API.
			labels := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(`[]", `, r) })
			sections[section][name] = strings.Join(labels, ",")
		}
	}
	return sections
}

// section is the part of the configuration that this version shows.
func (c *pdCall) section(name string) map[string]any {
	known := replicationDefaults(c.version)
	if name == "schedule" {
		known = scheduleDefaults(c.version)
	}
	shown := map[string]any{}
	for key := range known {
		shown[key] = c.state.PD.Config[name][key]
	}
	if name == "schedule" {
		type element struct {
			Type    string   `json:"type"`
			Args    []string `json:"args"`
			Disable bool     `json:"disable"`
		}
		list := []element{}
		for _, scheduler := range c.state.PD.Schedulers {
			list = append(list, element{scheduler.Type, scheduler.Args, scheduler.Disable})
		}
		shown["schedulers-v2"] = list
	}
	return shown
}

func (c *pdCall) config() {
	c.json(http.StatusOK, map[string]any{
		"client-urls": c.flags.clientURLs, "peer-urls": c.flags.peerURLs, "advertise-client-urls": c.flags.advertiseClientURLs,
		"advertise-peer-urls": c.flags.advertisePeerURLs, "name": c.name, "data-dir": c.flags.dataDir, "initial-cluster": c.flags.initialCluster,
		"initial-cluster-state": "new", "join": "", "lease": 3, "log": map[string]any{"level": "info", "format": "text"}, "log-file": c.flags.logFile,
		"log-level": c.flags.logLevel, "tso-save-interval": "3s", "metric": map[string]any{"job": c.name, "address": "", "interval": "15s"},
		"schedule": c.section("schedule"), "replication": c.section("replication"), "namespace": map[string]any{},
		"cluster-version": c.state.ClusterVersion, "quota-backend-bytes": "0 B", "auto-compaction-mode": "periodic",
		"auto-compaction-retention-v2": "1h", "TickInterval": "500ms", "ElectionInterval": "3s", "PreVote": true,
		"security":       map[string]any{"cacert-path": c.flags.ca, "cert-path": c.flags.cert, "key-path": c.flags.key},
		"label-property": map[string]any{}, "WarningMsgs": nil, "namespace-classifier": "table",
	})
}

func (c *pdCall) configSection() {
	name := "schedule"
	if strings.HasSuffix(c.r.URL.Path, "/replicate") {
		name = "replication"
	}
	c.json(http.StatusOK, c.section(name))
}

// setConfig merges. It ignores unknown keys with the same answer, so a careful caller reads the value back.
func (c *pdCall) setConfig() {
	var input map[string]any
	if err := json.Unmarshal(c.body, &input); err != nil {
		c.fail(http.StatusInternalServerError, err)
		return
	}
	sections := []string{"schedule", "replication"}
	switch {
	case strings.HasSuffix(c.r.URL.Path, "/schedule"):
		sections = sections[:1]
	case strings.HasSuffix(c.r.URL.Path, "/replicate"):
		sections = sections[1:]
	}
	err := update(func(state *State) error {
		for _, section := range sections {
			known := c.section(section)
			for key, value := range input {
				former, there := known[key]
				if !there || key == "schedulers-v2" {
					continue
				}
				if err := sameKind(key, former, value); err != nil {
					return err
				}
				state.PD.Config[section][key] = value
			}
		}
		return nil
	})
	if err != nil {
		c.fail(http.StatusInternalServerError, err)
		return
	}
	c.json(http.StatusOK, nil)
}

func sameKind(key string, former, value any) error {
	_, wasText := former.(string)
	_, isText := value.(string)
	number, isNumber := value.(float64)
	if wasText != isText || (!isText && !isNumber) || (isNumber && number < 0) {
		kind := "uint64"
		if wasText {
			kind = "string"
		}
		return fmt.Errorf("json: cannot unmarshal %v into Go struct field .%s of type %s", value, key, kind)
	}
	return nil
}

func (c *pdCall) clusterVersion() { c.json(http.StatusOK, c.state.ClusterVersion) }

func (c *pdCall) setClusterVersion() {
	var input map[string]any
	if err := json.Unmarshal(c.body, &input); err != nil {
		c.fail(http.StatusInternalServerError, err)
		return
	}
	version, isText := input["cluster-version"].(string)
	if !isText {
		c.fail(http.StatusBadRequest, fmt.Errorf("not set cluster-version"))
		return
	}
	mustUpdate(func(state *State) { state.ClusterVersion = version })
	c.json(http.StatusOK, nil)
}
