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

// story is the log from its beginning, each entry as "who did: whom (what)".
func story(t *testing.T, d *Tenant) (lines []string) {
	t.Helper()
	page, err := d.Audit(t.Context(), AuditQuery{Limit: mostEntries})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range page.Entries {
		line := fmt.Sprintf("%s %s: %s", e.Actor, e.Action, e.Name)
		if e.Detail != "" {
			line += " (" + e.Detail + ")"
		}
		if e.Kind != "" {
			line += " " + e.Kind
		}
		if e.Sync {
			line = "sync " + line
		}
		lines = append([]string{line}, lines...)
	}
	return lines
}

func TestWhatAdministratorsDoIsNoted(t *testing.T) {
	d := newTenant(t)
	ctx := by(t, "admin", GlobalAdministrator)
	ann := ""
	steps := []func() error{
		func() error { return d.AddAdmin(ctx, "Eve", OnlyReader, otherPassword) },
		func() error { return d.SetAdminRole(ctx, "eve", OnlyReader) }, // is already
		func() error { return d.SetAdminRole(ctx, "eve", UserAdministrator) },
		func() error { return d.SetAdminPassword(ctx, "eve", options.Password) },
		func() error {
			session, _, err := d.SignIn(t.Context(), "eve", options.Password)
			return firstOf(err, d.SignOut(t.Context(), session), d.SignOut(t.Context(), session))
		},
		func() error { return d.RemoveAdmin(ctx, "eve") },
		func() error { _, err := d.NewToken(ctx, "syncd"); return err },
		func() error { return d.RevokeToken(t.Context(), "syncd") },
		func() error { return d.SetSyncEnabled(ctx, true) }, // is already
		func() error { return firstOf(d.SetSyncEnabled(ctx, false), d.SetSyncEnabled(ctx, true)) },
		func() (err error) {
			ann, err = d.AddUser(ctx, NewUser{UserName: "ann@corp.example", DisplayName: "Ann Lee"})
			return err
		},
		func() error {
			return firstOf(d.SetActive(ctx, ann, true), d.SetActive(ctx, ann, true), d.SetActive(ctx, ann, false))
		},
	}
	for i, step := range steps {
		if err := step(); err != nil {
			t.Fatal(i, err)
		}
	}
	for _, refused := range []error{
		d.CheckPassword(t.Context(), "admin", "wrong horse"), d.CheckPassword(t.Context(), "my-secret-passw0rd", "x"),
		d.AddAdmin(by(t, "joe", OnlyReader), "x", OnlyReader, otherPassword), d.RevokeToken(ctx, "nothing"), d.RemoveAdmin(ctx, "admin"),
	} {
		if refused == nil {
			t.Error("something was allowed")
		}
	}
	want := []string{
		"admin added an administrator: eve (reader)",
		"admin changed a role: eve (from reader to user administrator)",
		"admin changed a password: eve",
		"eve signed in: eve",
		"eve signed out: eve",
		"admin removed an administrator: eve (user administrator)",
		"admin made a token: syncd",
		"command line revoked a token: syncd",
		"admin disabled synchronisation: Contoso",
		"admin enabled synchronisation: Contoso",
		"admin created: Ann Lee User",
		"admin activated: Ann Lee (a seat of Online Suite) User",
		"admin deactivated: Ann Lee User",
		"nobody was not let in: admin (wrong password)",
		"nobody was not let in:  (unknown name)",
	}
	if diff := cmp.Diff(want, story(t, d)); diff != "" {
		t.Error(diff)
	}
	if page, err := d.Audit(t.Context(), AuditQuery{Resource: ann}); err != nil || len(page.Entries) != 3 {
		t.Error("the history of a user:", page, err)
	}
}

// syncing changes a directory as synchronisation does.
type syncing struct {
	*Tenant
	t *testing.T
}

func (s syncing) write(fn func(ctx context.Context, w *Writer) error) {
	s.t.Helper()
	ctx := As(s.t.Context(), Actor{Name: "syncd", Sync: true})
	if err := s.Write(ctx, func(w *Writer) error { return fn(ctx, w) }); err != nil {
		s.t.Fatal(err)
	}
}

func (s syncing) create(kind directory.Kind, doc scim.Document) (id string) {
	s.t.Helper()
	s.write(func(ctx context.Context, w *Writer) error {
		record, err := w.Create(ctx, s.catalogue.ByKind(kind), doc)
		if err == nil {
			id = record.ID
		}
		return err
	})
	return id
}

// patch sends pairs of a path and a value, all in one PATCH; nil removes.
func (s syncing) patch(kind directory.Kind, id string, pairs ...any) {
	s.t.Helper()
	s.write(func(ctx context.Context, w *Writer) error { return s.patchIn(ctx, w, kind, id, pairs...) })
}

func (s syncing) patchIn(ctx context.Context, w *Writer, kind directory.Kind, id string, pairs ...any) error {
	rt := s.catalogue.ByKind(kind)
	var operations []scim.Operation
	for i := 0; i < len(pairs); i += 2 {
		path, err := rt.ParsePath(pairs[i].(string))
		if err != nil {
			return err
		}
		op := scim.Operation{Verb: scim.Replace, Path: path, Value: pairs[i+1]}
		switch {
		case pairs[i+1] == nil:
			op.Verb = scim.Remove
		case path.Filter != nil:
			op.Verb = scim.Add
		}
		operations = append(operations, op)
	}
	_, err := w.Patch(ctx, rt, id, operations, "")
	return err
}

func TestWhatSynchronisationDoesIsNoted(t *testing.T) {
	d := newTenant(t)
	s := syncing{d, t}
	onPremises := directory.SchemaOnPremises + ":"
	person := func() scim.Document {
		return scim.Document{
			"externalId": "A", "userName": "ann@x", "displayName": "Ann Lee", "name": map[string]any{"givenName": "Ann", "familyName": "Lee"},
			"phoneNumbers":             []any{map[string]any{"type": "work", "value": "1"}, map[string]any{"type": "mobile", "value": "2"}},
			directory.SchemaOnPremises: map[string]any{"onPremisesAccountEnabled": true, "extensionAttribute7": "x"},
		}
	}
	ann := s.create(directory.User, person())
	bob := s.create(directory.User, scim.Document{"externalId": "B", "userName": "bob@x"})
	cid := s.create(directory.User, scim.Document{"externalId": "C", "userName": "cid@x"})
	s.patch(directory.User, cid, directory.Manager, map[string]any{"value": bob}) // completes the creation
	s.patch(directory.User, cid, directory.Manager, map[string]any{"value": ann})
	s.patch(directory.User, cid, directory.Manager, nil)
	s.patch(directory.User, ann, "displayName", "Ann Lee") // nothing new
	s.patch(directory.User, ann, "title", "Boss", directory.Department.Path(), "Sales", `phoneNumbers[type eq "mobile"].value`, "3", "name.familyName", "Ray",
		directory.ExtensionAttribute1.Path()[:len(onPremises)]+"extensionAttribute7", "y", directory.Manager, map[string]any{"value": bob})
	s.patch(directory.User, ann, directory.WorkEmail.Path(), "ann@x", "title", nil)
	if err := d.SetActive(by(t, "admin", UserAdministrator), ann, true); err != nil {
		t.Fatal(err)
	}
	s.patch(directory.User, ann, "active", false, onPremises+"onPremisesAccountEnabled", false)
	s.patch(directory.User, ann, "active", true, onPremises+"onPremisesAccountEnabled", true)
	s.write(func(ctx context.Context, w *Writer) error {
		_, err := w.Replace(ctx, s.catalogue.ByKind(directory.User), bob, scim.Document{"externalId": "B", "userName": "bob@x", "nickName": "Bobby"}, "")
		return err
	})
	s.write(func(ctx context.Context, w *Writer) error {
		return w.Delete(ctx, s.catalogue.ByKind(directory.User), ann, "")
	})
	if again := s.create(directory.User, person()); again != ann {
		t.Error("the account came back as another one")
	}
	want := []string{
		"sync syncd created: Ann Lee User",
		"sync syncd created: bob@x User",
		"sync syncd created: cid@x User",
		"sync syncd changed: cid@x (manager) User",
		"sync syncd changed: cid@x (manager) User",
		"sync syncd changed: Ann Lee (department, extension attribute 7, job title, last name, manager, mobile phone) User",
		"sync syncd changed: Ann Lee (job title, work mail address) User",
		"admin activated: Ann Lee (a seat of Online Suite) User",
		"sync syncd blocked: Ann Lee (disabled in Active Directory) User",
		"sync syncd unblocked: Ann Lee (enabled in Active Directory) User",
		"sync syncd changed: bob@x (nick name) User",
		"sync syncd deleted: Ann Lee User",
		"sync syncd restored: Ann Lee User",
	}
	if diff := cmp.Diff(want, story(t, d)); diff != "" {
		t.Error(diff)
	}
}

// TestMembersAreNotedOnce: a request, with all its operations, leaves one entry for each group that it changed, and none for what it took
// back or found as it is.
func TestMembersAreNotedOnce(t *testing.T) {
	d := newTenant(t)
	s := syncing{d, t}
	var people []any
	for n := range 8 {
		id := s.create(directory.User, scim.Document{"externalId": fmt.Sprint(n), "userName": fmt.Sprintf("u%d@x", n), "displayName": fmt.Sprint("P", n)})
		people = append(people, map[string]any{"value": id})
	}
	crew := s.create(directory.Group, scim.Document{"displayName": "Crew", "members": people[:1]})
	team := s.create(directory.Group, scim.Document{"displayName": "Team"})
	members, err := s.catalogue.ByKind(directory.Group).ParsePath("members")
	if err != nil {
		t.Fatal(err)
	}
	change := func(ctx context.Context, w *Writer, group string, verb scim.Verb, who []any) error {
		_, err := w.Patch(ctx, s.catalogue.ByKind(directory.Group), group, []scim.Operation{{Verb: verb, Path: members, Value: who}}, "")
		return err
	}
	s.write(func(ctx context.Context, w *Writer) error {
		err := firstOf(change(ctx, w, crew, scim.Add, people[:4]), change(ctx, w, team, scim.Add, people[7:]), change(ctx, w, crew, scim.Add, people),
			change(ctx, w, crew, scim.Remove, people[:2]), change(ctx, w, crew, scim.Remove, people[:2]))
		if err != nil {
			return err
		}
		refused := w.Savepoint(ctx, func() error {
			return firstOf(change(ctx, w, team, scim.Add, people[:1]), change(ctx, w, team, scim.Add, []any{people[1], map[string]any{"value": "nobody"}}))
		})
		if refused == nil {
			t.Error("nobody became a member")
		}
		return s.patchIn(ctx, w, directory.Group, team, "displayName", "Team A", "members", people[6:7])
	})
	s.write(func(ctx context.Context, w *Writer) error { return change(ctx, w, crew, scim.Add, people[4:]) }) // all are
	made := story(t, d)[:10]                                                                                  // eight people and two groups
	want := append(made,
		"token syncd changed: Team A (display name) Group",
		"token syncd changed members: Crew (added P1, P2, P3, P4, P5 and 2 more; removed P0, P1) Group",
		"token syncd changed members: Team A (added P7, P6; removed P7) Group",
	)
	if diff := cmp.Diff(want, story(t, d)); diff != "" {
		t.Error(diff)
	}
}

// TestNotesAreBounded: a value from outside cannot fill the disk, and what is taken back is not told.
func TestNotesAreBounded(t *testing.T) {
	d := newTenant(t)
	err := d.Write(t.Context(), func(w *Writer) error {
		_ = w.Savepoint(t.Context(), func() error {
			return firstOf(w.note(t.Context(), DidDelete, "", "x", ""), context.Canceled)
		})
		return w.note(t.Context(), DidChange, "gone", strings.Repeat("é", 5000), strings.Repeat("x", 1000))
	})
	if err != nil {
		t.Fatal(err)
	}
	page, err := d.Audit(t.Context(), AuditQuery{})
	if err != nil || len(page.Entries) != 1 {
		t.Fatal(page, err)
	}
	if e := page.Entries[0]; len([]rune(e.Name)) != 1003 || len(e.Detail) != 1000 || e.Resource != "gone" || e.Kind != "" {
		t.Errorf("%+v", e)
	}
}

// TestEveryActionIsListed: a filter offers each once.
func TestEveryActionIsListed(t *testing.T) {
	seen := map[Action]bool{}
	for _, a := range Actions() {
		if a == "" || seen[a] {
			t.Errorf("%q", a)
		}
		seen[a] = true
	}
	for _, role := range Roles() {
		if role.String() == "unknown" {
			t.Error(int(role))
		}
	}
}
