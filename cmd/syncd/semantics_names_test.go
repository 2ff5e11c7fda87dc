package main

import (
	"strings"
	"testing"

	"syncd/internal/onlinedir"
)

// TestNamesOfDomainsThatAreNotVerified: the online directory tells which domains are the company's; a name in another one becomes one in
// the routing domain, and the right one once the domain is verified.
func TestNamesOfDomainsThatAreNotVerified(t *testing.T) {
	w, _ := newSmallWorld(t, 12)
	w.domainOnline(t, "corp.example", true)
	w.domainOnline(t, "corp.local", false)
	w.set(t, w.small(1), "userPrincipalName", "Person.One@corp.local")
	pass(t, w.config, exitDone)
	id := w.online.find(t, "Users", "userName", "person1@contoso.online.example").id()
	w.person(t, 2)
	w.settled(t, 12)
	w.domainOnline(t, "corp.local", true)
	if p := pass(t, w.config, exitDone); p.Kind != "full" || p.Updated != 1 || changes(p) != 1 {
		t.Errorf("verified: %+v", p)
	}
	if got := w.online.find(t, "Users", "userName", "Person.One@corp.local").id(); got != id {
		t.Error("another account was made")
	}
}

// domainOnline registers a domain as an administrator of the online directory.
func (w *world) domainOnline(t *testing.T, name string, verified bool) {
	t.Helper()
	dir, err := onlinedir.Open(t.Context(), w.online.dir, nopLog)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	if err := dir.AddDomain(t.Context(), name, verified); err != nil {
		t.Fatal(err)
	}
}

// TestBrokenValues: what can be brought into form is; what cannot be sent is refused by name, delays nobody, keeps no leaver active, and
// heals by itself.
func TestBrokenValues(t *testing.T) {
	w, _ := newSmallWorld(t, 12)
	pass(t, w.config, exitDone)
	w.activate(t, smallName(4))
	w.set(t, w.small(1), "displayName", "  Person\t1  ")
	w.set(t, w.small(1), "department", strings.Repeat("x", 64)+" and more")
	w.set(t, w.small(2), "telephoneNumber", " ")
	w.set(t, w.small(3), "userPrincipalName", "person 3@corp.example")
	w.set(t, w.small(4), "mail", "no address")
	w.set(t, w.small(4), "userAccountControl", accountDisabled)
	w.set(t, w.small(5), "title", "Boss")
	r := syncd(t, "--now", "--config", w.config)
	words := strings.Join(strings.Fields(r.out), " ")
	if r.code != exitRefused || !all(words, []string{"1 blocked", "2 refused", "has a blank inside", "no address"}) {
		t.Errorf("%+v", r)
	}
	one := w.person(t, 1)
	if one["displayName"] != "Person 1" || one.enterprise("department") != strings.Repeat("x", 64) || w.person(t, 2).phone() != "" || w.person(t, 5)["title"] != "Boss" {
		t.Errorf("in canonical form: %v", one)
	}
	w.wantActive(t, "refused and disabled", map[int]bool{4: false})
	w.set(t, w.small(3), "userPrincipalName", smallName(3))
	w.set(t, w.small(4), "mail", "four@corp.example")
	if p := pass(t, w.config, exitDone); p.Refused != 0 || p.Updated != 1 {
		t.Errorf("corrected: %+v", p)
	}
	w.settled(t, 12)
}
