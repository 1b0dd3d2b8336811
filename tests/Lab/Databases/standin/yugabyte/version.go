package yugabyte

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// version is the name of a package: 2.18.4.0-b52, or a part of it.
type version string

// number is the version without its build: 2.18.4.0.
func (v version) number() string {
	number, _, _ := strings.Cut(string(v), "-")
	for strings.Count(number, ".") < 3 {
		number += ".0"
	}
	return number
}

// build is the build's number; 1 if the version has none.
func (v version) build() string {
	if _, build, found := strings.Cut(string(v), "-b"); found {
		return build
	}
	return "1"
}

// revision stands for the commit it was built from.
func (v version) revision() string {
	sum := sha256.Sum256([]byte(v))
	return hex.EncodeToString(sum[:20])
}

// long is the version in a process's log and for --version.
func (v version) long() string {
	return fmt.Sprintf("version %s build %s revision %s build_type RELEASE built at 01 Jan 2024 00:00:00 UTC", v.number(), v.build(), v.revision())
}

func (v version) parts() []int {
	var parts []int
	for _, part := range append(strings.Split(v.number(), "."), v.build()) {
		number, err := strconv.Atoi(part)
		if err != nil {
			number = 0
		}
		parts = append(parts, number)
	}
	return parts
}

// compare orders versions: negative when v is the older one.
func (v version) compare(other version) int {
	mine, others := v.parts(), other.parts()
	for i := 0; i < len(mine) || i < len(others); i++ {
		a, b := 0, 0
		if i < len(mine) {
			a = mine[i]
		}
		if i < len(others) {
			b = others[i]
		}
		if a != b {
			return a - b
		}
	}
	return 0
}

func (v version) atLeast(other version) bool { return v.compare(other) >= 0 }
func (v version) before(other version) bool  { return v.compare(other) < 0 }

// series is true for versions of one release line: 2.18.
func (v version) series(line string) bool {
	return strings.HasPrefix(v.number()+".", line+".")
}

// hasUnderReplication tells whether the master serves tablet-under-replication (CheckUnderReplicatedTablets of YBA).
func (v version) hasUnderReplication() bool {
	switch {
	case v.series("2.14"):
		return v.atLeast("2.14.12.0-b0")
	case v.series("2.16"):
		return v.atLeast("2.16.7.0-b0")
	case v.series("2.18"):
		return v.atLeast("2.18.2.0-b65")
	}
	return v.atLeast("2.19.1.0-b291")
}

// hasNodesSafe tells whether the master answers AreNodesSafeToTakeDown.
func (v version) hasNodesSafe() bool {
	if v.series("2.20") {
		return v.atLeast("2.20.3.0-b8")
	}
	return v.atLeast("2.21.0.0-b190")
}
