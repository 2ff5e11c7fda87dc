//go:build screenshots

package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"syncd/internal/adsim"
	"syncd/internal/adsim/dit"
	"syncd/internal/onlinedir"
	"syncd/internal/onlinedir/dnsproof"
	"syncd/internal/onlinedir/onlinedirtest"
	"syncd/internal/onlinedir/onlinedirtest/chromium"
	"syncd/internal/onlinedir/tenant"
	"syncd/internal/syncer"
)

var screenshotsInto = flag.String("into", "", "the folder into which TestScreenshots writes")

// TestScreenshots writes a picture of every page of the admin centre, at desktop and phone width, in light and dark. Run it with
// `make screenshots`.
func TestScreenshots(t *testing.T) {
	l := newLivedIn(t)
	b := chromium.New(t, l.url)
	take := func(name string, views ...chromium.View) {
		t.Helper()
		for _, v := range views {
			file := name
			if v.Phone {
				file += "-phone"
			}
			if v.Dark {
				file += "-dark"
			}
			if err := os.WriteFile(filepath.Join(*screenshotsInto, file+".png"), b.Picture(v), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	const high = 1600 // of a long page, the beginning will do
	both := []chromium.View{{Most: high}, {Phone: true, Most: high}}
	all := append(both, chromium.View{Dark: true, Most: high}, chromium.View{Phone: true, Dark: true, Most: high})
	const screen = 860 // what fits into a window, for the pictures that the documentation shows
	shown := []chromium.View{{Most: screen}, {Phone: true, Most: screen}, {Dark: true, Most: screen}, {Phone: true, Dark: true, Most: screen}}
	b.Open("/")
	take("sign-in", all...)
	b.Type(chromium.Textbox, "Name", "admin")
	b.Type(chromium.Textbox, "Password", l.password.Reveal())
	b.Press("Sign in")
	take("overview", all...)
	for _, p := range l.pages(t) {
		b.Open(p.path)
		switch {
		case p.documented():
			take(p.name, shown...)
		case p.inDark():
			take(p.name, all...)
		default:
			take(p.name, both...)
		}
	}
	// What follows an action.
	b.Open("/users?view=disabled")
	for _, name := range l.waiting(t, 3) {
		b.Click(chromium.Checkbox, "Select "+name)
	}
	take("selected", both...)
	b.Press("Activate 3 selected…")
	take("preview", all...)
	b.Press("Activate 3 people")
	take("activated", both...)
	b.Open("/migration")
	b.Type(chromium.Textbox, "Name of the token (required)", "syncd on srv-18")
	b.Press("Make a token")
	take("token", both...)
}

// livedIn is a company whose directory has been used for some days.
type livedIn struct {
	*demoWorld
	past  time.Duration // how far the clock is behind
	names *onlinedirtest.NameServer
}

// How many passes there were after the first one, and how long ago the last one was.
const (
	passesLived = 40
	lastPass    = 12 * time.Minute
)

// newLivedIn lets a company of 240 people live for five days, with a pass every three hours. Administrators
// have done their part meanwhile: people are activated, domains are in every state, somebody is refused, blocked or deleted.
func newLivedIn(t *testing.T) *livedIn {
	t.Helper()
	dir := shortTempDir(t)
	l := &livedIn{past: passesLived*3*time.Hour + 2*time.Hour, names: onlinedirtest.NewNameServer(t)}
	w := &demoWorld{password: "correct horse battery", now: func() time.Time { return time.Now().Add(-l.past) }}
	l.demoWorld = w
	t.Cleanup(func() {
		if err := w.close(); err != nil {
			t.Error(err)
		}
	})
	resolver, err := dnsproof.New(l.names.Address)
	must(t, err)
	c := defaultConfig()
	must(t, w.startActiveDirectory(&demoCommand{Users: 240}, dir, &c))
	options := w.demoTenant()
	options.AnyDomain, options.Seats, options.Domains = false, 190, []string{"corp.example"}
	must(t, w.startOnline(t.Context(), "127.0.0.1:0", dir, &c, options, onlinedir.WithResolver(resolver)))
	must(t, w.startSyncd(dir, &c))
	l.prepare(t)
	for n := passesLived; n >= 0; n-- {
		l.past = time.Duration(n)*3*time.Hour + lastPass
		l.live(t, n)
		l.pass(t)
		if n == passesLived {
			l.administer(t)
		}
	}
	l.past = 0
	return l
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// as acts for an administrator.
func as(t *testing.T, name string, role tenant.Role) context.Context {
	return tenant.As(t.Context(), tenant.Actor{Name: name, Role: role})
}

// prepare is what was there before synchronisation: other administrators, domains, and an account that has somebody's address.
func (l *livedIn) prepare(t *testing.T) {
	t.Helper()
	ctx := as(t, "admin", tenant.GlobalAdministrator)
	for name, role := range map[string]tenant.Role{"l.novak": tenant.UserAdministrator, "s.okafor": tenant.UserAdministrator, "auditor": tenant.OnlyReader} {
		must(t, l.online.AddAdmin(ctx, name, role, "correct horse battery"))
	}
	must(t, l.online.NotePlanRead(ctx))
	for name, kind := range map[string]tenant.DomainKind{"contoso.example": tenant.Authoritative, "müller-söhne.example": tenant.Authoritative, "partners.example": tenant.ExternalRelay} {
		d, err := l.online.RegisterDomain(ctx, name, kind)
		must(t, err)
		if name == "contoso.example" {
			l.names.Alias(d.Record, d.Target)
		}
		if name != "partners.example" {
			_, err = l.online.VerifyDomain(ctx, d.Name)
			must(t, err)
		}
	}
	must(t, l.online.AddLicence(ctx, "Frontline", 40))
	_, err := l.online.AddUser(ctx, onlinedir.NewUser{UserName: "reception@contoso.example", DisplayName: "Reception", GivenName: "Reception", Department: "Facilities", Mail: "reception@corp.example", Active: true, Licence: 2})
	must(t, err)
	must(t, l.addFrontDesk())
}

// addFrontDesk makes somebody in Active Directory who has the address of the reception too.
func (w *demoWorld) addFrontDesk() error {
	return w.ad.Add("CN=Front Desk,OU=Staff,"+w.ad.BaseDN(), []dit.Attribute{
		{Name: "objectClass", Values: []string{"user"}},
		{Name: "sAMAccountName", Values: []string{"frontdesk"}},
		{Name: "displayName", Values: []string{"Front Desk"}},
		{Name: "userPrincipalName", Values: []string{"reception@corp.example"}},
		{Name: "mail", Values: []string{"reception@corp.example"}},
		{Name: "userAccountControl", Values: []string{"512"}},
	})
}

// administer is what administrators did after the first pass.
func (l *livedIn) administer(t *testing.T) {
	t.Helper()
	l.past -= 20 * time.Minute
	ctx := as(t, "l.novak", tenant.UserAdministrator)
	activate := func(view onlinedir.UserQuery, most int) {
		view.States, view.Limit, view.Sort = []onlinedir.State{onlinedir.Waiting}, most, tenant.ByUser
		page, err := l.online.Users(ctx, view)
		must(t, err)
		var ids []string
		for _, u := range page.Users {
			ids = append(ids, u.ID)
		}
		_, err = l.online.Activate(ctx, tenant.Selection{IDs: ids}, 1)
		must(t, err)
	}
	activate(onlinedir.UserQuery{}, 180)
	_, err := l.online.SaveView(ctx, tenant.View{Name: "Finance", Owner: "l.novak", Shared: true, Conditions: []tenant.Condition{{Attribute: viewAttribute(t, "Department"), Operator: "is", Value: "Finance"}}})
	must(t, err)
	_, err = l.online.SaveView(ctx, tenant.View{Name: "Managers abroad", Owner: "admin", Conditions: []tenant.Condition{{Attribute: viewAttribute(t, "Job title"), Operator: "contains", Value: "Manager"}}})
	must(t, err)
	group, err := l.online.AddGroup(ctx, "Fire wardens", "who shows the way out, on every floor")
	must(t, err)
	page, err := l.online.Users(ctx, onlinedir.UserQuery{Limit: 12, Sort: tenant.ByUser})
	must(t, err)
	for i, u := range page.Users {
		if i%2 == 0 {
			must(t, l.online.AddMembers(ctx, group, []string{u.ID}))
		}
	}
}

func viewAttribute(t *testing.T, label string) string {
	t.Helper()
	for _, a := range tenant.ViewAttributes() {
		if a.Label == label {
			return a.Path
		}
	}
	t.Fatal("no attribute", label)
	return ""
}

// live lets happen what happens before the pass that n others follow: much by day, hardly anything by night.
func (l *livedIn) live(t *testing.T, n int) {
	t.Helper()
	events := 0
	if n%8 < 4 && n < passesLived {
		events = 2 + n*5%7
	}
	for range events {
		_, err := l.company.Next()
		must(t, err)
	}
	l.ad.SetFault(adsim.Fault{RefuseBinds: n == 17}) // once a domain controller lets nobody in
}

func (l *livedIn) pass(t *testing.T) {
	t.Helper()
	_, _ = l.syncer.RunOnce(t.Context(), syncer.Request{ID: syncer.NewID(), Trigger: "schedule"}) // one is to fail
}

// waiting are the first people in the list of those who wait.
func (l *livedIn) waiting(t *testing.T, n int) (names []string) {
	t.Helper()
	page, err := l.online.Users(t.Context(), onlinedir.UserQuery{States: []onlinedir.State{onlinedir.Waiting}, Limit: n})
	must(t, err)
	for _, u := range page.Users {
		names = append(names, u.DisplayName)
	}
	return names
}

// shown is a page and the name of its picture.
type shown struct{ name, path string }

// documented are the pages that the documentation shows, inDark the others of which there are pictures in dark too.
func (s shown) documented() bool { return slices.Contains([]string{"users", "migration"}, s.name) }

func (s shown) inDark() bool {
	return slices.Contains([]string{"user", "addresses-found", "domains", "licences", "disable"}, s.name)
}

// pages are those that a path leads to.
func (l *livedIn) pages(t *testing.T) []shown {
	t.Helper()
	ctx := t.Context()
	person := func(state onlinedir.State) string {
		page, err := l.online.Users(ctx, onlinedir.UserQuery{States: []onlinedir.State{state}, Limit: 1, Sort: tenant.ByChanged, Descending: true})
		must(t, err)
		if len(page.Users) == 0 {
			t.Fatal("nobody is", state)
		}
		return "/users/" + page.Users[0].ID
	}
	groups, err := l.online.Groups(ctx, tenant.ListQuery{Search: "Fire"})
	must(t, err)
	contacts, err := l.online.Contacts(ctx, tenant.ListQuery{Limit: 1})
	must(t, err)
	teams, err := l.online.Groups(ctx, tenant.ListQuery{Search: "project"})
	must(t, err)
	if len(groups.Items) == 0 || len(contacts.Items) == 0 || len(teams.Items) == 0 {
		t.Fatal("there are no groups or no contacts")
	}
	list := []shown{
		{"users", "/users?view=disabled&sort=changed&desc=1"},
		{"users-all", "/users"},
		{"users-errors", "/users?view=errors"},
		{"users-deleted", "/users?view=deleted"},
		{"users-none", "/users?q=nobody"},
		{"user", person(onlinedir.Enabled)},
		{"user-blocked", person(onlinedir.Blocked)},
		{"user-deleted", person(onlinedir.Deleted)},
		{"user-edit", person(onlinedir.Enabled) + "/edit"},
		{"user-new", "/users/new"},
		{"users-csv", "/users/csv"},
		{"view-new", "/views/new"},
		{"groups", "/groups"},
		{"group", "/groups/" + teams.Items[0].ID},
		{"group-own", "/groups/" + groups.Items[0].ID},
		{"group-new", "/groups/new"},
		{"group-add", "/groups/" + groups.Items[0].ID + "/add?q=a"},
		{"contacts", "/contacts"},
		{"contact", "/contacts/" + contacts.Items[0].ID},
		{"addresses", "/addresses"},
		{"addresses-found", "/addresses?q=an"},
		{"domains", "/domains"},
		{"licences", "/licences"},
		{"migration", "/migration"},
		{"plan", "/migration/plan"},
		{"passes", "/migration/passes"},
		{"refused", "/migration/refused"},
		{"disable", "/migration/disable"},
		{"recycle", "/recycle"},
		{"audit", "/audit"},
		{"admins", "/admins"},
		{"admin", "/admins/change?name=l.novak"},
		{"about", "/about"},
		{"account", "/account"},
		{"nowhere", "/nowhere"},
	}
	domains, err := l.online.RegisteredDomains(ctx)
	must(t, err)
	for i, d := range domains {
		list = append(list, shown{fmt.Sprintf("domain-%d", i+1), "/domains/" + d.Name})
	}
	return list
}
