package tenant

import (
	"context"
	"errors"
	"testing"

	"syncd/internal/directory"
)

func revisionOf(t testing.TB, tenant *Tenant, id string) Revision {
	t.Helper()
	p, found, err := tenant.PersonByID(t.Context(), id)
	ok(t, err)
	if found {
		return p.Revision
	}
	d, _, err := tenant.DetailOf(t.Context(), id)
	ok(t, err)
	return d.Revision
}

// wantChanged checks that a change from an older state is refused, and whom that names.
func wantChanged(t *testing.T, err error, cause string) {
	t.Helper()
	wantFault(t, err, directory.Usage, cause+" after this page was opened")
	if _, changed := errors.AsType[*ChangedMeanwhile](err); !changed {
		t.Errorf("%T is no ChangedMeanwhile", err)
	}
}

// TestNobodyOverwritesWhatTheyHaveNotSeen: whoever changed something in the meantime, an edit from the older state changes nothing.
func TestNobodyOverwritesWhatTheyHaveNotSeen(t *testing.T) {
	tenant := newTenant(t)
	kim, lou := As(t.Context(), Actor{Name: "kim", Role: UserAdministrator}), As(t.Context(), Actor{Name: "lou", Role: UserAdministrator})
	boss, err := tenant.AddUser(kim, NewUser{UserName: "boss", DisplayName: "Boss"})
	ok(t, err)
	ben, err := tenant.AddUser(kim, NewUser{UserName: "ben", DisplayName: "Ben"})
	ok(t, err)
	ok(t, patched(t, tenant, directory.User, ben, directory.SchemaEnterprise+":manager", `{"value":"`+boss+`"}`))
	for _, c := range []struct {
		who, what string
		change    func() error
	}{
		{"lou", "an attribute", func() error { return tenant.EditUser(lou, ben, "", map[string]string{"title": "Cook"}) }},
		{"lou", "the country, which no version counts", func() error { return tenant.EditUser(lou, ben, "", map[string]string{UsageLocation: "FR"}) }},
		{"kim", "the state", func() error { return tenant.SetActive(kim, ben, true) }},
		{"command line", "as a program does", func() error { return patched(t, tenant, directory.User, ben, "title", `"Captain"`) }},
		{"somebody else", "what the log does not tell of him", func() error { return tenant.DeleteUser(lou, boss) }},
	} {
		was := revisionOf(t, tenant, ben)
		before := document(t, tenant, directory.User, ben)
		ok(t, c.change())
		wantChanged(t, tenant.EditUser(kim, ben, was, map[string]string{"title": "Mate", UsageLocation: "DE"}), "Ben was changed by "+c.who)
		if after := document(t, tenant, directory.User, ben); after["title"] == "Mate" || usageLocation(t, tenant, ben) == "DE" {
			t.Error(c.what, "is overwritten:", before, after)
		}
	}
	ok(t, tenant.EditUser(kim, ben, revisionOf(t, tenant, ben), map[string]string{"title": "Mate", UsageLocation: "DE"}))
	if usageLocation(t, tenant, ben) != "DE" || document(t, tenant, directory.User, ben)["title"] != "Mate" {
		t.Error("an edit of what was seen is not done")
	}
}

// TestAFormIsOneTransaction: of an account that is edited, attributes and country change together or not at all.
func TestAFormIsOneTransaction(t *testing.T) {
	tenant := newTenant(t)
	ben, err := tenant.AddUser(t.Context(), NewUser{UserName: "ben", DisplayName: "Ben"})
	ok(t, err)
	wantFault(t, tenant.EditUser(t.Context(), ben, "", map[string]string{"title": "Mate", UsageLocation: "XX"}), directory.Usage, "is no country code")
	wantFault(t, tenant.EditUser(t.Context(), ben, "", map[string]string{"title": "a\tb", UsageLocation: "DE"}), directory.Usage, "Job title")
	if title := document(t, tenant, directory.User, ben)["title"]; title != nil || usageLocation(t, tenant, ben) != "" {
		t.Error("half of a form is done:", title)
	}
}

func TestEditsOfAGroupFollowEachOther(t *testing.T) {
	tenant := newTenant(t)
	ctx := As(t.Context(), Actor{Name: "lou", Role: UserAdministrator})
	ben, err := tenant.AddUser(ctx, NewUser{UserName: "ben", DisplayName: "Ben"})
	ok(t, err)
	crew, err := tenant.AddGroup(ctx, "Crew", "")
	ok(t, err)
	edit := func(ctx context.Context, was Revision, name string) (Revision, error) {
		return tenant.EditGroup(ctx, crew, was, name, "")
	}
	first := revisionOf(t, tenant, crew)
	second, err := edit(ctx, first, "Sailors")
	ok(t, err)
	if second == first || second != revisionOf(t, tenant, crew) {
		t.Error("the edit gives", second, "after", first)
	}
	_, err = edit(ctx, first, "Cooks")
	wantChanged(t, err, "Sailors was changed by lou")
	_, err = edit(ctx, second, "Crew")
	ok(t, err)
	third := revisionOf(t, tenant, crew)
	ok(t, tenant.AddMembers(ctx, crew, []string{ben}))
	_, err = edit(ctx, third, "Cooks")
	wantChanged(t, err, "Crew was changed by lou")
}

// TestManyMembersGoAtOnce: one transaction is one version and one entry of the audit log.
func TestManyMembersGoAtOnce(t *testing.T) {
	tenant := newTenant(t)
	crew, err := tenant.AddGroup(t.Context(), "Crew", "")
	ok(t, err)
	var ids []string
	for _, name := range []string{"ann", "ben", "cid"} {
		ids = append(ids, arrive(t, tenant, directory.User, synced(name)))
	}
	ok(t, tenant.AddMembers(t.Context(), crew, ids))
	if before := revisionOf(t, tenant, crew); before != "2" {
		t.Fatal(before)
	}
	ok(t, tenant.RemoveMembers(t.Context(), crew, append(ids[1:], "nobody")))
	wantMembers(t, tenant, "removed", crew, "ann")
	log, err := tenant.Audit(t.Context(), AuditQuery{Resource: crew, Action: DidChangeMembers})
	ok(t, err)
	if is := revisionOf(t, tenant, crew); is != "3" || len(log.Entries) != 2 {
		t.Error(is, log.Entries)
	}
	wantFault(t, tenant.RemoveMembers(t.Context(), crew, make([]string, MostSelected+1)), directory.Usage, "more than 10000 people are selected")
}
