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

// knobs are the settings of a test in yugabyte.json of the cluster directory; spans are seconds of the original. They
// are read at each use.
type knobs struct {
	// Read when the cluster is made.
	ReplicationFactor int                  `json:"replicationFactor"`
	Tservers          int                  `json:"tservers"`
	Tables            int                  `json:"tables"`
	TabletsPerTable   int                  `json:"tabletsPerTable"`
	SystemTablets     int                  `json:"systemTablets"`
	Groups            map[string]groupKnob `json:"groups"`
	// Extensions are in use in the database yugabyte, besides the default ones. The SQL port requires SQLPassword if it is
	// not empty.
	Extensions  []string `json:"extensions"`
	SQLPassword string   `json:"sqlPassword"`
	// Names of the processes in the record, by RPC address. Without one the name is PROGRAM@HOST.
	Names map[string]string `json:"names"`

	ElectionSeconds       float64 `json:"electionSeconds"`
	TabletElectionSeconds float64 `json:"tabletElectionSeconds"`
	LeaderMovesPerSecond  float64 `json:"leaderMovesPerSecond"`
	BootstrapSeconds      float64 `json:"bootstrapSeconds"`
	CatchUpSeconds        float64 `json:"catchUpSeconds"`
	CatalogSeconds        float64 `json:"catalogSeconds"`
	// StuckLeaders is the number of leaders that never leave a blacklisted server; NoElection lets no master become
	// leader.
	StuckLeaders int  `json:"stuckLeaders"`
	NoElection   bool `json:"noElection"`
	// By name of the process: the error of its clock (a duration, positive is ahead), and an additional lag of its
	// followers (milliseconds).
	ClockSkew   map[string]string  `json:"clockSkew"`
	FollowerLag map[string]float64 `json:"followerLag"`
	// Numbers of healthy tablets that are reported as unhealthy, and files that the tablet servers report as failed.
	Leaderless      []int    `json:"leaderless"`
	UnderReplicated []int    `json:"underReplicated"`
	FailedTablets   []int    `json:"failedTablets"`
	DeadNodes       []string `json:"deadNodes"`
	// NoPostgresOf is the version in which PostgreSQL does not start beside the tablet server.
	NoPostgresOf string `json:"noPostgresOf"`
	// RefusedHeartbeats are the names of tablet servers whose heartbeats the masters refuse from the next promotion on,
	// until master_enable_universe_uuid_heartbeat_check is false on the leading master (technical advisory TA-21491).
	RefusedHeartbeats []string `json:"refusedHeartbeats"`
	// Errors of replication by group: REPLICATION_MISSING_OP_ID and the like.
	ReplicationErrors map[string]string `json:"replicationErrors"`
	// How long a source keeps its log for a target (cdc_wal_retention_time_secs).
	WalRetentionSeconds int `json:"walRetentionSeconds"`
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
		WalRetentionSeconds: 4 * 3600,
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

// vendorSpan converts a span of the stand-in's time to the original's.
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
	// Above this a follower counts as not caught up (YBA: max follower_lag_ms).
	healthyLagMilliseconds = 60_000
	defaultTimeoutSeconds  = 60
)
