package tenant

import (
	"fmt"
	"strings"
	"testing"

	"syncd/internal/directory"
)

// TestCommonFiltersUseTheirIndex: the cost of the look-ups that clients make does not grow with the directory.
func TestCommonFiltersUseTheirIndex(t *testing.T) {
	tenant := newTenant(t)
	for _, c := range []struct {
		kind          directory.Kind
		filter, index string
	}{
		{directory.User, ``, "resource_alive"},
		{directory.User, `userName eq "x"`, "resource_user_name"},
		{directory.User, `userName sw "x"`, "resource_user_name"},
		{directory.User, `externalId eq "x"`, "resource_external_id"},
		{directory.User, `externalId eq "x" or externalId eq "y"`, "resource_external_id"},
		{directory.User, `id eq "x"`, "sqlite_autoindex_resource_1"},
		{directory.Group, `displayName eq "x"`, "resource_view"},
		{directory.Group, `displayName sw "x"`, "resource_view"},
		{directory.User, directory.Department.Path() + ` eq "x"`, "resource_department"},
		{directory.User, directory.Manager + `.value eq "x"`, "resource_manager"},
		{directory.User, `active eq true`, "(kind=? AND state=?)"},
		{directory.Group, `members.value eq "x"`, "INTEGER PRIMARY KEY"},
		{directory.User, `emails[type eq "work" and value eq "x"] or ` + directory.ProxyAddresses.Path() + ` eq "smtp:x"`, "address a"},
		{directory.Group, directory.Mail.Path() + ` eq "x" or ` + directory.ProxyAddresses.Path() + ` eq "SMTP:x"`, "address a"},
	} {
		kind := tenant.Catalogue().ByKind(c.kind)
		part := Part{Type: kind}
		if c.filter != "" {
			filter, err := kind.ParseFilter(c.filter)
			if err != nil {
				t.Fatal(err)
			}
			part.Filter = filter
		}
		search, err := newSearch(Query{Parts: []Part{part}})
		if err != nil {
			t.Fatal(err)
		}
		if search.walks {
			t.Errorf("%s waits for long searches", c.filter)
		}
		if len(search.rests) > 0 && c.index != "address a" {
			t.Errorf("%s is evaluated one by one", c.filter)
		}
		plan := explain(t, tenant, search.statement(), append(search.args, 1, 0)...)
		plan = strings.ReplaceAll(plan, "SEARCH a USING PRIMARY KEY", "SEARCH address a")
		if !strings.Contains(plan, c.index) || strings.Contains(plan, "SCAN r") {
			t.Errorf("%s:\n%s", c.filter, plan)
		}
	}
}

func explain(t *testing.T, tenant *Tenant, query string, args ...any) string {
	t.Helper()
	rows, err := tenant.read.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var plan strings.Builder
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&plan, detail)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan.String()
}
