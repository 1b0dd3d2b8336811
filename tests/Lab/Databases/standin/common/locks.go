package common

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// Users of several hosts share all files in the cluster directory, whatever their umask.
const (
	sharedFile = 0o666
	sharedDir  = 0o777
)

// openShared opens a file that others may write too, and creates it if it is missing.
func openShared(path string, flags int) (*os.File, error) {
	file, err := os.OpenFile(path, flags, sharedFile)
	if err != nil || flags&os.O_CREATE == 0 {
		return file, err
	}
	if info, err := file.Stat(); err == nil && info.Mode().Perm() != sharedFile {
		// This fails for a file of another user, who has already set the mode.
		_ = file.Chmod(sharedFile)
	}
	return file, nil
}

// locked runs an action under the exclusive lock of a file. The lock belongs to the open file, so goroutines exclude
// each other too.
func locked(path string, action func() error) error {
	file, err := openShared(path, os.O_CREATE|os.O_RDWR)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := flock(file, syscall.LOCK_EX); err != nil {
		return fmt.Errorf("lock %s: %w", path, err)
	}
	return action()
}

func flock(file *os.File, how int) error {
	for {
		err := syscall.Flock(int(file.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// replace writes a temporary file and renames it, so that no reader ever sees half of it. It does not sync to disk: the
// lab kills processes, not the kernel.
func replace(path string, content []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err == nil {
		err = file.Chmod(sharedFile)
	}
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}

// LockFile locks a file until this process ends; false if another process has the lock.
func LockFile(path string) bool {
	file := tryLock(path)
	if file == nil {
		return false
	}
	held = append(held, file)
	return true
}

// Keeps the files open until the process ends; otherwise the garbage collector would close them.
var held []*os.File
