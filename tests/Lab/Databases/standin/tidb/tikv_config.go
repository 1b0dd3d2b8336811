package tidb

import (
	"fmt"
	"os"
	"path/filepath"

	"drydock.dev/standin/common"
)

// Paths that must not change, with TiKV's error for each.
var criticalPaths = []struct{ key, message string }{
	{"rocksdb.wal-dir", "db wal_dir have been changed, former db wal_dir is '%s', current db wal_dir is '%s', please guarantee all data wal logs have been moved to destination directory."},
	{"raftdb.wal-dir", "raftdb wal_dir have been changed, former raftdb wal_dir is '%s', current raftdb wal_dir is '%s', please guarantee all raft wal logs have been moved to destination directory."},
	{"storage.data-dir", "storage data dir have been changed, former data dir is %s, current data dir is %s, please check if it is expected."},
	{"raftstore.raftdb-path", "raft dir have been changed, former raft dir is '%s', current raft dir is '%s', please check if it is expected."},
}

const lastConfig = "last_tikv.toml"

// checkCritical compares with last_tikv.toml of the data directory and writes a new one.
func checkCritical(dataDir string, file toml) error {
	current := toml{"storage.data-dir": dataDir}
	for _, path := range criticalPaths {
		if value := file.text(path.key); value != "" && path.key != "storage.data-dir" {
			current[path.key] = value
		}
	}
	place := filepath.Join(dataDir, lastConfig)
	if content, err := os.ReadFile(place); err == nil {
		former, err := parseTOML(string(content))
		if err != nil {
			return err
		}
		for _, path := range criticalPaths {
			if former[path.key] != current[path.key] {
				return fmt.Errorf("critical config check failed: "+path.message, former[path.key], current[path.key])
			}
		}
	}
	text := ""
	for _, key := range sortedKeys(current) {
		text += fmt.Sprintf("%s = %q\n", key, current[key])
	}
	return os.WriteFile(place, []byte(text), 0o644)
}

// identity is the store identity in a data directory.
type identity struct {
	Cluster, Store uint64
}

func readIdentity(dataDir string) identity {
	var own identity
	content, err := os.ReadFile(filepath.Join(dataDir, "store.ident"))
	if err != nil {
		return own
	}
	if _, err := fmt.Sscanf(string(content), "%d %d", &own.Cluster, &own.Store); err != nil {
		common.Fatal("[FATAL] %s: %v", dataDir, err)
	}
	return own
}

func writeIdentity(dataDir string, own identity) error {
	return os.WriteFile(filepath.Join(dataDir, "store.ident"), []byte(fmt.Sprintf("%d %d\n", own.Cluster, own.Store)), 0o644)
}
