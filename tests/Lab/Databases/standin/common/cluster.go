package common

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	clusterVariable = "STANDIN_CLUSTER"
	factorVariable  = "STANDIN_TIME_FACTOR"
	settingsFile    = "standin.env"
	hostDisk        = "/data"
	defaultFactor   = 60
)

var settings = struct {
	once   sync.Once
	values map[string]string
}{}

// ClusterDir is the directory that all processes of one cluster share on all hosts: the variable STANDIN_CLUSTER, or
// the line of that name in a standin.env. If there is neither, the process ends with exit code 2.
func ClusterDir() string {
	dir, known := TryClusterDir()
	if !known {
		fmt.Fprintf(os.Stderr, "%s: %s is not set, and no %s is above the program's file or in %s: without the cluster's directory it is no member of anything\n",
			filepath.Base(os.Args[0]), clusterVariable, settingsFile, hostDisk)
		os.Exit(2)
	}
	return dir
}

// TryClusterDir is ClusterDir for a program that needs no cluster, for example to print its version.
func TryClusterDir() (string, bool) {
	dir := setting(clusterVariable)
	return dir, dir != ""
}

// TimeFactor is the divisor of the originals' spans (STANDIN_TIME_FACTOR, 60 by default).
func TimeFactor() float64 {
	text := setting(factorVariable)
	if text == "" {
		return defaultFactor
	}
	factor, err := strconv.ParseFloat(text, 64)
	if err != nil || factor <= 0 {
		fmt.Fprintf(os.Stderr, "%s: %s is %q; expected a number above 0\n", filepath.Base(os.Args[0]), factorVariable, text)
		os.Exit(2)
	}
	return factor
}

// Scaled is a span of the originals in the stand-in's time.
func Scaled(d time.Duration) time.Duration {
	return time.Duration(float64(d) / TimeFactor())
}

func setting(name string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	settings.once.Do(func() { settings.values = readSettings() })
	return settings.values[name]
}

// A tool that is called over ssh does not have the lab's environment, and a start script that was rendered again from a
// template may have lost it. The file nearest to the program is then used.
func readSettings() map[string]string {
	var places []string
	if exe, err := os.Readlink("/proc/self/exe"); err == nil {
		for dir := filepath.Dir(exe); ; dir = filepath.Dir(dir) {
			places = append(places, filepath.Join(dir, settingsFile))
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	places = append(places, filepath.Join(hostDisk, settingsFile))
	for _, place := range places {
		if values, err := readSettingsFile(place); err == nil {
			return values
		}
	}
	return nil
}

func readSettingsFile(path string) (map[string]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	values := map[string]string{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if name, value, found := strings.Cut(strings.TrimSpace(lines.Text()), "="); found {
			values[name] = value
		}
	}
	return values, nil
}
