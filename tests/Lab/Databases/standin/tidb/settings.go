package tidb

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"drydock.dev/standin/common"
)

// Settings of a cluster, from tidb.json in the cluster directory; absent values have defaults.
type Settings struct {
	// Names of processes by "component address", for example "tikv 198.18.0.2:20160": "tikv-1".
	Names map[string]string `json:"names"`
	// LeadersPerStore is the number of Regions that a store leads when the cluster is at rest.
	LeadersPerStore int `json:"leadersPerStore"`
	// MergeableRegions is the share of all Regions that merging removes.
	MergeableRegions float64 `json:"mergeableRegions"`
	// BusyRegions is the number of Regions that PD balances all the time, so that each has a pending replica: while
	// region-schedule-limit is above 0, until every TiKV is of 3.0.
	BusyRegions int `json:"busyRegions"`
	// MisplacedRegions is the number of Regions that PD's replica checker wants to move to a better place all the time,
	// while replica-schedule-limit is above 0.
	MisplacedRegions int `json:"misplacedRegions"`
	// DefaultsMove replaces defaults of 2.1 by those of 3.0 when a PD 3.0 leads first; otherwise etcd keeps them.
	DefaultsMove bool `json:"defaultsMove"`
	// NoGateway turns off etcd's gateway for JSON, as enable-grpc-gateway of later PDs does.
	NoGateway bool `json:"noGateway"`
	// Users and their passwords on the SQL port. Without any, root has no password.
	Users map[string]string `json:"users"`
	// Backend is a server that keeps the data and executes all SQL that is not TiDB's own. Without it the stand-in has
	// simple tables only.
	Backend *Backend `json:"backend"`
}

// Backend is the address of a MySQL-protocol server, and an account on it.
type Backend struct {
	Address  string `json:"address"`
	User     string `json:"user"`
	Password string `json:"password"`
}

// Spans of the originals; used through common.Scaled.
const (
	electionWithoutResign = 5500 * time.Millisecond
	electionAfterResign   = 800 * time.Millisecond
	transferTakes         = 500 * time.Millisecond
	leaderLease           = 3 * time.Second
	rejoinTakes           = 500 * time.Millisecond
	priorityCheck         = time.Minute
	// 80 % of the heartbeats of Regions, which come every minute.
	heartbeatsComplete = 48 * time.Second
	storeHeartbeat     = 10 * time.Second
	disconnectedAfter  = 20 * time.Second
	downAfter          = 30 * time.Minute
	downPeerAfter      = 5 * time.Minute
	pendingPeerFor     = 10 * time.Second
	regionElection     = 10 * time.Second
	ddlTakes           = 6 * time.Second
	addIndexTakes      = time.Minute
	bootstrapTakes     = 10 * time.Second
	ownerLease         = 60 * time.Second
	clientBackoff      = 40 * time.Second
	binlogTimeout      = 15 * time.Second
	operatorTakes      = 2 * time.Minute
	binlogHeartbeat    = 10 * time.Second
)

// Minimum durations at a high factor, so that polling sees the work in progress.
const shortest = 40 * time.Millisecond

func atLeast(span time.Duration) time.Duration {
	if scaled := common.Scaled(span); scaled > shortest {
		return scaled
	}
	return shortest
}

func settings() Settings {
	result := Settings{LeadersPerStore: 200, MergeableRegions: 0.4}
	path := filepath.Join(common.ClusterDir(), "tidb.json")
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return result
	}
	if err == nil {
		err = json.Unmarshal(content, &result)
	}
	if err != nil {
		common.Fatal("standin: %s: %v", path, err)
	}
	return result
}

// nameOf is the name in the record for the process of a component at an address.
func nameOf(component, address string) string {
	if name, known := settings().Names[component+" "+address]; known {
		return name
	}
	return component + "@" + address
}
