package tidb

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"drydock.dev/standin/common"
)

// runBinlogCtl is binlogctl. It sends a pump or drainer an HTTP request and does not read the answer.
func runBinlogCtl(p common.Process) int {
	set := flag.NewFlagSet("binlogctl", flag.ContinueOnError)
	version := set.Bool("V", false, "prints version and exit")
	command := set.String("cmd", "pumps", "operator: \"generate_meta\", \"pumps\", \"drainers\", \"update-pump\", \"update-drainer\", \"pause-pump\", \"pause-drainer\", \"offline-pump\", \"offline-drainer\"")
	id := set.String("node-id", "", "id of node, used to update some node with operation update-pump, update-drainer, pause-pump, pause-drainer, offline-pump and offline-drainer")
	wanted := set.String("state", "", "set node's state, can set to online, pausing, paused, closing or offline.")
	set.String("pd-urls", "http://127.0.0.1:2379", "a comma separated list of PD endpoints")
	set.String("data-dir", "binlog_position", "meta directory path")
	set.String("time-zone", "", "set time zone if you want save time info in savepoint file")
	offline := set.Bool("show-offline-nodes", false, "include offline nodes when querying pumps/drainers")
	ca := set.String("ssl-ca", "", "Path of file that contains list of trusted SSL CAs for connection with cluster components.")
	cert := set.String("ssl-cert", "", "Path of file that contains X509 certificate in PEM format for connection with cluster components.")
	key := set.String("ssl-key", "", "Path of file that contains X509 key in PEM format for connection with cluster components.")
	switch err := set.Parse(p.Args); {
	case err == flag.ErrHelp:
		return 0
	case err != nil:
		return 1
	}
	recordCLI(p)
	if *version {
		fmt.Print(binlogVersion(p.Version))
		return 0
	}
	waitForPD("binlogctl", set.Lookup("pd-urls").Value.String())
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: clientTLS(*ca, *cert, *key)}, Timeout: 10 * time.Second}
	scheme := "http://"
	if *ca != "" {
		scheme = "https://"
	}
	if err := binlogCommand(client, scheme, *command, *id, *wanted, *offline); err != nil {
		fmt.Fprintln(os.Stderr, logLine("ERROR", "main.go:60", fmt.Sprintf("[\"fail to execute command\"] [command=%s] [error=%q]", *command, err.Error())))
		return 1
	}
	return 0
}

func logLine(level, place, rest string) string {
	return fmt.Sprintf("[%s] [%s] [%s] %s", time.Now().Format("2006/01/02 15:04:05.000 -07:00"), level, place, rest)
}

func binlogCommand(client *http.Client, scheme, command, id, wanted string, offline bool) error {
	state := read()
	switch command {
	case "pumps":
		listNodes("pump", state.Pumps, offline)
		return nil
	case "drainers":
		listNodes("drainer", state.Drainers, offline)
		return nil
	case "pause-pump", "offline-pump":
		return applyTo(client, scheme, state.Pumps, "pump", id, map[string]string{"pause-pump": "pause", "offline-pump": "close"}[command])
	case "pause-drainer", "offline-drainer":
		return applyTo(client, scheme, state.Drainers, "drainer", id, map[string]string{"pause-drainer": "pause", "offline-drainer": "close"}[command])
	case "update-pump", "update-drainer":
		var refused error
		mustUpdate(func(state *State) {
			nodes := state.Pumps
			if command == "update-drainer" {
				nodes = state.Drainers
			}
			if nodes[id] == nil {
				refused = fmt.Errorf("node %s not found", id)
				return
			}
			nodes[id].State = wanted
		})
		return refused
	}
	return fmt.Errorf("unknown command %s", command)
}

func listNodes(kind string, nodes map[string]*Binlog, offline bool) {
	for _, id := range sortedKeys(nodes) {
		node := nodes[id]
		if node.State == "offline" && !offline {
			continue
		}
		fmt.Println(logLine("INFO", "nodes.go:48", fmt.Sprintf("[\"query node\"] [type=%s] [node=\"{NodeID: %s, Addr: %s, State: %s, MaxCommitTS: %d, UpdateTime: %s}\"]",
			kind, node.NodeID, node.Address, node.State, node.MaxCommitTS, node.Updated.Format("2006-01-02 15:04:05 -0700 MST"))))
	}
}

func applyTo(client *http.Client, scheme string, nodes map[string]*Binlog, kind, id, action string) error {
	node := nodes[id]
	if node == nil {
		return fmt.Errorf("nodeID %s not found", id)
	}
	request, err := http.NewRequest(http.MethodPut, fmt.Sprintf("%s%s/state/%s/%s", scheme, node.Address, id, action), nil)
	if err != nil {
		return err
	}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if !json.Valid(body) {
		return fmt.Errorf("the answer of %s is no JSON", node.Address)
	}
	fmt.Println(logLine("INFO", "nodes.go:123", fmt.Sprintf("[\"Apply action on %s success\"] [action=%s] [NodeID=%s]", kind, action, id)))
	return nil
}
