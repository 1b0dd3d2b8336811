package yugabyte

import (
	"os"
	"path/filepath"
	"sync"

	"drydock.dev/standin/common"
)

// cache holds the state until the file is replaced: every change makes a new file.
type cache struct {
	mutex sync.Mutex
	file  os.FileInfo
	state *state
}

func (c *cache) read(store *common.Store) (*state, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	info, err := os.Stat(filepath.Join(common.ClusterDir(), "state-"+storeName+".json"))
	if err == nil && c.file != nil && os.SameFile(info, c.file) && info.ModTime().Equal(c.file.ModTime()) {
		return c.state, nil
	}
	s := &state{}
	if err := store.Read(s); err != nil {
		return nil, err
	}
	c.file, c.state = info, s
	return s, nil
}
