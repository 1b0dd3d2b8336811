package yugabyte

import (
	"sort"
	"time"
)

// state is the cluster's knowledge: the masters' catalogue and the tablets' Raft groups, in one file that all processes
// share.
type state struct {
	Universe   universe                     `json:"universe"`
	Masters    map[string]*server           `json:"masters,omitempty"`
	Tservers   map[string]*server           `json:"tservers,omitempty"`
	Leadership leadership                   `json:"leadership"`
	Tablets    map[string]*tablet           `json:"tablets,omitempty"`
	Config     clusterConfig                `json:"config"`
	Balancer   balancer                     `json:"balancer"`
	AutoFlags  autoFlags                    `json:"autoFlags"`
	Catalog    catalog                      `json:"catalog"`
	XCluster   map[string]*replicationGroup `json:"xcluster,omitempty"`
	// Marks are the lasting conditions that were already reported.
	Marks map[string]time.Time `json:"marks,omitempty"`
}

type universe struct {
	UUID              string    `json:"uuid"`
	ClusterUUID       string    `json:"clusterUuid"`
	PlacementUUID     string    `json:"placementUuid"`
	Created           time.Time `json:"created"`
	Masters           int       `json:"masters"`
	ReplicationFactor int       `json:"replicationFactor"`
	SQL               bool      `json:"sql"`
	// Formed is true once every server of the lab was up at the same time: from then on a missing one counts as down.
	Formed bool `json:"formed"`
}

// server is a master or a tablet server.
type server struct {
	Name        string    `json:"name"`
	UUID        string    `json:"uuid"`
	Host        string    `json:"host"`
	RPC         int       `json:"rpc"`
	Web         int       `json:"web"`
	Client      int       `json:"client,omitempty"`
	Secure      bool      `json:"secure,omitempty"`
	SecureWeb   bool      `json:"secureWeb,omitempty"`
	Version     version   `json:"version"`
	Incarnation string    `json:"incarnation"`
	Starts      int       `json:"starts"`
	Started     time.Time `json:"started"`
	// Up is the view of the others: the server runs and can be reached.
	Up        bool      `json:"up"`
	DownSince time.Time `json:"downSince,omitempty"`
	// Back is the time since which it can be reached again, AwayFor how long it could not before. Its followers have to
	// catch up with that.
	Back    time.Time     `json:"back"`
	AwayFor time.Duration `json:"awayFor,omitempty"`
	Evicted bool          `json:"evicted,omitempty"`
	// Set are flags that were changed at runtime, SetIn the incarnation that has them: a restart loses them.
	Set   map[string]string `json:"set,omitempty"`
	SetIn string            `json:"setIn,omitempty"`
	// RefusedSince is the time since which the masters refuse its heartbeats, although it runs (TA-21491).
	RefusedSince time.Time `json:"refusedSince,omitempty"`
	// Tried is another version that was started in its place and did not come up.
	Tried  version `json:"tried,omitempty"`
	Cloud  string  `json:"cloud"`
	Region string  `json:"region"`
	Zone   string  `json:"zone"`
	End    *ending `json:"end,omitempty"`
}

// ending is the end of a process, kept until the next start: only then its purpose is known.
type ending struct {
	At      time.Time `json:"at"`
	Orderly bool      `json:"orderly"`
	Version version   `json:"version"`
	// Led tells whether a master was the leader; Others are the versions of the other masters at that time.
	Led    bool               `json:"led,omitempty"`
	Others map[string]version `json:"others,omitempty"`
	// Leaders are the tablets that a tablet server led, Endangered those that lost their majority of healthy replicas by
	// its end.
	Leaders    int      `json:"leaders,omitempty"`
	Endangered []string `json:"endangered,omitempty"`
}

type leadership struct {
	Leader string    `json:"leader,omitempty"`
	Term   int       `json:"term"`
	Since  time.Time `json:"since"`
	Lost   time.Time `json:"lost"`
}

type tablet struct {
	ID         string    `json:"id"`
	Table      string    `json:"table"`
	TableID    string    `json:"tableId"`
	Namespace  string    `json:"namespace"`
	User       bool      `json:"user"`
	Number     int       `json:"number"`
	Replicas   []string  `json:"replicas"`
	Leader     string    `json:"leader,omitempty"`
	LeaderLost time.Time `json:"leaderLost,omitempty"`
}

type clusterConfig struct {
	Version           int      `json:"version"`
	LeaderBlacklist   []string `json:"leaderBlacklist,omitempty"`
	InitialLeaderLoad int      `json:"initialLeaderLoad,omitempty"`
	ServerBlacklist   []string `json:"serverBlacklist,omitempty"`
}

type balancer struct {
	Disabled bool      `json:"disabled,omitempty"`
	LastMove time.Time `json:"lastMove"`
}

type autoFlags struct {
	Version  int               `json:"version"`
	Promoted []promotedFlag    `json:"promoted,omitempty"`
	Asked    map[string]string `json:"asked,omitempty"`
}

type promotedFlag struct {
	Name    string        `json:"name"`
	Program string        `json:"program"`
	Class   autoFlagClass `json:"class"`
	Version int           `json:"version"`
	At      time.Time     `json:"at"`
}

type catalog struct {
	Version    int     `json:"version"`
	UpgradedTo version `json:"upgradedTo"`
	// Migrations have been run, by their names without the number.
	Migrations []string  `json:"migrations,omitempty"`
	Upgrading  string    `json:"upgrading,omitempty"`
	Until      time.Time `json:"until,omitempty"`
	// Statements counts DDL; Changing is the running statement.
	Statements    int       `json:"statements"`
	Changing      string    `json:"changing,omitempty"`
	ChangingUntil time.Time `json:"changingUntil,omitempty"`
}

type replicationGroup struct {
	Masters   []string  `json:"masters"`
	Outbound  bool      `json:"outbound,omitempty"`
	Namespace string    `json:"namespace"`
	Tables    []string  `json:"tables"`
	Streams   []string  `json:"streams"`
	Disabled  bool      `json:"disabled,omitempty"`
	Changed   time.Time `json:"changed"`
	// Behind is the lag of the target when the replication was last changed.
	Behind time.Duration `json:"behind,omitempty"`
	Broken string        `json:"broken,omitempty"`
	// SourceFlags is the last received AutoFlags version of the source; 0 if none was received.
	SourceFlags int  `json:"sourceFlags,omitempty"`
	SourceDown  bool `json:"sourceDown,omitempty"`
}

func (s *state) component(name string) map[string]*server {
	if name == masterComponent {
		if s.Masters == nil {
			s.Masters = map[string]*server{}
		}
		return s.Masters
	}
	if s.Tservers == nil {
		s.Tservers = map[string]*server{}
	}
	return s.Tservers
}

// sorted are servers in the order of their names.
func sorted(servers map[string]*server) []*server {
	list := make([]*server, 0, len(servers))
	for _, each := range servers {
		list = append(list, each)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	return list
}

func (s *state) tablets() []*tablet {
	list := make([]*tablet, 0, len(s.Tablets))
	for _, each := range s.Tablets {
		list = append(list, each)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Number < list[j].Number })
	return list
}

func up(servers map[string]*server) []*server {
	var list []*server
	for _, each := range sorted(servers) {
		if each.Up {
			list = append(list, each)
		}
	}
	return list
}

// newest is the highest last seen version of any server of the cluster.
func (s *state) newest() version {
	newest := version("")
	for _, servers := range []map[string]*server{s.Masters, s.Tservers} {
		for _, each := range servers {
			if newest == "" || newest.before(each.Version) {
				newest = each.Version
			}
		}
	}
	return newest
}

func (s *state) leader() *server {
	return s.Masters[s.Leadership.Leader]
}

func (s *state) hasMark(mark string) bool {
	_, set := s.Marks[mark]
	return set
}

func (s *state) mark(mark string, at time.Time) {
	if s.Marks == nil {
		s.Marks = map[string]time.Time{}
	}
	s.Marks[mark] = at
}

func contains(list []string, text string) bool {
	for _, each := range list {
		if each == text {
			return true
		}
	}
	return false
}
