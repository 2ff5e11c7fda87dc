package tenant

import (
	"fmt"
	"strings"
	"testing"

	"syncd/internal/directory"
)

// TestEveryPageBeginsInsideItsIndex: whatever the order, SQLite goes to where the page begins and reads on, and sorts nothing.
func TestEveryPageBeginsInsideItsIndex(t *testing.T) {
	tenant := newTenant(t)
	inRange := func(p phase) []any {
		at := make([]any, len(p.columns)+1)
		for i := range at {
			at[i] = "x"
		}
		at[len(p.columns)] = 7
		return at
	}
	s := listing{kinds: everyKind(), states: []State{Waiting, Enabled, Blocked}, search: "x"}
	phases := append(s.begun("x"), s.lookedUp()...)
	for _, sort := range []string{ByName, ByUser, ByDepartment, ByChanged, BySynced} {
		s.order = orderOf(sort, false)
		phases = append(phases, s.walked())
	}
	phases = append(phases, inAddressList(), recycleBin().walked())
	for _, p := range phases {
		for _, p.descending = range []bool{false, true} {
			for _, ends := range [][2]position{{nil, nil}, {inRange(p), nil}, {nil, inRange(p)}, {inRange(p), inRange(p)}} {
				query, args := p.query(p.key(), p.parts()[0], ends[0], ends[1])
				plan := explain(t, tenant, query+" LIMIT 50", args...)
				first, _, _ := strings.Cut(plan, "\n")
				switch {
				case strings.Contains(plan, "TEMP B-TREE"), strings.Contains(strings.ReplaceAll(plan, "SCAN r USING COVERING INDEX resource_listed", ""), "SCAN"):
					t.Errorf("%s\n%s", query, plan)
				case ends[0] != nil || ends[1] != nil || p.low != nil:
					if column := p.columns[0][2:]; !strings.Contains(first, column+">") && !strings.Contains(first, column+"<") && !strings.Contains(first, "("+column+",") {
						t.Errorf("%s\n%s", query, first)
					}
				}
			}
		}
	}
}

// TestManyWhoAreCalledTheSame: a page in the middle of ten thousand people with one name looks at its own rows only.
func TestManyWhoAreCalledTheSame(t *testing.T) {
	tenant := newTenant(t)
	do(t, tenant, func(w *Writer) error {
		_, err := w.exec(t.Context(), `INSERT INTO resource (id, kind, state, active, display_name, department, created, modified, version, body)
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT 'u' || i, 1, 0, 0, 'x', '', 5, 5, 1, '{}' FROM n`)
		return err
	})
	for _, sort := range []string{ByName, ByDepartment, ByChanged} {
		for _, descending := range []bool{false, true} {
			q := UserQuery{Sort: sort, Descending: descending, Limit: 500, States: []State{Waiting}}
			seen := make(map[string]bool)
			for {
				page, err := tenant.Users(t.Context(), q)
				ok(t, err)
				for _, u := range page.Users {
					seen[u.ID] = true
				}
				if q.After = page.Next; q.After == "" {
					break
				}
			}
			if len(seen) != 10_000 {
				t.Error(sort, descending, len(seen))
			}
		}
	}
}

// TestCursors: what is no cursor, or one of another list, is a fault and no page.
func TestCursors(t *testing.T) {
	tenant := newTenant(t)
	for i := range 5 {
		arrive(t, tenant, directory.User, synced(fmt.Sprint("u", i)))
	}
	page, err := tenant.Users(t.Context(), UserQuery{Limit: 2})
	ok(t, err)
	for _, q := range []UserQuery{
		{After: "nonsense"},
		{After: "e30"},
		{After: "bnVsbA"},
		{Sort: ByUser, After: page.Next},
		{Sort: ByDepartment, After: page.Next},
		{After: page.Next + "A"},
		{After: (&cursor{Phase: 9, Order: []string{"r.display_name"}, After: position{"u1", 1}}).String()},
		{After: (&cursor{Order: []string{"r.display_name"}, After: position{"u1"}}).String()},
		{After: (&cursor{Order: []string{"r.display_name"}, After: position{"u1", 1.5}}).String()},
		{After: (&cursor{Order: []string{"r.display_name"}, After: position{"u1", nil}}).String()},
		{Search: "u", Sort: ByChanged, After: page.Next},
	} {
		_, err := tenant.Users(t.Context(), q)
		wantFault(t, err, directory.Usage, "damaged or out of date")
	}
	if again, err := tenant.Users(t.Context(), UserQuery{Limit: 2, After: page.Next}); err != nil || again.Users[0].DisplayName != "u2" {
		t.Error(again, err)
	}
}
