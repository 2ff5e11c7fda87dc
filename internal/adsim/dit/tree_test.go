package dit

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"
)

const base = "DC=corp,DC=example"

func newTree(t testing.TB, change func(*Options)) *Tree {
	t.Helper()
	o := Options{
		BaseDN: base, DNSName: "dc1.corp.example", NetBIOSName: "CORP", Seed: 7,
		Now: func() time.Time { return time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC) },
	}
	if change != nil {
		change(&o)
	}
	tree, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// attrs pairs names with one value each.
func attrs(class string, pairs ...string) []Attribute {
	list := []Attribute{{"objectClass", []string{class}}}
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, Attribute{pairs[i], []string{pairs[i+1]}})
	}
	return list
}

func mustAdd(t testing.TB, tree *Tree, dn string, list []Attribute) *Entry {
	t.Helper()
	e, err := tree.Add(dn, list)
	if err != nil {
		t.Fatalf("adding %s: %v", dn, err)
	}
	return e
}

func codeOf(err error) uint16 {
	if err == nil {
		return 0
	}
	if f, ok := errors.AsType[*Failure](err); ok {
		return f.Code
	}
	return ldap.LDAPResultOther
}

func replace(name string, values ...string) []Modification {
	return []Modification{{ModifyReplace, name, values}}
}

func TestRefusedAdds(t *testing.T) {
	tree := newTree(t, nil)
	ou := "OU=Staff," + base
	mustAdd(t, tree, ou, attrs("organizationalUnit"))
	mustAdd(t, tree, "CN=Bob,"+ou, attrs("user", "sAMAccountName", "bob", "userPrincipalName", "bob@corp.example"))
	before := tree.USN()
	for _, c := range []struct {
		name, dn string
		list     []Attribute
		code     uint16
	}{
		{"no class", "CN=a," + ou, []Attribute{{"sAMAccountName", []string{"a"}}}, ldap.LDAPResultObjectClassViolation},
		{"unknown class", "CN=a," + ou, attrs("unicorn"), ldap.LDAPResultNoSuchAttribute},
		{"unknown attribute", "CN=a," + ou, attrs("user", "horn", "1"), ldap.LDAPResultNoSuchAttribute},
		{"no Exchange", "CN=a," + ou, attrs("user", "extensionAttribute1", "1"), ldap.LDAPResultNoSuchAttribute},
		{"not of the class", "CN=a," + ou, attrs("user", "member", "CN=Bob,"+ou), ldap.LDAPResultObjectClassViolation},
		{"back link", "CN=a," + ou, attrs("user", "memberOf", "CN=Bob,"+ou), ldap.LDAPResultUnwillingToPerform},
		{"own GUID", "CN=a," + ou, attrs("user", "objectGUID", "0123456789abcdef"), ldap.LDAPResultUnwillingToPerform},
		{"no parent", "CN=a,OU=Nowhere," + base, attrs("user"), ldap.LDAPResultNoSuchObject},
		{"below a user", "CN=a,CN=Bob," + ou, attrs("user"), ldap.LDAPResultNamingViolation},
		{"wrong name", "OU=a," + ou, attrs("user"), ldap.LDAPResultNamingViolation},
		{"exists", "cn=BOB," + ou, attrs("user"), ldap.LDAPResultEntryAlreadyExists},
		{"account taken", "CN=a," + ou, attrs("user", "sAMAccountName", "BOB"), ldap.LDAPResultEntryAlreadyExists},
		{"principal taken", "CN=a," + ou, attrs("user", "userPrincipalName", "BOB@corp.example"), ldap.LDAPResultConstraintViolation},
		{"two of one", "CN=a," + ou, append(attrs("user"), Attribute{"title", []string{"a", "b"}}), ldap.LDAPResultConstraintViolation},
		{"the same twice", "CN=a," + ou, append(attrs("user"), Attribute{"url", []string{"a", "a"}}), ldap.LDAPResultAttributeOrValueExists},
		{"empty", "CN=a," + ou, attrs("user", "title", ""), ldap.LDAPResultInvalidAttributeSyntax},
		{"no number", "CN=a," + ou, attrs("user", "userAccountControl", "x"), ldap.LDAPResultInvalidAttributeSyntax},
		{"manager is nobody", "CN=a," + ou, attrs("user", "manager", "CN=b,"+ou), ldap.LDAPResultConstraintViolation},
		{"member is nobody", "CN=a," + ou, attrs("group", "member", "CN=b,"+ou), ldap.LDAPResultNoSuchObject},
		{"name disagrees", "CN=a," + ou, attrs("user", "cn", "b"), ldap.LDAPResultInvalidDNSyntax},
	} {
		if _, err := tree.Add(c.dn, c.list); codeOf(err) != c.code {
			t.Errorf("%s: %v, want code %d", c.name, err, c.code)
		}
	}
	if tree.USN() != before {
		t.Errorf("refused adds took %d sequence numbers", tree.USN()-before)
	}
}

func TestModify(t *testing.T) {
	tree := newTree(t, nil)
	bob := "CN=Bob,CN=Users," + base
	e := mustAdd(t, tree, bob, attrs("user", "sAMAccountName", "bob", "title", "Clerk"))
	mustAdd(t, tree, "CN=Ann,CN=Users,"+base, attrs("user", "sAMAccountName", "ann"))
	team := "CN=Team,CN=Users," + base
	mustAdd(t, tree, team, attrs("group", "sAMAccountName", "team", "member", bob))
	for _, c := range []struct {
		name  string
		dn    string
		steps []Modification
		code  uint16
	}{
		{"nothing", bob, nil, ldap.LDAPResultUnwillingToPerform},
		{"unknown", bob, replace("horn", "1"), ldap.LDAPResultNoSuchAttribute},
		{"system only", bob, replace("uSNChanged", "1"), ldap.LDAPResultConstraintViolation},
		{"its name", bob, replace("cn", "Rob"), ldap.LDAPResultNotAllowedOnRDN},
		{"its class", bob, replace("objectClass", "group"), ldap.LDAPResultObjectClassViolation},
		{"absent attribute", bob, []Modification{{ModifyDelete, "mail", nil}}, ldap.LDAPResultNoSuchAttribute},
		{"absent value", bob, []Modification{{ModifyDelete, "title", []string{"Chef"}}}, ldap.LDAPResultNoSuchAttribute},
		{"second value", bob, []Modification{{ModifyAdd, "title", []string{"Chef"}}}, ldap.LDAPResultAttributeOrValueExists},
		{"account name gone", bob, []Modification{{ModifyDelete, "sAMAccountName", nil}}, ldap.LDAPResultUnwillingToPerform},
		{"account name taken", bob, replace("sAMAccountName", "ANN"), ldap.LDAPResultEntryAlreadyExists},
		{"member again", team, []Modification{{ModifyAdd, "member", []string{bob}}}, ldap.LDAPResultEntryAlreadyExists},
		{"not a member", team, []Modification{{ModifyDelete, "member", []string{"CN=Ann,CN=Users," + base}}}, ldap.LDAPResultUnwillingToPerform},
		{"half of it wrong", bob, append(replace("title", "Chef"), replace("horn", "1")...), ldap.LDAPResultNoSuchAttribute},
	} {
		before := tree.USN()
		if err := tree.Modify(c.dn, false, c.steps); codeOf(err) != c.code {
			t.Errorf("%s: %v, want code %d", c.name, err, c.code)
		}
		if tree.USN() != before {
			t.Errorf("%s took a sequence number", c.name)
		}
	}
	before := e.USN()
	if err := tree.Modify(bob, false, replace("title", "Clerk")); err != nil || e.USN() != before {
		t.Errorf("replacing a value by itself: %v, and the entry went from %d to %d", err, before, e.USN())
	}
	if err := tree.Modify(bob, false, replace("title", "Chef")); err != nil || e.USN() == before {
		t.Errorf("a change did not take: %v", err)
	}
	if err := tree.Modify(team, false, replace("member", bob, "CN=Ann,CN=Users,"+base)); err != nil {
		t.Error(err)
	}
	if got := tree.Text(e, "memberOf"); !cmp.Equal(got, []string{team}) {
		t.Errorf("memberOf is %v", got)
	}
}

// A deletion takes the object out of groups without a change of the groups, and keeps no more than identity.
func TestTombstone(t *testing.T) {
	tree := newTree(t, nil)
	boss := mustAdd(t, tree, "CN=Boss,CN=Users,"+base, attrs("user", "sAMAccountName", "boss"))
	e := mustAdd(t, tree, "CN=Bob,CN=Users,"+base, attrs("user", "sAMAccountName", "bob", "mail", "bob@corp.example", "manager", boss.DN()))
	team := mustAdd(t, tree, "CN=Team,CN=Users,"+base, attrs("group", "sAMAccountName", "team", "member", e.DN()))
	before := team.USN()
	if err := tree.Delete(e.DN(), false); err != nil {
		t.Fatal(err)
	}
	if team.USN() != before || len(tree.Text(team, "member")) != 0 || len(tree.Text(boss, "directReports")) != 0 {
		t.Errorf("the group changed (%d to %d) or still holds %v", before, team.USN(), tree.Text(team, "member"))
	}
	want := "CN=Bob\\0ADEL:" + e.GUID().GUID() + ",CN=Deleted Objects," + base
	if e.DN() != want {
		t.Errorf("the tombstone is %s, not %s", e.DN(), want)
	}
	for name, want := range map[string][]string{
		"isDeleted": {"TRUE"}, "lastKnownParent": {"CN=Users," + base}, "sAMAccountName": {"bob"}, "mail": nil, "objectCategory": nil,
		"manager": nil, "sAMAccountType": nil, "objectClass": {"top", "person", "organizationalPerson", "user"},
	} {
		if got := tree.Text(e, name); !cmp.Equal(got, want) {
			t.Errorf("%s of the tombstone is %v, not %v", name, got, want)
		}
	}
	if _, err := tree.Add("CN=Bob,CN=Users,"+base, attrs("user", "sAMAccountName", "bob")); err != nil {
		t.Errorf("the name cannot be used again: %v", err)
	}
}

func TestReanimation(t *testing.T) {
	for _, bin := range []bool{false, true} {
		tree := newTree(t, func(o *Options) { o.RecycleBin = bin })
		e := mustAdd(t, tree, "CN=Bob,CN=Users,"+base, attrs("user", "sAMAccountName", "bob", "mail", "bob@corp.example"))
		team := mustAdd(t, tree, "CN=Team,CN=Users,"+base, attrs("group", "sAMAccountName", "team", "member", e.DN()))
		guid := e.GUID()
		if err := tree.Delete(e.DN(), false); err != nil {
			t.Fatal(err)
		}
		back := []Modification{{ModifyDelete, "isDeleted", nil}, {ModifyReplace, "distinguishedName", []string{"CN=Bob,CN=Computers," + base}}}
		if err := tree.Modify(e.DN(), false, back); codeOf(err) != ldap.LDAPResultNoSuchObject {
			t.Errorf("a tombstone was found without asking for the deleted: %v", err)
		}
		if err := tree.Modify(e.DN(), true, back[:1]); codeOf(err) != ldap.LDAPResultUnwillingToPerform {
			t.Errorf("half a reanimation: %v", err)
		}
		if err := tree.Modify(e.DN(), true, back); err != nil {
			t.Fatal(err)
		}
		kept := len(tree.Text(e, "mail")) == 1 && len(tree.Text(team, "member")) == 1
		if e.GUID() != guid || e.DN() != "CN=Bob,CN=Computers,"+base || e.Deleted() || kept != bin {
			t.Errorf("recycle bin %v: %s came back, mail %v, groups hold %v", bin, e.DN(), tree.Text(e, "mail"), tree.Text(team, "member"))
		}
		if got := tree.Text(e, "sAMAccountType"); !cmp.Equal(got, []string{"805306368"}) {
			t.Errorf("sAMAccountType came back as %v", got)
		}
	}
}

func TestTreeDelete(t *testing.T) {
	tree := newTree(t, nil)
	ou := mustAdd(t, tree, "OU=Staff,"+base, attrs("organizationalUnit"))
	inner := mustAdd(t, tree, "OU=Inner,OU=Staff,"+base, attrs("organizationalUnit"))
	e := mustAdd(t, tree, "CN=Bob,OU=Inner,OU=Staff,"+base, attrs("user"))
	if err := tree.Delete(ou.DN(), false); codeOf(err) != ldap.LDAPResultNotAllowedOnNonLeaf {
		t.Errorf("deleting a node with children: %v", err)
	}
	if err := tree.Delete("CN=Users,"+base, true); codeOf(err) != ldap.LDAPResultUnwillingToPerform {
		t.Errorf("deleting what the system needs: %v", err)
	}
	if err := tree.Delete(ou.DN(), true); err != nil {
		t.Fatal(err)
	}
	if !ou.Deleted() || !inner.Deleted() || !e.Deleted() || !slices.Equal(tree.Text(e, "lastKnownParent"), []string{inner.DN()}) {
		t.Errorf("after the tree went, %s has the last parent %v", e.DN(), tree.Text(e, "lastKnownParent"))
	}
}

// Law: equal seeds give equal identities, other seeds others.
func TestSeedDecidesIdentities(t *testing.T) {
	sid := func(seed uint64) (string, string) {
		tree := newTree(t, func(o *Options) { o.Seed = seed })
		return tree.Domain.GUID().String(), tree.Text(tree.Domain, "objectSid")[0]
	}
	g1, s1 := sid(1)
	g2, s2 := sid(1)
	g3, s3 := sid(2)
	if g1 != g2 || s1 != s2 || g1 == g3 || s1 == s3 {
		t.Errorf("seeds 1, 1, 2 gave %s, %s, %s", g1, g2, g3)
	}
}
