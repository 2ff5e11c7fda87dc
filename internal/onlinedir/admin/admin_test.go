package admin_test

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"syncd/internal/directory"
	"syncd/internal/onlinedir"
	"syncd/internal/onlinedir/onlinedirtest"
)

type browser struct {
	*onlinedirtest.Server
	t *testing.T
}

func open(t *testing.T) *browser { return &browser{onlinedirtest.New(t), t} }

// send makes a request with the administrator's credentials and follows redirects as a browser does.
func (b *browser) send(method, path string, form url.Values, headers ...string) (int, string, http.Header) {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), method, b.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	request.SetBasicAuth(onlinedirtest.Admin, onlinedirtest.Password.Reveal())
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		r.SetBasicAuth(onlinedirtest.Admin, onlinedirtest.Password.Reveal())
		return nil
	}}
	response, err := client.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return response.StatusCode, string(body), response.Header
}

// see is send for a page that must come and have some texts.
func (b *browser) see(method, path string, form url.Values, texts ...string) string {
	b.t.Helper()
	status, page, _ := b.send(method, path, form)
	if status != http.StatusOK {
		b.t.Fatalf("%s %s: %d %s", method, path, status, page)
	}
	for _, text := range texts {
		if !strings.Contains(page, text) {
			b.t.Errorf("%s %s lacks %q:\n%s", method, path, text, page)
		}
	}
	return page
}

func (b *browser) user(name string, changes map[string]any) string {
	b.t.Helper()
	doc := map[string]any{"schemas": []string{directory.SchemaUser}, "userName": name + "@corp.example", "displayName": name, "externalId": name}
	for k, v := range changes {
		doc[k] = v
	}
	return b.Must(201, "POST", "/Users", doc).ID()
}

func TestStatesInWords(t *testing.T) {
	b := open(t)
	b.see("GET", "/", nil, "Nobody is here yet", "synchronisation enabled")
	waiting := b.user("Wanda", nil)
	b.user("Bert", map[string]any{directory.SchemaOnPremises: map[string]any{"onPremisesAccountEnabled": false}})
	b.Must(204, "DELETE", "/Users/"+b.user("Dora", nil), nil)
	b.see("GET", "/", nil, `<span class="state waiting">Waiting</span>`, `<span class="state blocked">Blocked by Active Directory</span>`,
		`<span>Users</span> <span class="count">2</span>`, `<span>Deleted</span> <span class="count">1</span>`)
	b.see("GET", "/?view=deleted", nil, "Deleted, 30 days left", "Dora")
	if page := b.see("GET", "/?view=waiting&q=wan", nil, "Wanda"); strings.Contains(page, "Bert") {
		t.Error("the view shows somebody else")
	}
	b.see("GET", "/?q=nobody", nil, "Nobody here matches")

	form := url.Values{"active": {"true"}, "view": {"waiting"}, "q": {"wan"}}
	b.see("POST", "/users/"+waiting+"/active", form, "<bdi>Wanda</bdi>: Enabled", "Undo: deactivate", "Nobody here matches")
	if user, _, err := b.User(t.Context(), waiting); err != nil || user.State != onlinedir.Enabled {
		t.Error(user, err)
	}
	form.Set("active", "false")
	b.see("POST", "/users/"+waiting+"/active", form, "<bdi>Wanda</bdi>: Waiting")
	if status, page, _ := b.send("POST", "/users/nobody/active", form); status != http.StatusConflict || !strings.Contains(page, "there is no account with the id") {
		t.Error(status, page)
	}
	if status, _, _ := b.send("POST", "/users/"+waiting+"/active", nil); status != http.StatusBadRequest {
		t.Error(status)
	}
	if status, page, _ := b.send("GET", "/?after=nonsense", nil); status != http.StatusConflict || !strings.Contains(page, "begin at the first page") {
		t.Error(status, page)
	}
	if status, page, _ := b.send("GET", "/planets", nil); status != http.StatusNotFound || !strings.Contains(page, "there is no page at /planets") {
		t.Error(status, page)
	}
}

func TestNoValueBecomesMarkup(t *testing.T) {
	b := open(t)
	const evil = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`
	id := b.user(evil, map[string]any{directory.SchemaEnterprise: map[string]any{"department": evil}})
	for _, path := range []string{"/", "/?q=" + url.QueryEscape(evil), "/?view=" + url.QueryEscape(evil), "/?done=" + id, "/" + url.PathEscape(evil), "/?after=" + url.QueryEscape(evil)} {
		_, page, header := b.send("GET", path, nil)
		if strings.Contains(page, "<script") || strings.Contains(page, "<img") || strings.Contains(page, `"'>`) {
			t.Errorf("%s: %s", path, page)
		}
		if policy := header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none';") || strings.Contains(policy, "script") || strings.Contains(policy, "unsafe") {
			t.Error(policy)
		}
	}
	b.see("GET", "/", nil, "&lt;script&gt;")
}

func TestWhoMayLookAndAct(t *testing.T) {
	b := open(t)
	for _, path := range []string{"/", "/migration", "/style.css", "/nowhere"} {
		response, err := http.Get(b.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusUnauthorized || !strings.HasPrefix(response.Header.Get("WWW-Authenticate"), "Basic ") {
			t.Error(path, response.Status)
		}
	}
	off := url.Values{"enabled": {"false"}}
	if status, page, _ := b.send("POST", "/migration", off, "Sec-Fetch-Site", "cross-site"); status != http.StatusForbidden || !strings.Contains(page, "another site asked for this change") {
		t.Error(status, page)
	}
	if status, _, _ := b.send("POST", "/migration", off, "Origin", "https://evil.example"); status != http.StatusForbidden {
		t.Error(status)
	}
	b.see("GET", "/migration", nil, "Directory synchronisation is enabled")
	b.see("POST", "/migration", off, "Directory synchronisation is not enabled", "Enable synchronisation")
	b.Must(403, "POST", "/Users", map[string]any{"schemas": []string{directory.SchemaUser}, "userName": "x"})
	b.see("POST", "/migration", url.Values{"enabled": {"true"}}, "Directory synchronisation is enabled")
	b.user("x", nil)
	if status, _, _ := b.send("GET", "/", nil, "Authorization", "Basic YWRtaW46d3Jvbmc="); status != http.StatusUnauthorized {
		t.Error("a wrong password was let in after a right one:", status)
	}
	b.see("GET", "/style.css", nil, "prefers-color-scheme: dark")
}

func TestPaging(t *testing.T) {
	b := open(t)
	for n := range 60 {
		b.user(fmt.Sprintf("Person %02d", n), nil)
	}
	first := b.see("GET", "/", nil, "Person 00", "Person 49", "Next page")
	_, rest, _ := strings.Cut(first, `<a rel="next" href="`)
	next, _, _ := strings.Cut(rest, `"`)
	second := b.see("GET", html.UnescapeString(next), nil, "Person 50", "Person 59", "First page")
	if strings.Contains(first, "Person 50") || strings.Contains(second, "Person 49") || strings.Contains(second, "Next page") {
		t.Error("the pages overlap")
	}
}
