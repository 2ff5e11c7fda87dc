package admin_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"go.yaml.in/yaml/v4"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

func TestThreeStepsLeadToSynchronisation(t *testing.T) {
	c := open(t)
	if err := c.SetSyncEnabled(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	states := func(want ...string) {
		t.Helper()
		got := c.Open("/migration").Find(".journey .state").Map(func(_ int, s *goquery.Selection) string { return s.Text() })
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("the steps are %v, want %v", got, want)
		}
	}
	states("Next", "Later", "Later")
	page := c.see("/migration", "Read the plan first", "No pass has been reported yet")
	c.says(c.Press(c.Open("/migration/enable"), "#confirm"), http.StatusConflict, "obody has read yet what synchronisation does")

	page = c.says(c.Follow(page, "#read-plan"), http.StatusOK, "It goes one way", "Everybody arrives disabled", "waits there for 30 days", "It does not synchronise passwords")
	page = c.says(c.Press(page, "#have-read"), http.StatusOK, "That you have read the plan is remembered", "Read by admin just now")
	states("Done", "Next", "Later")

	page = c.says(c.Follow(page, "#enable-sync"), http.StatusOK, "takes no seat until somebody activates the account here", "can be disabled at any time")
	c.Must(403, "POST", "/Users", map[string]any{"schemas": []string{directory.SchemaUser}, "userName": "x@corp.example"})
	page = c.says(c.Press(page, "#confirm"), http.StatusOK, "Synchronisation is enabled", "Enabled by admin just now")
	states("Done", "Enabled", "Next")
	c.sync("Anna", nil)

	page = c.says(c.Press(page, "#undo"), http.StatusOK, "Synchronisation is disabled")
	page = c.says(c.Press(page, "#undo"), http.StatusOK, "Synchronisation is enabled")
	page = c.says(c.Follow(page, "#disable-sync"), http.StatusOK, "is no longer blocked here", "Nothing is removed")
	c.says(c.Press(page, "#confirm"), http.StatusOK, "Synchronisation is disabled")
	states("Done", "Next", "Later")
}

// Who enables synchronisation on the command line has not read the plan by that.
func TestThePlanIsReadByWhoeverSaysSo(t *testing.T) {
	c := open(t)
	page := c.see("/migration", "Enabled")
	if state := page.Find("#plan .state").Text(); state != "Not read" {
		t.Errorf("the plan is %q", state)
	}
	c.says(c.Press(c.Follow(page, "#read-plan"), "#have-read"), http.StatusOK, "Read by admin just now")
	if state := c.Open("/migration").Find("#plan .state").Text(); state != "Done" {
		t.Errorf("the plan is %q", state)
	}
}

func TestATokenIsShownOnceAndRevoked(t *testing.T) {
	c := open(t)
	const name = `syncd <script>alert(1)</script> / ..`
	page := c.Press(c.see("/migration"), "#make-token", "name", name)
	c.says(page, http.StatusOK, "It is shown this once")
	token := page.Find("#token").Text()
	if b, found, err := c.Bearer(t.Context(), directory.Secret(token)); err != nil || !found || b.Token != name {
		t.Fatalf("the page shows %q, which is the token of %q: %v %v", token, b.Token, found, err)
	}
	if page.Header.Get("Cache-Control") != "no-store" {
		t.Error("a browser may keep the token")
	}
	page = c.see("/migration", name)
	if strings.Contains(page.Source, token) {
		t.Error("the token is shown twice")
	}
	again := c.Press(page, "#make-token", "name", name)
	c.says(again, http.StatusConflict, "here is a token named")
	if again.Find("#name").AttrOr("value", "") != name {
		t.Error("the form forgot what it held")
	}
	page = c.says(c.Follow(page, `a[aria-label="Revoke `+name+`"]`), http.StatusOK, "It cannot be taken back", name)
	c.says(c.Press(page, "#confirm"), http.StatusOK, "was revoked")
	if _, known, err := c.Bearer(t.Context(), directory.Secret(token)); err != nil || known {
		t.Error("the token still opens:", err)
	}
	c.says(c.Open("/migration/revoke?name=nobody"), http.StatusNotFound, "no such token")
}

func TestTheLastPassesAreShownWithWhatTheyLeft(t *testing.T) {
	c := open(t)
	report := func(id string, ago time.Duration, change func(*tenant.Report)) {
		t.Helper()
		r := tenant.Report{PassRecord: directory.PassRecord{Pass: directory.Pass{ID: id, Kind: "delta", Status: directory.Done, Seconds: 1.25}, Trigger: "schedule"}, Client: "test"}
		r.Started = c.Time().Add(-ago)
		change(&r)
		r.Ended = r.Started.Add(time.Second)
		if err := c.ReportPass(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 5 {
		report("old"+string(rune('a'+n)), time.Duration(100-n)*time.Hour, func(*tenant.Report) {})
	}
	report("1", 3*time.Hour, func(r *tenant.Report) {
		r.Kind, r.Trigger, r.Created, r.EdgesAdded, r.Seconds = "full", "start", 1200, 1, 312
	})
	report("2", 2*time.Hour, func(r *tenant.Report) {
		r.Status, r.Message = directory.PassFailed, "no domain controller answered <script>"
	})
	c.see("/migration", "full pass, at the start", "1,200 created, 1 membership changed", "5 min 12 s", "Failed", "no domain controller answered <script>")
	report("3", time.Hour, func(r *tenant.Report) {
		r.Status, r.Refused, r.Held, r.Message = directory.SomeHeld, 7, 409, "409 departures are more than the limit"
		for n := range 7 {
			r.Problems = append(r.Problems, tenant.Problem{ExternalID: string(rune('a' + n)), Name: "Nobody " + string(rune('A'+n)) + "<img src=x>", Reason: "the address is in use by Anna", Since: r.Started})
		}
	})
	page := c.see("/migration", "409 held", "409 changes", "409 departures are more than the limit", "sudo syncd status", "Nobody A<img src=x>", "the address is in use by Anna", "Installed")
	c.lacks(page, "Nobody G")
	if n := page.Find(".plot g").Length(); n != 8 {
		t.Errorf("the plot shows %d passes", n)
	}
	c.see("/migration/refused", "Nobody G")
	if n := c.see("/migration/passes").Find("tbody tr").Length(); n != 8 {
		t.Errorf("%d passes are listed", n)
	}
}

// The configuration that is offered must be one that the tool accepts: each of its keys is in the example that comes with it.
func TestTheConfigurationIsWhatTheToolReads(t *testing.T) {
	c := open(t)
	if err := c.AddDomain(t.Context(), "fabrikam.example", true); err != nil {
		t.Fatal(err)
	}
	page := c.see("/migration", "svc-syncd@fabrikam.example")
	text := page.Find("#config").Text()
	var offered, example map[string]any
	if err := yaml.Unmarshal([]byte(text), &offered); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	known, err := os.ReadFile("../../../deploy/syncd.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(known, &example); err != nil {
		t.Fatal(err)
	}
	var compare func(path string, offered, example map[string]any)
	compare = func(path string, offered, example map[string]any) {
		for key, value := range offered {
			known, found := example[key]
			if !found {
				t.Errorf("the tool does not know %s%s", path, key)
			}
			if inner, ok := value.(map[string]any); ok {
				below, _ := known.(map[string]any)
				compare(path+key+".", inner, below)
			}
		}
	}
	compare("", offered, example)
	if target, _ := offered["target"].(map[string]any); target["url"] != c.Server.URL+"/scim/v2" {
		t.Errorf("the tool is led to %v", target["url"])
	}
}

func TestTheToolIsWarnedOfPlainHTTP(t *testing.T) {
	c := open(t)
	const warning = "the tool sends its token over TLS only"
	c.lacks(c.see("/migration"), warning) // on this machine it may
	c.Client.Transport = hosted{"online.example"}
	c.see("/migration", warning, "http://online.example/scim/v2")
}

// hosted asks for another host than the one it connects to.
type hosted struct{ name string }

func (h hosted) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Host = h.name
	return http.DefaultTransport.RoundTrip(r)
}
