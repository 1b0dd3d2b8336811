// Package common contains the common parts of all stand-ins of databases: program name and version, the directory that
// the processes of a cluster share, the record of events, and the faults that a test requested.
package common

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Process is the program this binary was started as. Args is without the program's own name.
type Process struct {
	Program string
	Version string
	Args    []string
}

const (
	versionMark = "\nDRYDOCK-STANDIN-VERSION="
	// This is longer than the mark with any version.
	tailBytes = 128
)

// Main runs the program that the base name of argv[0] names, and ends the process with its exit code. A name that
// begins with a program's name is accepted too, because operators keep binaries next to each other (drainer.old,
// drainer309).
func Main(programs map[string]func(Process) int) {
	name := filepath.Base(os.Args[0])
	program := ""
	for candidate := range programs {
		if strings.HasPrefix(name, candidate) && len(candidate) > len(program) {
			program = candidate
		}
	}
	if program == "" {
		fmt.Fprintf(os.Stderr, "standin: called as %q, which is none of its programs\n", name)
		os.Exit(2)
	}
	version, err := versionOf("/proc/self/exe")
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", program, err)
		os.Exit(2)
	}
	os.Exit(programs[program](Process{Program: program, Version: version, Args: os.Args[1:]}))
}

// LeaveCommand moves this process out of the control group of the command that started it, on a host that counts what
// commands cost.
func LeaveCommand() {
	group, err := os.OpenFile("/run/lab-groups/cgroup.procs", os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err == nil {
		_, err = group.WriteString("0")
		group.Close()
	}
	if err != nil {
		Fatal("standin: the group of the command that started it cannot be left: %v", err)
	}
}

// The version is part of the file and not of the environment, so each version has different bytes and another checksum.
// A replaced file changes the version only of processes that are started from it.
func versionOf(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("its own file cannot be read for the version: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", fmt.Errorf("its own file cannot be read for the version: %w", err)
	}
	start := info.Size() - tailBytes
	if start < 0 {
		start = 0
	}
	tail, err := io.ReadAll(io.NewSectionReader(file, start, tailBytes))
	if err != nil {
		return "", fmt.Errorf("its own file cannot be read for the version: %w", err)
	}
	text := string(tail)
	at := strings.LastIndex(text, versionMark)
	if at < 0 || !strings.HasSuffix(text, "\n") {
		return "", fmt.Errorf("this file has no version: it must end with the line %sX.Y.Z (recipes/standin.sh package appends it)", versionMark[1:])
	}
	version := strings.TrimSuffix(text[at+len(versionMark):], "\n")
	if version == "" || strings.ContainsAny(version, "\n \x00") {
		return "", fmt.Errorf("this file ends with %q, which is no version", version)
	}
	return version, nil
}

// Fatal prints why a process cannot continue and ends it as the originals do.
func Fatal(format string, values ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
	os.Exit(1)
}
