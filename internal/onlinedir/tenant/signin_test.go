package tenant

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"syncd/internal/directory"
)

// clock is a time that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 5, 1, 12, 0, 30, 0, time.UTC)} }

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

func (c *clock) pass(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

func wantRemedy(t *testing.T, err error, remedy string) {
	t.Helper()
	if fault, ok := errors.AsType[*directory.Fault](err); !ok || !strings.Contains(fault.Remedy, remedy) {
		t.Errorf("got %v, want the remedy %q", err, remedy)
	}
}

func TestSignIn(t *testing.T) {
	c := newClock()
	d := newTenant(t, WithClock(c.Now))
	session, admin, err := d.SignIn(t.Context(), " ADMIN ", options.Password)
	if err != nil || admin.Name != "admin" || admin.Role != GlobalAdministrator || len(session.Reveal()) != 43 {
		t.Fatal(admin, err)
	}
	const wrong = "the name or the password is wrong"
	for _, try := range []struct{ name, password string }{
		{"admin", "wrong horse"},
		{"admin", ""},
		{"root", options.Password.Reveal()},
		{"", ""},
		{"admin", options.Password.Reveal() + strings.Repeat("x", 100)},
	} {
		_, _, err := d.SignIn(t.Context(), try.name, directory.Secret(try.password))
		wantFault(t, err, directory.Usage, wrong)
	}
	if _, again, err := d.SignIn(t.Context(), "admin", options.Password); err != nil || !again.SignedIn.Equal(c.Now()) {
		t.Error(again, err)
	}
	if err := d.CheckPassword(t.Context(), "admin", options.Password); err != nil {
		t.Error(err)
	}
	wantFault(t, d.CheckPassword(t.Context(), "admin", "wrong horse"), directory.Usage, wrong)
	if list, err := d.Admins(t.Context()); err != nil || !list[0].SignedIn.Equal(c.Now()) {
		t.Error(list, err)
	}
}

// TestSignInLongPassword: what is longer than bcrypt looks at is not taken for its beginning.
func TestSignInLongPassword(t *testing.T) {
	d := newTenant(t)
	long := directory.Secret(strings.Repeat("x", 72))
	if err := d.AddAdmin(t.Context(), "long", OnlyReader, long); err != nil {
		t.Fatal(err)
	}
	if err := d.CheckPassword(t.Context(), "long", long); err != nil {
		t.Error(err)
	}
	wantFault(t, d.CheckPassword(t.Context(), "long", long+"x"), directory.Usage, "is wrong")
}

// TestUnknownNamesTakeAsLong: the hash that stands in for that of an unknown name is a real one, and costs as much as those that are made.
func TestUnknownNamesTakeAsLong(t *testing.T) {
	if cost, err := bcrypt.Cost([]byte(nobodysHash)); cost != bcrypt.DefaultCost || err != nil {
		t.Error(cost, err)
	}
	if ok, err := matches(nobodysHash, "x"); ok || err != nil {
		t.Error(ok, err)
	}
	d := newTenant(t, func(d *Tenant) { d.cost = defaultCost })
	if err := d.AddAdmin(t.Context(), "known", OnlyReader, otherPassword); err != nil {
		t.Fatal(err)
	}
	took := func(name string) time.Duration {
		start := time.Now()
		if err := d.CheckPassword(t.Context(), name, "wrong horse"); err == nil {
			t.Error(name, "was let in")
		}
		return time.Since(start)
	}
	shortest := func(name string) time.Duration { return min(took(name), took(name), took(name)) }
	known, unknown := shortest("known"), shortest("root")
	if unknown < known/3 {
		t.Errorf("a known name took %v, an unknown one %v", known, unknown)
	}
}

func TestAttemptsOfOneName(t *testing.T) {
	c := newClock()
	d := newTenant(t, WithClock(c.Now))
	const tooMany = "too many attempts to sign in"
	for _, name := range []string{"admin", "unknown"} {
		for range 5 {
			wantFault(t, d.CheckPassword(t.Context(), name, "wrong horse"), directory.Usage, "is wrong")
			c.pass(time.Second)
		}
		_, _, err := d.SignIn(t.Context(), name, options.Password)
		wantFault(t, err, directory.Usage, tooMany)
		wantRemedy(t, err, "try again in 15 minutes")
	}
	c.pass(14 * time.Minute) // 10 s less have passed for the second name
	_, _, err := d.SignIn(t.Context(), "admin", options.Password)
	wantFault(t, err, directory.Usage, tooMany)
	wantRemedy(t, err, "try again in 1 minute")
	c.pass(time.Minute)
	if _, _, err := d.SignIn(t.Context(), "admin", options.Password); err != nil {
		t.Error("after the time that was named:", err)
	}
	for range 5 {
		wantFault(t, d.CheckPassword(t.Context(), "admin", "wrong horse"), directory.Usage, "is wrong")
	}
}

// TestAttemptsElsewhere: wrong passwords from one address lock nobody out who sits at another one.
func TestAttemptsElsewhere(t *testing.T) {
	d := newTenant(t, WithClock(newClock().Now))
	there, here := From(t.Context(), "192.0.2.1"), From(t.Context(), "192.0.2.2")
	for range attemptsOfName {
		wantFault(t, d.CheckPassword(there, "admin", "wrong horse"), directory.Usage, "is wrong")
	}
	err := d.CheckPassword(there, "admin", options.Password)
	if early, ok := errors.AsType[*TooManyAttempts](err); !ok || early.Wait != attemptsWithin {
		t.Error(err)
	}
	if _, _, err := d.SignIn(here, "admin", options.Password); err != nil {
		t.Error("locked out from elsewhere:", err)
	}
	if err := d.CheckPassword(there, "admin", options.Password); err == nil {
		t.Error("a sign-in elsewhere forgave the wrong ones")
	}
	log, err := d.Audit(t.Context(), AuditQuery{Limit: 2})
	if err != nil || len(log.Entries) != 2 || log.Entries[0].Detail != "from 192.0.2.2" || log.Entries[1].Detail != "wrong password from 192.0.2.1" {
		t.Errorf("%+v, %v", log.Entries, err)
	}
}

func TestAttemptsOfOneAddress(t *testing.T) {
	var a attempts
	c := newClock()
	for n := range attemptsOfAddress {
		if err := a.begin(strings.Repeat("x", n), "there", c.Now()); err != nil {
			t.Fatal(n, err)
		}
		c.pass(time.Second)
	}
	err := a.begin("admin", "there", c.Now())
	wantFault(t, err, directory.Usage, "too many attempts")
	wantRemedy(t, err, "try again in 15 minutes")
	a.forgive("xx", "there")
	if err := a.begin("admin", "there", c.Now()); err != nil {
		t.Error("who signed in counts no more:", err)
	}
	if err := a.begin("admin", "there", c.Now()); err == nil {
		t.Error("one sign-in forgave all names")
	}
	c.pass(attemptsWithin)
	if err := a.begin("admin", "there", c.Now()); err != nil || len(a.recent) != 1 {
		t.Error(err, len(a.recent))
	}
}

// TestAttemptsOfAll: where many addresses have guessed, each has one try, so that none without a wrong one is locked out.
func TestAttemptsOfAll(t *testing.T) {
	var a attempts
	c := newClock()
	for n := range attemptsOfAll {
		if err := a.begin("admin", strings.Repeat("x", n), c.Now()); err != nil {
			t.Fatal(n, err)
		}
	}
	if err := a.begin("admin", "x", c.Now()); err == nil {
		t.Error("an address that guessed wrong may go on")
	}
	if err := a.begin("admin", "here", c.Now()); err != nil {
		t.Error("an address with a clean record is locked out:", err)
	}
}

// TestManyAtOnce: more right sign-ins at one moment than may be wrong are all let in.
func TestManyAtOnce(t *testing.T) {
	d := newTenant(t)
	var all sync.WaitGroup
	for range attemptsOfName + 3 {
		all.Go(func() {
			if err := d.CheckPassword(t.Context(), "admin", options.Password); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}
