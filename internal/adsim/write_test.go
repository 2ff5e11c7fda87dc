package adsim_test

import (
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/adsim"
)

func TestOnlyAdministratorsWrite(t *testing.T) {
	w := start(t, nil)
	w.staff(1)
	u0 := "CN=u0,OU=Staff," + base
	add := ldap.NewAddRequest("CN=new,OU=Staff,"+base, nil)
	add.Attribute("objectClass", []string{"user"})
	modify := ldap.NewModifyRequest(u0, nil)
	modify.Replace("title", []string{"x"})
	for who, code := range map[*ldap.Conn]uint16{w.service: ldap.LDAPResultInsufficientAccessRights, w.connect(): ldap.LDAPResultOperationsError} {
		wantCode(t, "add", who.Add(add), code)
		wantCode(t, "modify", who.Modify(modify), code)
		wantCode(t, "rename", who.ModifyDN(ldap.NewModifyDNRequest(u0, "CN=z", true, "")), code)
		wantCode(t, "delete", who.Del(ldap.NewDelRequest(u0, nil)), code)
	}
	wantCode(t, "add", w.admin.Add(add), 0)
	wantCode(t, "modify", w.admin.Modify(modify), 0)
	wantCode(t, "rename", w.admin.ModifyDN(ldap.NewModifyDNRequest(u0, "CN=z", true, "")), 0)
	wantCode(t, "rename what is gone", w.admin.ModifyDN(ldap.NewModifyDNRequest(u0, "CN=z", true, "")), ldap.LDAPResultNoSuchObject)
	wantCode(t, "delete with children", w.admin.Del(ldap.NewDelRequest("OU=Staff,"+base, nil)), ldap.LDAPResultNotAllowedOnNonLeaf)
	tree := ldap.NewControlSubtreeDelete()
	wantCode(t, "delete the tree", w.admin.Del(ldap.NewDelRequest("OU=Staff,"+base, []ldap.Control{tree})), 0)
	if got := names(w.search(w.admin, base, 2, "(isDeleted=TRUE)", []string{"1.1"}, showDeleted)); strings.Count(got, `\0ADEL:`) != 3 {
		t.Errorf("the deleted are %s", got)
	}
}

// A member of Domain Admins may write too.
func TestNewAdministrator(t *testing.T) {
	w := start(t, nil)
	w.create("CN=Ann,"+users, "user", "sAMAccountName", "ann", "userAccountControl", "512")
	w.modify("CN=Ann,"+users, func(m *ldap.ModifyRequest) { m.Replace("unicodePwd", []string{"\"\x00p\x00w\x00\"\x00"}) })
	ann := w.dial("ann@corp.example", "pw")
	modify := ldap.NewModifyRequest("CN=Ann,"+users, nil)
	modify.Replace("title", []string{"Boss"})
	wantCode(t, "before", ann.Modify(modify), ldap.LDAPResultInsufficientAccessRights)
	w.modify("CN=Domain Admins,"+users, func(m *ldap.ModifyRequest) { m.Add("member", []string{"CN=Ann," + users}) })
	wantCode(t, "after", ann.Modify(modify), 0)
}

func TestSeeingTheDeleted(t *testing.T) {
	w := start(t, nil)
	w.staff(1)
	bin := "CN=Deleted Objects," + base
	if err := w.Delete("CN=u0,OU=Staff," + base); err != nil {
		t.Fatal(err)
	}
	count := func(c *ldap.Conn, dn string, scope int) (entries, attributes int) {
		r := w.search(c, dn, scope, "(objectClass=*)", nil, showDeleted)
		for _, e := range r.Entries {
			attributes += len(e.Attributes)
		}
		return len(r.Entries), attributes
	}
	if n, a := count(w.service, bin, ldap.ScopeBaseObject); n != 1 || a == 0 {
		t.Errorf("with the right: the container came %d times with %d attributes", n, a)
	}
	if n, _ := count(w.service, bin, ldap.ScopeSingleLevel); n != 1 {
		t.Errorf("with the right: %d tombstones", n)
	}
	w.SetRights(adsim.Rights{GetChanges: true})
	if n, a := count(w.service, bin, ldap.ScopeBaseObject); n != 1 || a != 0 {
		t.Errorf("without the right: the container came %d times with %d attributes", n, a)
	}
	if n, _ := count(w.service, bin, ldap.ScopeSingleLevel); n != 0 {
		t.Errorf("without the right: %d tombstones", n)
	}
	if got := names(w.search(w.admin, base, 2, "(isDeleted=TRUE)", nil)); got != "" {
		t.Errorf("without the control: %s", got)
	}
}

func TestRestoringOverLDAP(t *testing.T) {
	w := start(t, func(c *adsim.Config) { c.RecycleBin = true })
	w.staff(1)
	u0 := "CN=u0,OU=Staff," + base
	w.create("CN=Team,OU=Staff,"+base, "group", "member", u0)
	r := w.reader(w.service, 0)
	wantCode(t, "deleting", w.admin.Del(ldap.NewDelRequest(u0, nil)), 0)
	if got := strings.Join(r.read(), "; "); !strings.Contains(got, "isDeleted=1") || strings.Contains(got, "isRecycled") || strings.Contains(got, "Team") {
		t.Errorf("the deletion reads %s", got)
	}
	dead := w.search(w.admin, "CN=Deleted Objects,"+base, ldap.ScopeSingleLevel, "(isDeleted=TRUE)", nil, showDeleted).Entries[0]
	if dead.GetAttributeValue("msDS-LastKnownRDN") != "u0" || dead.GetAttributeValue("lastKnownParent") != "OU=Staff,"+base {
		t.Errorf("in the recycle bin lies %v", dead)
	}
	w.modify(dead.DN, func(m *ldap.ModifyRequest) {
		m.Delete("isDeleted", nil)
		m.Replace("distinguishedName", []string{u0})
	}, showDeleted)
	if got := strings.Join(r.read(), "; "); !strings.Contains(got, "isDeleted=0") || !strings.Contains(got, "name=1") || strings.Contains(got, "Team") {
		t.Errorf("the restoration reads %s", got)
	}
	if got := w.search(w.service, u0, ldap.ScopeBaseObject, "(objectClass=*)", []string{"memberOf"}).Entries[0].GetAttributeValue("memberOf"); got != "CN=Team,OU=Staff,"+base {
		t.Errorf("it is a member of %q", got)
	}
}

func TestFaults(t *testing.T) {
	w := start(t, nil)
	w.staff(20)
	search := func(c *ldap.Conn) (int, error) {
		r, err := find(c, "OU=Staff,"+base, 1, "(objectClass=*)", []string{"1.1"})
		if r == nil {
			return 0, err
		}
		return len(r.Entries), err
	}
	w.SetFault(adsim.Fault{Code: ldap.LDAPResultBusy, CodeAfter: 5})
	n, err := search(w.service)
	wantCode(t, "busy", err, ldap.LDAPResultBusy)
	if n != 5 {
		t.Errorf("busy after %d entries", n)
	}
	w.SetFault(adsim.Fault{Empty: true})
	if n, err := search(w.service); n != 0 || err != nil {
		t.Errorf("an empty result: %d, %v", n, err)
	}
	guid := w.search(w.admin, "CN=u0,OU=Staff,"+base, 0, "(objectClass=*)", []string{"objectGUID"})
	if len(guid.Entries) != 0 {
		t.Error("an empty result has an entry")
	}
	w.SetFault(adsim.Fault{DropPages: true})
	_, err = w.service.SearchWithPaging(ldap.NewSearchRequest(base, 2, 0, 0, 0, false, people, nil, nil), 5)
	wantCode(t, "an evicted cookie", err, ldap.LDAPResultUnavailableCriticalExtension)
	w.SetFault(adsim.Fault{RefuseBinds: true})
	wantCode(t, "a bind", w.connect().Bind(adminDN, password), ldap.LDAPResultInvalidCredentials)
	w.SetFault(adsim.Fault{DropAfter: 7})
	if n, err := search(w.dialAnyway()); err == nil || n > 7 {
		t.Errorf("a dropped connection: %d entries, %v", n, err)
	}
	w.SetFault(adsim.Fault{})
	if n, err := search(w.service); n != 20 || err != nil {
		t.Errorf("after all faults: %d, %v", n, err)
	}
}

// dialAnyway binds while searches fail.
func (w *world) dialAnyway() *ldap.Conn { return w.dial(adminDN, password) }

// Closing ends what is under way and can be repeated.
func TestClose(t *testing.T) {
	w := start(t, nil)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := find(w.service, base, 0, "(objectClass=*)", nil); err == nil {
		t.Error("a search after the end succeeded")
	}
	if err := w.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	if w.URL() != "" || w.Listen("127.0.0.1:0", "") == nil {
		t.Error("a closed server has an address or listens again")
	}
}
