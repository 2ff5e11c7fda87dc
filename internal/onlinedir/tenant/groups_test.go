package tenant

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// members are the names of a group's direct members.
func members(t testing.TB, tenant *Tenant, id string) []string {
	t.Helper()
	names := []string{}
	ok(t, tenant.Read(t.Context(), func(r *Reader) error {
		group, err := r.Get(t.Context(), tenant.Catalogue().ByKind(directory.Group), id)
		if err != nil {
			return err
		}
		return r.Members(t.Context(), group, func(m Member) error {
			names = append(names, m.Display)
			return nil
		})
	}))
	return names
}

func wantMembers(t testing.TB, tenant *Tenant, when, id string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(append([]string{}, want...), members(t, tenant, id)); diff != "" {
		t.Error(when, diff)
	}
}

func TestLocalGroups(t *testing.T) {
	tenant := newTenant(t)
	ann := arrive(t, tenant, directory.User, synced("ann"))
	guest := arrive(t, tenant, directory.Contact, scim.Document{"displayName": "guest"})
	staff := arrive(t, tenant, directory.Group, scim.Document{"displayName": "staff", "externalId": "g1", "members": []any{map[string]any{"value": ann}}})
	crew, err := tenant.AddGroup(t.Context(), " Crew ", "Who sails\r\nand who cooks")
	ok(t, err)
	ok(t, tenant.AddMembers(t.Context(), crew, []string{ann, guest, staff, ann}))
	ok(t, tenant.AddMembers(t.Context(), crew, []string{ann}))
	wantMembers(t, tenant, "added", crew, "ann", "guest", "staff")
	wantFault(t, tenant.AddMembers(t.Context(), crew, []string{ann, "nobody"}), directory.Usage, `there is no user, contact or group with the id "nobody"`)
	wantFault(t, tenant.AddMembers(t.Context(), crew, make([]string, MostSelected+1)), directory.Usage, "more than 10000 people are selected")
	ok(t, tenant.RemoveMembers(t.Context(), crew, []string{guest}))
	ok(t, tenant.RemoveMembers(t.Context(), crew, []string{guest}))
	ok(t, tenant.RemoveMembers(t.Context(), crew, []string{"nobody"}))
	wantMembers(t, tenant, "removed", crew, "ann", "staff")

	ok(t, editGroup(t.Context(), tenant, crew, "Sailors", ""))
	if diff := cmp.Diff(scim.Document{"displayName": "Sailors"}, document(t, tenant, directory.Group, crew)); diff != "" {
		t.Error(diff)
	}
	wantFault(t, editGroup(t.Context(), tenant, crew, "", ""), directory.Usage, "the group has no name")
	wantFault(t, editGroup(t.Context(), tenant, "nobody", "x", ""), directory.Usage, "there is no group with the id")
	_, err = tenant.AddGroup(t.Context(), "a\tb", "")
	wantFault(t, err, directory.Usage, "characters that cannot be shown in one line")

	for what, err := range map[string]error{
		"edit":   editGroup(t.Context(), tenant, staff, "x", ""),
		"delete": tenant.DeleteGroup(t.Context(), staff),
		"add":    tenant.AddMembers(t.Context(), staff, []string{guest}),
		"remove": tenant.RemoveMembers(t.Context(), staff, []string{ann}),
	} {
		t.Log(what)
		wantFault(t, err, directory.Usage, "staff is managed in Active Directory")
	}
	wantMembers(t, tenant, "of a synchronised group", staff, "ann")
}

// TestGroupsInACircle can be made, read, and deleted.
func TestGroupsInACircle(t *testing.T) {
	tenant := newTenant(t)
	a, err := tenant.AddGroup(t.Context(), "a", "")
	ok(t, err)
	b, err := tenant.AddGroup(t.Context(), "b", "")
	ok(t, err)
	ok(t, tenant.AddMembers(t.Context(), a, []string{b, a}))
	ok(t, tenant.AddMembers(t.Context(), b, []string{a}))
	ok(t, tenant.DeleteGroup(t.Context(), a))
	wantMembers(t, tenant, "while the other is deleted", b)
	ok(t, tenant.Restore(t.Context(), a))
	wantMembers(t, tenant, "restored", a, "a", "b")
	wantMembers(t, tenant, "restored", b, "a")
}

// TestLocalMembershipsSurviveSynchronisation: whatever a client of synchronisation does with somebody, what administrators own stays: membership
// of local groups, and usage location; what it deletes and brings back has them again.
func TestLocalMembershipsSurviveSynchronisation(t *testing.T) {
	tenant := newTenant(t)
	users := tenant.Catalogue().ByKind(directory.User)
	ann := arrive(t, tenant, directory.User, synced("ann"))
	crew, err := tenant.AddGroup(t.Context(), "Crew", "")
	ok(t, err)
	staff := arrive(t, tenant, directory.Group, scim.Document{"displayName": "staff", "externalId": "g1", "members": []any{map[string]any{"value": ann}}})
	ok(t, tenant.AddMembers(t.Context(), crew, []string{ann, staff}))
	ok(t, tenant.EditUser(t.Context(), ann, "", map[string]string{UsageLocation: "NL"}))
	for _, step := range []struct {
		what string
		do   func()
	}{
		{"PATCH", func() { ok(t, patched(t, tenant, directory.User, ann, "title", `"Boss"`)) }},
		{"PUT", func() {
			do(t, tenant, func(w *Writer) error {
				_, err := w.Replace(t.Context(), users, ann, scim.Document{"externalId": "anchor-ann", "userName": "ann", "displayName": "ann"}, "")
				return err
			})
		}},
		{"delete and restore", func() {
			remove(t, tenant, directory.User, ann)
			wantMembers(t, tenant, "deleted", crew, "staff")
			arrive(t, tenant, directory.User, synced("ann"))
		}},
		{"a group's delete and restore", func() {
			remove(t, tenant, directory.Group, staff)
			wantMembers(t, tenant, "deleted", crew, "ann")
			arrive(t, tenant, directory.Group, scim.Document{"displayName": "staff", "externalId": "g1"})
		}},
	} {
		step.do()
		wantMembers(t, tenant, step.what, crew, "ann", "staff")
		if got := usageLocation(t, tenant, ann); got != "NL" {
			t.Error(step.what, got)
		}
	}
	wantMembers(t, tenant, "memberships of a synchronised group are told again, not remembered", staff)
}

// TestMembershipsThatAreActiveDirectorysAreNotRemembered: neither those of a group that was synchronised when the member was deleted, nor those
// of one that synchronisation took over in the meantime.
func TestMembershipsThatAreActiveDirectorysAreNotRemembered(t *testing.T) {
	tenant := newTenant(t)
	ann := arrive(t, tenant, directory.User, synced("ann"))
	reference := []any{map[string]any{"value": ann}}
	staff := arrive(t, tenant, directory.Group, scim.Document{"displayName": "staff", "externalId": "g1", "members": reference})
	crew := arrive(t, tenant, directory.Group, scim.Document{"displayName": "crew", "members": reference})
	remove(t, tenant, directory.User, ann)
	ok(t, patched(t, tenant, directory.Group, staff, "externalId", "null"))
	ok(t, patched(t, tenant, directory.Group, crew, "externalId", `"g2"`))
	arrive(t, tenant, directory.User, synced("ann"))
	wantMembers(t, tenant, "was synchronised", staff)
	wantMembers(t, tenant, "is synchronised", crew)
}

// editGroup edits a group whatever it is now.
func editGroup(ctx context.Context, tenant *Tenant, id, name, description string) error {
	_, err := tenant.EditGroup(ctx, id, "", name, description)
	return err
}
