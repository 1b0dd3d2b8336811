package tidb

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"drydock.dev/standin/common"
)

type memberJSON struct {
	Name       string   `json:"name,omitempty"`
	ID         uint64   `json:"member_id,omitempty"`
	PeerURLs   []string `json:"peer_urls,omitempty"`
	ClientURLs []string `json:"client_urls,omitempty"`
	Priority   int      `json:"leader_priority,omitempty"`
}

func (m *Member) json() memberJSON {
	return memberJSON{m.Name, m.ID, m.PeerURLs, m.ClientURLs, m.Priority}
}

// ownHealth is etcd's own answer, about this process: false without a leader.
func (p *pdServer) ownHealth(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
		return
	}
	state, now := read(), look()
	voters := state.voters(now)
	if state.PD.Leader == "" || !contains(voters, p.name) {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, `{"health":"false"}`)
		return
	}
	fmt.Fprint(w, `{"health":"true"}`)
}

type healthJSON struct {
	Name       string   `json:"name"`
	ID         uint64   `json:"member_id"`
	ClientURLs []string `json:"client_urls"`
	Health     bool     `json:"health"`
}

// health asks every member by HTTP, at once.
func (c *pdCall) health() {
	names := c.state.memberNames()
	results := make([]healthJSON, len(names))
	var all sync.WaitGroup
	for i, name := range names {
		member := c.state.PD.Members[name]
		results[i] = healthJSON{name, member.ID, member.ClientURLs, name == c.name}
		if name == c.name {
			continue
		}
		all.Add(1)
		go func(i int, member *Member) {
			defer all.Done()
			results[i].Health = c.answers(member)
		}(i, member)
	}
	all.Wait()
	c.json(http.StatusOK, results)
}

func (c *pdCall) answers(member *Member) bool {
	client := *c.client
	client.Timeout = time.Second
	for _, address := range member.ClientURLs {
		answer, err := client.Get(address + "/health")
		if err != nil {
			continue
		}
		answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			return true
		}
	}
	return false
}

func (c *pdCall) buildStatus() {
	c.json(http.StatusOK, struct {
		BuildTS string `json:"build_ts"`
		GitHash string `json:"git_hash"`
	}{buildTime, gitHash(c.version)})
}

func (c *pdCall) cluster() {
	c.json(http.StatusOK, struct {
		ID           uint64 `json:"id"`
		MaxPeerCount any    `json:"max_peer_count"`
	}{c.state.ClusterID, c.state.PD.Config["replication"]["max-replicas"]})
}

func (c *pdCall) clusterStatus() {
	c.json(http.StatusOK, map[string]any{"raft_bootstrap_time": c.state.PD.LeaderFrom})
}

func (c *pdCall) members() {
	type header struct {
		ClusterID uint64 `json:"cluster_id"`
	}
	answer := struct {
		Header     header       `json:"header"`
		Members    []memberJSON `json:"members"`
		Leader     memberJSON   `json:"leader"`
		EtcdLeader memberJSON   `json:"etcd_leader"`
	}{Header: header{c.state.ClusterID}}
	for _, name := range c.state.memberNames() {
		answer.Members = append(answer.Members, c.state.PD.Members[name].json())
	}
	answer.Leader = c.state.PD.Members[c.name].json()
	answer.EtcdLeader = answer.Leader
	// A transfer first moves etcd's leader; PD's leader follows.
	if transfer := c.state.PD.Transfer; transfer != nil {
		answer.EtcdLeader = c.state.PD.Members[transfer.To].json()
	}
	c.json(http.StatusOK, answer)
}

func (c *pdCall) leader() { c.json(http.StatusOK, c.state.PD.Members[c.name].json()) }

func (c *pdCall) resign() {
	now := look()
	if err := update(func(state *State) error { return state.resign(c.args["name"], now) }); err != nil {
		if errors.Is(err, errTransferTimeout) {
			time.Sleep(common.Scaled(electionWithoutResign))
		}
		c.fail(http.StatusInternalServerError, err)
		return
	}
	c.json(http.StatusOK, nil)
}

func (c *pdCall) setPriority() {
	name := c.args["name"]
	if c.state.PD.Members[name] == nil {
		c.fail(http.StatusNotFound, fmt.Errorf("not found, pd: %s", name))
		return
	}
	var input map[string]any
	if err := json.Unmarshal(c.body, &input); err != nil {
		c.fail(http.StatusBadRequest, err)
		return
	}
	for key, value := range input {
		number, isNumber := value.(float64)
		if key != "leader-priority" || !isNumber {
			c.fail(http.StatusBadRequest, fmt.Errorf("bad format %s", key))
			return
		}
		mustUpdate(func(state *State) { state.PD.Members[name].Priority = int(number) })
	}
	c.json(http.StatusOK, "success")
}
