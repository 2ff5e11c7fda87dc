package tenant

import (
	"database/sql"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"syncd/internal/directory"
)

// oldCompany fills a folder of format 1 or 2 as those formats did.
func oldCompany(t *testing.T, format int64) string {
	t.Helper()
	dir := oldFolder(t, format, "admin")
	inFile(t, dir, func(db *sql.DB) {
		const enterprise, onPremises = `"` + directory.SchemaEnterprise + `":`, `"` + directory.SchemaOnPremises + `":`
		statements := []string{
			`INSERT INTO resource (seq, id, kind, state, active, external_id, user_name, display_name, department, manager, created, modified, deleted, version, body) VALUES
			(10, 'boss', 1, 1, 1, 'A10', 'boss@corp.example', 'ångström, zoe', 'board', NULL, 1000, 5000, NULL, 3, '{"userName":"Boss@corp.example","displayName":"Ångström, Zoe",
				"name":{"familyName":"Ångström","givenName":"Zoe"},"phoneNumbers":[{"type":"work","value":"+44 20 7946 0001"}],"emails":[{"type":"work","value":"boss@corp.example"}],` + enterprise + `{"department":"Board"}}'),
			(11, 'bob', 1, 0, 0, 'A11', 'bob@corp.example', 'bob smith', NULL, 10, 2000, 4000, NULL, 1, '{"userName":"bob@corp.example","displayName":"Bob Smith",
				"name":{"familyName":"Smith"},"emails":[{"type":"work","value":"bob@corp.example"}],` + onPremises + `{"hideFromAddressLists":true}}'),
			(12, 'cid', 1, 2, 0, 'A12', 'cid@corp.example', 'cid', 'board', 10, 2000, 3000, NULL, 1, '{"userName":"cid@corp.example","displayName":"Cid",` + onPremises + `{"onPremisesAccountEnabled":false}}'),
			(13, 'dora', 1, 3, 0, 'A13', NULL, 'dora', NULL, NULL, 2000, (unixepoch() - 3600) * 1000, (unixepoch() - 3600) * 1000, 1, '{"userName":"dora@corp.example","displayName":"Dora","emails":[{"type":"work","value":"dora@corp.example"}]}'),
			(14, 'erin', 1, 1, 1, NULL, 'erin@corp.example', 'erin', NULL, NULL, 2000, 2500, NULL, 1, '{"userName":"erin@corp.example","displayName":"Erin"}'),
			(15, 'supplier', 2, 1, 0, 'A15', NULL, 'supplier', NULL, NULL, 2000, 2000, NULL, 1, '{"displayName":"Supplier","emails":[{"type":"work","value":"s@elsewhere.example"}]}'),
			(16, 'crew', 3, 1, 0, 'A16', NULL, 'crew', NULL, NULL, 2000, 2000, NULL, 1, '{"displayName":"Crew",` + onPremises + `{"mail":"crew@corp.example"}}')`,
			`INSERT INTO address VALUES ('boss@corp.example', 10), ('bob@corp.example', 11), ('s@elsewhere.example', 15), ('crew@corp.example', 16)`,
			`INSERT INTO member VALUES (16, 10), (16, 11), (16, 15)`,
			`INSERT INTO token VALUES (x'` + strings.Repeat("ab", 32) + `', 'syncd', 1000)`,
		}
		if format == 2 {
			statements = append(statements, `INSERT INTO domain VALUES ('corp.example', 1), ('müller.example', 0), ('a_b.example', 0)`)
		}
		for _, s := range statements {
			if _, err := db.Exec(s); err != nil {
				t.Fatal(err)
			}
		}
	})
	return dir
}

func inFile(t *testing.T, dir string, fn func(db *sql.DB)) {
	t.Helper()
	db, err := sql.Open("sqlite", dataSource(filepath.Join(dir, File), time.Second))
	if err != nil {
		t.Fatal(err)
	}
	fn(db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// schemaOf is everything that the file's tables, indexes and triggers are made of, and what SQLite says of the file.
func schemaOf(t *testing.T, dir string) (list []string) {
	t.Helper()
	inFile(t, dir, func(db *sql.DB) {
		rows, err := db.Query("SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY 1")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				t.Fatal(err)
			}
			list = append(list, s)
		}
		var whole string
		if err := errors.Join(rows.Err(), db.QueryRow("PRAGMA integrity_check").Scan(&whole)); err != nil || whole != "ok" {
			t.Fatal(whole, err)
		}
	})
	return list
}

// TestEverythingSurvivesAnUpgrade: people are found by all their names, in every order, in the address list and in their groups, as if they had been
// made today; the file is made of the same things as a new one.
func TestEverythingSurvivesAnUpgrade(t *testing.T) {
	fresh := t.TempDir()
	if err := Init(fresh, options); err != nil {
		t.Fatal(err)
	}
	for _, format := range []int64{1, 2} {
		dir := oldCompany(t, format)
		tenant, err := Open(t.Context(), dir, zap.NewNop())
		if err != nil {
			t.Fatal(err)
		}
		names := func(q UserQuery) string {
			page, err := tenant.Users(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			var all []string
			for _, u := range page.Users {
				all = append(all, u.DisplayName)
			}
			return strings.Join(all, " | ")
		}
		for _, c := range []struct {
			q    UserQuery
			want string
		}{
			{UserQuery{}, "Ann | Bob Smith | Cid | Erin | Ångström, Zoe"},
			{UserQuery{Sort: ByDepartment, Descending: true}, "Ångström, Zoe | Cid | Erin | Bob Smith | Ann"},
			{UserQuery{Sort: BySynced, Descending: true}, "Ångström, Zoe | Bob Smith | Cid"},
			{UserQuery{Sort: ByChanged, States: []State{Waiting, Blocked}}, "Cid | Bob Smith"},
			{UserQuery{Search: "zoe"}, "Ångström, Zoe"},
			{UserQuery{Search: "SMI"}, "Bob Smith"},
			{UserQuery{Conditions: []Condition{{directory.Department.Path(), opIs, "board"}}}, "Cid | Ångström, Zoe"},
			{UserQuery{Conditions: []Condition{{directory.Department.Path(), opIsEmpty, ""}}}, "Ann | Bob Smith | Erin"},
			{UserQuery{States: []State{Deleted}}, "Dora"},
		} {
			if got := names(c.q); got != c.want {
				t.Errorf("format %d, %+v: %s, want %s", format, c.q, got, c.want)
			}
		}
		counts, err := tenant.CountUsers(t.Context())
		if d := cmp.Diff(map[State]int{Waiting: 1, Enabled: 3, Blocked: 1, Deleted: 1}, counts); d != "" || err != nil {
			t.Error(d, err)
		}
		for search, want := range map[string][]string{"": {"Crew", "Supplier", "Ångström, Zoe"}, "44 (20) 79": {"Ångström, Zoe"}, "bob": nil} {
			page, err := tenant.AddressList(t.Context(), ListQuery{Search: search})
			var got []string
			for _, a := range page.Entries {
				got = append(got, a.Name)
			}
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("the address list has %v for %q, want %v: %v", got, search, want, err)
			}
		}
		if groups, err := tenant.Groups(t.Context(), ListQuery{}); err != nil || len(groups.Items) != 1 || groups.Items[0].Members != 3 {
			t.Error(groups, err)
		}
		if boss, found, err := tenant.PersonByID(t.Context(), "boss"); err != nil || !found || len(boss.Reports) != 2 || len(boss.Groups) != 1 || boss.Licence == nil {
			t.Error(boss, found, err)
		}
		if licences, err := tenant.Licences(t.Context()); err != nil || licences[0].Used != 3 {
			t.Error(licences, err)
		}
		if tokens, err := tenant.Tokens(t.Context()); err != nil || len(tokens) != 1 || tokens[0].Name != "syncd" {
			t.Error(tokens, err)
		}
		if enabled, err := tenant.SyncEnabled(t.Context()); err != nil || !enabled {
			t.Error(enabled, err)
		}
		if _, admin, err := tenant.SignIn(t.Context(), "admin", options.Password); err != nil || admin.Role != GlobalAdministrator {
			t.Error(admin, err)
		}
		if format == 2 {
			oldDomains(t, tenant)
		} else if list, strict, err := tenant.VerifiedDomains(t.Context()); strict || list != nil || err != nil {
			t.Error("names in any domain were accepted, and are not any more:", list, strict, err)
		}
		if err := tenant.Close(); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(schemaOf(t, fresh), schemaOf(t, dir)); d != "" {
			t.Error(d)
		}
	}
}

func oldDomains(t *testing.T, tenant *Tenant) {
	t.Helper()
	list, err := tenant.RegisteredDomains(t.Context())
	if err != nil || len(list) != 3 || list[1].Name != "corp.example" || !list[1].Verified || list[2].Name != "xn--mller-kva.example" || list[2].Verified ||
		list[1].Kind != Authoritative || !strings.HasPrefix(list[2].Record, proofPrefix) || list[1].Record[:proofLength] == list[2].Record[:proofLength] {
		t.Errorf("%+v %v", list, err)
	}
	if err := tenant.RemoveDomain(t.Context(), "a_b.example"); err != nil { // which nobody could register today
		t.Error(err)
	}
}

// TestTwoProcessesUpgradeAtOnce: one of them does it, and both find everything.
func TestTwoProcessesUpgradeAtOnce(t *testing.T) {
	for range 5 {
		dir := oldCompany(t, 2)
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				tenant, err := Open(t.Context(), dir, zap.NewNop())
				if err != nil {
					t.Error(err)
					return
				}
				if page, err := tenant.Users(t.Context(), UserQuery{Search: "smith"}); err != nil || len(page.Users) != 1 {
					t.Error(page, err)
				}
				if err := tenant.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
	}
}
