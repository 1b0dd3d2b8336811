package tidb

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

const (
	goVersion  = "go version go1.13 linux/amd64"
	buildTime  = "2020-01-14 12:53:37"
	sqlVersion = "5.7.25-TiDB-v"
)

// parts are major, minor and patch; missing parts are 0.
func parts(version string) [3]int {
	var numbers [3]int
	for i, text := range strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3) {
		digits := strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' })
		if digits >= 0 {
			text = text[:digits]
		}
		numbers[i], _ = strconv.Atoi(text)
	}
	return numbers
}

// compare is -1, 0 or 1.
func compare(a, b string) int {
	left, right := parts(a), parts(b)
	for i := range left {
		switch {
		case left[i] < right[i]:
			return -1
		case left[i] > right[i]:
			return 1
		}
	}
	return 0
}

// isThree tells whether this version behaves as 3.0 does.
func isThree(version string) bool { return parts(version)[0] >= 3 }

// gitHash is the same for all builds of a version.
func gitHash(version string) string {
	sum := sha1.Sum([]byte("drydock-standin " + version))
	return hex.EncodeToString(sum[:])
}

// The output of PD and pd-ctl for -V.
func pdVersion(version string) string {
	return fmt.Sprintf("Release Version: v%s\nGit Commit Hash: %s\nGit Branch: HEAD\nUTC Build Time:  %s\n", version, gitHash(version), buildTime)
}

func tidbVersion(version string) string {
	return fmt.Sprintf("Release Version: v%s\nGit Commit Hash: %s\nGit Branch: HEAD\nUTC Build Time: %s\nGoVersion: %s\nRace Enabled: false\n"+
		"TiKV Min Version: v2.1.0-alpha.1-ff3dd160846b7d1aed9079c389fc188f7f5ea13e\nCheck Table Before Drop: false\n", version, gitHash(version), buildTime, goVersion)
}

func tikvVersion(version string) string {
	return fmt.Sprintf("TiKV \nRelease Version:   %s\nGit Commit Hash:   %s\nGit Commit Branch: HEAD\nUTC Build Time:    %s\nRust Version:      rustc 1.38.0-nightly (4560cb830 2019-07-28)\n",
		version, gitHash(version), buildTime)
}

// The output of pump, drainer and binlogctl for -V.
func binlogVersion(version string) string {
	return fmt.Sprintf("Release Version: v%s\nGit Commit Hash: %s\nBuild TS: %s\nGo Version: go1.13\nGo OS/Arch: linux/amd64\n", version, gitHash(version), buildTime)
}
