package yugabyte

import (
	"fmt"
	"sort"
	"strings"
	"time"
)

// missingAutoFlag is a promoted flag that this process does not know: its version is too old for the cluster, or it is of
// a newer series that has not received the flag yet. Whatever
// the class, a process without the flag ends at the first heartbeat after the promotion.
func (n *node) missingAutoFlag() (string, bool) {
	for _, promoted := range n.now().AutoFlags.Promoted {
		if promoted.Program != n.program || time.Since(promoted.At) < vendor(heartbeatSeconds) {
			continue
		}
		if flag, known := autoFlagNamed(promoted.Name); known && (!flag.in(n.version) || n.version.before(autoFlagsSince)) {
			return promoted.Name, true
		}
	}
	return "", false
}

func (n *node) missingAutoFlagText(flag string) string {
	return fmt.Sprintf("Not found (yb/server/auto_flags_manager_base.cc:288): AutoFlag '%s' is not found. Upgrade the process to a version that contains this AutoFlag. Current version: %s", flag, n.version.long())
}

func (a *autoFlags) has(name string) bool {
	for _, each := range a.Promoted {
		if each.Name == name {
			return true
		}
	}
	return false
}

// promotion is the result of a promotion.
type promotion struct {
	Promoted   bool `json:"flagsPromoted"`
	NonRuntime bool `json:"nonRuntimeFlagsPromoted"`
	Version    int  `json:"newConfigVersion"`
}

// promote enables the flags of the master leader's version that the cluster does not use yet, up to a class. Repeating
// it has no effect.
func (n *node) promote(s *state, c *court, most autoFlagClass, nonRuntime, force bool) promotion {
	newest := s.newest()
	c.promotedTooEarly(s, newest)
	var added []promotedFlag
	result := promotion{}
	for _, flag := range autoFlagsOf(n.version) {
		if flag.Class > most || s.AutoFlags.has(flag.Name) || (!flag.Runtime && !nonRuntime) {
			continue
		}
		added = append(added, promotedFlag{flag.Name, flag.Program, flag.Class, s.AutoFlags.Version + 1, c.at})
		result.NonRuntime = result.NonRuntime || !flag.Runtime
	}
	if s.AutoFlags.Asked == nil {
		s.AutoFlags.Asked = map[string]string{}
	}
	s.AutoFlags.Asked[string(newest)] = classNames[most]
	if len(added) > 0 || force {
		s.AutoFlags.Version++
		s.AutoFlags.Promoted = append(s.AutoFlags.Promoted, added...)
		result.Promoted = true
	}
	result.Version = s.AutoFlags.Version
	if len(added) > 0 {
		s.refuse(readKnobs().RefusedHeartbeats, c)
	}
	c.event(n.name, "AutoFlags promoted", map[string]any{"version": result.Version, "count": len(added), "class": classNames[most]})
	return result
}

// promotedTooEarly finds processes of an older version, including stopped ones, which would start as old again. It also
// finds a blacklist that should be empty by now.
func (c *court) promotedTooEarly(s *state, newest version) {
	for _, servers := range []map[string]*server{s.Masters, s.Tservers} {
		for _, each := range sorted(servers) {
			if each.Version != newest && !s.takenOut(each, c.at) {
				c.violation(each.Name, "AutoFlagsWithOldProcess", map[string]any{"version": string(each.Version), "newest": string(newest), "when": "promotion", "up": each.Up})
			}
		}
	}
	for _, each := range up(s.Tservers) {
		if s.leaderBlacklisted(each) {
			c.violation(each.Name, "BlacklistLeaked", map[string]any{"when": "AutoFlags were promoted"})
		}
	}
}

// rollback undoes promotions after a version; this is possible for volatile flags only.
func (s *state) rollback(after int, c *court, by string) (changed bool, err error) {
	var kept, gone []promotedFlag
	var persisted []string
	for _, each := range s.AutoFlags.Promoted {
		switch {
		case each.Version <= after:
			kept = append(kept, each)
		case each.Class > localVolatile:
			persisted = append(persisted, each.Name)
		default:
			gone = append(gone, each)
		}
	}
	if len(persisted) > 0 {
		sort.Strings(persisted)
		return false, fmt.Errorf("Cannot rollback to config version %d: AutoFlags of a class that is not volatile were promoted since: %s", after, strings.Join(persisted, ","))
	}
	if len(gone) == 0 {
		return false, nil
	}
	s.AutoFlags.Promoted = kept
	s.AutoFlags.Version++
	c.event(by, "AutoFlags rolled back", map[string]any{"version": s.AutoFlags.Version, "count": len(gone)})
	return true, nil
}

// text is the configuration in the admin tool's output: protobuf's text form.
func (a *autoFlags) text() string {
	byProgram := map[string][]promotedFlag{}
	for _, each := range a.Promoted {
		byProgram[each.Program] = append(byProgram[each.Program], each)
	}
	var programs []string
	for program := range byProgram {
		programs = append(programs, program)
	}
	sort.Strings(programs)
	var text strings.Builder
	// Protobuf's text omits zeros.
	if a.Version > 0 {
		fmt.Fprintf(&text, "config_version: %d\n", a.Version)
	}
	for _, program := range programs {
		fmt.Fprintf(&text, "promoted_flags {\n  process_name: %q\n", program)
		for _, each := range byProgram[program] {
			fmt.Fprintf(&text, "  flags: %q\n", each.Name)
		}
		for _, each := range byProgram[program] {
			fmt.Fprintf(&text, "  flag_infos {\n    promoted_version: %d\n  }\n", each.Version)
		}
		text.WriteString("}\n")
	}
	return text.String()
}

// flagsAsked tells whether the flags of the newest version were promoted, as far as this was requested.
func (s *state) flagsAsked() bool {
	newest := s.newest()

	// A promotion of volatile flags only is not the one that belongs before the catalogue's upgrade.
	if class, asked := s.AutoFlags.Asked[string(newest)]; asked && class != classNames[localVolatile] {
		return true
	}
	// A cluster that was created with this version has all of them.
	for _, flag := range autoFlagsOf(newest) {
		if flag.Runtime && !s.AutoFlags.has(flag.Name) {
			return false
		}
	}
	return true
}
