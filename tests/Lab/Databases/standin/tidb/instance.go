package tidb

import (
	"os"
	"path/filepath"
	"time"

	"drydock.dev/standin/common"
)

// The order in which components get a new version.
var ranks = map[string]int{"pd": 0, "tikv": 1, "pump": 2, "tidb": 3, "drainer": 3}

// enter makes a process part of the cluster, unless a fault keeps it from starting.
func enter(component, address, version string) common.Member {
	process := nameOf(component, address)
	faultAtStart(process)
	member, err := common.Join(process, component, version)
	if err != nil {
		common.Fatal("%s: %v", process, err)
	}
	common.Record(process, "start", os.Args[0], 0, map[string]any{"version": version, "args": os.Args[1:], "address": address})
	common.LeaveCommand()
	mustUpdate(func(state *State) { state.start(process, component, address, version, member) })
	if fault, faulty := common.FaultFor(process, "run"); faulty && fault.Do == "crash" {
		time.AfterFunc(fault.Wait(), common.Crash)
	}
	keepWorld()
	return member
}

func faultAtStart(process string) {
	fault, faulty := common.FaultFor(process, "start")
	if !faulty {
		return
	}
	switch fault.Do {
	case "fail":
		common.Fatal("%s: %s", process, fault.Body)
	case "hang":
		common.AwaitTermination()
		os.Exit(1)
	case "delay":
		time.Sleep(fault.Wait())
	case "crash":
		common.Crash()
	}
}

func (s *State) start(process, component, address, version string, member common.Member) {
	instance, known := s.Instances[process]
	if !known {
		instance = &Instance{Component: component, Address: address, First: version}
		s.Instances[process] = instance
	}
	if known {
		s.judgeStart(process, instance, version)
	}
	instance.Version, instance.Incarnation = version, member.Incarnation
	instance.Starts++
	instance.StartedAt, instance.StoppedAt, instance.Stopped, instance.Healthy = member.Started, time.Time{}, "", false
}

// judgeStart checks whether a careful administrator would start this process now.
func (s *State) judgeStart(process string, before *Instance, version string) {
	switch compare(version, before.Version) {
	case -1:
		common.Violation(process, "Downgraded", map[string]any{"from": before.Version, "to": version})
	case 0:
		if before.Stopped == "signal" && before.Healthy && version != before.First {
			common.Violation(process, "RestartedForNothing", map[string]any{"version": version, "stoppedAt": before.StoppedAt})
		}
	case 1:
		for other, instance := range s.Instances {
			if ranks[instance.Component] < ranks[before.Component] && compare(instance.Version, version) < 0 && !s.isBuried(other) {
				common.Violation(process, "WrongOrder", map[string]any{"version": version, "before": other, "itsVersion": instance.Version})
				return
			}
		}
	}
}

// isBuried is whether a process was a store that was taken out of the cluster: it does not come back.
func (s *State) isBuried(process string) bool {
	buried := false
	for _, store := range s.Stores {
		if store.Process == process {
			if !store.Tombstone {
				return false
			}
			buried = true
		}
	}
	return buried
}

// leave records an orderly end, by a signal or by the process itself. It reports a stop that must not happen.
func leave(process, why string) {
	now := look()
	mustUpdate(func(state *State) {
		state.judgeStop(process, why, now)
		if instance := state.Instances[process]; instance != nil {
			instance.Stopped, instance.StoppedAt = why, time.Now()
		}
	})
	common.Record(process, "stop", why, 0, nil)
}

// healthy notes that a process does its work.
func healthy(process string) {
	mustUpdate(func(state *State) { state.Instances[process].Healthy = true })
}

// lockData keeps a second process out of a data directory, as the locks of etcd, RocksDB and the others do.
func lockData(process, dir string) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		common.Fatal("%s: %v", process, err)
	}
	if !common.LockFile(filepath.Join(dir, "LOCK")) {
		common.Fatal("%s: IO error: lock %s: Resource temporarily unavailable", process, filepath.Join(dir, "LOCK"))
	}
}

// untilStopped waits for a signal or for the process itself to end, leaves the cluster and ends the servers. Faults on
// "stop": ignore (the signal has no effect), delay (it stays a member for that long), linger (it has left, but it and
// its ports stay for that long).
func untilStopped(process string, itself <-chan struct{}, end func(why string)) {
	signals := common.Terminations()
	for {
		why := "itself"
		select {
		case signal := <-signals:
			why = "signal"
			common.Record(process, "signal", signal.String(), 0, nil)
		case <-itself:
		}
		fault, faulty := common.FaultFor(process, "stop")
		if faulty && fault.Do == "ignore" {
			continue
		}
		leave(process, why)
		if faulty && fault.Do == "delay" {
			time.Sleep(fault.Wait())
		}
		common.Leave()
		if faulty && fault.Do == "linger" {
			time.Sleep(fault.Wait())
		}
		end(why)
		return
	}
}
