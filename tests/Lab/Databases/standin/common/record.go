package common

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const (
	recordFile     = "record.jsonl"
	violationsFile = "violations.jsonl"
	violationEvent = "violation"
)

type entry struct {
	At      string         `json:"at"`
	Process string         `json:"process"`
	Event   string         `json:"event"`
	What    string         `json:"what"`
	Detail  map[string]any `json:"detail,omitempty"`
	Status  int            `json:"status,omitempty"`
}

// Record appends an event to record.jsonl of the cluster directory: start, stop, signal, http, sql, rpc or cli. A
// process without a cluster (a program asked for its version) records nothing.
func Record(process, event, what string, status int, detail map[string]any) {
	if dir, known := TryClusterDir(); known {
		appendTo(filepath.Join(dir, recordFile), entry{Process: process, Event: event, What: what, Status: status, Detail: detail})
	}
}

// Violation appends a forbidden event to violations.jsonl and to the record, at its place among the calls. The caller
// must report one occurrence only once.
func Violation(process, what string, detail map[string]any) {
	line := entry{Process: process, Event: violationEvent, What: what, Detail: detail}
	appendTo(filepath.Join(ClusterDir(), violationsFile), line)
	appendTo(filepath.Join(ClusterDir(), recordFile), line)
}

// AppendLine appends a value as one line of JSON to a file of the cluster directory.
func AppendLine(name string, value any) {
	appendTo(filepath.Join(ClusterDir(), name), value)
}

func appendTo(path string, value any) {
	if err := tryAppend(path, value); err != nil {
		// A record with gaps would prove nothing, so a process that cannot be recorded must not run.
		Fatal("standin: %s cannot be written: %v", path, err)
	}
}

func tryAppend(path string, value any) error {
	file, err := openShared(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := flock(file, syscall.LOCK_EX); err != nil {
		return err
	}
	// The time is read under the lock, so that lines are in the order of their times.
	if line, ok := value.(entry); ok {
		line.At = time.Now().UTC().Format(time.RFC3339Nano)
		value = line
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("%v: %w", value, err)
	}
	_, err = file.Write(append(text, '\n'))
	return err
}
