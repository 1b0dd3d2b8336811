package yugabyte

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"drydock.dev/standin/common"
)

// instance is the data directory of a server: its owner.
type instance struct {
	UUID      string `json:"uuid"`
	Component string `json:"component"`
	Format    string `json:"formatStamp"`
}

// openInstance opens the data directory of a server, and initialises it if it is empty.
func openInstance(dataDir, component, format string) (*instance, error) {
	home := filepath.Join(dataDir, "yb-data", component)
	if err := os.MkdirAll(filepath.Join(home, "logs"), 0o755); err != nil {
		return nil, fmt.Errorf("IO error (yb/util/env_posix.cc:341): Could not create %s: %v", home, err)
	}
	path := filepath.Join(home, "instance")
	if !common.LockFile(path + ".lock") {
		return nil, fmt.Errorf("IO error (yb/util/env_posix.cc:812): Could not lock instance file. Make sure that the data directory is not used by another process: lock %s.lock: Resource temporarily unavailable", path)
	}
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		made := &instance{UUID: newID(), Component: component, Format: format}
		text, err := json.Marshal(made)
		if err != nil {
			return nil, err
		}
		return made, os.WriteFile(path, text, 0o644)
	}
	if err != nil {
		return nil, fmt.Errorf("IO error (yb/util/env_posix.cc:341): %v", err)
	}
	found := &instance{}
	if err := json.Unmarshal(content, found); err != nil || found.UUID == "" {
		return nil, fmt.Errorf("Corruption (yb/consensus/log_util.cc:102): %s is no instance file", path)
	}
	return found, nil
}
