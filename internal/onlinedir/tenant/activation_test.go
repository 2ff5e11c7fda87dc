package tenant

import (
	"context"
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
	group, err := tenant.AddGroup(t.Context(), "Crew", "")
	ok(t, err)
	people := map[string]func(ctx context.Context) error{
		"activate": func(ctx context.Context) error { return tenant.SetActive(ctx, s.ann, true) },
		"activate many": func(ctx context.Context) error {
			_, err := tenant.Activate(ctx, Selection{IDs: []string{s.ann}}, 0)
			return err
		},
		"assign": func(ctx context.Context) error { return tenant.AssignLicence(ctx, s.ann, 1) },
		"deactivate": func(ctx context.Context) error {
			_, err := tenant.Deactivate(ctx, Selection{IDs: []string{s.ann}})
			return err
		},
		"locate": func(ctx context.Context) error { return tenant.SetUsageLocation(ctx, s.ann, "DE") },
		"make": func(ctx context.Context) error {
			_, err := tenant.AddUser(ctx, NewUser{UserName: ctx.Value(key{}).(string)})
			return err
		},
		"edit":           func(ctx context.Context) error { return tenant.EditUser(ctx, s.ann, map[string]string{}) },
		"make a group":   func(ctx context.Context) error { _, err := tenant.AddGroup(ctx, "x", ""); return err },
		"edit a group":   func(ctx context.Context) error { return tenant.EditGroup(ctx, group, "Crew", "") },
		"add members":    func(ctx context.Context) error { return tenant.AddMembers(ctx, group, []string{s.ann}) },
		"remove members": func(ctx context.Context) error { return tenant.RemoveMember(ctx, group, s.ann) },
	}
	licences := map[string]func(ctx context.Context) error{
		"make a licence":   func(ctx context.Context) error { return tenant.AddLicence(ctx, ctx.Value(key{}).(string), 1) },
		"change a licence": func(ctx context.Context) error { return tenant.SetSeats(ctx, 1, 50) },
		"give a role": func(ctx context.Context) error {
			_, err := tenant.AddUser(ctx, NewUser{UserName: ctx.Value(key{}).(string), Role: "x"})
			return err
		},
	}
	for role, may := range map[Role][]map[string]func(context.Context) error{
		OnlyReader: {}, UserAdministrator: {people}, GlobalAdministrator: {people, licences},
	} {
		for i, actions := range []map[string]func(context.Context) error{people, licences} {
			allowed := i < len(may)
			for _, what := range []string{"activate", "assign"} { // in an order that can succeed
				if do := actions[what]; do != nil && allowed {
					ok(t, do(as(t, role, what)))
				}
			}
			for what, do := range actions {
				if what == "assign" && allowed {
					continue
				}
				err := do(as(t, role, what))
				if refused := err != nil && strings.Contains(err.Error(), "may not do this"); refused == allowed || allowed && err != nil {
					t.Errorf("a %s who wants to %s: %v", role, what, err)
				}
			}
		}
	}
	wantFault(t, tenant.DeleteUser(as(t, OnlyReader, ""), s.ann), directory.Usage, "may not do this")
	wantFault(t, tenant.Restore(as(t, OnlyReader, ""), s.eve), directory.Usage, "may not do this")
	wantFault(t, tenant.DeleteGroup(as(t, OnlyReader, ""), group), directory.Usage, "may not do this")
	wantFault(t, tenant.RemoveLicence(as(t, UserAdministrator, ""), 1), directory.Usage, "may not do this")
}

type key struct{}

// as is a context of somebody with a role, and a name that nobody else gives.
func as(t *testing.T, role Role, what string) context.Context {
	return context.WithValue(As(t.Context(), Actor{Name: "kim", Role: role}), key{}, strings.ReplaceAll(what, " ", "-")+"-"+strconv.Itoa(int(role)))
}

func TestCSV(t *testing.T) {
	names := []string{"ann@corp.example", "ben@corp.example"}
	utf16le := func(s string) string {
		out := "\xff\xfe"
		for _, r := range s {
			out += string([]byte{byte(r), byte(r >> 8)})
		}
		return out
	}
	for what, text := range map[string]string{
		"plain":              "ann@corp.example\nben@corp.example\n",
		"with a heading":     "userName\nann@corp.example\nben@corp.example",
		"as Excel writes it": "\ufeffName;UserName;Department\r\n\"Ann; Lee\";ann@corp.example;Sales\r\nBen;ben@corp.example\r\n;;\r\n",
		"commas and quotes":  "User Name,Name\n\"ann@corp.example\", \"Lee, Ann\"\n  ben@corp.example  ,Ben\n",
		"tabs, UTF-16":       utf16le("Name\tuser-name\r\nÄnn\tann@corp.example\r\nBen\tben@corp.example\r\n"),
		"empty rows":         "\n\nuserName\n\nann@corp.example\n\n\nben@corp.example\n\n",
	} {
		got, err := ParseCSV(strings.NewReader(text))
		if err != nil || !slices.Equal(got, names) {
			t.Errorf("%s: %q %v", what, got, err)
		}
	}
	for cause, text := range map[string]string{
		"has no user names":                          "userName\n\n",
		"has no user names ":                         "",
		"calls none of them userName":                "Name,Mail\nAnn,a@x\n",
		"line 3: no user name; line 5: no user name": "Name,userName\nAnn,ann\nBen,\nCid,cid\nDan\n",
		"line 2: not UTF-8":                          "userName\nM\xfcller\n",
		"line 2: no user name, but something else":   "userName\n\"a\nb\"\n",
		"line 2: bare \" in non-quoted-field":        "userName\na\"b\nc\n",
		"more than 10000 people are selected":        strings.Repeat("a\n", MostSelected+1),
		"is larger than 8 MiB":                       strings.Repeat("x", mostCSV+1),
		"line 11: no user name":                      "userName,x\n" + strings.Repeat(",x\n", 20),
	} {
		_, err := ParseCSV(strings.NewReader(text))
		wantFault(t, err, directory.Usage, strings.TrimSpace(cause))
		if err != nil && strings.Contains(err.Error(), "line 12") {
			t.Error("too many lines are named:", err)
		}
	}
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("userName;x\na;b\n"))
	f.Add([]byte("\xff\xfea\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		names, err := ParseCSV(strings.NewReader(string(data)))
		if err == nil && len(names) == 0 || len(names) > MostSelected {
			t.Error(len(names), err)
		}
		for _, name := range names {
			if name != strings.TrimSpace(name) || name == "" || strings.ContainsAny(name, "\n\x00") {
				t.Errorf("%q", name)
			}
		}
	})
}
