package yugabyte

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"drydock.dev/standin/common"
)

const knobsFile = "yugabyte.json"

// knobs are what a test sets in yugabyte.json of the cluster directory; spans are seconds of the original. It is read at each use.
type knobs struct {
	// Read when the cluster is made.
	ReplicationFactor int                  `json:"replicationFactor"`
	Tservers          int                  `json:"tservers"`
	Tables            int                  `json:"tables"`
	TabletsPerTable   int                  `json:"tabletsPerTable"`
	SystemTablets     int                  `json:"systemTablets"`
	Groups            map[string]groupKnob `json:"groups"`
	// Extensions are in use in the database yugabyte, besides what every database has; SQLPassword is wanted by the SQL port, if it is not empty.
	Extensions  []string `json:"extensions"`
	SQLPassword string   `json:"sqlPassword"`
	// Names of the processes by RPC address, for the record; without one a process is PROGRAM@HOST.
	Names map[string]string `json:"names"`

	ElectionSeconds       float64 `json:"electionSeconds"`
	TabletElectionSeconds float64 `json:"tabletElectionSeconds"`
	LeaderMovesPerSecond  float64 `json:"leaderMovesPerSecond"`
	BootstrapSeconds      float64 `json:"bootstrapSeconds"`
	CatchUpSeconds        float64 `json:"catchUpSeconds"`
	CatalogSeconds        float64 `json:"catalogSeconds"`
	// StuckLeaders is how many leaders never leave a blacklisted server; NoElection lets no master become leader.
	StuckLeaders int  `json:"stuckLeaders"`
	NoElection   bool `json:"noElection"`
	// By name of the process: how far its clock is ahead (a duration), and what its followers lag besides (milliseconds).
	ClockSkew   map[string]string  `json:"clockSkew"`
	FollowerLag map[string]float64 `json:"followerLag"`
	// Tablets by their number that are reported although nothing is wrong with them, and files the tablet servers call failed.
	Leaderless      []int    `json:"leaderless"`
	UnderReplicated []int    `json:"underReplicated"`
	FailedTablets   []int    `json:"failedTablets"`
	DeadNodes       []string `json:"deadNodes"`
	// Errors of replication by group: REPLICATION_MISSING_OP_ID and the like.
	ReplicationErrors map[string]string `json:"replicationErrors"`
}

type groupKnob struct {
	Masters   []string `json:"masters"`
	Outbound  bool     `json:"outbound"`
	Namespace string   `json:"namespace"`
	Tables    int      `json:"tables"`
	Disabled  bool     `json:"disabled"`
}

func readKnobs() knobs {
	values := knobs{
		ReplicationFactor: 3, Tservers: 3, Tables: 2, TabletsPerTable: 6, SystemTablets: 3,
		ElectionSeconds: 12, TabletElectionSeconds: 6, LeaderMovesPerSecond: 2, BootstrapSeconds: 10, CatchUpSeconds: 20, CatalogSeconds: 20,
	}
	content, err := os.ReadFile(filepath.Join(common.ClusterDir(), knobsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return values
	}
	if err == nil {
		err = json.Unmarshal(content, &values)
	}
	if err != nil {
		common.Fatal("standin: %s: %v", knobsFile, err)
	}
	return values
}

// vendor is a span of the original in the stand-in's time.
func vendor(seconds float64) time.Duration {
	return common.Scaled(time.Duration(seconds * float64(time.Second)))
}

// vendorSpan is a span of the stand-in's time as the original would tell it.
func vendorSpan(d time.Duration) time.Duration {
	return time.Duration(float64(d) * common.TimeFactor())
}

// Spans of the original (flags of the same names).
const (
	tserverUnresponsiveSeconds       = 60
	leaderlessAlertSeconds           = 120
	followerUnavailableFailedSeconds = 900
	remoteBootstrapSeconds           = 120
	heartbeatSeconds                 = 1
	autoFlagsApplySeconds            = 10
	proxySeconds                     = 180
	walRetentionSeconds              = 4 * 3600
	// Above this a follower counts as not caught up (YBA: max follower_lag_ms).
	healthyLagMilliseconds = 60_000
	defaultTimeoutSeconds  = 60
)
