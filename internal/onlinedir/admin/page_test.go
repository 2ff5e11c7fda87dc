package admin_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/onlinedirtest"
)

// centre is a directory, and a browser in which its administrator is signed in. Every page that the browser shows is inspected.
type centre struct {
	*onlinedirtest.Server
	*onlinedirtest.Browser
	t *testing.T
}

func open(t *testing.T) *centre {
	t.Helper()
	s := onlinedirtest.New(t)
	c := &centre{s, s.NewBrowser(), t}
	c.Check = func(p *onlinedirtest.Page) { inspect(t, p) }
	c.SignIn(onlinedirtest.Admin, onlinedirtest.Password)
	return c
}

// another is a second browser, in which somebody else may sign in.
func (c *centre) another() *centre {
	b := c.NewBrowser()
	b.Check = c.Check
	return &centre{c.Server, b, c.t}
}

// see opens a page that must come and say some texts.
func (c *centre) see(path string, texts ...string) *onlinedirtest.Page {
	c.t.Helper()
	return c.says(c.Open(path), http.StatusOK, texts...)
}

// says checks the status and some texts of a page.
func (c *centre) says(p *onlinedirtest.Page, status int, texts ...string) *onlinedirtest.Page {
	c.t.Helper()
	if p.Status != status {
		c.t.Errorf("%s: status %d, want %d", p.Path, p.Status, status)
	}
	said := readable(p)
	for _, text := range texts {
		if !strings.Contains(said, text) {
			c.t.Errorf("%s does not say %q, but:\n%s", p.Path, text, said)
		}
	}
	return p
}

// readable is the text of a page with single spaces.
func readable(p *onlinedirtest.Page) string {
	return strings.Join(strings.Fields(p.Find("body").Text()), " ")
}

// lacks checks that a page does not say a text.
func (c *centre) lacks(p *onlinedirtest.Page, texts ...string) {
	c.t.Helper()
	for _, text := range texts {
		if strings.Contains(readable(p), text) {
			c.t.Errorf("%s says %q", p.Path, text)
		}
	}
}

// sync makes a user as synchronisation does, and returns the id.
func (c *centre) sync(name string, changes map[string]any) string {
	c.t.Helper()
	doc := map[string]any{"schemas": []string{directory.SchemaUser}, "userName": name + "@corp.example", "displayName": name, "externalId": name}
	for k, v := range changes {
		doc[k] = v
	}
	return c.Must(201, "POST", "/Users", doc).ID()
}

// blocked is what Active Directory says of somebody whom it has disabled.
func blocked() map[string]any {
	return map[string]any{directory.SchemaOnPremises: map[string]any{"onPremisesAccountEnabled": false}}
}

func inDepartment(name string) map[string]any {
	return map[string]any{directory.SchemaEnterprise: map[string]any{"department": name}}
}

// inspect holds what every page promises: to readers of screens, to those without a mouse, and against markup from outside.
func inspect(t *testing.T, p *onlinedirtest.Page) {
	t.Helper()
	if !strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
		return
	}
	wrong := func(selector, what string) {
		p.Find(selector).Each(func(_ int, s *goquery.Selection) {
			source, _ := goquery.OuterHtml(s)
			t.Errorf("%s: %s: %.200s", p.Path, what, source)
		})
	}
	wrong("[style], style", "an inline style, which the policy forbids")
	wrong("script:not([src])", "an inline script")
	wrong("[onclick], [onload], [onerror], [onchange], [onsubmit]", "an inline handler")
	wrong("img:not([alt])", "a picture without a text")
	wrong("table:not(:has(caption))", "a table without a caption")
	wrong("main table th:not([scope]):not(.box)", "a header without a scope")
	wrong("main svg:not([aria-hidden]):not([role=img])", "a drawing without a role")
	wrong("svg[role=img]:not([aria-label])", "a drawing without a text")
	wrong("[tabindex]:not([tabindex='-1']):not([tabindex='0'])", "an order of its own for the keyboard")
	wrong("form[method=post]:not(:has(input[name=csrf][value]))", "a form without a token")
	wrong("nav:not([aria-label])", "a navigation without a name")
	wrong("html:not([lang])", "no language")
	for _, only := range []string{"main#main", "h1", "head > title", "a.skip[href='#main']"} {
		if n := p.Find(only).Length(); n != 1 {
			t.Errorf("%s has %d of %s", p.Path, n, only)
		}
	}
	ids := map[string]bool{}
	p.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		if ids[id] || id == "" {
			t.Errorf("%s has the id %q twice", p.Path, id)
		}
		ids[id] = true
	})
	p.Find("input, select, textarea").Each(func(_ int, s *goquery.Selection) {
		_, labelled := s.Attr("aria-label")
		if !labelled && s.AttrOr("type", "") != "hidden" && s.Closest("label").Length() == 0 && p.Find(`label[for="`+s.AttrOr("id", "-")+`"]`).Length() == 0 {
			source, _ := goquery.OuterHtml(s)
			t.Errorf("%s: a field without a label: %s", p.Path, source)
		}
	})
	p.Find("[aria-describedby]").Each(func(_ int, s *goquery.Selection) {
		if id := s.AttrOr("aria-describedby", ""); !ids[id] {
			t.Errorf("%s: %q describes a field and is not there", p.Path, id)
		}
	})
	policy := p.Header.Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; style-src 'self';") || strings.Contains(policy, "unsafe") {
		t.Errorf("%s: policy %q", p.Path, policy)
	}
}
