package yugabyte

import (
	"fmt"
	"time"

	"drydock.dev/standin/common"
)

const mismatchText = "ERROR:  The catalog snapshot used for this transaction has been invalidated: MISMATCHED_SCHEMA\n" +
	"CONTEXT:  Catalog Version Mismatch: A DDL occurred while processing this query. Try again."

func mismatch(migration string) *status {
	return networkError("yb/yql/pgwrapper/libpq_utils.cc:345",
		"Failed to apply migration '%s' to a database yugabyte: Execute failed: 7, message: %s (pgsql error 40001) (aux msg %s)", migration, mismatchText, mismatchText)
}

const someMigration = "V38__14445__alter_pg_stat_statements.sql"

// upgradeCatalog runs the migrations of this server's version. The point "upgrade": mismatch, fail, hang, slow (for the
// delay in the original's time). Two at the same time, or DDL meanwhile, fail as they do in the original.
func upgradeCatalog(c *call) (any, *status) {
	n := c.n
	span := vendor(readKnobs().CatalogSeconds)
	if fault, faulty := common.FaultFor(n.name, "upgrade"); faulty {
		switch fault.Do {
		case "mismatch":
			return nil, mismatch(someMigration)
		case "fail":
			return nil, networkError("yb/yql/pgwrapper/libpq_utils.cc:345", "%s", fault.Body)
		case "hang":
			select {}
		case "slow":
			span = common.Scaled(fault.Wait())
		default:
			common.Fatal("standin: fault %q: %q is nothing an upgrade of the catalogue can do (mismatch, fail, hang, slow)", fault.ID, fault.Do)
		}
	}
	var failed *status
	done, statements := false, 0
	n.must(n.change(func(s *state, court *court) error {
		done = s.Catalog.UpgradedTo.atLeast(n.version)
		statements = s.Catalog.Statements
		failed = n.beginCatalog(s, court, span)
		return nil
	}))
	if failed != nil {
		return nil, failed
	}
	// Migrations continue after the caller has disconnected.
	for end := time.Now().Add(span); !done && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if n.now().Catalog.Statements != statements {
			failed = mismatch(someMigration)
			break
		}
	}
	n.must(n.change(func(s *state, court *court) error {
		if s.Catalog.Upgrading == n.self.Incarnation {
			s.Catalog.Upgrading = ""
		}
		if failed == nil && !done {
			s.Catalog.UpgradedTo = n.version
			s.Catalog.ran(n.migrations())
			s.Catalog.Version++
			court.event(n.name, "catalogue upgraded", map[string]any{"version": string(n.version), "catalog": s.Catalog.Version})
		}
		return nil
	}))
	return true, failed
}

func (n *node) beginCatalog(s *state, c *court, span time.Duration) *status {
	if names := s.refused(); len(names) > 0 {
		c.violation(n.name, "CatalogUpgradeWhileUnhealthy", map[string]any{"refused": names})
	}
	if lacking := n.lackingMigrations(s); len(lacking) > 0 {
		c.violation(n.name, "MigrationsMissing", map[string]any{"version": string(n.version), "lacking": lacking})
		return internalError("yb/yql/pgwrapper/ysql_upgrade.cc:386", "Migration following %s is not found!", n.latestMigration())
	}
	if !s.flagsAsked() {
		c.violation(n.name, "CatalogUpgradeBeforeFlags", map[string]any{"newest": string(s.newest())})
	}
	if s.Catalog.Changing != "" && s.Catalog.ChangingUntil.After(c.at) {
		c.violation(n.name, "DdlDuringUpgrade", map[string]any{"ddl": s.Catalog.Changing})
		return mismatch(someMigration)
	}
	if s.Catalog.Upgrading != "" && s.Catalog.Until.After(c.at) {
		c.violation(n.name, "TwoCatalogUpgrades", map[string]any{})
		return mismatch(someMigration)
	}
	s.Catalog.Upgrading, s.Catalog.Until = n.self.Incarnation, c.at.Add(span)
	return nil
}

// ddl runs a DDL statement for a span of the original's time.
func (n *node) ddl(statement string, seconds float64) string {
	result := "ok"
	n.must(n.change(func(s *state, c *court) error {
		s.Catalog.Changing, s.Catalog.ChangingUntil = statement, c.at.Add(longer(vendor(seconds), time.Millisecond))
		s.Catalog.Statements++
		s.Catalog.Version++
		if s.Catalog.Upgrading != "" && s.Catalog.Until.After(c.at) {
			c.violation(n.name, "DdlDuringUpgrade", map[string]any{"ddl": statement})
			result = "catalogue is being upgraded"
		}
		return nil
	}))
	common.Record(n.name, "sql", statement, 0, map[string]any{"seconds": fmt.Sprint(seconds), "result": result})
	return result
}

// settleCatalog removes statements that have ended.
func (s *state) settleCatalog(at time.Time) {
	if s.Catalog.Changing != "" && at.After(s.Catalog.ChangingUntil) {
		s.Catalog.Changing = ""
	}
}
