package tenant

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"syncd/internal/directory"
)

const otherPassword = directory.Secret("battery staple")

// by is a context of an administrator with a role.
func by(t *testing.T, name string, role Role) context.Context {
	t.Helper()
	return As(t.Context(), Actor{Name: name, Role: role})
}

func TestAdministrators(t *testing.T) {
	d := newTenant(t)
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(d.AddAdmin(ctx, " Eve ", UserAdministrator, otherPassword))
	must(d.AddAdmin(ctx, "root", GlobalAdministrator, otherPassword))
	wantFault(t, d.AddAdmin(ctx, "EVE", OnlyReader, otherPassword), directory.Usage, `there is an administrator named "eve" already`)
	wantFault(t, d.AddAdmin(ctx, "a:b", OnlyReader, otherPassword), directory.Usage, "has a colon")
	wantFault(t, d.AddAdmin(ctx, "\x00", OnlyReader, otherPassword), directory.Usage, "control character")
	wantFault(t, d.AddAdmin(ctx, strings.Repeat("x", 101), OnlyReader, otherPassword), directory.Usage, "very long")
	wantFault(t, d.AddAdmin(ctx, "x", 4, otherPassword), directory.Usage, "4 is no role")
	wantFault(t, d.AddAdmin(ctx, "x", OnlyReader, "7 bytes"), directory.Usage, "shorter than 8 characters")
	wantFault(t, d.AddAdmin(ctx, "x", OnlyReader, directory.Secret(strings.Repeat("ä", 37))), directory.Usage, "longer than 72 bytes")
	must(d.AddAdmin(ctx, "x", OnlyReader, directory.Secret(strings.Repeat("ä", 8))))
	must(d.SetAdminRole(ctx, "Eve", OnlyReader))
	must(d.RemoveAdmin(ctx, "X"))
	must(d.RemoveAdmin(ctx, "root"))
	wantFault(t, d.RemoveAdmin(ctx, "root"), directory.Usage, "there is no administrator")
	wantFault(t, d.SetAdminRole(ctx, "root", OnlyReader), directory.Usage, "there is no administrator")
	wantFault(t, d.SetAdminPassword(ctx, "root", otherPassword), directory.Usage, "there is no administrator")
	wantFault(t, d.RemoveAdmin(ctx, "admin"), directory.Usage, "admin is the last global administrator")
	wantFault(t, d.SetAdminRole(ctx, "admin", UserAdministrator), directory.Usage, "admin is the last global administrator")
	must(d.SetAdminRole(ctx, "admin", GlobalAdministrator))
	list, err := d.Admins(ctx)
	must(err)
	want := []Admin{{Name: "admin", Role: GlobalAdministrator}, {Name: "eve", Role: OnlyReader}}
	if diff := cmp.Diff(want, list, cmpopts.IgnoreUnexported(Admin{}), cmpopts.IgnoreFields(Admin{}, "Created")); diff != "" {
		t.Error(diff)
	}
	for _, a := range list {
		if a.Created.IsZero() {
			t.Error(a.Name, "was made at no time")
		}
	}
}

// TestWhoMayDoWhat is the table of the package comment.
func TestWhoMayDoWhat(t *testing.T) {
	d := newTenant(t)
	id, err := d.AddUser(t.Context(), NewUser{UserName: "ann"})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		what   string
		needed Role
		do     func(ctx context.Context) error
	}{
		{"add an administrator", GlobalAdministrator, func(ctx context.Context) error { return d.AddAdmin(ctx, "eve", OnlyReader, otherPassword) }},
		{"change a role", GlobalAdministrator, func(ctx context.Context) error { return d.SetAdminRole(ctx, "eve", UserAdministrator) }},
		{"change the password of somebody else", GlobalAdministrator, func(ctx context.Context) error { return d.SetAdminPassword(ctx, "eve", otherPassword) }},
		{"remove an administrator", GlobalAdministrator, func(ctx context.Context) error { return d.RemoveAdmin(ctx, "eve") }},
		{"make a token", GlobalAdministrator, func(ctx context.Context) error { _, err := d.NewToken(ctx, "t"); return err }},
		{"list the tokens", GlobalAdministrator, func(ctx context.Context) error { _, err := d.Tokens(ctx); return err }},
		{"revoke a token", GlobalAdministrator, func(ctx context.Context) error { return d.RevokeToken(ctx, "t") }},
		{"switch synchronisation", GlobalAdministrator, func(ctx context.Context) error { return d.SetSyncEnabled(ctx, false) }},
		{"make a backup", GlobalAdministrator, func(ctx context.Context) error { _, err := d.Backup(ctx, t.TempDir()+"/copy.db"); return err }},
		{"make an account", UserAdministrator, func(ctx context.Context) error { _, err := d.AddUser(ctx, NewUser{UserName: "bob"}); return err }},
		{"activate an account", UserAdministrator, func(ctx context.Context) error { return d.SetActive(ctx, id, true) }},
		{"change one's own password", OnlyReader, func(ctx context.Context) error { return d.SetAdminPassword(ctx, actorOf(ctx).Name, otherPassword) }},
		{"read the audit log", OnlyReader, func(ctx context.Context) error { _, err := d.Audit(ctx, AuditQuery{}); return err }},
	} {
		if role := test.needed + 1; role <= OnlyReader {
			wantFault(t, test.do(by(t, "joe", role)), directory.Usage, "joe is a "+role.String()+" and may not do this")
		}
		if test.needed < OnlyReader {
			wantFault(t, test.do(As(t.Context(), Actor{Name: "syncd", Role: GlobalAdministrator, Sync: true})), directory.Usage, "syncd is a client of synchronisation and may not do this")
			wantFault(t, test.do(As(t.Context(), Actor{Name: "nobody"})), directory.Usage, "nobody is no administrator and may not do this")
		}
		if err := test.do(by(t, "admin", test.needed)); err != nil {
			t.Errorf("a %s may not %s: %v", test.needed, test.what, err)
		}
	}
}
