package yugabyte

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
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

// tally counts the requests of one second. A retried request was sent to another server, or repeated on request, before
// it succeeded; ok includes it.
type tally struct {
	At      string   `json:"at"`
	Client  string   `json:"client"`
	OK      int      `json:"ok"`
	Failed  int      `json:"failed"`
	Retried int      `json:"retried"`
	Slowest int64    `json:"slowestMs"`
	Errors  []string `json:"errors,omitempty"`
}

const (
	retryPause = 10 * time.Millisecond

	// How many times the patience an attempt may take that is not answered at all.
	unansweredFactor = 10
)

// client alternately writes and reads keys until it is ended.
type client struct {
	name     string
	servers  []string
	patience time.Duration
	http     *http.Client
	leaders  map[string]string
	written  map[string]string
	now      tally
}

// runClient: --servers H:P,H:P [--rate N a second] [--patience 1s] [--name client-1].
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
		fmt.Fprintln(os.Stderr, "standin-client-yugabyte --servers HOST:PORT,... [--rate N] [--patience 1s] [--name client-1]")
		return 2
	}
	sort.Strings(servers)
	c := &client{
		name: flags.get("client-1", "name"), servers: servers, patience: patience, leaders: map[string]string{}, written: map[string]string{},
		http: caller(nil, unansweredFactor*patience),
	}
	c.run(rate)
	return 0
}

func (c *client) run(rate int) {
	ended := common.Terminations()
	requests := time.NewTicker(time.Second / time.Duration(rate))
	reports := time.NewTicker(time.Second)
	defer requests.Stop()
	common.Record(c.name, "start", "standin-client-yugabyte", 0, map[string]any{"servers": c.servers, "rate": rate})
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
	c.now.At, c.now.Client = time.Now().UTC().Format(time.RFC3339Nano), c.name
	common.AppendLine(clientFile, c.now)
	c.now = tally{}
}

// Every key is written and later read again: an acknowledged value must be there.
func (c *client) request(number int) {
	key := "key-" + strconv.Itoa(number/2%64)
	begun := time.Now()
	var answer kvAnswer
	var attempts int
	var err error
	if number%2 == 0 {
		value := strconv.Itoa(number)
		if attempts, err = c.call(http.MethodPut, key, value, &answer); err == nil {
			c.written[key] = value
		} else {
			// The value may have been written nevertheless.
			delete(c.written, key)
		}
	} else if attempts, err = c.call(http.MethodGet, key, "", &answer); err == nil && c.written[key] != "" && answer.Value != c.written[key] {
		common.Violation(c.name, "LostWrite", map[string]any{"key": key, "read": answer.Value, "written": c.written[key], "tablet": answer.Tablet})
	}
	switch {
	case err != nil:
		c.now.Failed++
		if len(c.now.Errors) < 3 {
			c.now.Errors = append(c.now.Errors, err.Error())
		}
	default:
		c.now.OK++
		if attempts > 1 {
			c.now.Retried++
		}
	}
	if took := time.Since(begun).Milliseconds(); took > c.now.Slowest {
		c.now.Slowest = took
	}
}

// call asks until it is served or the patience ends. The patience counts the pauses between attempts, so that a machine
// that answers late is not taken for an outage. An attempt without any answer ends the call.
func (c *client) call(method, key, value string, into *kvAnswer) (attempts int, last error) {
	for attempt := 0; ; attempt++ {
		if attempt > 0 {
			var late net.Error
			if time.Duration(attempt)*retryPause > c.patience || errors.As(last, &late) && late.Timeout() {
				return attempt, last
			}
			time.Sleep(retryPause)
		}
		server := c.leaders[key]
		if server == "" {
			server = c.servers[attempt%len(c.servers)]
		}
		request, err := http.NewRequest(method, "http://"+server+kvPath+"?key="+url.QueryEscape(key), strings.NewReader(value))
		if err != nil {
			return attempt, err
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
			*into = answer
			return attempt + 1, nil
		case answer.Leader != "":
			c.leaders[key] = answer.Leader
			last = fmt.Errorf("%s sends to %s", server, answer.Leader)
		default:
			last = fmt.Errorf("%s: %s", server, answer.Error)
			delete(c.leaders, key)
		}
	}
}
