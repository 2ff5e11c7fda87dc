package ldapsource_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"go.uber.org/goleak"
	"go.uber.org/zap/zaptest"

	"syncd/internal/directory"
	"syncd/internal/ldapsource"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// domain is an Active Directory that the behaviour suite runs against: a real one (Samba) or the embedded one. The suite changes
// it over LDAP only, with the administrator's bind; rights are the exception, because each server keeps them in its own way.
type domain struct {
	url, plainURL, caFile, baseDN string
	admin, service                string
	adminPassword                 directory.Secret
	servicePassword               directory.Secret

	grantChanges func(*testing.T, bool)
	showDeleted  func(*testing.T, bool)
}

// company is one organisational unit of a domain, in which one test lives alone.
type company struct {
	domain
	conn *ldap.Conn // bound as administrator
	ou   string
}

func (d domain) company(t *testing.T) *company {
	t.Helper()
	name := strings.NewReplacer("/", " ", "_", " ").Replace(t.Name())
	c := &company{domain: d, conn: d.dial(t), ou: "OU=" + name + "," + d.baseDN}
	c.add(t, c.ou, "organizationalUnit")
	return c
}

// dial binds as administrator.
func (d domain) dial(t *testing.T) *ldap.Conn {
	t.Helper()
	pem, err := os.ReadFile(d.caFile)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	conn, err := ldap.DialURL(d.url, ldap.DialWithTLSConfig(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.Bind(d.admin, d.adminPassword.Reveal()); err != nil {
		t.Fatal(err)
	}
	return conn
}

// add creates an object; values are pairs of attribute and value, an attribute may come more than once.
func (c *company) add(t *testing.T, dn, class string, values ...string) directory.Anchor {
	t.Helper()
	c.create(t, dn, class, values...)
	return c.anchors(t, dn, ldap.ScopeBaseObject)[dn]
}

func (c *company) create(t *testing.T, dn, class string, values ...string) {
	t.Helper()
	r := ldap.NewAddRequest(dn, nil)
	r.Attribute("objectClass", []string{class})
	grouped := map[string][]string{}
	for i := 0; i < len(values); i += 2 {
		grouped[values[i]] = append(grouped[values[i]], values[i+1])
	}
	for name, list := range grouped {
		r.Attribute(name, list)
	}
	if err := c.conn.Add(r); err != nil {
		t.Fatalf("add %s: %v", dn, err)
	}
}

// contacts creates many contacts at once.
func (c *company) contacts(t *testing.T, n int) (names []string, anchors []directory.Anchor) {
	t.Helper()
	for i := range n {
		names = append(names, fmt.Sprintf("CN=C%d,%s", i, c.ou))
		c.create(t, names[i], "contact")
	}
	byName := c.anchors(t, c.ou, ldap.ScopeSingleLevel)
	for _, name := range names {
		anchors = append(anchors, byName[name])
	}
	return names, anchors
}

// The crowd is in every domain from the start, because adding it over LDAP would take longer than everything else.
const (
	crowdUnit = "OU=Crowd,"
	crowdSize = 1510 // over MaxValRange
)

func crowd(baseDN string) []string {
	names := make([]string, crowdSize)
	for i := range names {
		names[i] = fmt.Sprintf("CN=C%d,%s%s", i, crowdUnit, baseDN)
	}
	return names
}

// members is the crowd.
func (c *company) members(t *testing.T) (names []string, anchors []directory.Anchor) {
	t.Helper()
	byName := c.anchors(t, crowdUnit+c.baseDN, ldap.ScopeSingleLevel)
	for _, name := range crowd(c.baseDN) {
		names, anchors = append(names, name), append(anchors, byName[name])
	}
	return names, anchors
}

// user creates a person's account; the account name is the name in lower case and the test's own, for it must be unique.
func (c *company) user(t *testing.T, dn string, values ...string) directory.Anchor {
	t.Helper()
	const normalWithoutPassword = "544"
	return c.add(t, dn, "user", append([]string{"sAMAccountName", unique(dn), "userAccountControl", normalWithoutPassword}, values...)...)
}

func (c *company) group(t *testing.T, dn string, members ...string) directory.Anchor {
	t.Helper()
	values := []string{"sAMAccountName", unique(dn)}
	for _, m := range members {
		values = append(values, "member", m)
	}
	return c.add(t, dn, "group", values...)
}

// unique makes an account name of at most 20 characters from a DN.
func unique(dn string) string {
	sum := uint32(2166136261)
	for _, b := range []byte(dn) {
		sum = (sum ^ uint32(b)) * 16777619
	}
	const letters = "abcdefghijklmnopqrstuvwxyz"
	name := []byte("n-")
	for ; sum > 0; sum /= 26 {
		name = append(name, letters[sum%26])
	}
	return string(name)
}

func (c *company) modify(t *testing.T, dn string, change func(*ldap.ModifyRequest)) {
	t.Helper()
	r := ldap.NewModifyRequest(dn, nil)
	change(r)
	if err := c.conn.Modify(r); err != nil {
		t.Fatalf("modify %s: %v", dn, err)
	}
}

func (c *company) set(t *testing.T, dn, name string, values ...string) {
	t.Helper()
	c.modify(t, dn, func(r *ldap.ModifyRequest) { r.Replace(name, values) })
}

func (c *company) move(t *testing.T, dn, rdn, parent string) {
	t.Helper()
	if err := c.conn.ModifyDN(ldap.NewModifyDNRequest(dn, rdn, true, parent)); err != nil {
		t.Fatalf("move %s: %v", dn, err)
	}
}

func (c *company) del(t *testing.T, dn string) {
	t.Helper()
	if err := c.conn.Del(ldap.NewDelRequest(dn, nil)); err != nil {
		t.Fatalf("delete %s: %v", dn, err)
	}
}

// reanimate brings a tombstone back to life.
func (c *company) reanimate(t *testing.T, tombstone, dn string) {
	t.Helper()
	r := ldap.NewModifyRequest(tombstone, []ldap.Control{ldap.NewControlMicrosoftShowDeleted()})
	r.Delete("isDeleted", nil)
	r.Replace("distinguishedName", []string{dn})
	if err := c.conn.Modify(r); err != nil {
		t.Fatal(err)
	}
}

// anchors reads anchors as the administrator sees them, by name.
func (c *company) anchors(t *testing.T, base string, scope int) map[string]directory.Anchor {
	t.Helper()
	found, err := c.conn.SearchWithPaging(ldap.NewSearchRequest(base, scope, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)", []string{"objectGUID"}, nil), 500)
	if err != nil {
		t.Fatalf("read %s: %v", base, err)
	}
	list := map[string]directory.Anchor{}
	for _, e := range found.Entries {
		if list[e.DN], err = directory.AnchorFromBytes(e.GetRawAttributeValue("objectGUID")); err != nil {
			t.Fatal(err)
		}
	}
	return list
}

func (c *company) config(t *testing.T) ldapsource.Config {
	t.Helper()
	cfg := ldapsource.DefaultConfig()
	cfg.Servers = []string{c.url}
	cfg.BaseDN = c.baseDN
	cfg.Bind.User = c.service
	cfg.Bind.PasswordFile = filepath.Join(t.TempDir(), "ad.password")
	cfg.TLS.CAFile = c.caFile
	cfg.Scope.Include = []string{c.ou}
	if err := os.WriteFile(cfg.Bind.PasswordFile, []byte(c.servicePassword.Reveal()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return cfg
}

// wantedAttributes holds some that only the Exchange schema knows.
func wantedAttributes() []string {
	return []string{"displayName", "telephoneNumber", "department", "userAccountControl", "sAMAccountName", "mail", "cn", "distinguishedName", "OBJECTclass", "mailNickname", "extensionAttribute1"}
}

func (c *company) source(t *testing.T, change ...func(*ldapsource.Config)) *ldapsource.Source {
	t.Helper()
	return c.sourceWith(t, ldapsource.Options{}, change...)
}

// sourceWith is a source with more than the usual options.
func (c *company) sourceWith(t *testing.T, o ldapsource.Options, change ...func(*ldapsource.Config)) *ldapsource.Source {
	t.Helper()
	cfg := c.config(t)
	for _, f := range change {
		f(&cfg)
	}
	if o.Log == nil {
		o.Log = zaptest.NewLogger(t)
	}
	o.Attributes = wantedAttributes()
	s, err := ldapsource.New(cfg, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// reading is what one read reported.
type reading struct {
	objects map[directory.Anchor]*directory.Object // the last report of each
	links   []directory.Link
	mark    directory.Watermark
}

func (r *reading) object(o *directory.Object) error {
	if r.objects == nil {
		r.objects = map[directory.Anchor]*directory.Object{}
	}
	kept := *o
	kept.Attributes = maps.Clone(o.Attributes)
	for name, values := range kept.Attributes {
		kept.Attributes[name] = slices.Clone(values)
	}
	r.objects[o.Anchor] = &kept
	return nil
}

func (r *reading) link(l directory.Link) error {
	r.links = append(r.links, l)
	return nil
}

func open(t *testing.T, s *ldapsource.Source, known ...directory.Container) *ldapsource.Session {
	t.Helper()
	session, err := s.Open(t.Context(), known)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(session.Close)
	return session
}

func full(t *testing.T, s *ldapsource.Source, known ...directory.Container) reading {
	t.Helper()
	var r reading
	var err error
	if r.mark, err = open(t, s, known...).Full(t.Context(), r.object); err != nil {
		t.Fatal(err)
	}
	return r
}

func delta(t *testing.T, s *ldapsource.Source, from directory.Watermark, also ...directory.Anchor) reading {
	t.Helper()
	var r reading
	var err error
	if r.mark, err = open(t, s).Delta(t.Context(), from, also, r.object, r.link); err != nil {
		t.Fatal(err)
	}
	return r
}
