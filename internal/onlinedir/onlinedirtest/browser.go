package onlinedirtest

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"syncd/internal/directory"
)

// Browser walks the admin centre as a browser without script does: it keeps cookies, follows redirects and sends only forms that a page
// offers.
type Browser struct {
	Client *http.Client
	URL    string      // of the site
	Check  func(*Page) // is called with every page, where it is set

	t testing.TB
}

// Page is what a browser shows.
type Page struct {
	*goquery.Document
	Path   string // with the query
	Status int
	Header http.Header
	Source string
}

// NewBrowser is a browser in which nobody is signed in.
func (s *Server) NewBrowser() *Browser {
	s.t.Helper()
	return BrowserAt(s.t, s.URL)
}

// BrowserAt is a browser at any site, in which nobody is signed in.
func BrowserAt(t testing.TB, url string) *Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Browser{Client: &http.Client{Jar: jar}, URL: url, t: t}
}

// Browser is a browser in which the administrator is signed in.
func (s *Server) Browser() *Browser {
	s.t.Helper()
	b := s.NewBrowser()
	b.SignIn(Admin, Password)
	return b
}

// SignIn signs in on the page that asks for it.
func (b *Browser) SignIn(name string, password directory.Secret) *Page {
	b.t.Helper()
	return b.Press(b.Open("/sign-in"), "#sign-in", "name", name, "password", password.Reveal())
}

// Open shows the page at a path.
func (b *Browser) Open(path string) *Page {
	b.t.Helper()
	return b.Send("GET", path, "", nil)
}

// Send makes any request, also one that no page offers, and shows what it leads to. headers are name, value pairs.
func (b *Browser) Send(method, path, kind string, body io.Reader, headers ...string) *Page {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), method, b.URL+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := b.Client.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	source, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	document, err := goquery.NewDocumentFromReader(strings.NewReader(string(source)))
	if err != nil {
		b.t.Fatal(err)
	}
	p := &Page{document, response.Request.URL.RequestURI(), response.StatusCode, response.Header, string(source)}
	if b.Check != nil {
		b.Check(p)
	}
	return p
}

// Follow opens the first link that a selector finds.
func (b *Browser) Follow(p *Page, selector string) *Page {
	b.t.Helper()
	href, found := p.Find(selector).First().Attr("href")
	if !found {
		b.t.Fatalf("%s has no link %s:\n%s", p.Path, selector, p.Text())
	}
	return b.Open(href)
}

// Press fills in the form of the button that a selector finds and presses it. fields are name, value pairs that replace what the form
// holds; a checkbox is ticked by naming its value.
func (b *Browser) Press(p *Page, selector string, fields ...string) *Page {
	b.t.Helper()
	button := p.Find(selector).First()
	form := button.Closest("form")
	if id, found := button.Attr("form"); found {
		form = p.Find("form#" + id)
	}
	if button.Length() == 0 || form.Length() == 0 {
		b.t.Fatalf("%s has no button %s in a form:\n%s", p.Path, selector, p.Text())
	}
	values := Fields(form)
	replaced := map[string]bool{}
	for i := 0; i+1 < len(fields); i += 2 {
		if form.Find(`[name="`+fields[i]+`"]`).Length() == 0 {
			b.t.Fatalf("%s: the form of %s has no field %s", p.Path, selector, fields[i])
		}
		if !replaced[fields[i]] {
			values.Del(fields[i])
		}
		replaced[fields[i]] = true
		values.Add(fields[i], fields[i+1])
	}
	if name, found := button.Attr("name"); found {
		values.Add(name, button.AttrOr("value", ""))
	}
	action := button.AttrOr("formaction", form.AttrOr("action", p.Path))
	if strings.EqualFold(form.AttrOr("method", "get"), "get") {
		return b.Open(action + "?" + values.Encode())
	}
	return b.Post(p, action, values)
}

// Post sends a form from a page, as a browser does.
func (b *Browser) Post(from *Page, path string, values url.Values) *Page {
	b.t.Helper()
	return b.Send("POST", path, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()),
		"Origin", b.URL, "Sec-Fetch-Site", "same-origin", "Referer", b.URL+from.Path)
}

// Fields are the values that a form sends as it is.
func Fields(form *goquery.Selection) url.Values {
	values := url.Values{}
	form.Find("input[name], textarea[name], select[name]").Each(func(_ int, field *goquery.Selection) {
		name := field.AttrOr("name", "")
		_, disabled := field.Attr("disabled")
		_, checked := field.Attr("checked")
		switch kind := field.AttrOr("type", ""); {
		case disabled, kind == "file", (kind == "checkbox" || kind == "radio") && !checked:
		case field.Is("textarea"):
			values.Add(name, field.Text())
		case field.Is("select"):
			chosen := field.Find("option[selected]")
			if chosen.Length() == 0 {
				chosen = field.Find("option").First()
			}
			values.Add(name, chosen.AttrOr("value", chosen.Text()))
		default:
			values.Add(name, field.AttrOr("value", ""))
		}
	})
	return values
}
