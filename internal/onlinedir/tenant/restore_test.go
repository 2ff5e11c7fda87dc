package tenant

import (
	"testing"
	"time"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

func TestRestore(t *testing.T) {
	tenant := newTenant(t)
	ann := arrive(t, tenant, directory.User, synced("ann"))
	guest := arrive(t, tenant, directory.Contact, scim.Document{"displayName": "guest", "emails": []any{map[string]any{"value": "guest@x.example"}}})
	crew, err := tenant.AddGroup(t.Context(), "Crew", "")
	ok(t, err)
	ok(t, tenant.AddMembers(t.Context(), crew, []string{ann, guest}))
	ok(t, tenant.SetActive(t.Context(), ann, true))
	wantFault(t, tenant.Restore(t.Context(), ann), directory.Usage, "nothing in the recycle bin has the id")
	remove(t, tenant, directory.User, ann)
	remove(t, tenant, directory.Contact, guest)
	ok(t, tenant.DeleteGroup(t.Context(), crew))
	for _, id := range []string{crew, ann} {
		ok(t, tenant.Restore(t.Context(), id))
	}
	version := groupVersion(t, tenant, crew)
	ok(t, tenant.Restore(t.Context(), guest))
	wantMembers(t, tenant, "restored", crew, "ann", "guest")
	if now := groupVersion(t, tenant, crew); now == version {
		t.Error("a group has a member more, and still version", now)
	}
	if isActive(t, tenant, ann) {
		t.Error("an account came back active")
	}
	if u, _, err := tenant.User(t.Context(), ann); err != nil || u.State != Waiting || u.UserName != "ann@corp.example" || u.ExternalID != "anchor-ann" || !u.Deleted.IsZero() {
		t.Error(u, err)
	}
}

func groupVersion(t testing.TB, tenant *Tenant, id string) (version int64) {
	t.Helper()
	ok(t, tenant.Read(t.Context(), func(r *Reader) error {
		group, err := r.head(t.Context(), tenant.Catalogue().ByKind(directory.Group), id)
		if err == nil {
			version = group.Version
		}
		return err
	}))
	return version
}

// TestRestoreNamesBothParties where somebody else has a name or an address by now; nothing is restored then, and after the clash is gone it is.
func TestRestoreNamesBothParties(t *testing.T) {
	tenant := newTenant(t)
	ann := arrive(t, tenant, directory.User, synced("ann"))
	remove(t, tenant, directory.User, ann)
	rival, err := tenant.AddUser(t.Context(), NewUser{UserName: "ANN@corp.example", DisplayName: "Rival"})
	ok(t, err)
	wantFault(t, tenant.Restore(t.Context(), ann), directory.Usage, "ann cannot be restored: userName ann@corp.example is already used by Rival")
	ok(t, tenant.EditUser(t.Context(), rival, "", map[string]string{"userName": "rival", directory.WorkEmail.Path(): "Ann@corp.example"}))
	wantFault(t, tenant.Restore(t.Context(), ann), directory.Usage, "ann cannot be restored: address ann@corp.example is already used by Rival")
	ok(t, tenant.EditUser(t.Context(), rival, "", map[string]string{directory.WorkEmail.Path(): ""}))
	ok(t, tenant.AddDomain(t.Context(), "other.example", true))
	wantFault(t, tenant.Restore(t.Context(), ann), directory.Usage, "ann cannot be restored: userName ann@corp.example is in no domain of Contoso")
	if u, _, err := tenant.User(t.Context(), ann); err != nil || u.State != Deleted {
		t.Error(u, err)
	}
	ok(t, tenant.AddDomain(t.Context(), "corp.example", true))
	ok(t, tenant.Restore(t.Context(), ann))
}

// TestRestoreOfABlockedAccount: it is blocked again, for Active Directory has not changed its mind.
func TestRestoreOfABlockedAccount(t *testing.T) {
	tenant := newTenant(t)
	s := newStaff(t, tenant)
	remove(t, tenant, directory.User, s.dan)
	ok(t, tenant.Restore(t.Context(), s.dan))
	wantFault(t, tenant.SetActive(t.Context(), s.dan, true), directory.Usage, "dan is disabled in Active Directory")
}

// TestPurgeForgetsSeatsAndMemberships: the number of what is gone for good may be given again.
func TestPurgeForgetsSeatsAndMemberships(t *testing.T) {
	now := time.Now()
	tenant := newTenant(t, WithClock(func() time.Time { return now }))
	crew, err := tenant.AddGroup(t.Context(), "Crew", "")
	ok(t, err)
	ann := arrive(t, tenant, directory.User, synced("ann"))
	ok(t, tenant.SetActive(t.Context(), ann, true))
	ok(t, tenant.AddMembers(t.Context(), crew, []string{ann}))
	remove(t, tenant, directory.User, ann)
	now = now.Add(RecycleFor + time.Hour)
	ok(t, tenant.Purge(t.Context()))
	ok(t, tenant.Read(t.Context(), func(r *Reader) error {
		var left int
		_, err := r.row(t.Context(), "SELECT (SELECT count(*) FROM seat_before) + (SELECT count(*) FROM member_before) + (SELECT count(*) FROM seat)", nil, &left)
		if left != 0 {
			t.Error(left, "rows are left")
		}
		return err
	}))
	wantFault(t, tenant.Restore(t.Context(), ann), directory.Usage, "nothing in the recycle bin has the id")
}
