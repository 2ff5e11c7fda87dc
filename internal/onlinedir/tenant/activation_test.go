package tenant

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// staff are five accounts: waiting, waiting, active, blocked by Active Directory, deleted.
type staff struct {
	ann, ben, cid, dan, eve string
}

func newStaff(t testing.TB, tenant *Tenant) staff {
	t.Helper()
	var s staff
	for name, id := range map[string]*string{"ann": &s.ann, "ben": &s.ben, "cid": &s.cid, "dan": &s.dan, "eve": &s.eve} {
		*id = arrive(t, tenant, directory.User, synced(name))
	}
	ok(t, tenant.SetActive(t.Context(), s.cid, true))
	ok(t, patched(t, tenant, directory.User, s.dan, directory.OnPremisesAccountEnabled.Path(), "false"))
	remove(t, tenant, directory.User, s.eve)
	return s
}

func TestActivationOfASelection(t *testing.T) {
	tenant := newTenant(t)
	s := newStaff(t, tenant)
	suite := func(used int) Licence { return Licence{ID: 1, Name: "Online Suite", Seats: DefaultSeats, Used: used} }
	for name, c := range map[string]struct {
		selection Selection
		preview   Preview
		refused   []Refusal
	}{
		"ids, one twice": {
			Selection{IDs: []string{s.ann, s.cid, s.dan, s.eve, "nobody", s.ann}},
			Preview{Activate: 1, Already: 1, Blocked: []string{"dan"}, Unknown: []string{"eve", "nobody"}, Refused: 3, Names: []string{"ann"}, Licence: suite(1), Enough: true},
			[]Refusal{{s.dan, "dan", "is disabled in Active Directory"}, {s.eve, "eve", "is in the recycle bin"}, {"", "nobody", "is nobody's id or user name here"}},
		},
		"user names, in any case": {
			Selection{UserNames: []string{"ANN@Corp.example", "ben@corp.example", "eve@corp.example"}},
			Preview{Activate: 2, Unknown: []string{"eve@corp.example"}, Refused: 1, Names: []string{"ann", "ben"}, Licence: suite(1), Enough: true},
			[]Refusal{{"", "eve@corp.example", "is nobody's id or user name here"}},
		},
		"a view": {
			Selection{Query: &UserQuery{States: []State{Waiting, Blocked}, Limit: 1}},
			Preview{Activate: 2, Blocked: []string{"dan"}, Refused: 1, Names: []string{"ann", "ben"}, Licence: suite(1), Enough: true},
			[]Refusal{{s.dan, "dan", "is disabled in Active Directory"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			preview, err := tenant.PreviewActivation(t.Context(), c.selection, 0)
			if diff := cmp.Diff(c.preview, preview); err != nil || diff != "" {
				t.Error(err, diff)
			}
			done, err := tenant.Activate(t.Context(), c.selection, 0)
			if diff := cmp.Diff(c.refused, done.Refused); err != nil || diff != "" || len(done.Done) != c.preview.Activate || done.Already != c.preview.Already {
				t.Error(err, diff, done)
			}
			for _, id := range done.Done {
				if !isActive(t, tenant, id) {
					t.Error(id, "is not active")
				}
			}
			undone, err := tenant.Deactivate(t.Context(), Selection{IDs: done.Done})
			if diff := cmp.Diff(done.Done, undone.Done); err != nil || diff != "" {
				t.Error(err, diff)
			}
			if got := used(t, tenant)["Online Suite"]; got != 1 {
				t.Error("after undoing it", got, "seats are taken")
			}
		})
	}
}

// TestTooFewSeatsForASelectionActivateNobody, and the sentence says how many are missing.
func TestTooFewSeatsForASelectionActivateNobody(t *testing.T) {
	tenant := newTenant(t)
	s := newStaff(t, tenant)
	everybody := Selection{IDs: []string{s.ann, s.ben, s.cid, s.dan}}
	ok(t, tenant.AddLicence(t.Context(), "Premium", 9))
	ok(t, tenant.SetSeats(t.Context(), 1, 2))
	for _, licence := range []int64{0, 1} {
		_, err := tenant.Activate(t.Context(), everybody, licence)
		wantFault(t, err, directory.Usage, "2 people need 2 seats, 1 is free in Online Suite")
		preview, err := tenant.PreviewActivation(t.Context(), everybody, licence)
		if err != nil || preview.Enough || preview.Activate != 2 || preview.Licence.Free() != 1 {
			t.Error(preview, err)
		}
	}
	if isActive(t, tenant, s.ann) || isActive(t, tenant, s.ben) {
		t.Error("some were activated")
	}
	_, err := tenant.Activate(t.Context(), everybody, 3)
	wantFault(t, err, directory.Usage, "there is no such licence")
	done, err := tenant.Activate(t.Context(), everybody, 2)
	if err != nil || len(done.Done) != 2 || used(t, tenant)["Premium"] != 2 {
		t.Error(done, err)
	}
	// Taking it back and doing it again gives everybody the licence that he had.
	_, err = tenant.Deactivate(t.Context(), Selection{IDs: done.Done})
	ok(t, err)
	if preview, err := tenant.PreviewActivation(t.Context(), everybody, 0); err != nil || !preview.Enough || preview.Licence.Name != "Premium" {
		t.Error(preview, err)
	}
	_, err = tenant.Activate(t.Context(), everybody, 0)
	if err != nil || used(t, tenant)["Premium"] != 2 {
		t.Error(used(t, tenant), err)
	}
	// Where that licence has fewer seats by now, the others get one of another.
	_, err = tenant.Deactivate(t.Context(), Selection{IDs: done.Done})
	ok(t, err)
	ok(t, tenant.SetSeats(t.Context(), 2, 1))
	_, err = tenant.Activate(t.Context(), everybody, 0)
	if err != nil || used(t, tenant)["Premium"] != 1 || used(t, tenant)["Online Suite"] != 2 {
		t.Error(used(t, tenant), err)
	}
}

func TestSelectionsThatMakeNoSense(t *testing.T) {
	tenant := newTenant(t)
	for cause, s := range map[string]Selection{
		"nobody is selected":                   {},
		"selected in two ways":                 {IDs: []string{"a"}, UserNames: []string{"b"}},
		"selected in two ways at once":         {IDs: []string{"a"}, Query: &UserQuery{}},
		"more than 10000 people are selected":  {IDs: make([]string, MostSelected+1)},
		"more than 10000 people are selected:": {UserNames: make([]string, MostSelected+1)},
	} {
		_, err := tenant.Activate(t.Context(), s, 0)
		wantFault(t, err, directory.Usage, strings.TrimSuffix(cause, ":"))
	}
	if _, err := tenant.Deactivate(t.Context(), Selection{Query: &UserQuery{}}); err == nil {
		t.Error("a view that shows nobody was taken")
	}
	do(t, tenant, func(w *Writer) error {
		for i := range MostSelected + 1 {
			if _, err := w.Create(t.Context(), tenant.Catalogue().ByKind(directory.User), scim.Document{"userName": strconv.Itoa(i)}); err != nil {
				return err
			}
		}
		return nil
	})
	_, err := tenant.PreviewActivation(t.Context(), Selection{Query: &UserQuery{}}, 0)
	wantFault(t, err, directory.Usage, "more than 10000 people are selected")
}

// TestSingleActivationsAreRefusedByName.
func TestSingleActivationsAreRefusedByName(t *testing.T) {
	tenant := newTenant(t)
	s := newStaff(t, tenant)
	wantFault(t, tenant.SetActive(t.Context(), s.dan, true), directory.Usage, "dan is disabled in Active Directory")
	wantFault(t, tenant.SetActive(t.Context(), s.eve, true), directory.Usage, "eve is in the recycle bin")
	wantFault(t, tenant.SetActive(t.Context(), s.eve, false), directory.Usage, "eve is in the recycle bin")
	wantFault(t, tenant.SetActive(t.Context(), "nobody", true), directory.Usage, `there is no account with the id "nobody"`)
}

// TestADeactivatedAccountThatIsDisabledOnPremisesIsBlocked: an account may be active for a moment although Active Directory disables it.
func TestADeactivatedAccountThatIsDisabledOnPremisesIsBlocked(t *testing.T) {
	tenant := newTenant(t)
	s := newStaff(t, tenant)
	ok(t, patched(t, tenant, directory.User, s.cid, directory.OnPremisesAccountEnabled.Path(), "false"))
	ok(t, tenant.SetActive(t.Context(), s.cid, false))
	if u, _, err := tenant.User(t.Context(), s.cid); err != nil || u.State != Blocked {
		t.Error(u, err)
	}
}

// TestRolesOfActivationAndEditing: readers change nothing, user administrators all but licences.
func TestRolesOfActivationAndEditing(t *testing.T) {
	tenant := newTenant(t)
	s := newStaff(t, tenant)
	crew, err := tenant.AddGroup(t.Context(), "Crew", "")
	ok(t, err)
	made, err := tenant.AddUser(t.Context(), NewUser{UserName: "made"})
	ok(t, err)
	one := Selection{IDs: []string{s.ann}}
	for _, test := range []struct {
		what   string
		needed Role
		do     func(ctx context.Context) error
	}{
		{"preview", OnlyReader, func(ctx context.Context) error { _, err := tenant.PreviewActivation(ctx, one, 0); return err }},
		{"list licences", OnlyReader, func(ctx context.Context) error { _, err := tenant.Licences(ctx); return err }},
		{"activate", UserAdministrator, func(ctx context.Context) error { _, err := tenant.Activate(ctx, one, 0); return err }},
		{"assign a licence", UserAdministrator, func(ctx context.Context) error { return tenant.AssignLicence(ctx, s.ann, 1) }},
		{"deactivate", UserAdministrator, func(ctx context.Context) error { _, err := tenant.Deactivate(ctx, one); return err }},
		{"say where", UserAdministrator, func(ctx context.Context) error {
			return tenant.EditUser(ctx, s.ann, "", map[string]string{UsageLocation: "DE"})
		}},
		{"edit", UserAdministrator, func(ctx context.Context) error {
			return tenant.EditUser(ctx, made, "", map[string]string{"title": "x"})
		}},
		{"delete", UserAdministrator, func(ctx context.Context) error { return tenant.DeleteUser(ctx, made) }},
		{"restore", UserAdministrator, func(ctx context.Context) error { return tenant.Restore(ctx, made) }},
		{"make a group", UserAdministrator, func(ctx context.Context) error { _, err := tenant.AddGroup(ctx, "x", ""); return err }},
		{"edit a group", UserAdministrator, func(ctx context.Context) error { return editGroup(ctx, tenant, crew, "Sailors", "") }},
		{"add members", UserAdministrator, func(ctx context.Context) error { return tenant.AddMembers(ctx, crew, []string{s.ann}) }},
		{"remove members", UserAdministrator, func(ctx context.Context) error { return tenant.RemoveMembers(ctx, crew, []string{s.ann}) }},
		{"delete a group", UserAdministrator, func(ctx context.Context) error { return tenant.DeleteGroup(ctx, crew) }},
		{"make a licence", GlobalAdministrator, func(ctx context.Context) error { return tenant.AddLicence(ctx, "Premium", 1) }},
		{"change its seats", GlobalAdministrator, func(ctx context.Context) error { return tenant.SetSeats(ctx, 2, 5) }},
		{"remove it", GlobalAdministrator, func(ctx context.Context) error { return tenant.RemoveLicence(ctx, 2) }},
		{"give a role", GlobalAdministrator, func(ctx context.Context) error {
			_, err := tenant.AddUser(ctx, NewUser{UserName: "chief", Role: "chief"})
			return err
		}},
	} {
		if role := test.needed + 1; role <= OnlyReader {
			wantFault(t, test.do(by(t, "joe", role)), directory.Usage, "joe is a "+role.String()+" and may not do this")
		}
		if err := test.do(by(t, "kim", test.needed)); err != nil {
			t.Errorf("a %s may not %s: %v", test.needed, test.what, err)
		}
	}
}

// TestTheAuditLogTellsOfActivationAndEditing.
func TestTheAuditLogTellsOfActivationAndEditing(t *testing.T) {
	tenant := newTenant(t)
	kim := by(t, "kim", GlobalAdministrator)
	ann := arrive(t, tenant, directory.User, synced("ann"))
	ok(t, tenant.AddLicence(kim, "Premium", 1))
	ok(t, tenant.SetSeats(kim, 2, 3))
	ok(t, tenant.SetActive(kim, ann, true))
	ok(t, tenant.SetActive(kim, ann, true))
	ok(t, tenant.AssignLicence(kim, ann, 2))
	ok(t, tenant.SetActive(kim, ann, false))
	ok(t, tenant.RemoveLicence(kim, 2))
	ok(t, tenant.EditUser(kim, ann, "", map[string]string{UsageLocation: "FR"}))
	ok(t, tenant.EditUser(kim, ann, "", map[string]string{UsageLocation: ""}))
	crew, err := tenant.AddGroup(kim, "Crew", "")
	ok(t, err)
	ok(t, tenant.AddMembers(kim, crew, []string{ann}))
	ok(t, tenant.DeleteGroup(kim, crew))
	ok(t, tenant.Restore(kim, crew))
	remove(t, tenant, directory.User, ann)
	ok(t, tenant.Restore(kim, ann))
	_, err = tenant.Activate(kim, Selection{IDs: []string{ann}}, 7)
	wantFault(t, err, directory.Usage, "no such licence")
	page, err := tenant.Audit(t.Context(), AuditQuery{Actor: "kim", Limit: 100})
	ok(t, err)
	var got []string
	for _, e := range slices.Backward(page.Entries) {
		got = append(got, strings.TrimSpace(fmt.Sprint(e.Action, " ", e.Name, ": ", e.Detail)))
	}
	want := []string{
		"added a licence Premium: 1 seat", "changed a licence Premium: 3 seats instead of 1", "activated ann: a seat of Online Suite",
		"assigned a licence ann: Premium", "deactivated ann:", "removed a licence Premium:", "changed ann: usage location: FR", "changed ann: usage location: none",
		"created Crew:", "changed members Crew: added ann", "deleted Crew:", "restored Crew:", "restored ann: " + RestoredSynced,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
