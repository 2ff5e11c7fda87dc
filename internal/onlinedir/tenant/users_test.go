package tenant

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// fill makes n users; every third is enabled, every fifth blocked, every seventh deleted.
func fill(t testing.TB, tenant *Tenant, n int) {
	t.Helper()
	kind := tenant.Catalogue().ByKind(directory.User)
	err := tenant.Write(t.Context(), func(w *Writer) error {
		for i := range n {
			doc := scim.Document{
				"userName": fmt.Sprintf("u%03d@corp.example", i), "displayName": fmt.Sprintf("Person %03d", i%(n/2+1)), "active": i%3 == 0 && i%5 != 0,
				"emails":                   []any{map[string]any{"value": fmt.Sprintf("mail%03d@corp.example", i)}},
				directory.SchemaEnterprise: map[string]any{"department": fmt.Sprintf("Dept %d", i%4)},
				directory.SchemaOnPremises: map[string]any{"onPremisesAccountEnabled": i%5 != 0},
			}
			record, err := w.Create(t.Context(), kind, doc)
			if err == nil && i%7 == 0 {
				err = w.Delete(t.Context(), kind, record.ID, "")
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func all(t *testing.T, tenant *Tenant, q UserQuery) []User {
	t.Helper()
	var list []User
	for {
		page, err := tenant.Users(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if list = append(list, page.Users...); page.Next == "" {
			return list
		}
		if len(page.Users) != q.Limit {
			t.Fatal("a page that is not the last has", len(page.Users))
		}
		q.After = page.Next
	}
}

func TestUsersPageByPage(t *testing.T) {
	tenant := newTenant(t)
	fill(t, tenant, 100)
	counts, err := tenant.CountUsers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	list := all(t, tenant, UserQuery{Limit: 7})
	seen := make(map[State]int)
	for i, u := range list {
		seen[u.State]++
		if i > 0 && list[i-1].DisplayName > u.DisplayName {
			t.Error("out of order:", list[i-1].DisplayName, u.DisplayName)
		}
	}
	seen[Deleted] = len(all(t, tenant, UserQuery{Limit: 50, States: []State{Deleted}}))
	if diff := cmp.Diff(counts, seen); diff != "" {
		t.Error(diff)
	}
	for search, want := range map[string]int{"U02": 8, "mail01": 9, "erson 01": 17, "dept 1": 22, "'; DROP TABLE resource": 0, " ": 85, "%": 0} {
		if got := len(all(t, tenant, UserQuery{Search: search, Limit: 3})); got != want {
			t.Errorf("%q finds %d, want %d", search, got, want)
		}
	}
	if _, err := tenant.Users(t.Context(), UserQuery{After: "nonsense"}); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Error(err)
	}
}

// TestMemberPatchReadsNoDocument: the record of a PATCH of memberships alone has none.
func TestMemberPatchReadsNoDocument(t *testing.T) {
	tenant := newTenant(t)
	group, user := tenant.Catalogue().ByKind(directory.Group), tenant.Catalogue().ByKind(directory.User)
	path, err := group.ParsePath("members")
	if err != nil {
		t.Fatal(err)
	}
	err = tenant.Write(t.Context(), func(w *Writer) error {
		member, err := w.Create(t.Context(), user, scim.Document{"userName": "x"})
		if err != nil {
			return err
		}
		crew, err := w.Create(t.Context(), group, scim.Document{"displayName": "G"})
		if err != nil {
			return err
		}
		op := scim.Operation{Verb: scim.Add, Path: path, Value: []any{map[string]any{"value": member.ID}}}
		patched, err := w.Patch(t.Context(), group, crew.ID, []scim.Operation{op, op}, "")
		if err == nil && (patched.Document != nil || patched.Version != 2) {
			t.Error(patched)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestWriteWaitsForNobodyWhoLeft: a context that ended while waiting for the writer ends Write.
func TestWriteWaitsForNobodyWhoLeft(t *testing.T) {
	tenant := newTenant(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := tenant.Write(t.Context(), func(*Writer) error {
		cancel()
		if err := tenant.Write(ctx, func(*Writer) error { return nil }); err == nil {
			t.Error("a second writer got in")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
