package admin_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/onlinedirtest"
	"syncd/internal/onlinedir/tenant"
)

// names are the people of a list, in its order.
func names(p *onlinedirtest.Page) string {
	return strings.Join(p.Find("table.list td.main a").Map(func(_ int, s *goquery.Selection) string { return s.Text() }), " ")
}

// counted is the count beside a view.
func counted(p *onlinedirtest.Page, view string) string {
	count := "no such view"
	p.Find(".views.desk li a").Each(func(_ int, s *goquery.Selection) {
		if strings.TrimSpace(s.Find("span").First().Text()) == view {
			count = s.Find(".number").Text()
		}
	})
	return count
}

func TestViews(t *testing.T) {
	c := open(t)
	c.see("/users", "Nobody is here yet", "Enable synchronisation on the Migration page")
	c.sync("Wanda", nil)
	c.sync("Bert", blocked())
	enabled := c.sync("Eve", nil)
	if err := c.SetActive(t.Context(), enabled, true); err != nil {
		t.Fatal(err)
	}
	c.Must(204, "DELETE", "/Users/"+c.sync("Dora", nil), nil)
	for _, v := range []struct{ address, title, people, count, says string }{
		{"/users", "Everybody", "Bert Eve Wanda", "3", "Blocked by Active Directory"},
		{"/users?view=disabled", "Disabled user accounts", "Bert Wanda", "2", "they use no licence"},
		{"/users?view=enabled", "Enabled", "Eve", "1", "Online Suite"},
		{"/users?view=recent", "Recently synchronised", "Eve Bert Wanda", "3", "within the last 24 hours"},
		{"/users?view=errors", "With errors", "", "0", "Synchronisation could make everybody"},
		{"/users?view=deleted", "Deleted", "Dora", "1", "Deleted, 30 days left"},
	} {
		p := c.see(v.address, v.title, v.says)
		if got := names(p); got != v.people {
			t.Errorf("%s shows %q, want %q", v.title, got, v.people)
		}
		if got := counted(p, v.title); got != v.count {
			t.Errorf("%s counts %q, want %s", v.title, got, v.count)
		}
		if current := p.Find(".views.desk [aria-current=page]").Text(); !strings.Contains(current, v.title) {
			t.Errorf("%s: the current view is %q", v.title, current)
		}
	}
	if p := c.see("/users?view=disabled&q=wan"); names(p) != "Wanda" {
		t.Error(names(p))
	}
	c.see("/users?view=enabled&q=wan", "Nobody here matches", "Show all of this view")
	c.says(c.Open("/users?view=nonsense"), http.StatusNotFound, "there is no such view")
	c.says(c.Open("/users?after=nonsense"), http.StatusConflict, "begin at the first page")
	c.says(c.Open("/planets"), http.StatusNotFound, "there is no page at /planets")
}

func TestSorting(t *testing.T) {
	c := open(t)
	for name, department := range map[string]string{"Anna": "Zoo", "Bert": "Mine", "Cid": "Airport"} {
		c.sync(name, inDepartment(department))
	}
	p := c.see("/users")
	for _, step := range []struct{ header, direction, people string }{
		{"Person", "descending", "Cid Bert Anna"},
		{"Person", "ascending", "Anna Bert Cid"},
		{"Department", "ascending", "Cid Bert Anna"},
		{"Department", "descending", "Anna Bert Cid"},
	} {
		p = c.Follow(p, "thead a:contains('"+step.header+"')")
		sorted := p.Find("th[aria-sort]")
		if names(p) != step.people || sorted.Length() != 1 || sorted.AttrOr("aria-sort", "") != step.direction || strings.TrimSpace(sorted.Text()) != step.header {
			t.Errorf("by %s, %s: %q, the header says %q of %q", step.header, step.direction, names(p), sorted.AttrOr("aria-sort", ""), sorted.Text())
		}
	}
	if p = c.Follow(p, "thead a:contains('Changed')"); p.Find("th[aria-sort]").AttrOr("aria-sort", "") != "descending" {
		t.Error("the latest change does not come first")
	}
}

func TestPaging(t *testing.T) {
	c := open(t)
	for n := range 60 {
		c.sync(fmt.Sprintf("Person-%02d", n), nil)
	}
	first := c.see("/users?q=person&sort=name&desc=1", "Person-59", "Person-10")
	second := c.says(c.Follow(first, "a[rel=next]"), http.StatusOK, "Person-09", "Person-00", "First page")
	c.lacks(first, "Person-09", "First page")
	c.lacks(second, "Person-10", "Next page")
	if back := c.Follow(second, "nav.paging a"); names(back) != names(first) {
		t.Error("the first page is another one now:", names(back))
	}
}

func TestOwnViews(t *testing.T) {
	c := open(t)
	c.sync("Anna", inDepartment("Executive Branch"))
	c.sync("Bert", inDepartment("Sales"))
	const department = directory.SchemaEnterprise + ":department"
	form := c.Follow(c.see("/users"), "a[href='/views/new']")
	p := c.Press(form, "#save", "name", "Executives", "attribute-1", department, "operator-1", "is", "value-1", "Executive Branch")
	c.says(p, http.StatusOK, "Executives is saved.", "Department is Executive Branch")
	if names(p) != "Anna" || counted(p, "Executives") != "1" {
		t.Error(names(p), counted(p, "Executives"))
	}
	c.lacks(c.Open(p.Path), "is saved.") // it is said once

	if err := c.AddAdmin(t.Context(), "ute", tenant.UserAdministrator, onlinedirtest.Password); err != nil {
		t.Fatal(err)
	}
	ute := c.another()
	ute.SignIn("ute", onlinedirtest.Password)
	ute.lacks(ute.see("/users"), "Executives")
	edit := c.Follow(p, "#edit-view")
	p = c.Press(edit, "#save", "operator-1", "is not", "shared", "true")
	if names(p) != "Bert" {
		t.Error(names(p))
	}
	shared := ute.says(ute.Follow(ute.see("/users", "Executives"), ".views.desk a:contains('Executives')"), http.StatusOK, "by admin")
	if shared.Find("#edit-view").Length() > 0 {
		t.Error("somebody else's view can be edited")
	}
	ute.says(ute.Open("/views/"+strings.TrimPrefix(p.Path, "/users?view=")), http.StatusConflict, "make one of your own")

	for _, bad := range []struct{ says, field, value string }{
		{"has a value and no attribute", "value-2", "lonely"},
		{"name", "name", "  "},
	} {
		again := c.says(c.Press(c.Open(edit.Path), "#save", bad.field, bad.value), http.StatusConflict, "That did not work", bad.says)
		if again.Find("#view-form").Length() == 0 {
			t.Error("the form is gone")
		}
	}
	p = c.Press(c.Follow(c.Open(edit.Path), "#delete-view"), "#confirm")
	c.says(p, http.StatusOK, "is no longer a view")
	if counted(p, "Executives") != "no such view" {
		t.Error("the view is still there")
	}
}

func TestNoValueBecomesMarkup(t *testing.T) {
	c := open(t)
	const evil = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`
	manager := c.sync("Boss "+evil, nil)
	id := c.sync(evil, map[string]any{"title": evil, directory.SchemaEnterprise: map[string]any{"department": evil, "manager": map[string]any{"value": manager}}})
	c.Must(201, "POST", "/Groups", map[string]any{"schemas": []string{directory.SchemaGroup}, "displayName": evil, "members": []any{map[string]any{"value": id}}})
	form := c.Open("/views/new")
	view := c.Press(form, "#save", "name", evil, "attribute-1", "title", "operator-1", "is", "value-1", evil)
	pages := []*onlinedirtest.Page{view, c.Follow(view, "#edit-view")}
	q := url.QueryEscape(evil)
	for _, path := range []string{"/", "/users", "/users?q=" + q, "/users?view=" + q, "/users/" + id, "/users/" + id + "/edit", "/users/" + id + "/delete", "/" + url.PathEscape(evil), "/users?after=" + q, "/sign-in?to=" + q} {
		pages = append(pages, c.Open(path))
	}
	preview := c.Press(c.Open("/users/"+id), "#activate")
	result := c.Press(preview, "#confirm")
	pages = append(pages, preview, result, c.Press(c.Open("/users/new"), "#create", "userName", evil, "displayName", evil))
	for _, p := range pages {
		if strings.Contains(p.Source, "<script>") || strings.Contains(p.Source, "<img src=x") || strings.Contains(p.Source, `"'>`) {
			t.Errorf("%s: %s", p.Path, p.Source)
		}
		if p.Find("script").Length() != 1 {
			t.Errorf("%s has %d scripts", p.Path, p.Find("script").Length())
		}
	}
	c.says(c.Open("/users"), http.StatusOK, evil)
}

// TestOnlyOurOwnNotices: what a cookie says is shown only when this process signed it.
func TestOnlyOurOwnNotices(t *testing.T) {
	c := open(t)
	site, err := url.Parse(c.Browser.URL)
	if err != nil {
		t.Fatal(err)
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"Text":"Call 555-0100 and tell your password."}`))
	for _, signature := range []string{"", ".", "." + text} {
		c.Client.Jar.SetCookies(site, []*http.Cookie{{Name: "notice", Value: text + signature, Path: "/"}})
		c.lacks(c.Open("/users"), "555-0100")
	}
}
