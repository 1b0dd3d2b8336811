package tidb

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"drydock.dev/standin/common"
)

const (
	clientFile  = "client.jsonl"
	clientKeys  = 64
	clientTable = "test.kv"
)

// tally counts the requests of one second. Retried requests succeeded at the second attempt, during a hand-over; ok
// includes them.
type tally struct {
	At      string   `json:"at"`
	Client  string   `json:"client"`
	OK      int      `json:"ok"`
	Failed  int      `json:"failed"`
	Retried int      `json:"retried"`
	Slowest int64    `json:"slowestMs"`
	Errors  []string `json:"errors,omitempty"`
}

// worker reads and writes through one connection at a time.
type worker struct {
	name            string
	servers         []string
	at              int
	user, password  string
	connection      *sqlClient
	patience, pause time.Duration
	expected        map[string]string
	number          int
	lock            sync.Mutex
	current         tally
}

func runClient(p common.Process) int {
	set := flag.NewFlagSet("standin-client", flag.ContinueOnError)
	name := set.String("name", "client-1", "name in client.jsonl")
	servers := set.String("servers", "", "SQL addresses, comma separated: all TiDB servers")
	rate := set.Float64("rate", 20, "requests a second")
	user := set.String("user", "root", "account; its password is in the variable STANDIN_CLIENT_PASSWORD")
	patience := set.Duration("timeout", 3*time.Second, "how long a request may take")
	prepare := set.Bool("prepare", false, "make the table and end")
	if set.Parse(p.Args) != nil || *servers == "" || *rate <= 0 {
		fmt.Fprintln(os.Stderr, "standin-client: needs --servers host:port[,host:port...] and a --rate above 0")
		return 2
	}
	w := &worker{
		name: *name, servers: strings.Split(*servers, ","), user: *user, password: os.Getenv("STANDIN_CLIENT_PASSWORD"),
		patience: *patience, pause: time.Duration(float64(time.Second) / *rate), expected: map[string]string{},
	}
	if *prepare {
		return w.prepare()
	}
	common.Record(w.name, "start", "standin-client", 0, map[string]any{"servers": w.servers, "rate": *rate})
	stop := common.Terminations()
	requests, seconds := time.NewTicker(w.pause), time.NewTicker(time.Second)
	go func() {
		for range requests.C {
			w.request()
		}
	}()
	for {
		select {
		case <-seconds.C:
			w.report()
		case <-stop:
			requests.Stop()
			w.report()
			return 0
		}
	}
}

// prepare creates the table before any upgrade, so that the client needs no DDL later.
func (w *worker) prepare() int {
	for _, statement := range []string{"CREATE DATABASE IF NOT EXISTS test", "CREATE TABLE IF NOT EXISTS " + clientTable + " (k VARCHAR(64) PRIMARY KEY, v VARCHAR(255))"} {
		if _, err := w.once(statement); err != nil {
			fmt.Fprintln(os.Stderr, "standin-client:", err)
			return 1
		}
	}
	return 0
}

// once runs a statement on the current connection, or on a new one to the next server.
func (w *worker) once(statement string) (string, error) {
	var last error
	for tries := 0; w.connection == nil; tries++ {
		if tries == len(w.servers) {
			return "", last
		}
		w.connection, last = dialSQL(w.servers[w.at%len(w.servers)], w.user, w.password, "", w.patience)
		if last != nil {
			w.connection = nil
			w.at++
		}
	}
	answer, err := w.connection.query(statement, w.patience)
	if err != nil && !isRefusal(err) {
		w.connection.close()
		w.connection = nil
		w.at++
	}
	return answer, err
}

// request alternately writes a value and reads one back, and retries once after a failure: a client must accept a
// connection that breaks because its server ends, and nothing else.
func (w *worker) request() {
	key := fmt.Sprintf("%s-%d", w.name, w.number/2%clientKeys)
	reads := w.number%2 == 1
	text := fmt.Sprint(w.number)
	statement := fmt.Sprintf("REPLACE INTO %s (k, v) VALUES ('%s', '%s') %s", clientTable, key, text, clientMark)
	if reads {
		statement = fmt.Sprintf("SELECT v FROM %s WHERE k = '%s' %s", clientTable, key, clientMark)
	}
	w.number++
	began := time.Now()
	answer, err := w.once(statement)
	retried := err != nil
	if retried {
		answer, err = w.once(statement)
	}
	written, known := w.expected[key]
	switch {
	case err == nil && reads && known && answer != written:
		err = fmt.Errorf("%s is %q, and %q was written", key, answer, written)
		common.Violation(w.name, "LostWrite", map[string]any{"key": key, "read": answer, "written": written})
	case err == nil && !reads:
		w.expected[key] = text
	case !reads:
		// It is unknown whether the value was written.
		delete(w.expected, key)
	}
	w.count(err, retried, time.Since(began))
}

func (w *worker) count(err error, retried bool, took time.Duration) {
	w.lock.Lock()
	defer w.lock.Unlock()
	if took.Milliseconds() > w.current.Slowest {
		w.current.Slowest = took.Milliseconds()
	}
	switch {
	case err != nil:
		w.current.Failed++
		w.current.Errors = append(w.current.Errors, err.Error())
	case retried:
		w.current.Retried++
		w.current.OK++
	default:
		w.current.OK++
	}
}

func (w *worker) report() {
	w.lock.Lock()
	line := w.current
	w.current = tally{}
	w.lock.Unlock()
	line.At, line.Client = time.Now().UTC().Format(time.RFC3339Nano), w.name
	common.AppendLine(clientFile, line)
}
