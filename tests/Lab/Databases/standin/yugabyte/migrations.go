package yugabyte

import (
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

// migration is a file of share/ysql_migrations: V38.1__26645__name.sql. Its number is that of the series; a migration
// that is brought to an older series has another one there and the same name.
type migration struct {
	major, minor int
	name         string
}

// migrations are those of the package that this program belongs to, in their order.
func (n *node) migrations() []migration {
	files, err := filepath.Glob(filepath.Join(filepath.Dir(filepath.Dir(exePath())), "share", "ysql_migrations", "V*__*.sql"))
	if err != nil {
		return nil
	}
	var list []migration
	for _, file := range files {
		number, name, _ := strings.Cut(strings.TrimPrefix(filepath.Base(file), "V"), "__")
		whole, part, _ := strings.Cut(number, ".")
		major, _ := strconv.Atoi(whole)
		minor, _ := strconv.Atoi(part)
		list = append(list, migration{major, minor, name})
	}
	sort.Slice(list, func(i, j int) bool {
		return list[i].major < list[j].major || (list[i].major == list[j].major && list[i].minor < list[j].minor)
	})
	return list
}

// latestMigration is the number of the last one.
func (n *node) latestMigration() string {
	list := n.migrations()
	if len(list) == 0 {
		return "0.0"
	}
	last := list[len(list)-1]
	return strconv.Itoa(last.major) + "." + strconv.Itoa(last.minor)
}

// ran notes that the catalogue has run these migrations.
func (c *catalog) ran(list []migration) {
	for _, each := range list {
		if !contains(c.Migrations, each.name) {
			c.Migrations = append(c.Migrations, each.name)
		}
	}
}

// lackingMigrations are those that the catalogue has run and this package does not have (yugabyte-db#28416).
func (n *node) lackingMigrations(s *state) []string {
	own := map[string]bool{}
	for _, each := range n.migrations() {
		own[each.name] = true
	}
	var lacking []string
	for _, name := range s.Catalog.Migrations {
		if !own[name] {
			lacking = append(lacking, name)
		}
	}
	return lacking
}
