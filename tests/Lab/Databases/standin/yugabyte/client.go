package yugabyte

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"

	"drydock.dev/standin/common"
)

const clientFile = "client.jsonl"

// second is what a client saw in one second. A retry is an answer that sent it elsewhere or told it to come again; a failure is a
// request that was given up; lost is a read that did not find what was acknowledged.
type second struct {
	At       string `json:"at"`
	Reads    int    `json:"reads"`
	Writes   int    `json:"writes"`
	Retries  int    `json:"retries"`
	Failures int    `json:"failures"`
	Lost     int    `json:"lost"`
	Slowest  int64  `json:"slowestMs"`
	Example  string `json:"example,omitempty"`
}

// client writes and reads keys in turn until it is ended.
type client struct {
	servers  []string
	patience time.Duration
	http     *http.Client
	leaders  map[string]string
	written  map[string]string
	now      second
}

// runClient: --servers H:P,H:P [--rate N a second] [--patience 1s].
func runClient(p common.Process) int {
	flags, err := parseFlags(p.Args)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	rate, err := strconv.Atoi(flags.get("20", "rate"))
	patience, wrong := time.ParseDuration(flags.get("1s", "patience"))
	servers := strings.Split(flags.get("", "servers"), ",")
	if err != nil || wrong != nil || rate < 1 || servers[0] == "" {
		fmt.Fprintln(os.Stderr, "standin-client-yugabyte --servers HOST:PORT,... [--rate N] [--patience 1s]")
		return 2
	}
	sort.Strings(servers)
	c := &client{
		servers: servers, patience: patience, leaders: map[string]string{}, written: map[string]string{},
		http: caller(nil, patience),
	}
	c.run(rate)
	return 0
}

func (c *client) run(rate int) {
	ended := common.Terminations()
	requests := time.NewTicker(time.Second / time.Duration(rate))
	reports := time.NewTicker(time.Second)
	defer requests.Stop()
	defer reports.Stop()
	for number := 0; ; {
		select {
		case <-ended:
			c.report()
			return
		case <-reports.C:
			c.report()
		case <-requests.C:
			number++
			c.request(number)
		}
	}
}

func (c *client) report() {
	c.now.At = time.Now().UTC().Format(time.RFC3339Nano)
	common.AppendLine(clientFile, c.now)
	c.now = second{}
}

// Every key is written and later read again.
func (c *client) request(number int) {
	key := "key-" + strconv.Itoa(number/2%64)
	begun := time.Now()
	var err error
	if number%2 == 0 {
		c.now.Writes++
		value := strconv.Itoa(number)
		if err = c.call(http.MethodPut, key, value, nil); err == nil {
			c.written[key] = value
		} else {
			// It may have been written all the same.
			delete(c.written, key)
		}
	} else {
		c.now.Reads++
		var answer kvAnswer
		if err = c.call(http.MethodGet, key, "", &answer); err == nil && c.written[key] != "" && answer.Value != c.written[key] {
			c.now.Lost++
			c.now.Example = fmt.Sprintf("%s is %q, %q was acknowledged", key, answer.Value, c.written[key])
		}
	}
	if err != nil {
		c.now.Failures++
		c.now.Example = err.Error()
	}
	if took := time.Since(begun).Milliseconds(); took > c.now.Slowest {
		c.now.Slowest = took
	}
}

// call asks until it is served or the patience ends.
func (c *client) call(method, key, value string, into *kvAnswer) error {
	end := time.Now().Add(c.patience)
	var last error
	for attempt := 0; ; attempt++ {
		if attempt > 0 {
			if time.Now().After(end) {
				return last
			}
			c.now.Retries++
			time.Sleep(10 * time.Millisecond)
		}
		server := c.leaders[key]
		if server == "" {
			server = c.servers[attempt%len(c.servers)]
		}
		request, err := http.NewRequest(method, "http://"+server+kvPath+"?key="+url.QueryEscape(key), strings.NewReader(value))
		if err != nil {
			return err
		}
		response, err := c.http.Do(request)
		if err != nil {
			last = err
			delete(c.leaders, key)
			continue
		}
		var answer kvAnswer
		err = json.NewDecoder(response.Body).Decode(&answer)
		response.Body.Close()
		switch {
		case err != nil:
			last = err
		case response.StatusCode == http.StatusOK:
			c.leaders[key] = server
			if into != nil {
				*into = answer
			}
			return nil
		case answer.Leader != "":
			c.leaders[key] = answer.Leader
			last = fmt.Errorf("%s sends to %s", server, answer.Leader)
		default:
			last = fmt.Errorf("%s: %s", server, answer.Error)
			delete(c.leaders, key)
		}
	}
}
