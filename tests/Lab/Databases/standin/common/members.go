package common

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
	"time"
)

const (
	membersDir = "alive"
	beatEvery  = 100 * time.Millisecond
	// The lock shows at once that a process was killed. This span is for a frozen process, and longer than a busy machine
	// delays a process.
	frozenAfter = 3 * time.Second
	cutSuffix   = ".cut"
)

// Member is a running process of the cluster. Frozen and Cut processes (Cut: the network link of the host is down) run
// but cannot be reached.
type Member struct {
	Name        string    `json:"name"`
	Component   string    `json:"component"`
	Version     string    `json:"version"`
	Incarnation string    `json:"incarnation"`
	Started     time.Time `json:"started"`
	Frozen      bool      `json:"-"`
	Cut         bool      `json:"-"`
}

// Reachable tells whether other processes can talk to it.
func (m Member) Reachable() bool { return !m.Frozen && !m.Cut }

// Join makes this process known to the others until it ends. It holds the lock of a file in the cluster directory,
// which the kernel releases when the process dies, and touches the file ten times a second. Process ids are useless
// across hosts.
func Join(name, component, version string) (Member, error) {
	dir := filepath.Join(ClusterDir(), membersDir)
	if err := os.MkdirAll(dir, sharedDir); err != nil {
		return Member{}, err
	}
	_ = os.Chmod(dir, sharedDir)
	var random [8]byte
	if _, err := rand.Read(random[:]); err != nil {
		return Member{}, err
	}
	member := Member{Name: name, Component: component, Version: version, Incarnation: hex.EncodeToString(random[:]), Started: time.Now()}
	content, err := json.Marshal(member)
	if err != nil {
		return Member{}, err
	}
	path := filepath.Join(dir, member.Incarnation)
	file, err := openShared(path+".new", os.O_CREATE|os.O_EXCL|os.O_RDWR)
	if err != nil {
		return Member{}, err
	}
	if err := flock(file, syscall.LOCK_EX); err != nil {
		return Member{}, err
	}
	if _, err := file.Write(content); err != nil {
		return Member{}, err
	}
	// The file gets its name only after it is locked: an unlocked file means a dead process.
	if err := os.Rename(path+".new", path); err != nil {
		return Member{}, err
	}
	go beat(file, path)
	return member, nil
}

// Leave removes this process from the members although it still runs.
func Leave() { close(left) }

var left = make(chan struct{})

// The file stays open and locked as long as the process is a member.
func beat(file *os.File, path string) {
	defer file.Close()
	beats := time.NewTicker(beatEvery)
	defer beats.Stop()
	cut := false
	for {
		select {
		case <-left:
			_ = os.Remove(path)
			_ = os.Remove(path + cutSuffix)
			return
		case <-beats.C:
		}
		now := time.Now()
		_ = os.Chtimes(path, now, now)
		if isCut := !NetworkUp(); isCut != cut {
			cut = isCut
			if cut {
				if mark, err := openShared(path+cutSuffix, os.O_CREATE|os.O_RDWR); err == nil {
					mark.Close()
				}
			} else {
				_ = os.Remove(path + cutSuffix)
			}
		}
	}
}

// Members are the living processes of the cluster, by name.
func Members() ([]Member, error) {
	dir := filepath.Join(ClusterDir(), membersDir)
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var members []Member
	for _, file := range files {
		if strings.Contains(file.Name(), ".") {
			continue
		}
		if member, alive := memberOf(filepath.Join(dir, file.Name())); alive {
			members = append(members, member)
		}
	}
	sort.Slice(members, func(i, j int) bool {
		return members[i].Name < members[j].Name || (members[i].Name == members[j].Name && members[i].Started.Before(members[j].Started))
	})
	return members, nil
}

func memberOf(path string) (Member, bool) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return Member{}, false
	}
	defer file.Close()
	if flock(file, syscall.LOCK_SH|syscall.LOCK_NB) == nil {
		_ = os.Remove(path)
		_ = os.Remove(path + cutSuffix)
		return Member{}, false
	}
	var member Member
	if json.NewDecoder(file).Decode(&member) != nil {
		return Member{}, false
	}
	if info, err := file.Stat(); err == nil {
		member.Frozen = time.Since(info.ModTime()) > frozenAfter
	}
	_, err = os.Stat(path + cutSuffix)
	member.Cut = err == nil
	return member, true
}
