package adsim_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"syncd/internal/adsim/samba"
	"syncd/internal/directory"
)

// stage is a domain on which the same play is given: the embedded one or Samba's.
type stage struct {
	t       *testing.T
	admin   *ldap.Conn
	service *ldap.Conn
	readers []*reader
	told    []string
}

// TestLikeSamba gives one play, of everything that an administrator does to people, groups and containers, on the embedded directory and
// on a real Samba AD, and compares every result code and what the deltas told after every scene.
func TestLikeSamba(t *testing.T) {
	samba.Need(t)
	real, err := samba.Start(t.Context(), samba.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := real.Stop(); err != nil {
			t.Error(err)
		}
	})
	w := start(t, nil)
	embedded := &stage{t: t, admin: w.admin, service: w.service}
	authority, err := os.ReadFile(real.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	dial := func(user, password string) *ldap.Conn {
		c, err := ldap.DialURL(real.URL, ldap.DialWithTLSConfig(&tls.Config{RootCAs: pool, ServerName: real.DNSName}))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		})
		if err := c.Bind(user, password); err != nil {
			t.Fatal(err)
		}
		return c
	}
	foreign := &stage{t: t, admin: dial(real.AdminDN, real.AdminPassword.Reveal()), service: dial(real.ServiceUser, real.ServicePassword.Reveal())}
	for _, s := range []*stage{embedded, foreign} {
		for _, flags := range []int64{0, flagIncremental, flagIncremental | ldap.DirSyncObjectSecurity} {
			s.readers = append(s.readers, (&world{t: t}).reader(s.service, flags))
		}
		s.play()
	}
	if diff := cmp.Diff(foreign.told, embedded.told); diff != "" {
		t.Errorf("what Samba told (-) and what the embedded directory told (+):\n%s", diff)
	}
}

// scene notes an outcome, and what the deltas tell after it.
func (s *stage) scene(what string, err error) {
	s.t.Helper()
	code := "done"
	if failure := new(ldap.Error); errors.As(err, &failure) {
		code = fmt.Sprint("result ", failure.ResultCode)
	} else if err != nil {
		s.t.Fatalf("%s: %v", what, err)
	}
	s.told = append(s.told, what+": "+code)
	for _, r := range s.readers {
		var list []string
		for _, e := range r.read() {
			if name, _, _ := strings.Cut(e, ":"); name != "Administrator" && name != "svc-syncd" && name != "RID Set" && e != name+": " {
				list = append(list, s.comparable(e))
			}
		}
		slices.Sort(list)
		s.told = append(s.told, list...)
	}
}

// comparable drops what is no business of a reader of people: security descriptors, secrets, and values that a new account shows as
// empty.
func (s *stage) comparable(e string) string {
	parts := strings.Split(e, " ")
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool {
		name, _, _ := strings.Cut(p, "=")
		return slices.Contains([]string{"nTSecurityDescriptor", "dBCSPwd", "logonHours", "unicodePwd", "ntPwdHistory", "lmPwdHistory", "supplementalCredentials"}, name)
	}), " ")
}

func (s *stage) add(what, dn, class string, pairs ...string) {
	s.t.Helper()
	r := ldap.NewAddRequest(dn, nil)
	r.Attribute("objectClass", []string{class})
	for i := 0; i < len(pairs); i += 2 {
		r.Attribute(pairs[i], strings.Split(pairs[i+1], "|"))
	}
	s.scene(what, s.admin.Add(r))
}

func (s *stage) change(what, dn string, f func(*ldap.ModifyRequest)) {
	s.t.Helper()
	m := ldap.NewModifyRequest(dn, nil)
	f(m)
	s.scene(what, s.admin.Modify(m))
}

func (s *stage) rename(what, dn, name, parent string) {
	s.t.Helper()
	s.scene(what, s.admin.ModifyDN(ldap.NewModifyDNRequest(dn, name, true, parent)))
}

func (s *stage) delete(what, dn string, controls ...ldap.Control) {
	s.t.Helper()
	s.scene(what, s.admin.Del(ldap.NewDelRequest(dn, controls)))
}

// find notes which objects a search returns.
func (s *stage) find(what, dn string, scope int, filter string, controls ...ldap.Control) {
	s.t.Helper()
	r, err := find(s.admin, dn, scope, filter, []string{"1.1"}, controls...)
	if r != nil {
		var list []string
		for _, e := range r.Entries {
			name, _, _ := strings.Cut(e.DN, `\0ADEL:`)
			list = append(list, name)
		}
		slices.Sort(list)
		what += " finds " + strings.Join(list, "; ")
	}
	s.scene(what, err)
}

// guidForm is the name of an object that stays (MS-ADTS 3.1.1.3.1.2.4).
func (s *stage) guidForm(dn string) string {
	s.t.Helper()
	r, err := find(s.admin, dn, 0, "(objectClass=*)", []string{"objectGUID"})
	if err != nil {
		s.t.Fatal(err)
	}
	a, err := directory.AnchorFromBytes(r.Entries[0].GetRawAttributeValue("objectGUID"))
	if err != nil {
		s.t.Fatal(err)
	}
	return "<GUID=" + a.GUID() + ">"
}

// token is what a primaryGroupID holds that names the group.
func (s *stage) token(group string) string {
	s.t.Helper()
	r, err := find(s.admin, group, 0, "(objectClass=*)", []string{"primaryGroupToken"})
	if err != nil {
		s.t.Fatal(err)
	}
	return r.Entries[0].GetAttributeValue("primaryGroupToken")
}

func (s *stage) play() {
	staff, groups := "OU=Staff,"+base, "OU=Groups,"+base
	anna, bob, team := "CN=Anna Kim,"+staff, `CN=Ross\, Bob,`+staff, "CN=Team,"+groups
	s.add("a unit", staff, "organizationalUnit")
	s.add("another unit", groups, "organizationalUnit")
	s.add("a user", anna, "user", "sAMAccountName", "anna", "userPrincipalName", "anna@corp.example", "telephoneNumber", "1", "mail", "anna@corp.example",
		"proxyAddresses", "SMTP:anna@corp.example|smtp:kim@corp.example")
	s.add("a user with a manager", bob, "user", "sAMAccountName", "bob", "manager", anna)
	s.add("a contact", "CN=Carl,"+staff, "contact", "mail", "carl@else.example")
	s.add("a group", team, "group", "sAMAccountName", "team", "member", anna+"|"+bob)
	s.add("a group in a group", "CN=All,"+groups, "group", "sAMAccountName", "all", "member", team)
	s.add("a name that is taken", strings.ToLower(anna), "user")
	s.add("an account that is taken", "CN=x,"+staff, "user", "sAMAccountName", "ANNA")
	s.add("a principal that is taken", "CN=x,"+staff, "user", "userPrincipalName", "ANNA@corp.example")
	s.add("an unknown attribute", "CN=x,"+staff, "user", "extensionAttribute1", "x")
	s.add("an attribute of another class", "CN=x,"+staff, "user", "member", anna)
	s.add("no parent", "CN=x,OU=Nowhere,"+base, "user")
	s.change("attributes", anna, func(m *ldap.ModifyRequest) { m.Replace("title", []string{"Boss"}); m.Replace("telephoneNumber", nil) })
	s.change("the same again", anna, func(m *ldap.ModifyRequest) { m.Replace("title", []string{"Boss"}) })
	s.change("one address more", anna, func(m *ldap.ModifyRequest) { m.Add("proxyAddresses", []string{"smtp:a@corp.example"}) })
	s.change("an address that is there", anna, func(m *ldap.ModifyRequest) { m.Add("proxyAddresses", []string{"smtp:a@corp.example"}) })
	s.change("an absent value", anna, func(m *ldap.ModifyRequest) { m.Delete("mail", []string{"x"}) })
	s.change("the name", anna, func(m *ldap.ModifyRequest) { m.Replace("cn", []string{"x"}) })
	s.change("a back link", anna, func(m *ldap.ModifyRequest) { m.Add("memberOf", []string{team}) })
	s.change("disabled", anna, func(m *ldap.ModifyRequest) { m.Replace("userAccountControl", []string{"514"}) })
	s.change("expiry", anna, func(m *ldap.ModifyRequest) { m.Replace("accountExpires", []string{"133000000000000000"}) })
	s.change("a member out, one in", team, func(m *ldap.ModifyRequest) {
		m.Delete("member", []string{bob})
		m.Add("member", []string{"CN=Carl," + staff})
	})
	s.change("a member who is there", team, func(m *ldap.ModifyRequest) { m.Add("member", []string{anna}) })
	s.change("a member who is not there", team, func(m *ldap.ModifyRequest) { m.Delete("member", []string{bob}) })
	s.change("nobody as a member", team, func(m *ldap.ModifyRequest) { m.Add("member", []string{"CN=Nobody," + staff}) })
	s.change("the same members", team, func(m *ldap.ModifyRequest) { m.Replace("member", []string{"CN=Carl," + staff, anna}) })
	s.change("another manager", bob, func(m *ldap.ModifyRequest) { m.Replace("manager", []string{"CN=Carl," + staff}) })
	s.change("no manager", bob, func(m *ldap.ModifyRequest) { m.Replace("manager", nil) })
	s.change("a manager again", bob, func(m *ldap.ModifyRequest) { m.Replace("manager", []string{anna}) })
	guests := "CN=Domain Guests,CN=Users," + base
	s.change("a primary group that he is not in", bob, func(m *ldap.ModifyRequest) { m.Replace("primaryGroupID", []string{"514"}) })
	s.change("into that group", guests, func(m *ldap.ModifyRequest) { m.Add("member", []string{bob}) })
	s.change("a primary group", bob, func(m *ldap.ModifyRequest) { m.Replace("primaryGroupID", []string{"514"}) })
	s.find("by primary group", base, 2, "(&(sAMAccountType=805306368)(primaryGroupID=514)(!(isCriticalSystemObject=TRUE)))")
	s.change("a member whose primary group it is", guests, func(m *ldap.ModifyRequest) { m.Add("member", []string{bob}) })
	s.change("the primary group of everybody", bob, func(m *ldap.ModifyRequest) { m.Replace("primaryGroupID", []string{"513"}) })
	duty := "CN=Duty," + groups
	s.add("a group that becomes a primary one", duty, "group", "sAMAccountName", "duty", "member", bob)
	s.change("the primary group", bob, func(m *ldap.ModifyRequest) { m.Replace("primaryGroupID", []string{s.token(duty)}) })
	s.delete("a primary group", duty)
	s.change("no primary group", bob, func(m *ldap.ModifyRequest) { m.Replace("primaryGroupID", nil) })
	s.change("a primary group that does not exist", bob, func(m *ldap.ModifyRequest) { m.Replace("primaryGroupID", []string{"99999"}) })
	s.change("the one before", bob, func(m *ldap.ModifyRequest) { m.Replace("primaryGroupID", []string{"513"}) })
	s.delete("a group that was a primary one", duty)
	s.change("a member from elsewhere", team, func(m *ldap.ModifyRequest) {
		m.Add("member", []string{"CN=S-1-5-11,CN=ForeignSecurityPrincipals," + base})
	})
	s.change("an anchor", bob, func(m *ldap.ModifyRequest) { m.Replace("mS-DS-ConsistencyGuid", []string{"0123456789abcdef"}) })
	s.find("by anchor", base, 2, "(mS-DS-ConsistencyGuid=0123456789abcdef)")
	s.find("by member's GUID form", base, 2, "(memberOf="+s.guidForm(team)+")")
	s.find("an attribute of the schema", "CN=Schema,CN=Configuration,"+base, 2, "(&(objectClass=attributeSchema)(|(lDAPDisplayName=departmnet)(lDAPDisplayName=manager)))")
	s.rename("married", anna, "CN=Anna Novak", "")
	s.rename("moved", "CN=Anna Novak,"+staff, "CN=Anna Novak", groups)
	s.rename("to a name that is taken", bob, "CN=Carl", "")
	s.rename("to nowhere", bob, "CN=Bob", "OU=Nowhere,"+base)
	s.rename("a unit", staff, "OU=Crew", "")
	s.find("by name", base, 2, "(&(objectClass=user)(cn=*nov*))")
	s.find("by member", base, 2, "(member=CN=Anna Novak,"+groups+")")
	s.find("by member, all the way", base, 2, "(member:1.2.840.113556.1.4.1941:=CN=Anna Novak,"+groups+")")
	s.find("by bits", "OU=Crew,"+base, 2, "(userAccountControl:1.2.840.113556.1.4.803:=2)")
	s.find("by category", "OU=Crew,"+base, 2, "(objectCategory=person)")
	s.find("without", "OU=Crew,"+base, 2, "(&(objectCategory=person)(!(mail=*)))")
	s.find("below nowhere", "OU=Nowhere,"+base, 2, "(objectClass=*)")
	s.delete("a manager and member", "CN=Anna Novak,"+groups)
	s.find("her tombstone", base, 2, "(&(isDeleted=TRUE)(sAMAccountName=anna))", showDeleted)
	s.delete("whoever is gone", "CN=Anna Novak,"+groups)
	s.delete("a unit with children", "OU=Crew,"+base)
	s.change("no members", team, func(m *ldap.ModifyRequest) { m.Replace("member", nil) })
	s.delete("a unit with its tree", "OU=Crew,"+base, ldap.NewControlSubtreeDelete())
	_, err := find(s.service, groups, 2, "(objectClass=*)", nil, ldap.NewRequestControlDirSync(0, 0, nil))
	s.scene("DirSync below the head", err)
	_, err = find(s.service, base, 2, "(objectClass=*)", nil, ldap.NewRequestControlDirSync(0, 0, []byte("MSDS")))
	s.scene("a cookie cut short", err)
}
