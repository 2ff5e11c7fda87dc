package page_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"go.uber.org/zap"

	"syncd/internal/control"
	"syncd/internal/control/page"
	"syncd/internal/directory"
)

var now = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

const hostile = `<script>alert("x")</script>`

type daemon struct {
	status    control.Status
	triggered int
	decided   []string
}

func (d *daemon) Trigger(control.SyncRequest) string { d.triggered++; return "NEXT" }

func (d *daemon) Status() (*control.Status, error) { s := d.status; return &s, nil }

func (d *daemon) Passes(int) ([]directory.PassRecord, error) {
	return []directory.PassRecord{
		{Pass: directory.Pass{ID: "B", Kind: "delta", Status: directory.PassFailed, Message: hostile, Seconds: 1}, Started: now, Trigger: "schedule"},
		{Pass: directory.Pass{ID: "A", Kind: "full", Status: directory.Done, Created: 1234, Seconds: 4}, Started: now, Trigger: "start"},
	}, nil
}

func (d *daemon) Pass(id string) (*directory.PassRecord, error) {
	if id != "A" {
		return nil, nil
	}
	return &directory.PassRecord{Pass: directory.Pass{ID: "A", Kind: "full", Status: directory.SomeRefused}, Detail: &directory.PassDetail{
		Stages: []directory.StageTime{{Stage: "read", Seconds: 3}}, Refusals: []directory.RefusedObject{{Name: hostile, Op: "create", Reason: "is taken"}},
	}}, nil
}

func (d *daemon) Held(after string, _ int) (*control.HeldPage, error) {
	if after == "" {
		return &control.HeldPage{Held: []directory.HeldObject{{Plan: "OTHER", Name: "Bob"}}, Next: "more"}, nil
	}
	return &control.HeldPage{Held: []directory.HeldObject{{Plan: "P", Name: "Ann", Op: "remove_member", Cause: "left scope"}}}, nil
}

func (d *daemon) Decide(plan string, decision directory.Decision) (*control.Decided, error) {
	if plan != "P" {
		return nil, &directory.Fault{Class: directory.Usage, Cause: "nothing waits under " + plan, Remedy: "look again"}
	}
	d.decided = append(d.decided, string(decision))
	return &control.Decided{}, nil
}

func held() *daemon {
	return &daemon{status: control.Status{
		SyncedTo: now.Add(-time.Minute), Next: now.Add(time.Hour), HeldCount: 2, RefusedCount: 205, Last: &directory.PassRecord{Pass: directory.Pass{Status: directory.SomeHeld}},
		Objects: map[string]int{"user": 12477}, Refused: []directory.RefusedObject{{Name: hostile, Kind: "user", Reason: "is taken"}},
		Plans:   []directory.HeldPlan{{ID: "P", Since: now, Changes: 2, Causes: []directory.HeldCause{{Op: "depart", Cause: "deleted", Count: 2}}}},
		Running: &directory.Progress{Kind: "delta", Stage: "read", Done: 7, StageStarted: now},
	}}
}

// browser opens the page as a browser does: it keeps cookies and follows redirections.
type browser struct {
	*http.Client
	base string
}

func open(t *testing.T, d *daemon, token directory.Secret) *browser {
	t.Helper()
	api := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	h, err := page.Handler(page.Options{Daemon: d, Token: token, API: api, Log: zap.NewNop(), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{&http.Client{Jar: jar}, s.URL}
}

// get opens a page, which must have nothing inline that its policy forbids.
func (b *browser) get(t *testing.T, path string, code int) (*goquery.Document, string) {
	t.Helper()
	response, err := b.Get(b.base + path)
	return b.read(t, path, response, err, code)
}

func (b *browser) post(t *testing.T, path string, form url.Values, code int) (*goquery.Document, string) {
	t.Helper()
	response, err := b.PostForm(b.base+path, form)
	return b.read(t, path, response, err, code)
}

func (b *browser) read(t *testing.T, path string, response *http.Response, err error, code int) (*goquery.Document, string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	doc, err := goquery.NewDocumentFromReader(response.Body)
	if err != nil || response.StatusCode != code {
		t.Fatalf("%s: %v, %s", path, err, response.Status)
	}
	if policy := response.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("%s: policy %q", path, policy)
	}
	doc.Find("script").Each(func(_ int, s *goquery.Selection) {
		if src, ok := s.Attr("src"); !ok || src != "/assets/live.js" || s.Text() != "" {
			t.Errorf("%s: an inline script: %s", path, s.Text())
		}
	})
	if n := doc.Find("style, [style], [onclick], [onload]").Length(); n > 0 {
		t.Errorf("%s: %d inline styles or handlers", path, n)
	}
	return doc, strings.Join(strings.Fields(doc.Text()), " ")
}

func says(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("no %q in %s", w, text)
		}
	}
}

// TestTheStatusIsOnOnePage: health first, then what runs, what is held and refused, and the last passes as a plot with a table.
func TestTheStatusIsOnOnePage(t *testing.T) {
	d := held()
	b := open(t, d, "")
	doc, text := b.get(t, "/", http.StatusOK)
	says(t, doc.Find("h1").Text(), "2 changes are held back until somebody decides")
	says(t, text, "2026-11-26 13:00 UTC", "delta pass: read 7 objects", "12,477 people", hostile, "and 204 more", "1,234 created", "2 departures: deleted")
	if bars := doc.Find("svg[role=img] rect"); bars.Length() != 2 || bars.First().AttrOr("class", "") != "good" {
		t.Errorf("%d bars", bars.Length())
	}
	_, text = b.get(t, "/passes/A", http.StatusOK)
	says(t, text, "full pass, refused", "read3.0 s", hostile)
	b.get(t, "/passes/NONE", http.StatusNotFound)
	if _, text = b.post(t, "/sync", nil, http.StatusOK); d.triggered != 1 {
		t.Errorf("%d passes asked for: %s", d.triggered, text)
	}
	if response, err := b.Get(b.base + "/v1/status"); err != nil || response.StatusCode != http.StatusTeapot {
		t.Errorf("the API is not reached: %v", err)
	} else {
		response.Body.Close()
	}
}

// TestHealthIsASentence of the worst that there is.
// TestRowsCanBeReadOnAPhone: where the headings of a table are away, each cell says its own.
func TestRowsCanBeReadOnAPhone(t *testing.T) {
	b := open(t, held(), "")
	for path, tables := range map[string]int{"/": 3, "/passes/A": 1, "/plans/P": 1} {
		doc, _ := b.get(t, path, http.StatusOK)
		if wide := doc.Find(".wide table.stack"); wide.Length() != tables || doc.Find(".wide table").Length() != tables {
			t.Errorf("%s has %d such tables, want %d", path, wide.Length(), tables)
		}
		doc.Find("table.stack").Each(func(_ int, table *goquery.Selection) {
			heads := strings.Join(table.Find("thead th").Map(func(_ int, th *goquery.Selection) string { return th.Text() }), "|")
			rows := table.Find("tbody tr")
			if rows.Length() == 0 {
				t.Errorf("%s: nothing below %s", path, heads)
			}
			rows.Each(func(_ int, row *goquery.Selection) {
				if own := strings.Join(row.Find("td").Map(func(_ int, td *goquery.Selection) string { return td.AttrOr("data-of", "") }), "|"); own != heads {
					t.Errorf("%s: the cells say %s, and the headings %s", path, own, heads)
				}
			})
		})
	}
}

func TestHealthIsASentence(t *testing.T) {
	for want, s := range map[string]control.Status{
		"good: Everything is online as Active Directory had it 60 s ago.":         {SyncedTo: now.Add(-time.Minute), Last: &directory.PassRecord{}},
		"careful: No pass has ended yet.":                                         {},
		"careful: 1 object is refused, and tried again.":                          {RefusedCount: 1, Last: &directory.PassRecord{}},
		"bad: The last pass failed: no answer":                                    {HeldCount: 1, Last: &directory.PassRecord{Pass: directory.Pass{Status: directory.PassFailed, Message: "no answer"}}},
		"bad: The last pass was held as a whole, and nothing was changed: canary": {Last: &directory.PassRecord{Pass: directory.Pass{Status: directory.SomeHeld, Message: "canary"}, Class: directory.Held}},
	} {
		doc, _ := open(t, &daemon{status: s}, "").get(t, "/", http.StatusOK)
		h := doc.Find("h1")
		says(t, strings.TrimPrefix(h.AttrOr("class", ""), "health ")+": "+h.Text(), want)
	}
}

// TestAHeldPlanIsAnsweredOnItsOwnPage: with what would happen, and both answers.
func TestAHeldPlanIsAnsweredOnItsOwnPage(t *testing.T) {
	d := held()
	b := open(t, d, "")
	doc, text := b.get(t, "/plans/P", http.StatusOK)
	says(t, text, "2 departures: deleted", "Ann", "remove member", "left scope", "and 1 more", "let 2 changes happen")
	if strings.Contains(text, "Bob") {
		t.Error("a change of another plan is shown")
	}
	if n := doc.Find("form[method=post] button").Length(); n != 2 {
		t.Errorf("%d answers", n)
	}
	b.post(t, "/plans/P/approve", nil, http.StatusOK)
	b.post(t, "/plans/P/reject", nil, http.StatusOK)
	if got := strings.Join(d.decided, " "); got != "approved rejected" {
		t.Errorf("decided %q", got)
	}
	_, text = b.post(t, "/plans/GONE/approve", nil, http.StatusConflict)
	says(t, text, "nothing waits under GONE; look again")
	_, text = b.get(t, "/plans/GONE", http.StatusNotFound)
	says(t, text, "Nothing is held under this plan any more")
}

// TestTheTokenIsAskedForOnAPort: nothing is shown or done before it is given, and its cookie is no token.
func TestTheTokenIsAskedForOnAPort(t *testing.T) {
	d := held()
	b := open(t, d, "secret-token")
	_, text := b.get(t, "/", http.StatusOK)
	says(t, text, "Sign in", "control.token")
	b.post(t, "/sync", nil, http.StatusOK)
	b.post(t, "/plans/P/approve", nil, http.StatusOK)
	if d.triggered > 0 || len(d.decided) > 0 {
		t.Fatal("somebody who has not signed in did something")
	}
	_, text = b.post(t, "/sign-in", url.Values{"token": {"wrong"}}, http.StatusForbidden)
	says(t, text, "That is not the token")
	_, text = b.post(t, "/sign-in", url.Values{"token": {" secret-token\n"}}, http.StatusOK)
	says(t, text, "2 changes are held back", "Sign out")
	at, err := url.Parse(b.base)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range b.Jar.Cookies(at) {
		if strings.Contains(c.Value, "secret") {
			t.Error("the cookie holds the token")
		}
	}
	_, text = b.post(t, "/sign-out", nil, http.StatusOK)
	says(t, text, "Sign in")
}

// TestOtherSitesCannotUseTheBrowser: neither with a form of theirs, nor with a name that leads here.
func TestOtherSitesCannotUseTheBrowser(t *testing.T) {
	d := held()
	b := open(t, d, "")
	for name, change := range map[string]func(*http.Request){
		"a form of another site": func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"another origin":         func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
		"a name that leads here": func(r *http.Request) { r.Host = "evil.example:9848" },
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.base+"/plans/P/approve", nil)
		if err != nil {
			t.Fatal(err)
		}
		change(r)
		response, err := b.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusForbidden && response.StatusCode != http.StatusMisdirectedRequest || len(d.decided) > 0 {
			t.Errorf("%s: %s, decided %v", name, response.Status, d.decided)
		}
	}
}

// TestTheLinkOfAForwardedPageWorksOnce: for the browser that opens it first, and for no other.
func TestTheLinkOfAForwardedPageWorksOnce(t *testing.T) {
	d := held()
	inner, err := page.Handler(page.Options{Daemon: d, API: http.NotFoundHandler(), Log: zap.NewNop(), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	h, key := page.Forward(inner)
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	open := func() *browser {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		return &browser{&http.Client{Jar: jar}, s.URL}
	}
	status := func(b *browser, path string) int {
		response, err := b.Get(b.base + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response.StatusCode
	}
	first, second := open(), open()
	if code := status(first, "/"); code != http.StatusForbidden {
		t.Errorf("without the link: %d", code)
	}
	_, text := first.get(t, "/?key="+key, http.StatusOK)
	says(t, text, "2 changes are held back")
	first.get(t, "/plans/P", http.StatusOK)
	if code := status(second, "/?key="+key); code != http.StatusForbidden {
		t.Errorf("the link once more: %d", code)
	}
	first.post(t, "/plans/P/approve", nil, http.StatusOK)
	if len(d.decided) != 1 {
		t.Errorf("decided %v", d.decided)
	}
}
