package tidb

import (
	"time"

	"drydock.dev/standin/common"
)

// newJob queues a DDL job. The caller finishes a job without a span.
func (s *State) newJob(database, table, kind, query string, takes time.Duration) *Job {
	job := &Job{ID: int(s.nextID()) + 40, Database: database, Table: table, Type: kind, Query: query, State: "none", Takes: takes, Start: time.Now()}
	s.TiDB.Jobs = append(s.TiDB.Jobs, job)
	return job
}

func (j *Job) finish(now time.Time) {
	j.State, j.End = "synced", now
}

// done tells whether a job has ended: an upgrade may begin only then (DDL gate).
func (j *Job) done() bool {
	return j.State == "synced" || j.State == "rollback done" || j.State == "cancelled"
}

// schemaState is the progress of a job's object.
func (j *Job) schemaState() string {
	switch {
	case j.State == "synced":
		return "public"
	case j.State == "running" && j.Type == "add index":
		return "write reorganization"
	case j.State == "running":
		return "write only"
	}
	return "none"
}

// advanceSQL runs the DDL jobs one after the other if there is an owner, and finds a new owner when the lease of a dead
// one ends.
func (s *State) advanceSQL(w world) {
	t := &s.TiDB
	for process, server := range t.Servers {
		member, alive := w.members[process]
		if alive && member.Incarnation == server.Incarnation && member.Reachable() {
			continue
		}
		if process == t.Owner && t.OwnerGoneAt.IsZero() {
			t.OwnerGoneAt = w.now
		}
		if instance := s.Instances[process]; instance != nil && !alive && w.past(instance.StoppedAt, ownerLease) {
			delete(t.Servers, process)
		}
	}
	if owner := t.Servers[t.Owner]; owner != nil && w.reachable(t.Owner) {
		t.OwnerGoneAt = time.Time{}
	} else if t.Owner == "" || t.OwnerGoneAt.IsZero() || w.past(t.OwnerGoneAt, ownerLease) {
		t.Owner, t.OwnerGoneAt = s.nextOwner(t.Owner, w), time.Time{}
	}
	if t.Owner == "" || !w.reachable(t.Owner) || s.PD.Leader == "" {
		return
	}
	for _, job := range t.Jobs {
		switch {
		case job.done():
		case job.State == "none":
			job.State, job.Start = "running", w.now
			return
		case job.State == "cancelling":
			job.State, job.End = "cancelled", w.now
			return
		case w.now.Sub(job.Start) >= job.Takes:
			job.finish(w.now)
			t.SchemaVersion++
			return
		default:
			if job.Type == "add index" {
				job.Rows = int(1e6 * w.now.Sub(job.Start).Seconds() / job.Takes.Seconds())
			}
			return
		}
	}
}

// judgeDDL: while the cluster has processes of two versions DDL is undefined.
func (s *State) judgeDDL(process, query string) {
	if s.mixed() {
		common.Violation(process, "DdlDuringUpgrade", map[string]any{"query": query})
	}
}
