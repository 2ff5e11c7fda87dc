package samba_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"go.uber.org/goleak"
	"go.uber.org/zap/zaptest"
	"golang.org/x/sync/errgroup"

	"syncd/internal/adsim/samba"
	"syncd/internal/directory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const people = `dn: OU=Staff,DC=corp,DC=example
objectClass: organizationalUnit

dn: CN=Anna Kim,OU=Staff,DC=corp,DC=example
objectClass: user
sAMAccountName: anna
userAccountControl: 512

dn: CN=Team,OU=Staff,DC=corp,DC=example
objectClass: group
sAMAccountName: team
member: CN=Anna Kim,OU=Staff,DC=corp,DC=example
`

// Two domains at once; in the first, rights are taken from the service account while it is connected.
func TestDomain(t *testing.T) {
	samba.Need(t)
	t.Parallel()
	var domains [2]*samba.Domain
	var starts errgroup.Group
	for i := range domains {
		dir := t.TempDir()
		starts.Go(func() (err error) {
			domains[i], err = samba.Start(t.Context(), samba.Options{Dir: dir, LDIF: people, Log: zaptest.NewLogger(t)})
			return err
		})
	}
	err := starts.Wait()
	for _, d := range domains {
		if d != nil {
			t.Cleanup(func() { stop(t, d) })
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	if domains[0].URL == domains[1].URL {
		t.Fatalf("both at %s", domains[0].URL)
	}

	d, ctx := domains[0], t.Context()
	admin, service := connect(t, d, d.AdminDN, d.AdminPassword), connect(t, d, d.ServiceUser, d.ServicePassword)
	if got := service.find(t, d.BaseDN, "(member=CN=Anna Kim,OU=Staff,DC=corp,DC=example)"); len(got) != 1 {
		t.Errorf("the loaded group is not there: %v", got)
	}
	if err := service.Del(ldap.NewDelRequest("CN=Anna Kim,OU=Staff,DC=corp,DC=example", nil)); !ldap.IsErrorWithCode(err, ldap.LDAPResultInsufficientAccessRights) {
		t.Errorf("the service account may delete: %v", err)
	}
	if err := admin.Del(ldap.NewDelRequest("CN=Anna Kim,OU=Staff,DC=corp,DC=example", nil)); err != nil {
		t.Fatal(err)
	}

	for _, step := range []struct {
		name             string
		do               func() error
		changes, deleted bool
	}{
		{"as started", func() error { return nil }, true, true},
		{"HideDeleted", func() error { return d.HideDeleted(ctx) }, true, false},
		{"RevokeChanges", func() error { return d.RevokeChanges(ctx) }, false, false},
		{"ShowDeleted", func() error { return d.ShowDeleted(ctx) }, false, true},
		{"GrantChanges", func() error { return d.GrantChanges(ctx) }, true, true},
		{"GrantChanges again", func() error { return d.GrantChanges(ctx) }, true, true},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if changes := service.mayReadChanges(t, d.BaseDN); changes != step.changes {
			t.Errorf("%s: may read changes: %v", step.name, changes)
		}
		if deleted := len(service.find(t, d.BaseDN, "(&(isDeleted=TRUE)(sAMAccountName=anna))", ldap.NewControlMicrosoftShowDeleted())) == 1; deleted != step.deleted {
			t.Errorf("%s: sees the tombstone: %v", step.name, deleted)
		}
	}
}

// A text that Samba refuses ends the start, names the reason and leaves no process and no reserved address behind.
func TestRefusedLDIF(t *testing.T) {
	samba.Need(t)
	t.Parallel()
	const refused = "\ndn: CN=x,DC=corp,DC=example\nobjectClass: user\nnoSuchAttribute: x\n"
	_, err := samba.Start(t.Context(), samba.Options{Dir: t.TempDir(), Address: "127.0.0.98", LDIF: people + refused})
	if err == nil || !strings.Contains(err.Error(), "noSuchAttribute") {
		t.Errorf("got %v", err)
	}
	free(t, "127.0.0.98:64389")
}

func TestCancelledStart(t *testing.T) {
	samba.Need(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := samba.Start(ctx, samba.Options{Dir: t.TempDir(), Address: "127.0.0.97"}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	free(t, "127.0.0.97:64389")
}

// What the tests ask for is what the script installs.
func TestPackagesAreInstalledByTheScript(t *testing.T) {
	script, err := os.ReadFile("../../../.ci/servers")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(script), samba.Packages) {
		t.Errorf(".ci/servers installs something else than %s", samba.Packages)
	}
}

func stop(t *testing.T, d *samba.Domain) {
	for range 2 {
		if err := d.Stop(); err != nil {
			t.Error(err)
		}
	}
	free(t, strings.TrimPrefix(d.PlainURL, "ldap://")+":389")
}

func free(t *testing.T, address string) {
	l, err := net.Listen("tcp4", address)
	if err != nil {
		t.Errorf("something still listens: %v", err)
		return
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

type client struct{ *ldap.Conn }

// connect binds over LDAPS, with the certificate verified against the address in the URL.
func connect(t *testing.T, d *samba.Domain, user string, password directory.Secret) client {
	t.Helper()
	pem, err := os.ReadFile(d.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	conn, err := ldap.DialURL(d.URL, ldap.DialWithTLSConfig(&tls.Config{RootCAs: roots}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := conn.Bind(user, password.Reveal()); err != nil {
		t.Fatal(err)
	}
	return client{conn}
}

func (c client) find(t *testing.T, base, filter string, controls ...ldap.Control) []*ldap.Entry {
	t.Helper()
	result, err := c.Search(ldap.NewSearchRequest(base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, filter, []string{"1.1"}, controls))
	if err != nil {
		t.Fatal(err)
	}
	return result.Entries
}

func (c client) mayReadChanges(t *testing.T, base string) bool {
	t.Helper()
	_, err := c.DirSync(ldap.NewSearchRequest(base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=organizationalUnit)", []string{"ou"}, nil), 0, 0, nil)
	if err != nil && !ldap.IsErrorWithCode(err, ldap.LDAPResultInsufficientAccessRights) {
		t.Fatal(err)
	}
	return err == nil
}
