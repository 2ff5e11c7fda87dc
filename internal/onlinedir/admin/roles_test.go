package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

// hostile is what somebody may write into Active Directory.
const hostile = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`

// furnished is a directory with something on every page, all of it hostile.
func furnished(t *testing.T) *centre {
	t.Helper()
	c := open(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	id := c.sync("Anna", map[string]any{
		"displayName": hostile, "title": hostile, directory.SchemaEnterprise: map[string]any{"department": hostile},
		"emails": []any{map[string]any{"type": "work", "primary": true, "value": "anna@corp.example"}},
	})
	gone := c.sync("Gone", map[string]any{"displayName": hostile})
	c.Must(204, "DELETE", "/Users/"+gone, nil)
	c.syncContact(hostile)
	c.syncGroup(hostile, id)
	own, err := c.AddGroup(t.Context(), hostile+" of our own", hostile)
	must(err)
	must(c.AddMembers(t.Context(), own, []string{id}))
	_, err = c.RegisterDomain(t.Context(), "corp.example", tenant.Authoritative)
	must(err)
	must(c.AddLicence(t.Context(), hostile, 3))
	must(c.AddAdmin(t.Context(), hostile, tenant.OnlyReader, "a good password"))
	_, err = c.NewToken(t.Context(), hostile)
	must(err)
	now := c.Time()
	problems := make([]tenant.Problem, 8)
	for i := range problems {
		problems[i] = tenant.Problem{ExternalID: string(rune('a' + i)), Name: hostile, Reason: hostile, Since: now}
	}
	must(c.ReportPass(t.Context(), tenant.Report{
		PassRecord: directory.PassRecord{Pass: directory.Pass{ID: "1", Kind: hostile, Status: directory.SomeHeld, Held: 1, Message: hostile}, Trigger: hostile, Started: now.Add(-time.Minute)},
		Ended:      now, Client: hostile, Problems: problems,
	}))
	return c
}

// crawl opens every page that links lead to from the overview, and returns them by path.
func (c *centre) crawl() map[string]*struct{ *goquery.Document } {
	c.t.Helper()
	const most = 300
	pages := map[string]*struct{ *goquery.Document }{}
	queue := []string{"/"}
	for len(queue) > 0 && len(pages) < most {
		path := queue[0]
		queue = queue[1:]
		if _, seen := pages[path]; seen || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "/assets/") {
			continue
		}
		page := c.Open(path)
		pages[path] = &struct{ *goquery.Document }{page.Document}
		if page.Status != http.StatusOK {
			c.t.Errorf("a link leads to %s, which answers %d: %s", path, page.Status, readable(page))
		}
		page.Find("a[href]").Each(func(_ int, a *goquery.Selection) {
			link, err := url.Parse(a.AttrOr("href", ""))
			if err != nil {
				c.t.Errorf("%s: %v", path, err)
				return
			}
			link.Fragment = ""
			if link.Scheme == "" && link.Path != "" {
				queue = append(queue, link.String())
			}
		})
	}
	return pages
}

func TestARoleIsOfferedOnlyWhatItMayDo(t *testing.T) {
	for _, role := range []tenant.Role{tenant.GlobalAdministrator, tenant.UserAdministrator, tenant.OnlyReader} {
		t.Run(role.String(), func(t *testing.T) {
			c := furnished(t)
			if err := c.AddAdmin(t.Context(), "somebody", role, "a good password"); err != nil {
				t.Fatal(err)
			}
			b := c.another()
			b.SignIn("somebody", "a good password")
			pages := b.crawl()
			for _, path := range []string{"/contacts", "/groups", "/addresses", "/domains", "/domains/corp.example", "/licences", "/migration", "/migration/plan", "/migration/refused", "/recycle", "/audit", "/about", "/account"} {
				if pages[path] == nil {
					t.Errorf("no link leads to %s", path)
				}
			}
			for path, page := range pages {
				page.Find("main form[method=post]").Each(func(_ int, form *goquery.Selection) {
					action := form.AttrOr("action", "")
					if role == tenant.OnlyReader && action != "/account" && !strings.HasPrefix(action, "/views") {
						t.Errorf("%s offers %s to a reader", path, action)
					}
					// A form without its token is refused after the role was looked at.
					refused := b.Post(b.Open("/about"), action, url.Values{})
					b.says(refused, http.StatusForbidden, "he form is not one of this session")
				})
			}
		})
	}
}

func TestWhatARoleMayNotDoIsRefused(t *testing.T) {
	c := furnished(t)
	group := c.Open("/groups").Find(`a:contains("of our own")`).AttrOr("href", "")
	global := []string{
		"/domains", "/domains/corp.example/verify", "/domains/corp.example/kind", "/domains/corp.example/remove", "/licences", "/licences/1/seats", "/licences/1/remove",
		"/migration/plan", "/migration/enable", "/migration/disable", "/migration/tokens", "/migration/revoke", "/admins", "/admins/role", "/admins/password", "/admins/remove",
	}
	people := []string{"/groups/new", group + "/edit", group + "/delete", group + "/add", group + "/remove", "/recycle/restore"}
	for role, refused := range map[tenant.Role][]string{tenant.UserAdministrator: global, tenant.OnlyReader: append(people, global...)} {
		if err := c.AddAdmin(t.Context(), role.String(), role, "a good password"); err != nil {
			t.Fatal(err)
		}
		b := c.another()
		page := b.SignIn(role.String(), "a good password")
		token := b.Open("/account").Find("input[name=csrf]").AttrOr("value", "")
		for _, path := range refused {
			b.says(b.Post(page, path, url.Values{"csrf": {token}}), http.StatusForbidden, "may not do this", "ask a")
		}
		for _, path := range []string{"/admins", "/admins/change?name=admin", "/migration/enable"} {
			b.says(b.Open(path), http.StatusForbidden, "may not do this")
		}
		if page := b.Open("/migration"); page.Find("#tokens").Length() != 0 {
			t.Errorf("a %s sees the tokens", role)
		}
	}
	c.see("/domains", "corp.example")
	c.see(group, "of our own")
}

// Every page is inspected for markup from outside as it is opened; here each must also show the name as it is.
func TestNoValueOfTheSectionsBecomesMarkup(t *testing.T) {
	c := furnished(t)
	shown := 0
	for path, page := range c.crawl() {
		if n := page.Find("main img:not(.photo), main script").Length(); n != 0 {
			t.Errorf("%s has markup from outside", path)
		}
		if strings.Contains(page.Find("main").Text(), hostile) {
			shown++
		}
	}
	const least = 12 // contacts, contact, groups, group, its forms, addresses, licences, migration, refused, recycle bin, audit, administrators
	if shown < least {
		t.Errorf("only %d pages show what they were given", shown)
	}
	for _, path := range []string{"/contacts?q=", "/groups?q=", "/addresses?q=", "/recycle?q=", "/audit?q=", "/audit?who=", "/audit?what=", "/audit?resource="} {
		c.see(path + url.QueryEscape(hostile))
	}
}
