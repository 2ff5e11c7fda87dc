package admin_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"syncd/internal/onlinedir/onlinedirtest"
	"syncd/internal/onlinedir/tenant"
)

func TestWhoIsNotSignedInSeesNothing(t *testing.T) {
	c := open(t)
	id := c.sync("Secretive", nil)
	stranger := c.another()
	for _, path := range []string{"/", "/users", "/users/" + id, "/users/" + id + "/edit", "/users/new", "/views/new", "/selected/x", "/nowhere"} {
		p := stranger.says(stranger.Open(path), http.StatusOK, "Sign in", "Password")
		stranger.lacks(p, "Secretive", "session has ended")
		if to := p.Find("input[name=to]").AttrOr("value", ""); to != path {
			t.Errorf("from %s the sign-in leads to %q", path, to)
		}
	}
	p := stranger.Post(stranger.Open("/sign-in"), "/users/"+id+"/delete", url.Values{})
	stranger.says(p, http.StatusOK, "what you last sent was not done")
}

// TestAnotherMethod: a page that takes others says which, and one that is not there is not there with any.
func TestAnotherMethod(t *testing.T) {
	c := open(t)
	id := c.sync("Ann", nil)
	for _, asked := range []struct{ method, path, allow string }{
		{"DELETE", "/users/" + id, "GET, HEAD"},
		{"PUT", "/sign-in", "GET, HEAD, POST"},
		{"PATCH", "/users/" + id + "/delete", "GET, HEAD, POST"},
		{"GET", "/sign-out", "POST"},
	} {
		p := c.Send(asked.method, asked.path, "", nil)
		if c.says(p, http.StatusMethodNotAllowed, "cannot be asked for with "+asked.method); p.Header.Get("Allow") != asked.allow {
			t.Errorf("%s %s: Allow is %q", asked.method, asked.path, p.Header.Get("Allow"))
		}
	}
	if p := c.says(c.Open("/nowhere"), http.StatusNotFound, "there is no page at /nowhere"); p.Header.Get("Allow") != "" {
		t.Error("Allow:", p.Header.Get("Allow"))
	}
}

func TestSignInAndOut(t *testing.T) {
	c := open(t)
	b := c.another()
	b.says(b.Press(b.Open("/users?view=enabled"), "#sign-in", "name", "admin", "password", "wrong"), http.StatusUnauthorized, "That did not work")
}

// TestTooManyAttempts: the page says when to come back, to programs too.
func TestTooManyAttempts(t *testing.T) {
	b := open(t).another()
	for range 5 {
		b.says(b.Press(b.Open("/sign-in"), "#sign-in", "name", "admin", "password", "wrong"), http.StatusUnauthorized)
	}
	p := b.Press(b.Open("/sign-in"), "#sign-in", "name", "admin", "password", "wrong")
	b.says(p, http.StatusTooManyRequests, "too many attempts to sign in")
	if p.Header.Get("Retry-After") == "" {
		t.Error("Retry-After is missing")
	}
}

func TestSignInLeadsBack(t *testing.T) {
	c := open(t)
	b := c.another()
	p := b.Press(b.Open("/users?view=enabled"), "#sign-in", "name", onlinedirtest.Admin, "password", onlinedirtest.Password.Reveal())
	if p.Path != "/users?view=enabled" {
		t.Error("the sign-in led to", p.Path)
	}
	for _, elsewhere := range []string{"https://evil.example/", "//evil.example/", "///evil.example/", `/\evil.example`, "javascript:alert(1)", "/%0d%0aX: y"} {
		stranger := c.another()
		page := stranger.Open("/sign-in?to=" + url.QueryEscape(elsewhere))
		if to := page.Find("input[name=to]").AttrOr("value", ""); to != "/" && !strings.HasPrefix(to, "/%0d") {
			t.Errorf("%s is kept as %q", elsewhere, to)
		}
		if p := stranger.Press(page, "#sign-in", "name", onlinedirtest.Admin, "password", onlinedirtest.Password.Reveal(), "to", elsewhere); !strings.HasPrefix(p.Path, "/") || p.Header.Get("X") != "" {
			t.Errorf("%s: the sign-in led to %s", elsewhere, p.Path)
		}
	}
	p = b.Press(b.Open("/users"), "#sign-out")
	b.says(p, http.StatusOK, "Sign in")
	b.says(b.Open("/users"), http.StatusOK, "Password")
}

func TestSessionEnds(t *testing.T) {
	c := open(t)
	c.see("/users", "Everybody")
	c.Advance(tenant.SessionIdle + time.Minute)
	p := c.says(c.Open("/users?view=disabled"), http.StatusOK, "Your session has ended")
	p = c.Press(p, "#sign-in", "name", onlinedirtest.Admin, "password", onlinedirtest.Password.Reveal())
	if p.Path != "/users?view=disabled" {
		t.Error("the sign-in led to", p.Path)
	}
	form := c.Open("/users/new")
	c.Advance(tenant.SessionIdle + time.Minute)
	p = c.says(c.Press(form, "#create", "userName", "x@corp.example", "displayName", "X"), http.StatusOK, "what you last sent was not done")
	if to := p.Find("input[name=to]").AttrOr("value", ""); to != "/users/new" {
		t.Error("the sign-in leads to", to)
	}
}

func TestCookies(t *testing.T) {
	s := onlinedirtest.New(t)
	secure := httptest.NewTLSServer(s.Handler())
	defer secure.Close()
	for _, c := range []struct {
		name, url, prefix string
		client            *http.Client
	}{{"plain", s.URL, "", &http.Client{}}, {"TLS", secure.URL, "__Host-", secure.Client()}} {
		t.Run(c.name, func(t *testing.T) {
			jar, err := cookiejar.New(nil)
			if err != nil {
				t.Fatal(err)
			}
			var set []*http.Cookie
			c.client.Jar = jar
			c.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
				set = append(set, r.Response.Cookies()...)
				return nil
			}
			b := s.NewBrowser()
			b.Client, b.URL = c.client, c.url
			p := b.SignIn(onlinedirtest.Admin, onlinedirtest.Password)
			if p.Path != "/" || len(set) == 0 {
				t.Fatal(p.Path, set)
			}
			for _, cookie := range set {
				if !strings.HasPrefix(cookie.Name, c.prefix) || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Secure != (c.prefix != "") || cookie.Path != "/" {
					t.Error(cookie)
				}
			}
		})
	}
}

func TestFormsNeedTheirToken(t *testing.T) {
	c := open(t)
	id := c.sync("Anna", nil)
	page := c.Open("/users/" + id)
	forged := url.Values{"id": {id}, "action": {"activate"}}
	for name, values := range map[string]url.Values{"none": {}, "empty": {"csrf": {""}}, "another": {"csrf": {"AAAA"}}} {
		for k, v := range forged {
			values[k] = v
		}
		c.says(c.Post(page, "/users/select", values), http.StatusForbidden, "the form is not one of this session")
		_ = name
	}
	second := c.another()
	second.SignIn(onlinedirtest.Admin, onlinedirtest.Password)
	theirs := second.Open("/users").Find("input[name=csrf]").AttrOr("value", "")
	c.says(c.Post(page, "/users/select", url.Values{"id": {id}, "action": {"activate"}, "csrf": {theirs}}), http.StatusForbidden, "the form is not one of this session")
	token := page.Find("input[name=csrf]").AttrOr("value", "")
	for _, from := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
		body := url.Values{"id": {id}, "action": {"activate"}, "csrf": {token}}.Encode()
		p := c.Send("POST", "/users/select", "application/x-www-form-urlencoded", strings.NewReader(body), from...)
		c.says(p, http.StatusForbidden, "another site asked for this change")
	}
	stranger := c.another()
	p := stranger.Post(stranger.Open("/sign-in"), "/sign-in", url.Values{"name": {onlinedirtest.Admin}, "password": {onlinedirtest.Password.Reveal()}})
	stranger.says(p, http.StatusForbidden, "the form is not one of this browser")
}

func TestFormsThatCannotBeRead(t *testing.T) {
	c := open(t)
	const form = "application/x-www-form-urlencoded"
	for path, browser := range map[string]*centre{"/users/select": c, "/sign-out": c, "/sign-in": c.another()} {
		send := func(kind, body string) *onlinedirtest.Page {
			return browser.Send("POST", path, kind, strings.NewReader(body), "Origin", c.Browser.URL)
		}
		c.says(send(form, "csrf=%zz"), http.StatusBadRequest, "the form could not be read")
		c.says(send("multipart/form-data", "x"), http.StatusBadRequest, "the form could not be read")
		c.says(send(form, "csrf="+strings.Repeat("x", 10<<20)), http.StatusRequestEntityTooLarge, "the form sends more than 9 MB")
	}
}

func TestRoles(t *testing.T) {
	c := open(t)
	id := c.sync("Anna", nil)
	if err := c.AddAdmin(t.Context(), "rita", tenant.OnlyReader, onlinedirtest.Password); err != nil {
		t.Fatal(err)
	}
	reader := c.another()
	reader.SignIn("rita", onlinedirtest.Password)
	list := reader.see("/users", "Anna", "reader")
	for _, offered := range []string{"input[type=checkbox]", "#activate-selected", "#new-user", "#by-csv", "a[href='/views/new']"} {
		if list.Find(offered).Length() > 0 {
			t.Error("a reader is offered", offered)
		}
	}
	person := reader.see("/users/"+id, "Anna")
	for _, offered := range []string{"#activate", "#edit", "#delete"} {
		if person.Find(offered).Length() > 0 {
			t.Error("a reader is offered", offered)
		}
	}
	for _, path := range []string{"/users/new", "/users/csv", "/views/new", "/users/" + id + "/edit", "/users/" + id + "/delete"} {
		reader.says(reader.Open(path), http.StatusForbidden, "rita is a reader and may not do this", "ask a user administrator")
	}
	token := list.Find("input[name=csrf]").AttrOr("value", "")
	for _, path := range []string{"/users/select", "/users/new", "/users/" + id + "/edit", "/users/" + id + "/delete", "/users/" + id + "/restore", "/users/" + id + "/licence", "/views"} {
		reader.says(reader.Post(list, path, url.Values{"csrf": {token}, "id": {id}, "action": {"activate"}}), http.StatusForbidden, "may not do this")
	}
}
