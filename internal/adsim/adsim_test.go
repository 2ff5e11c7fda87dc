package adsim_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"go.uber.org/goleak"

	"syncd/internal/adsim"
	"syncd/internal/adsim/dit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	base     = "DC=corp,DC=example"
	users    = "CN=Users," + base
	adminDN  = "CN=Administrator," + users
	password = "correct horse"
)

// world is a running domain controller with one connection of an administrator and one of the service account.
type world struct {
	*adsim.Server
	t       testing.TB
	admin   *ldap.Conn
	service *ldap.Conn
}

func start(t testing.TB, change func(*adsim.Config)) *world {
	t.Helper()
	c := adsim.DefaultConfig()
	c.AdminPassword, c.ServicePassword = password, password
	if change != nil {
		change(&c)
	}
	s, err := adsim.New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Listen("127.0.0.1:0", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{Server: s, t: t}
	w.admin = w.dial("Administrator@corp.example", password)
	w.service = w.dial("svc-syncd@corp.example", password)
	return w
}

func (w *world) trust() *tls.Config {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(w.CACertificate())
	return &tls.Config{RootCAs: pool, ServerName: "dc1.corp.example"}
}

// connect opens an anonymous connection.
func (w *world) connect() *ldap.Conn {
	w.t.Helper()
	c, err := ldap.DialURL(w.SecureURL(), ldap.DialWithTLSConfig(w.trust()))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		if err := c.Close(); err != nil {
			w.t.Error(err)
		}
	})
	return c
}

func (w *world) dial(user, password string) *ldap.Conn {
	w.t.Helper()
	c := w.connect()
	if err := c.Bind(user, password); err != nil {
		w.t.Fatalf("binding as %s: %v", user, err)
	}
	return c
}

// create adds an object directly; the pairs are attribute names and values, and a name may repeat.
func (w *world) create(dn, class string, pairs ...string) {
	w.t.Helper()
	list := []dit.Attribute{{Name: "objectClass", Values: []string{class}}}
	for i := 0; i < len(pairs); i += 2 {
		at := slices.IndexFunc(list, func(a dit.Attribute) bool { return a.Name == pairs[i] })
		if at < 0 {
			list = append(list, dit.Attribute{Name: pairs[i]})
			at = len(list) - 1
		}
		list[at].Values = append(list[at].Values, pairs[i+1])
	}
	if err := w.Add(dn, list); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) modify(dn string, change func(*ldap.ModifyRequest), controls ...ldap.Control) {
	w.t.Helper()
	m := ldap.NewModifyRequest(dn, controls)
	change(m)
	if err := w.admin.Modify(m); err != nil {
		w.t.Fatalf("modifying %s: %v", dn, err)
	}
}

func find(c *ldap.Conn, dn string, scope int, filter string, attributes []string, controls ...ldap.Control) (*ldap.SearchResult, error) {
	return c.Search(ldap.NewSearchRequest(dn, scope, 0, 0, 0, false, filter, attributes, controls))
}

// search fails the test when the search fails.
func (w *world) search(c *ldap.Conn, dn string, scope int, filter string, attributes []string, controls ...ldap.Control) *ldap.SearchResult {
	w.t.Helper()
	r, err := find(c, dn, scope, filter, attributes, controls...)
	if err != nil {
		w.t.Fatalf("searching %s for %s: %v", dn, filter, err)
	}
	return r
}

// names lists the common names of a result in their order.
func names(r *ldap.SearchResult) string {
	var list []string
	for _, e := range r.Entries {
		first, _, _ := strings.Cut(e.DN, ",")
		_, name, _ := strings.Cut(first, "=")
		list = append(list, name)
	}
	return strings.Join(list, " ")
}

func wantCode(t testing.TB, what string, err error, code uint16) {
	t.Helper()
	if code == 0 && err == nil || code != 0 && ldap.IsErrorWithCode(err, code) {
		return
	}
	t.Errorf("%s: %v, want result %d", what, err, code)
}

var (
	showDeleted = ldap.NewControlString("1.2.840.113556.1.4.417", true, "")
	domainScope = ldap.NewControlString("1.2.840.113556.1.4.1339", true, "")
)

// staff makes n users u0, u1, ... below OU=Staff.
func (w *world) staff(n int) {
	w.t.Helper()
	w.create("OU=Staff,"+base, "organizationalUnit")
	for i := range n {
		w.create(fmt.Sprintf("CN=u%d,OU=Staff,%s", i, base), "user", "sAMAccountName", fmt.Sprintf("u%d", i))
	}
}
