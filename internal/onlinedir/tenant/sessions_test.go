package tenant

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"syncd/internal/directory"
)

func TestSessions(t *testing.T) {
	c := newClock()
	dir := t.TempDir()
	if err := Init(dir, options); err != nil {
		t.Fatal(err)
	}
	d := reopen(t, dir, WithClock(c.Now))
	enter := func() directory.Secret {
		t.Helper()
		session, _, err := d.SignIn(t.Context(), "admin", options.Password)
		if err != nil {
			t.Fatal(err)
		}
		return session
	}
	want := func(why string, session directory.Secret, open bool) {
		t.Helper()
		if admin, is, err := d.Session(t.Context(), session); is != open || err != nil || open && admin.Role != GlobalAdministrator || !open && admin.Name != "" {
			t.Errorf("%s: open %t, %+v, %v", why, is, admin, err)
		}
	}
	want("nobody's", "nonsense", false)
	want("none", "", false)
	soon := enter()
	c.pass(SessionIdle)
	want("not used for as long as it may be", soon, false)
	used, idle := enter(), enter()
	for range 12 {
		want("in use", used, true)
		c.pass(SessionIdle - time.Millisecond)
	}
	want("idle too long", idle, false)
	want("in use for almost the longest time", used, true)
	c.pass(12 * time.Millisecond)
	want("too old, although in use", used, false)

	signedOut, stays := enter(), enter()
	for range 2 {
		if err := d.SignOut(t.Context(), signedOut); err != nil {
			t.Error(err)
		}
	}
	want("signed out", signedOut, false)
	want("of the same administrator", stays, true)
	if err := d.SetAdminPassword(t.Context(), "admin", otherPassword); err != nil {
		t.Fatal(err)
	}
	want("from before the password changed", stays, false)
	if err := d.CheckPassword(t.Context(), "admin", options.Password); err == nil {
		t.Error("the old password is still good")
	}
	if err := d.SetAdminPassword(t.Context(), "admin", options.Password); err != nil {
		t.Fatal(err)
	}
	secret := enter()
	for _, name := range []string{File, File + "-wal"} {
		if text, err := os.ReadFile(filepath.Join(dir, name)); err != nil || strings.Contains(string(text), secret.Reveal()) {
			t.Error("the secret of a session lies in", name, err)
		}
	}
}

// TestSessionsOfRemovedAdministrators: they end at once, as does what a role allowed.
func TestSessionsOfRemovedAdministrators(t *testing.T) {
	d := newTenant(t)
	if err := d.AddAdmin(t.Context(), "eve", UserAdministrator, otherPassword); err != nil {
		t.Fatal(err)
	}
	session, _, err := d.SignIn(t.Context(), "eve", otherPassword)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.SetAdminRole(t.Context(), "eve", OnlyReader); err != nil {
		t.Fatal(err)
	}
	if admin, open, err := d.Session(t.Context(), session); admin.Role != OnlyReader || !open || err != nil {
		t.Error(admin, open, err)
	}
	if err := d.RemoveAdmin(t.Context(), "eve"); err != nil {
		t.Fatal(err)
	}
	if err := d.AddAdmin(t.Context(), "eve", GlobalAdministrator, otherPassword); err != nil {
		t.Fatal(err)
	}
	if _, open, err := d.Session(t.Context(), session); open || err != nil {
		t.Error("a session of the first Eve is open for the second:", err)
	}
}

// TestUseIsKept: when sessions and tokens were used last survives that the directory is closed, and is not written with every use.
func TestUseIsKept(t *testing.T) {
	c := newClock()
	dir := t.TempDir()
	if err := Init(dir, options); err != nil {
		t.Fatal(err)
	}
	d, err := Open(t.Context(), dir, zap.NewNop(), WithClock(c.Now))
	if err != nil {
		t.Fatal(err)
	}
	session, _, err := d.SignIn(t.Context(), "admin", options.Password)
	if err != nil {
		t.Fatal(err)
	}
	token, err := d.NewToken(t.Context(), "syncd")
	if err != nil {
		t.Fatal(err)
	}
	if list, err := d.Tokens(t.Context()); err != nil || len(list) != 1 || list[0].Name != "syncd" || !list[0].Created.Equal(c.Now()) || !list[0].Used.IsZero() {
		t.Error(list, err)
	}
	c.pass(50 * time.Minute)
	changes := func() (n int) {
		t.Helper()
		if err := d.desk.conn.QueryRowContext(t.Context(), "SELECT total_changes()").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := changes()
	for range 100 {
		if _, open, err := d.Session(t.Context(), session); !open || err != nil {
			t.Fatal(open, err)
		}
		if b, known, err := d.Bearer(t.Context(), token); b.Token != "syncd" || !known || err != nil {
			t.Fatal(b, known, err)
		}
	}
	if after := changes(); after != before {
		t.Error(after-before, "writes for 200 uses")
	}
	used := c.Now().Truncate(time.Minute)
	if list, err := d.Tokens(t.Context()); err != nil || !list[0].Used.Equal(used) {
		t.Error("while it is remembered:", list, err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = reopen(t, dir, WithClock(c.Now))
	if list, err := d.Tokens(t.Context()); err != nil || !list[0].Used.Equal(used) {
		t.Error("after it was closed:", list, err)
	}
	c.pass(50 * time.Minute)
	if _, open, err := d.Session(t.Context(), session); !open || err != nil {
		t.Error("a session that was used before the directory was closed:", open, err)
	}
	if err := d.RevokeToken(t.Context(), "syncd"); err != nil {
		t.Fatal(err)
	}
	if _, known, err := d.Bearer(t.Context(), token); known || err != nil {
		t.Error("a revoked token:", known, err)
	}
	wantFault(t, d.RevokeToken(t.Context(), "syncd"), directory.Usage, "there is no token")
}

// TestUsesThatCannotBeWritten are not forgotten, and do not undo what came later.
func TestUsesThatCannotBeWritten(t *testing.T) {
	c := newClock()
	d := newTenant(t, WithClock(c.Now), withBusyTimeout(time.Millisecond))
	token, err := d.NewToken(t.Context(), "syncd")
	if err != nil {
		t.Fatal(err)
	}
	other, err := Open(t.Context(), filepath.Dir(d.path), zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, known, err := d.Bearer(t.Context(), token); !known || err != nil {
		t.Fatal(known, err)
	}
	if err := other.Write(t.Context(), func(*Writer) error { return d.keepUses(t.Context()) }); err == nil {
		t.Error("another process writes, and so did this one")
	}
	if list, err := d.Tokens(t.Context()); err != nil || list[0].Used.IsZero() {
		t.Error(list, err)
	}
	if err := d.keepUses(t.Context()); err != nil {
		t.Error(err)
	}
	if list, err := other.Tokens(t.Context()); err != nil || !list[0].Used.Equal(c.Now().Truncate(time.Minute)) {
		t.Error(list, err)
	}
}

// TestPurge: what is over or too old leaves the tables.
func TestPurge(t *testing.T) {
	c := newClock()
	d := newTenant(t, WithClock(c.Now))
	session, _, err := d.SignIn(t.Context(), "admin", options.Password)
	if err != nil {
		t.Fatal(err)
	}
	count := func(table string) (n int) {
		t.Helper()
		if err := d.desk.conn.QueryRowContext(t.Context(), map[string]string{"session": "SELECT count(*) FROM session", "audit": "SELECT count(*) FROM audit"}[table]).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	tidy := func() {
		t.Helper()
		if err := d.tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	c.pass(50 * time.Minute)
	if _, open, err := d.Session(t.Context(), session); !open || err != nil {
		t.Fatal(open, err)
	}
	c.pass(50 * time.Minute)
	if tidy(); count("session") != 1 {
		t.Error("a session in use was forgotten")
	}
	c.pass(SessionIdle)
	if tidy(); count("session") != 0 {
		t.Error("a session that is over is still there")
	}
	c.pass(AuditFor - 3*time.Hour)
	if tidy(); count("audit") != 1 {
		t.Error("an entry was forgotten too early")
	}
	c.pass(3 * time.Hour)
	if tidy(); count("audit") != 0 {
		t.Error("an old entry is still there")
	}
}

// TestUsesAreWrittenAfterAMinute holds the work in the background.
func TestUsesAreWrittenAfterAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newTenant(t)
		token, err := d.NewToken(t.Context(), "syncd")
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, _, err := d.Bearer(t.Context(), token); err != nil {
				t.Fatal(err)
			}
			used := time.Now().Truncate(time.Minute)
			time.Sleep(useDelay + time.Second)
			synctest.Wait()
			var stored int64
			if err := d.desk.conn.QueryRowContext(t.Context(), "SELECT coalesce(used, 0) FROM token").Scan(&stored); err != nil || stored != used.UnixMilli() {
				t.Error(momentOf(stored), err)
			}
			time.Sleep(3 * time.Hour) // tidied meanwhile
		}
	})
}
