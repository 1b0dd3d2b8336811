package common

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// If a keeper has done nothing for this span, it is frozen, and another process takes over.
const keeperFrozen = 2 * time.Second

// Keep repeats a piece of work in exactly one of the processes of a cluster that ask for the same role, as long as that
// process runs. It is for work that happens automatically in the originals. elapsed is the time since the last round,
// at most half a second.
func Keep(role string, every time.Duration, work func(elapsed time.Duration)) {
	go func() {
		for range time.Tick(every) {
			if file := takeOffice(role); file != nil {
				keep(role, file, every, work)
				file.Close()
			}
		}
	}()
}

func keep(role string, file *os.File, every time.Duration, work func(time.Duration)) {
	path := file.Name()
	last := time.Now()
	for range time.Tick(every) {
		now := time.Now()
		// This process was frozen for long, so another one has the role now.
		if newest, _ := newestOffice(role); newest != path {
			return
		}
		_ = os.Chtimes(path, now, now)
		elapsed := now.Sub(last)
		if elapsed > 500*time.Millisecond {
			elapsed = 500 * time.Millisecond
		}
		last = now
		work(elapsed)
	}
}

// takeOffice locks the newest file of the role. If its holder is frozen, it makes a newer one.
func takeOffice(role string) *os.File {
	path, number := newestOffice(role)
	if file := tryLock(path); file != nil {
		return file
	}
	info, err := os.Stat(path)
	if err != nil || time.Since(info.ModTime()) < keeperFrozen {
		return nil
	}
	return tryLock(officePath(role, number+1))
}

func tryLock(path string) *os.File {
	file, err := openShared(path, os.O_CREATE|os.O_RDWR)
	if err != nil {
		return nil
	}
	if flock(file, syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		file.Close()
		return nil
	}
	return file
}

func newestOffice(role string) (string, int) {
	newest := 1
	files, _ := filepath.Glob(officePath(role, 0)[:len(officePath(role, 0))-1] + "*")
	for _, file := range files {
		if number, err := strconv.Atoi(file[strings.LastIndexByte(file, '-')+1:]); err == nil && number > newest {
			newest = number
		}
	}
	return officePath(role, newest), newest
}

func officePath(role string, number int) string {
	return filepath.Join(ClusterDir(), fmt.Sprintf(".keeper-%s-%d", role, number))
}
