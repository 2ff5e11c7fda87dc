package main

import (
	"fmt"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/adsim"
	"syncd/internal/directory"
)

// newEmbeddedWorld is a world with the embedded Active Directory, which a test can tell to fail. It has the containers Staff, Groups
// and Empty.
func newEmbeddedWorld(t *testing.T, fill func(*adsim.Server) error) (*world, *adsim.Server) {
	t.Helper()
	return newConfiguredWorld(t, adsim.DefaultConfig(), fill)
}

// newConfiguredWorld is one with an embedded Active Directory of another kind.
func newConfiguredWorld(t *testing.T, c adsim.Config, fill func(*adsim.Server) error) (*world, *adsim.Server) {
	t.Helper()
	dir := shortTempDir(t)
	known, ad := startEmbedded(t, dir, c, fill)
	return newWorld(t, dir, known), ad
}

// startEmbedded fills and serves an embedded Active Directory.
func startEmbedded(t *testing.T, dir string, c adsim.Config, fill func(*adsim.Server) error) (activeDirectory, *adsim.Server) {
	t.Helper()
	c.AdminPassword, c.ServicePassword = "Adm1n-secret", "S3rvice-secret"
	ad, err := adsim.New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := fill(ad); err != nil {
		t.Fatal(err)
	}
	if err := ad.Listen("127.0.0.1:0", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ad.Close(); err != nil {
			t.Error(err)
		}
	})
	return activeDirectory{
		url: ad.SecureURL(), caFile: writeFile(t, dir, "ca.pem", string(ad.CACertificate())), baseDN: ad.BaseDN(),
		adminDN: "CN=Administrator,CN=Users," + ad.BaseDN(), adminPassword: c.AdminPassword,
		serviceUser: adsim.ServiceAccount + "@corp.example", servicePassword: c.ServicePassword,
	}, ad
}

// newSmallWorld is an embedded world with the containers Staff, Partners, Groups and Empty, so many people, and the group Team of
// the first two.
func newSmallWorld(t *testing.T, people int) (*world, *adsim.Server) {
	t.Helper()
	w, ad := newEmbeddedWorld(t, func(*adsim.Server) error { return nil })
	w.populate(t, people)
	return w, ad
}

// populate adds what newSmallWorld has.
func (w *world) populate(t *testing.T, people int) {
	t.Helper()
	for _, ou := range []string{"Staff", "Partners", "Groups", "Empty"} {
		w.add(t, "OU="+ou, "organizationalUnit")
	}
	for i := range people {
		w.addPerson(t, i)
	}
	w.add(t, "CN=Team,OU=Groups", "group", "sAMAccountName", "team", "member", w.small(0), "member", w.small(1))
}

// small is the name of a person of newSmallWorld.
func (w *world) small(i int) string { return fmt.Sprintf("CN=Person %d,OU=Staff,%s", i, w.ad.baseDN) }

// smallName is how that person signs in.
func smallName(i int) string { return fmt.Sprintf("person%d@corp.example", i) }

// The values of userAccountControl of people without a password, which a real Active Directory lets nobody have but by PASSWD_NOTREQD
// (0x20).
const (
	accountEnabled  = "544"
	accountDisabled = "546"
)

func (w *world) addPerson(t *testing.T, i int) {
	t.Helper()
	w.add(t, fmt.Sprintf("CN=Person %d,OU=Staff", i), "user", "sAMAccountName", fmt.Sprintf("person%d", i), "userPrincipalName", smallName(i),
		"mail", smallName(i), "displayName", fmt.Sprintf("Person %d", i), "userAccountControl", accountEnabled, "department", "Sales")
}

// add adds an entry below the base, with pairs of attributes and values.
func (w *world) add(t *testing.T, rdn, class string, pairs ...string) {
	t.Helper()
	values := map[string][]string{}
	for i := 0; i < len(pairs); i += 2 {
		values[pairs[i]] = append(values[pairs[i]], pairs[i+1])
	}
	request := ldap.NewAddRequest(rdn+","+w.ad.baseDN, nil)
	request.Attribute("objectClass", []string{class})
	for name, v := range values {
		request.Attribute(name, v)
	}
	if err := w.admin.Add(request); err != nil {
		t.Fatalf("adding %s: %v", rdn, err)
	}
}

// set replaces the values of an attribute; none removes it.
func (w *world) set(t *testing.T, dn, attribute string, values ...string) {
	t.Helper()
	m := ldap.NewModifyRequest(dn, nil)
	m.Replace(attribute, values)
	if err := w.admin.Modify(m); err != nil {
		t.Fatalf("changing %s: %v", dn, err)
	}
}

func (w *world) remove(t *testing.T, dn string) {
	t.Helper()
	if err := w.admin.Del(ldap.NewDelRequest(dn, nil)); err != nil {
		t.Fatalf("deleting %s: %v", dn, err)
	}
}

// versions is the state of everything online: each resource's id with its version.
func (o *online) versions(t *testing.T) map[directory.Anchor]string {
	t.Helper()
	all := map[directory.Anchor]string{}
	for _, endpoint := range []string{"Users", "Groups", "Contacts"} {
		for a, r := range o.list(t, endpoint) {
			meta, _ := r["meta"].(map[string]any)
			all[a] = fmt.Sprint(r["id"], meta["version"])
		}
	}
	return all
}

// rename gives an entry another name or another parent.
func (w *world) rename(t *testing.T, dn, rdn, parent string) {
	t.Helper()
	if err := w.admin.ModifyDN(ldap.NewModifyDNRequest(dn, rdn, true, parent)); err != nil {
		t.Fatalf("renaming %s: %v", dn, err)
	}
}
