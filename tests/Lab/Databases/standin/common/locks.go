package common

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// Everything in the cluster directory is shared by the users of several hosts, whatever their umask.
const (
	sharedFile = 0o666
	sharedDir  = 0o777
)

// openShared opens a file that others may write too, and makes it if need be.
func openShared(path string, flags int) (*os.File, error) {
	file, err := os.OpenFile(path, flags, sharedFile)
	if err != nil || flags&os.O_CREATE == 0 {
		return file, err
	}
	if info, err := file.Stat(); err == nil && info.Mode().Perm() != sharedFile {
		// Fails for a file of another user, who has done it already.
		_ = file.Chmod(sharedFile)
	}
	return file, nil
}

// locked runs an action under the exclusive lock of a file. The lock is the open file's: goroutines exclude each other too.
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

// replace writes a file beside its place and moves it there, so that no reader ever sees half of it. Nothing is synced to disk: the
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

// LockFile locks a file for the life of this process; false when another process has it.
func LockFile(path string) bool {
	file := tryLock(path)
	if file == nil {
		return false
	}
	held = append(held, file)
	return true
}

// Open for the life of the process; here the garbage collector does not close them.
var held []*os.File
