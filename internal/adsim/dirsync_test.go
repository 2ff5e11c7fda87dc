package adsim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"syncd/internal/adsim"
	"syncd/internal/directory"
)

const (
	flagObjectSecurity = 0x1
	flagAncestorsFirst = 0x800
	flagIncremental    = 0x80000000
)

// reader follows the directory with DirSync.
type reader struct {
	w       *world
	conn    *ldap.Conn
	flags   int64
	filter  string
	only    []string
	cookie  []byte
	answers int // of the last read
}

// once makes one request and says whether more is to come.
func (r *reader) once() ([]*ldap.Entry, bool, error) {
	control := ldap.NewRequestControlDirSync(r.flags, 1<<20, r.cookie)
	filter := r.filter
	if filter == "" {
		filter = "(objectClass=*)"
	}
	result, err := r.conn.Search(ldap.NewSearchRequest(base, 2, 0, 0, 0, false, filter, r.only, []ldap.Control{control}))
	if err != nil {
		return nil, false, err
	}
	answer, ok := ldap.FindControl(result.Controls, ldap.ControlTypeDirSync).(*ldap.ControlDirSync)
	if !ok {
		r.w.t.Fatal("the answer carries no DirSync control")
	}
	r.cookie = answer.Cookie
	return result.Entries, answer.Flags != 0, nil
}

// read loops until there is no more. Entries come as "name: attribute=count ..." with the attributes in order, in order of arrival.
func (r *reader) read() []string {
	r.w.t.Helper()
	var list []string
	r.answers = 0
	for more := true; more; r.answers++ {
		var entries []*ldap.Entry
		var err error
		if entries, more, err = r.once(); err != nil {
			r.w.t.Fatal(err)
		}
		for _, e := range entries {
			list = append(list, describe(e))
		}
	}
	return list
}

func describe(e *ldap.Entry) string {
	first, _, _ := strings.Cut(e.DN, ",")
	_, name, _ := strings.Cut(first, "=")
	name, _, _ = strings.Cut(name, `\0A`)
	var parts []string
	for _, a := range e.Attributes {
		if a.Name != "objectGUID" && a.Name != "instanceType" {
			parts = append(parts, fmt.Sprintf("%s=%d", a.Name, len(a.Values)))
		}
	}
	slices.Sort(parts)
	return name + ": " + strings.Join(parts, " ")
}

func (w *world) reader(conn *ldap.Conn, flags int64) *reader {
	w.t.Helper()
	r := &reader{w: w, conn: conn, flags: flags}
	r.read()
	return r
}

// What each change looks like in a delta, with and without incremental values, as Samba AD 4.17 shows it.
func TestDeltas(t *testing.T) {
	w := start(t, nil)
	w.staff(2)
	w.create("OU=Else,"+base, "organizationalUnit")
	u0, u1, team := "CN=u0,OU=Staff,"+base, "CN=u1,OU=Staff,"+base, "CN=Team,OU=Staff,"+base
	w.create(team, "group", "member", u0)
	w.modify(u0, func(m *ldap.ModifyRequest) { m.Replace("telephoneNumber", []string{"1"}) })
	whole, values := w.reader(w.service, 0), w.reader(w.service, flagIncremental)
	rename := func(dn, name, parent string) func() {
		return func() {
			if err := w.admin.ModifyDN(ldap.NewModifyDNRequest(dn, name, true, parent)); err != nil {
				t.Fatal(err)
			}
		}
	}
	change := func(dn string, f func(*ldap.ModifyRequest)) func() { return func() { w.modify(dn, f) } }
	gone := "accountExpires=0 codePage=0 countryCode=0 isDeleted=1 isRecycled=1 lastKnownParent=1 name=1 objectCategory=0 parentGUID=1 primaryGroupID=0 " +
		"pwdLastSet=0 sAMAccountType=0 title=0"
	for _, c := range []struct {
		name   string
		do     func()
		whole  string
		values string
	}{
		{"attributes", change(u0, func(m *ldap.ModifyRequest) {
			m.Replace("title", []string{"Boss"})
			m.Replace("telephoneNumber", nil)
		}), "u0: telephoneNumber=0 title=1", ""},
		{"member in and out", change(team, func(m *ldap.ModifyRequest) {
			m.Delete("member", []string{u0})
			m.Add("member", []string{u1})
		}), "Team: member=1", "Team: member;range=0-0=1 member;range=1-1=1"},
		{"manager", change(u1, func(m *ldap.ModifyRequest) { m.Replace("manager", []string{u0}) }), "u1: manager=1", "u1: manager;range=1-1=1"},
		{"no manager", change(u1, func(m *ldap.ModifyRequest) { m.Replace("manager", nil) }), "u1: manager=0", "u1: manager;range=0-0=1"},
		{"rename", rename(u0, "CN=z0", ""), "z0: name=1 parentGUID=1", ""},
		{"move", rename("CN=z0,OU=Staff,"+base, "CN=z0", "OU=Else,"+base), "z0: name=1 parentGUID=1", ""},
		{"container", rename("OU=Else,"+base, "OU=Other", ""), "Other: name=1 parentGUID=1", ""},
		{"the same value", change(team, func(m *ldap.ModifyRequest) { m.Replace("member", []string{u1}) }), "Team: member=1", "Team: member;range=1-1=1"},
		{"the same attribute", change(team, func(m *ldap.ModifyRequest) { m.Replace("description", nil) }), "-", ""},
		{"deletion", func() {
			if err := w.admin.Del(ldap.NewDelRequest("CN=z0,OU=Other,"+base, nil)); err != nil {
				t.Fatal(err)
			}
		}, "z0: " + gone, ""},
	} {
		c.do()
		if c.values == "" {
			c.values = c.whole
		}
		for mode, pair := range map[*reader]string{whole: c.whole, values: c.values} {
			if got := strings.Join(mode.read(), "; "); got != strings.TrimPrefix(pair, "-") {
				t.Errorf("%s, flags %x: %s", c.name, mode.flags, cmp.Diff(pair, got))
			}
		}
	}
}

func TestDeltaOfNewObject(t *testing.T) {
	w := start(t, nil)
	r := w.reader(w.service, flagIncremental)
	w.staff(1)
	want := "u0: accountExpires=1 codePage=1 countryCode=1 name=1 objectCategory=1 objectClass=4 objectSid=1 parentGUID=1 primaryGroupID=1 " +
		"pwdLastSet=1 sAMAccountName=1 sAMAccountType=1 userAccountControl=1 whenCreated=1"
	if got := r.read(); len(got) != 2 || got[1] != want {
		t.Errorf("a new object: %s", cmp.Diff(want, got[len(got)-1]))
	}
	r.only = []string{"title"}
	w.modify("CN=u0,OU=Staff,"+base, func(m *ldap.ModifyRequest) { m.Replace("mail", []string{"a@b"}) })
	if got := r.read(); len(got) != 0 {
		t.Errorf("a change of what was not asked for: %v", got)
	}
}

// A first read in many answers is whole, whatever changes between them.
func TestBatches(t *testing.T) {
	w := start(t, func(c *adsim.Config) { c.DirSyncBatch = 7 })
	w.staff(30)
	r := &reader{w: w, conn: w.service, flags: flagIncremental, filter: "(objectClass=user)"}
	seen := map[string]string{}
	for more, i := true, 0; more; i++ {
		var entries []*ldap.Entry
		var err error
		if entries, more, err = r.once(); err != nil {
			t.Fatal(err)
		}
		if len(entries) > 7 {
			t.Fatalf("an answer of %d entries", len(entries))
		}
		for _, e := range entries {
			if a := e.GetAttributeValue("sAMAccountName"); a != "" {
				seen[a] = e.GetAttributeValue("title")
			}
			if e.GetAttributeValue("title") != "" && e.GetAttributeValue("sAMAccountName") == "" {
				t.Errorf("%s was reported in part before it was reported whole", e.DN)
			}
		}
		w.modify(fmt.Sprintf("CN=u%d,OU=Staff,%s", 29-i, base), func(m *ldap.ModifyRequest) { m.Replace("title", []string{"changed"}) })
	}
	for i := range 30 {
		if _, ok := seen[fmt.Sprintf("u%d", i)]; !ok {
			t.Errorf("u%d never came", i)
		}
	}
	if len(r.read()) == 0 || len(r.read()) != 0 {
		t.Error("the last change came not at all, or twice")
	}
}

func TestAncestorsFirst(t *testing.T) {
	w := start(t, func(c *adsim.Config) { c.DirSyncBatch = 3 })
	w.staff(8)
	w.modify("OU=Staff,"+base, func(m *ldap.ModifyRequest) { m.Replace("description", []string{"late"}) })
	r := &reader{w: w, conn: w.service, flags: flagAncestorsFirst, filter: "(|(objectClass=user)(objectClass=organizationalUnit))"}
	staff, first := -1, -1
	for i, e := range r.read() {
		if strings.HasPrefix(e, "Staff:") && staff < 0 {
			staff = i
		}
		if strings.HasPrefix(e, "u") && first < 0 {
			first = i
		}
	}
	if staff < 0 || first < staff {
		t.Errorf("the unit came at %d, its first child at %d", staff, first)
	}
}

func TestDirSyncRights(t *testing.T) {
	w := start(t, nil)
	w.staff(2)
	request := func(dn string, flags int64, cookie []byte) error {
		_, err := find(w.service, dn, 2, "(objectClass=*)", nil, ldap.NewRequestControlDirSync(flags, 0, cookie))
		return err
	}
	wantCode(t, "below the head", request("OU=Staff,"+base, 0, nil), ldap.LDAPResultInsufficientAccessRights)
	wantCode(t, "the configuration", request("CN=Configuration,"+base, 0, nil), 0)
	wantCode(t, "a cookie cut short", request(base, 0, []byte("MSDS")), ldap.LDAPResultUnavailableCriticalExtension)
	wantCode(t, "an unknown flag", request(base, 0x40, nil), ldap.LDAPResultUnavailableCriticalExtension)
	w.SetRights(adsim.Rights{})
	wantCode(t, "without Get-Changes", request(base, 0, nil), ldap.LDAPResultInsufficientAccessRights)
	wantCode(t, "without it, as itself", request(base, flagObjectSecurity, nil), 0)
	blind, seeing := w.reader(w.service, flagObjectSecurity), w.reader(w.admin, 0)
	if err := w.Delete("CN=u0,OU=Staff," + base); err != nil {
		t.Fatal(err)
	}
	if got := blind.read(); len(got) != 0 {
		t.Errorf("an account that may not see the deleted was told %v", got)
	}
	if got := seeing.read(); len(got) != 1 {
		t.Errorf("the administrator was told %v", got)
	}
	w.SetRights(adsim.Rights{GetChanges: true, SeeDeleted: true})
	w.SetFault(adsim.Fault{RejectCookies: true})
	wantCode(t, "a rejected cookie", request(base, 0, seeing.cookie), ldap.LDAPResultOperationsError)
	wantCode(t, "no cookie", request(base, 0, nil), 0)
	w.SetFault(adsim.Fault{NoIncremental: true})
	wantCode(t, "no incremental values", request(base, flagIncremental, nil), ldap.LDAPResultUnavailableCriticalExtension)
}

// A cookie of another database is no error: everything comes.
func TestForeignCookie(t *testing.T) {
	a, b := start(t, nil), start(t, func(c *adsim.Config) { c.Seed = 9 })
	r := a.reader(a.service, 0)
	r.conn = b.service
	if got := r.read(); len(got) < 20 {
		t.Errorf("a foreign cookie got %d entries", len(got))
	}
}

// A cookie of another domain controller of the same domain goes on from what this one has received.
func TestCookieOfAnotherController(t *testing.T) {
	a := start(t, nil)
	var received uint64
	b := start(t, func(c *adsim.Config) {
		c.Seed = 9
		c.Received = func(directory.Anchor, uint64) (uint64, bool) { return received, true }
	})
	r := a.reader(a.service, 0)
	b.Tree().View(func() { received = b.Tree().USN() })
	b.staff(2)
	r.conn = b.service
	if got := r.read(); len(got) != 3 {
		t.Errorf("two people and their unit came as %v", got)
	}
}

// Whoever may replicate is told of objects that an access control entry hides from him, but not of what no longer exists.
func TestHiddenFromReplication(t *testing.T) {
	w := start(t, nil)
	w.staff(3)
	fault := adsim.Fault{Hide: []directory.Anchor{w.anchor("CN=u0,OU=Staff," + base)}, Collected: []directory.Anchor{w.anchor("CN=u1,OU=Staff," + base)}}
	for _, dn := range []string{"CN=u0,OU=Staff," + base, "CN=u1,OU=Staff," + base} {
		if err := w.Delete(dn); err != nil {
			t.Fatal(err)
		}
	}
	w.SetFault(fault)
	come := func(flags int64) string {
		r := &reader{w: w, conn: w.service, flags: flags, filter: "(isDeleted=TRUE)"}
		return strings.Join(r.read(), "\n")
	}
	if got := come(0); !strings.Contains(got, "u0: ") || strings.Contains(got, "u1: ") {
		t.Errorf("with the right to replicate came %q", got)
	}
	if got := come(flagObjectSecurity); strings.Contains(got, "u0: ") {
		t.Errorf("without it came %q", got)
	}
}

func (w *world) anchor(dn string) (a directory.Anchor) {
	w.t.Helper()
	w.Tree().View(func() {
		e, err := w.Tree().Resolve(dn)
		if err != nil {
			w.t.Error(err)
			return
		}
		a = e.GUID()
	})
	return a
}
