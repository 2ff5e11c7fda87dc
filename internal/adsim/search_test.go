package adsim_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"syncd/internal/adsim"
	"syncd/internal/directory"
)

func TestScopesAndBases(t *testing.T) {
	w := start(t, nil)
	w.staff(2)
	staff := "OU=Staff," + base
	entry := w.search(w.service, "CN=u0,"+staff, ldap.ScopeBaseObject, "(objectClass=*)", nil).Entries[0]
	guid, err := directory.AnchorFromBytes(entry.GetRawAttributeValue("objectGUID"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		dn    string
		scope int
		want  string
	}{
		{staff, ldap.ScopeBaseObject, "Staff"},
		{staff, ldap.ScopeSingleLevel, "u0 u1"},
		{staff, ldap.ScopeWholeSubtree, "Staff u0 u1"},
		{"ou=STAFF,dc=CORP,dc=example", ldap.ScopeSingleLevel, "u0 u1"},
		{"<GUID=" + guid.GUID() + ">", ldap.ScopeBaseObject, "u0"},
		{fmt.Sprintf("<GUID=%x>", guid[:]), ldap.ScopeBaseObject, "u0"},
		{"<WKGUID=A9D1CA15768811D1ADED00C04FD8D5CD," + base + ">", ldap.ScopeBaseObject, "Users"},
		{`CN=\75\30,` + staff, ldap.ScopeBaseObject, "u0"},
	} {
		if got := names(w.search(w.service, c.dn, c.scope, "(objectClass=*)", []string{"1.1"})); got != c.want {
			t.Errorf("%s, scope %d: %q, want %q", c.dn, c.scope, got, c.want)
		}
	}
	for dn, code := range map[string]uint16{
		"CN=none," + staff: ldap.LDAPResultNoSuchObject, "DC=else": ldap.LDAPResultNoSuchObject, "garbage": ldap.LDAPResultInvalidDNSyntax,
		"<GUID=zz>": ldap.LDAPResultInvalidDNSyntax, "<GUID=11111111-1111-1111-1111-111111111111>": ldap.LDAPResultNoSuchObject,
		"CN=Deleted Objects," + base: ldap.LDAPResultNoSuchObject,
	} {
		_, err := find(w.service, dn, ldap.ScopeBaseObject, "(objectClass=*)", nil)
		wantCode(t, dn, err, code)
	}
}

func TestSelectedAttributes(t *testing.T) {
	w := start(t, nil)
	w.staff(1)
	for _, c := range []struct {
		asked []string
		want  string
	}{
		{[]string{"1.1"}, ""},
		{[]string{"+"}, ""},
		{[]string{"SAMACCOUNTNAME", "horn", "parentGUID", "mail"}, "sAMAccountName parentGUID"},
		{[]string{"canonicalName"}, "canonicalName"},
	} {
		var got []string
		for _, a := range w.search(w.service, "CN=u0,OU=Staff,"+base, ldap.ScopeBaseObject, "(objectClass=*)", c.asked).Entries[0].Attributes {
			got = append(got, a.Name)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("asked for %v, got %v", c.asked, got)
		}
	}
	all := w.search(w.service, "CN=u0,OU=Staff,"+base, ldap.ScopeBaseObject, "(objectClass=*)", []string{"*"}).Entries[0]
	for _, name := range []string{"objectClass", "objectGUID", "objectSid", "distinguishedName", "uSNChanged", "whenChanged", "sAMAccountType", "objectCategory"} {
		if len(all.GetAttributeValues(name)) == 0 {
			t.Errorf("* does not return %s", name)
		}
	}
	if len(all.GetAttributeValues("parentGUID"))+len(all.GetAttributeValues("unicodePwd")) > 0 {
		t.Error("* returns what must be asked for, or a password")
	}
}

const people = "(&(objectClass=user)(sAMAccountName=u*))"

func TestPagesAndLimits(t *testing.T) {
	w := start(t, func(c *adsim.Config) { c.PageSize = 10 })
	w.staff(25)
	_, err := find(w.service, base, ldap.ScopeWholeSubtree, people, nil)
	wantCode(t, "more than MaxPageSize without paging", err, ldap.LDAPResultSizeLimitExceeded)
	r, err := w.service.SearchWithPaging(ldap.NewSearchRequest(base, 2, 0, 0, 0, false, people, []string{"1.1"}, nil), 100)
	if err != nil || len(r.Entries) != 25 {
		t.Fatalf("paging found %v, %v", len(r.Entries), err)
	}
	if len(r.Referrals) != 3 || !strings.Contains(r.Referrals[0], "corp.example/CN=Configuration,") {
		t.Errorf("the references are %v", r.Referrals)
	}
	page := ldap.NewControlPaging(7)
	first := w.search(w.service, base, ldap.ScopeWholeSubtree, people, []string{"1.1"}, page)
	cookie := ldap.FindControl(first.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging).Cookie
	if len(first.Entries) != 7 || len(cookie) == 0 {
		t.Fatalf("the first page has %d entries and the cookie %x", len(first.Entries), cookie)
	}
	page.SetCookie(cookie)
	_, err = find(w.admin, base, ldap.ScopeWholeSubtree, people, []string{"1.1"}, page)
	wantCode(t, "a cookie on another connection", err, ldap.LDAPResultUnavailableCriticalExtension)
	if second := w.search(w.service, base, ldap.ScopeWholeSubtree, people, []string{"1.1"}, page); names(second) != "u7 u8 u9 u10 u11 u12 u13" {
		t.Errorf("the second page is %s", names(second))
	}
	_, err = find(w.service, base, ldap.ScopeWholeSubtree, people, []string{"1.1"}, page)
	wantCode(t, "a cookie twice", err, ldap.LDAPResultUnavailableCriticalExtension)
	limited := ldap.NewSearchRequest(base, 2, 0, 3, 0, false, people, nil, nil)
	some, err := w.service.Search(limited)
	wantCode(t, "a size limit", err, ldap.LDAPResultSizeLimitExceeded)
	if len(some.Entries) != 3 {
		t.Errorf("a size limit of 3 gave %d", len(some.Entries))
	}
	if quiet := w.search(w.service, base, ldap.ScopeSingleLevel, "(objectClass=organizationalUnit)", nil, domainScope); len(quiet.Referrals) != 0 {
		t.Errorf("references in the domain's scope: %v", quiet.Referrals)
	}
}

func TestRanges(t *testing.T) {
	w := start(t, func(c *adsim.Config) { c.RangeSize = 10 })
	w.staff(25)
	var pairs, members []string
	for i := range 25 {
		members = append(members, fmt.Sprintf("CN=u%d,OU=Staff,%s", i, base))
		pairs = append(pairs, "member", members[i])
	}
	w.create("CN=Team,OU=Staff,"+base, "group", pairs...)
	read := func(attribute string) map[string]int {
		got := map[string]int{}
		for _, a := range w.search(w.service, "CN=Team,OU=Staff,"+base, ldap.ScopeBaseObject, "(objectClass=*)", []string{attribute}).Entries[0].Attributes {
			got[a.Name] = len(a.Values)
		}
		return got
	}
	for asked, want := range map[string]map[string]int{
		"member":             {"member": 0, "member;range=0-9": 10},
		"member;range=10-*":  {"member;range=10-19": 10},
		"member;range=20-*":  {"member;range=20-*": 5},
		"member;range=3-5":   {"member;range=3-5": 3},
		"member;range=0-500": {"member;range=0-9": 10},
		"member;range=x":     {},
	} {
		if diff := cmp.Diff(want, read(asked)); diff != "" {
			t.Errorf("%s: %s", asked, diff)
		}
	}
	w.modify("CN=Team,OU=Staff,"+base, func(m *ldap.ModifyRequest) { m.Delete("member", members[10:]) })
	if got := read("member"); got["member"] != 10 {
		t.Errorf("ten members come back as %v", got)
	}
}

func TestExtendedNames(t *testing.T) {
	w := start(t, nil)
	w.staff(1)
	u0 := "CN=u0,OU=Staff," + base
	w.create("CN=Team,OU=Staff,"+base, "group", "member", u0)
	plain := w.search(w.service, u0, ldap.ScopeBaseObject, "(objectClass=*)", []string{"objectGUID", "objectSid"}).Entries[0]
	guid, err := directory.AnchorFromBytes(plain.GetRawAttributeValue("objectGUID"))
	if err != nil {
		t.Fatal(err)
	}
	member := func(flag string) string {
		control := ldap.NewControlString("1.2.840.113556.1.4.529", true, flag)
		return w.search(w.service, "CN=Team,OU=Staff,"+base, ldap.ScopeBaseObject, "(objectClass=*)", []string{"member"}, control).Entries[0].GetAttributeValue("member")
	}
	if got := member("\x30\x03\x02\x01\x01"); !strings.HasPrefix(got, "<GUID="+guid.GUID()+">;<SID=S-1-5-21-") || !strings.HasSuffix(got, ">;"+u0) {
		t.Errorf("flag 1: %s", got)
	}
	want := fmt.Sprintf("<GUID=%x>;<SID=%x>;%s", guid[:], plain.GetRawAttributeValue("objectSid"), u0)
	for _, flag := range []string{"", "\x30\x03\x02\x01\x00"} {
		if got := member(flag); got != want {
			t.Errorf("flag %q: %s, want %s", flag, got, want)
		}
	}
}

func TestCompareAndTypes(t *testing.T) {
	w := start(t, nil)
	for value, want := range map[string]bool{"SVC-SYNCD": true, "else": false} {
		if got, err := w.service.Compare("CN=svc-syncd,"+users, "sAMAccountName", value); err != nil || got != want {
			t.Errorf("comparing with %s: %v, %v", value, got, err)
		}
	}
	r, err := w.service.Search(ldap.NewSearchRequest(adminDN, 0, 0, 0, 0, true, "(objectClass=*)", []string{"cn", "memberOf"}, nil))
	if err != nil || len(r.Entries[0].Attributes) != 2 || len(r.Entries[0].GetAttributeValues("memberOf")) != 0 {
		t.Errorf("types only: %v, %v", r.Entries, err)
	}
}
