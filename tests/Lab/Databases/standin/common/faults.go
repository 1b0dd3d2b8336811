package common

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const faultsFile = "faults.json"

// Fault is a fault that a test requests from a process. In Process and On, "*" matches any text. On is start, stop,
// "call:METHOD PATH", or a point that its package documents. Do is fail, hang, crash, ignore, delay, lie, or another
// action of the point. Times counts down; -1 is always.
type Fault struct {
	ID      string `json:"id"`
	Process string `json:"process"`
	On      string `json:"on"`
	Do      string `json:"do"`
	Body    string `json:"body,omitempty"`
	Delay   string `json:"delay,omitempty"`
	Status  int    `json:"status,omitempty"`
	Times   int    `json:"times"`
}

// Wait is Delay as a span; a fault without one waits 2 s.
func (f Fault) Wait() time.Duration {
	if f.Delay == "" {
		return 2 * time.Second
	}
	wait, err := time.ParseDuration(f.Delay)
	if err != nil {
		Fatal("standin: fault %q has delay %q: %v", f.ID, f.Delay, err)
	}
	return wait
}

// FaultFor is the first fault of faults.json for this point that is not used up; its count is reduced. The file is read
// at each use, because a test adds and removes faults while processes run.
func FaultFor(process, on string) (Fault, bool) {
	dir, known := TryClusterDir()
	if !known {
		return Fault{}, false
	}
	path := filepath.Join(dir, faultsFile)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return Fault{}, false
	}
	var found *Fault
	err := locked(filepath.Join(dir, ".faults.lock"), func() error {
		content, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		var faults []Fault
		if err := json.Unmarshal(content, &faults); err != nil {
			return fmt.Errorf("%s is no list of faults: %w", path, err)
		}
		for i := range faults {
			fault := &faults[i]
			if fault.Times == 0 || !Matches(fault.Process, process) || !Matches(fault.On, on) {
				continue
			}
			copied := *fault
			found = &copied
			if fault.Times < 0 {
				return nil
			}
			fault.Times--
			after, err := json.MarshalIndent(faults, "", " ")
			if err != nil {
				return err
			}
			return replace(path, after)
		}
		return nil
	})
	if err != nil {
		Fatal("standin: the faults cannot be read: %v", err)
	}
	if found == nil {
		return Fault{}, false
	}
	Record(process, "fault", on, 0, map[string]any{"id": found.ID, "do": found.Do})
	return *found, true
}

// Matches compares a text with a pattern in which "*" matches any text.
func Matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	if !strings.HasPrefix(text, parts[0]) {
		return false
	}
	text = text[len(parts[0]):]
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text = text[at+len(part):]
	}
	return strings.HasSuffix(text, parts[last])
}
