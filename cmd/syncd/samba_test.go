//go:build unix

package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/adsim/samba"
	"syncd/internal/directory"
)

// The company in the real Active Directory.
const (
	staff      = 1600
	teams      = 50 // of them one with everybody, one empty
	partners   = 20
	teamMember = 7 // each person is in the team number i % (teams-2) and each team has its neighbour as a member, but for the last
)

var departments = []string{"Engineering", "Sales", "Legal", "Finance", "Executive Branch", "IT"}

// companyLDIF writes the company: departments as OUs below Staff, partners as contacts, groups with nested groups.
func companyLDIF(base string) string {
	var b strings.Builder
	entry := func(dn, class string, lines ...string) {
		fmt.Fprintf(&b, "dn: %s,%s\nobjectClass: %s\n%s\n\n", dn, base, class, strings.Join(lines, "\n"))
	}
	for _, ou := range []string{"OU=Staff", "OU=Contractors", "OU=Partners", "OU=Groups"} {
		entry(ou, "organizationalUnit")
	}
	for _, d := range departments {
		entry("OU="+d+",OU=Staff", "organizationalUnit")
	}
	person := func(i int) string {
		return fmt.Sprintf("CN=Person %d,OU=%s,OU=Staff", i, departments[i%len(departments)])
	}
	for i := range staff {
		lines := []string{
			fmt.Sprintf("sAMAccountName: person%d", i), fmt.Sprintf("userPrincipalName: person%d@corp.example", i),
			fmt.Sprintf("mail: person%d@corp.example", i), fmt.Sprintf("displayName: Søren Müller %d 美咲", i), "givenName: Søren", "sn: Müller",
			"department: " + departments[i%len(departments)], fmt.Sprintf("telephoneNumber: +1 555 %04d", i), "userAccountControl: 512",
			fmt.Sprintf("proxyAddresses: SMTP:person%d@corp.example", i), fmt.Sprintf("proxyAddresses: smtp:p%d@corp.example", i),
		}
		if i >= 10 {
			lines = append(lines, "manager: "+person(i%10)+","+base)
		}
		entry(person(i), "user", lines...)
	}
	for i := range partners {
		entry(fmt.Sprintf("CN=Partner %d,OU=Partners", i), "contact", fmt.Sprintf("mail: partner%d@partner.example", i), fmt.Sprintf("displayName: Partner %d", i))
	}
	everybody := []string{"sAMAccountName: everybody"}
	for i := range staff {
		everybody = append(everybody, "member: "+person(i)+","+base)
	}
	entry("CN=Everybody,OU=Groups", "group", everybody...)
	entry("CN=Nobody,OU=Groups", "group", "sAMAccountName: nobody")
	for g := range teams - 2 {
		lines := []string{fmt.Sprintf("sAMAccountName: team%d", g)}
		for i := g; i < teamMember*(teams-2); i += teams - 2 {
			lines = append(lines, "member: "+person(i)+","+base)
		}
		if g > 0 { // a group may only name what stands before it
			lines = append(lines, fmt.Sprintf("member: CN=Team %d,OU=Groups,%s", g-1, base))
		}
		entry(fmt.Sprintf("CN=Team %d,OU=Groups", g), "group", lines...)
	}
	return b.String()
}

// edgesOfCompany is the number of memberships that companyLDIF writes.
const edgesOfCompany = staff + teamMember*(teams-2) + (teams - 3)

// newRealWorld starts a Samba AD with the company in it, an online directory, and writes a configuration.
func newRealWorld(t *testing.T) (*world, *samba.Domain) {
	t.Helper()
	samba.Need(t)
	dir := shortTempDir(t)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	ad, err := samba.Start(ctx, samba.Options{Dir: mkdir(t, dir, "ad"), LDIF: companyLDIF("DC=corp,DC=example")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ad.Stop(); err != nil {
			t.Error(err)
		}
	})
	return newWorld(t, dir, activeDirectory{
		url: ad.URL, caFile: ad.CAFile, baseDN: ad.BaseDN, adminDN: ad.AdminDN, adminPassword: ad.AdminPassword,
		serviceUser: ad.ServiceUser, servicePassword: ad.ServicePassword,
	}), ad
}

// TestRealActiveDirectory is the main job, end to end: a real Samba AD, the online directory as a process, syncd as a process, with
// a service account that has no more than it needs.
func TestRealActiveDirectory(t *testing.T) {
	w, _ := newRealWorld(t)
	people := staff
	total := staff + teams + partners

	first := pass(t, w.config, exitDone)
	if first.Kind != "full" || first.Created != total || first.EdgesAdded != edgesOfCompany || first.Refused != 0 || first.Held != 0 {
		t.Fatalf("first pass: %+v", first)
	}
	w.checkOnline(t, people)
	if m := w.online.members(t, w.online.find(t, "Groups", "displayName", "Everybody")); len(m) != staff {
		t.Errorf("the group of everybody has %d members, want %d", len(m), staff)
	}

	if second := pass(t, w.config, exitDone, "--full"); second.Unchanged != total || changes(second) != 0 {
		t.Errorf("the second pass planned something (law 2): %+v", second)
	}
	if quiet := pass(t, w.config, exitDone); quiet.Kind != "delta" || changes(quiet) != 0 {
		t.Errorf("a quiet delta planned something (law 2): %+v", quiet)
	}

	before := w.online.list(t, "Users")
	w.change(t)
	delta := pass(t, w.config, exitDone)
	want := directory.Pass{
		ID: delta.ID, Kind: "delta", Status: directory.Done, Read: delta.Read, Seconds: delta.Seconds, Unchanged: delta.Unchanged,
		Created: 1, Updated: 5, Blocked: 1, Departed: 1, EdgesAdded: 1, EdgesRemoved: 1 + delta.EdgesRemoved - 1,
	}
	if delta != want || delta.EdgesRemoved < 2 {
		t.Errorf("delta: %+v, want %+v", delta, want)
	}
	w.checkChanges(t, before)
	w.checkOnline(t, people)
	if again := pass(t, w.config, exitDone); changes(again) != 0 {
		t.Errorf("after the delta something was left (law 2): %+v", again)
	}
	if again := pass(t, w.config, exitDone, "--full"); changes(again) != 0 {
		t.Errorf("after the delta a full pass found something (law 1): %+v", again)
	}
	w.daemon(t)
}

// checkOnline expects so many people, every one inactive (law 4).
func (w *world) checkOnline(t *testing.T, people int) {
	t.Helper()
	users := w.online.list(t, "Users")
	if len(users) != people {
		t.Errorf("%d people online, want %d", len(users), people)
	}
	for _, u := range users {
		if u["active"] != false {
			t.Errorf("%v is active (law 4): %v", u["userName"], u["active"])
		}
	}
	if n := len(w.online.list(t, "Contacts")); n != partners {
		t.Errorf("%d contacts online, want %d", n, partners)
	}
	if n := len(w.online.list(t, "Groups")); n != teams {
		t.Errorf("%d groups online, want %d", n, teams)
	}
}

func (w *world) dn(i int) string {
	return fmt.Sprintf("CN=Person %d,OU=%s,OU=Staff,%s", i, departments[i%len(departments)], w.ad.baseDN)
}

// change does to the company what the delta has to carry.
func (w *world) change(t *testing.T) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	modify := func(dn string, edit func(*ldap.ModifyRequest)) {
		t.Helper()
		m := ldap.NewModifyRequest(dn, nil)
		edit(m)
		must(w.admin.Modify(m))
	}
	modify(w.dn(100), func(m *ldap.ModifyRequest) { m.Replace("department", []string{"Treasury"}) })
	modify(w.dn(101), func(m *ldap.ModifyRequest) { m.Delete("telephoneNumber", nil) })
	must(w.admin.ModifyDN(ldap.NewModifyDNRequest(w.dn(102), "CN=Anna Novák", true, "")))
	must(w.admin.ModifyDN(ldap.NewModifyDNRequest(w.dn(103), "CN=Person 103", true, "OU=IT,OU=Staff,"+w.ad.baseDN)))
	modify(w.dn(104), func(m *ldap.ModifyRequest) { m.Replace("userAccountControl", []string{"514"}) })
	modify("CN=Nobody,OU=Groups,"+w.ad.baseDN, func(m *ldap.ModifyRequest) { m.Add("member", []string{w.dn(105)}) })
	modify("CN=Everybody,OU=Groups,"+w.ad.baseDN, func(m *ldap.ModifyRequest) { m.Delete("member", []string{w.dn(106)}) })
	must(w.admin.Del(ldap.NewDelRequest(w.dn(107), nil)))
	add := ldap.NewAddRequest("CN=New One,OU=Legal,OU=Staff,"+w.ad.baseDN, nil)
	add.Attribute("objectClass", []string{"user"})
	add.Attribute("sAMAccountName", []string{"newone"})
	add.Attribute("userPrincipalName", []string{"newone@corp.example"})
	add.Attribute("displayName", []string{"New One"})
	add.Attribute("manager", []string{w.dn(100)})
	must(w.admin.Add(add))
}

// checkChanges looks for each change online.
func (w *world) checkChanges(t *testing.T, before map[directory.Anchor]resource) {
	t.Helper()
	person := func(i int) resource {
		t.Helper()
		return w.online.find(t, "Users", "userName", fmt.Sprintf("person%d@corp.example", i))
	}
	expect := func(what string, got, want any) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	expect("changed department", person(100).enterprise("department"), any("Treasury"))
	expect("cleared telephone number", person(101).phone(), "")
	dn := func(r resource) any { return r.extension(directory.SchemaOnPremises, "onPremisesDistinguishedName") }
	expect("renamed", dn(person(102)), any("CN=Anna Novák,OU="+departments[0]+",OU=Staff,"+w.ad.baseDN))
	expect("moved", dn(person(103)), any("CN=Person 103,OU=IT,OU=Staff,"+w.ad.baseDN))
	expect("disabled", person(104).extension(directory.SchemaOnPremises, "onPremisesAccountEnabled"), any(false))
	nobody := w.online.members(t, w.online.find(t, "Groups", "displayName", "Nobody"))
	expect("added member", len(nobody) == 1 && nobody[person(105).id()], true)
	everybody := w.online.members(t, w.online.find(t, "Groups", "displayName", "Everybody"))
	expect("members of everybody", len(everybody), staff-2)
	expect("removed member", everybody[person(106).id()], false)
	for _, u := range w.online.list(t, "Users") {
		if u["userName"] == "person107@corp.example" {
			t.Error("the deleted user is still online")
		}
	}
	newOne := w.online.find(t, "Users", "userName", "newone@corp.example")
	expect("the new user's manager", newOne.manager(), person(100).id())
	after := w.online.list(t, "Users")
	for anchor, u := range after {
		if old := before[anchor]; old != nil && old.id() != u.id() {
			t.Errorf("%v got another online id", u["userName"])
		}
	}
}

// daemon runs syncd as a daemon, and asks it for a pass in each of the ways there are.
func (w *world) daemon(t *testing.T) {
	d, _ := start(t, "pass ended", "--config", w.config)
	m := ldap.NewModifyRequest(w.dn(200), nil)
	m.Replace("title", []string{"Head of Everything"})
	if err := w.admin.Modify(m); err != nil {
		t.Fatal(err)
	}
	if p := pass(t, w.config, exitDone); p.Kind != "delta" || p.Updated != 1 {
		t.Errorf("through the daemon: %+v", p)
	}
	if r := syncd(t, "status", "--config", w.config); r.code != 0 || !strings.Contains(r.out, "1,600 people") {
		t.Errorf("status: %+v", r)
	}
	w.triggers(t, d)
	d.stop(t, syscall.SIGTERM)
	if d.err != nil {
		t.Errorf("the daemon did not end cleanly: %v\n%s", d.err, d.stderr)
	}
	if strings.Contains(d.stderr.String(), w.ad.servicePassword.Reveal()) || strings.Contains(d.stderr.String(), w.online.token) {
		t.Error("a secret stands in the log (law 10)")
	}
}

// triggers asks for passes by SIGUSR1 and over the control endpoint.
func (w *world) triggers(t *testing.T, d *background) {
	t.Helper()
	n := w.passes(t)
	if err := d.cmd.Process.Signal(syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	w.awaitPasses(t, n+1)
	response, err := w.control().Post("http://syncd/v1/sync", "application/json", strings.NewReader(`{"full": false}`))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusAccepted {
		t.Errorf("POST /v1/sync: %s", response.Status)
	}
	w.awaitPasses(t, n+2)
}
