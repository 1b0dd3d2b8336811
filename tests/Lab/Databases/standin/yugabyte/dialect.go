package yugabyte

import "strings"

// dialect contains the different names in YugabyteDB and BMDB.
type dialect struct {
	// Name is Yugabyte or BMDB.
	Name           string
	Master         string
	Tserver        string
	Admin          string
	MasterRPC      int
	MasterWeb      int
	TserverRPC     int
	TserverWeb     int
	SQL            string
	UpgradeCatalog string
	CatalogVersion string
	EnableSQL      string
	// MastersFlags are the flags that name the masters, to a master and to the admin tool; TserverMastersFlags those to a tablet server.
	MastersFlags        []string
	TserverMastersFlags []string
	TabletServersPages  []string
}

var yugabyteDialect = dialect{
	Name: "Yugabyte", Master: "yb-master", Tserver: "yb-tserver", Admin: "yb-admin",
	MasterRPC: 7100, MasterWeb: 7000, TserverRPC: 9100, TserverWeb: 9000,
	SQL: "YSQL", UpgradeCatalog: "upgrade_ysql", CatalogVersion: "ysql_catalog_version", EnableSQL: "enable_ysql",
	MastersFlags: []string{"master_addresses"}, TserverMastersFlags: []string{"tserver_master_addrs"},
	TabletServersPages: []string{"/tablet-servers"},
}

// Little is known of BMDB. Unknown parts are assumed to be as in YugabyteDB, and YugabyteDB's spellings are accepted
// too.
var bmdbDialect = dialect{
	Name: "BMDB", Master: "mserver", Tserver: "dbserver", Admin: "bm-admin",
	MasterRPC: 11000, MasterWeb: 10000, TserverRPC: 9100, TserverWeb: 9000,
	SQL: "BSQL", UpgradeCatalog: "upgrade_bsql", CatalogVersion: "bsql_catalog_version", EnableSQL: "enable_bsql",
	MastersFlags: []string{"mserver_addresses", "master_addresses"}, TserverMastersFlags: []string{"dbserver_mserver_addrs", "tserver_master_addrs"},
	TabletServersPages: []string{"/tile-servers", "/tablet-servers"},
}

func dialectOf(program string) dialect {
	switch program {
	case bmdbDialect.Master, bmdbDialect.Tserver, bmdbDialect.Admin:
		return bmdbDialect
	}
	return yugabyteDialect
}

// isBMDB is for texts in which BMDB differs from newer YugabyteDB.
func (d dialect) isBMDB() bool { return d.Name == bmdbDialect.Name }

// words translates a text of YugabyteDB into the dialect.
func (d dialect) words(text string) string {
	if !d.isBMDB() {
		return text
	}
	return strings.NewReplacer("YSQL", "BSQL", "ysql", "bsql").Replace(text)
}
