package common

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
)

// Store is the state that all processes of a family share. It replaces Raft and survives all processes.
type Store struct {
	path string
	lock string
}

// Open is the store state-NAME.json of the cluster directory.
func Open(name string) *Store {
	dir := ClusterDir()
	return &Store{
		path: filepath.Join(dir, "state-"+name+".json"),
		lock: filepath.Join(dir, ".state-"+name+".lock"),
	}
}

// Update loads the current state into a pointer (the former content of the pointer is lost; it is zero if there is no
// state yet), changes it and saves it, all under one lock. If the change returns an error, nothing is saved and the
// error is returned.
func (s *Store) Update(into any, change func() error) error {
	return locked(s.lock, func() error {
		before, err := s.load(into)
		if err != nil {
			return err
		}
		if err := change(); err != nil {
			return err
		}
		after, err := json.MarshalIndent(into, "", " ")
		if err != nil {
			return fmt.Errorf("%s cannot be written: %w", s.path, err)
		}
		if bytes.Equal(before, after) {
			return nil
		}
		return replace(s.path, after)
	})
}

// Read loads the current state. Writers replace the file as a whole, so no lock is needed.
func (s *Store) Read(into any) error {
	_, err := s.load(into)
	return err
}

func (s *Store) load(into any) ([]byte, error) {
	// Decoding into maps with content would keep entries that were deleted since.
	target := reflect.ValueOf(into).Elem()
	target.Set(reflect.Zero(target.Type()))
	content, err := os.ReadFile(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(content, into); err != nil {
		return nil, fmt.Errorf("%s is not what a stand-in wrote: %w", s.path, err)
	}
	return content, nil
}
