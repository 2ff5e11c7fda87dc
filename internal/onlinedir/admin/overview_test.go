package admin_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/tenant"
)

// pass reports one that began and ended so long ago.
func (c *centre) pass(id string, status directory.Status, began, ended time.Duration, changes int, problems ...tenant.Problem) {
	c.t.Helper()
	record := directory.PassRecord{
		Pass:    directory.Pass{ID: id, Kind: "delta", Status: status, Created: changes, Seconds: (began - ended).Seconds(), Message: "the message of " + id},
		Started: c.Time().Add(-began),
	}
	if err := c.ReportPass(c.t.Context(), tenant.Report{PassRecord: record, Ended: c.Time().Add(-ended), Client: "test", Problems: problems}); err != nil {
		c.t.Fatal(err)
	}
}

func TestCornerAndAttention(t *testing.T) {
	for _, test := range []struct {
		name              string
		prepare           func(*centre)
		colour, corner    string
		attention, leadTo string
	}{
		{"off", func(c *centre) { c.must(c.SetSyncEnabled(c.t.Context(), false)) }, "secondary", "synchronisation not enabled", "Active Directory may not write", "/migration"},
		{"never", func(*centre) {}, "yellow", "never synchronised", "no pass has been reported yet", "/migration"},
		{"good", func(c *centre) { c.pass("1", directory.Done, 10*time.Minute, 9*time.Minute, 3) }, "green", "synchronised 10 min ago", "Everything is in order.", ""},
		{"late", func(c *centre) { c.pass("1", directory.Done, 8*time.Hour, 8*time.Hour, 3) }, "yellow", "last synchronised 8 h ago", "late", "/migration"},
		{"failed", func(c *centre) {
			c.pass("1", directory.Done, 10*time.Minute, 9*time.Minute, 3)
			c.pass("2", directory.PassFailed, 5*time.Minute, 4*time.Minute, 0)
		}, "red", "synchronisation failed 4 min ago", "the message of 2", "/migration"},
		{"held", func(c *centre) {
			c.pass("1", directory.Done, 10*time.Minute, 9*time.Minute, 3)
			c.pass("2", directory.SomeHeld, 5*time.Minute, 4*time.Minute, 0)
		}, "yellow", "synchronisation held back", "the message of 2", "/migration"},
		{"refused", func(c *centre) {
			c.pass("1", directory.SomeRefused, 5*time.Minute, 4*time.Minute, 1, tenant.Problem{ExternalID: "x", Name: "Anna", Reason: "address in use", Since: c.Time()})
		}, "green", "synchronised 5 min ago", "could not make 1 object here", "/migration/refused"},
		{"no seats", func(c *centre) {
			c.pass("1", directory.Done, 5*time.Minute, 4*time.Minute, 1)
			c.seats(1)
			c.must(c.SetActive(c.t.Context(), c.sync("Anna", nil), true))
		}, "green", "synchronised 5 min ago", "No seat of any licence is left", "/licences"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := open(t)
			test.prepare(c)
			p := c.see("/")
			corner := p.Find("#sync-state")
			if !strings.Contains(corner.Text(), test.corner) || corner.Find(".dot.bg-"+test.colour).Length() != 1 || corner.AttrOr("href", "") != "/migration" {
				t.Errorf("the corner: %s", corner.Text())
			}
			attention := p.Find("#attention")
			if !strings.Contains(attention.Text(), test.attention) || attention.Find("a").AttrOr("href", "") != test.leadTo {
				t.Errorf("%q leads to %q", strings.TrimSpace(attention.Text()), attention.Find("a").AttrOr("href", ""))
			}
		})
	}
}

func (c *centre) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func TestOverviewNumbers(t *testing.T) {
	c := open(t)
	c.seats(5)
	c.sync("Wanda", nil)
	c.sync("Willi", nil)
	c.sync("Bert", blocked())
	c.must(c.SetActive(t.Context(), c.sync("Eve", nil), true))
	p := c.see("/", "2 waiting to be activated", "4 seats left of 5", "0 could not be synchronised", "4 people by state", "Enabled 1", "Waiting 2", "Blocked by Active Directory 1", "No pass has been reported yet")
	widths := p.Find(".shares rect").Map(func(_ int, s *goquery.Selection) string { return s.AttrOr("x", "") + "+" + s.AttrOr("width", "") })
	if got := strings.Join(widths, " "); got != "0+25 25+50 75+25" {
		t.Error("the bar is", got)
	}
}

// TestPlotOfPasses: what changed just after a pass had begun waits for the end of the next one, and a failed pass brings nothing.
func TestPlotOfPasses(t *testing.T) {
	c := open(t)
	for n := range 40 {
		began := time.Duration(40-n) * 10 * time.Minute
		status := directory.Done
		if n == 38 {
			status = directory.PassFailed
		}
		c.pass(fmt.Sprintf("%02d", n), status, began, began-time.Minute, n)
	}
	p := c.see("/", "The last 30 passes: 1 failed, at most 39 changes at once, at most 21 min behind.")
	plots := p.Find(".plots svg")
	if plots.Length() != 2 || plots.First().Find("g").Length() != 30 {
		t.Fatal(plots.Length(), plots.First().Find("g").Length())
	}
	tips := plots.First().Find("g title").Map(func(_ int, s *goquery.Selection) string { return s.Text() })
	for n, want := range map[int]string{0: "done, 10 changes, 11 min behind", 28: "failed, 38 changes, 11 min behind", 29: "done, 39 changes, 21 min behind"} {
		if !strings.HasSuffix(tips[n], want) {
			t.Errorf("column %d says %q, want %q", n, tips[n], want)
		}
	}
	if high := plots.First().Find("g").Last().Find("rect.blue").AttrOr("height", ""); high != "40" {
		t.Error("the highest column has the height", high)
	}
}

func TestAssets(t *testing.T) {
	c := open(t)
	p := c.see("/")
	p.Find("link[rel=stylesheet], script").Each(func(_ int, s *goquery.Selection) {
		address := s.AttrOr("href", s.AttrOr("src", ""))
		stranger := c.NewBrowser()
		file := stranger.Open(address)
		if file.Status != 200 || !strings.Contains(file.Header.Get("Cache-Control"), "immutable") || file.Source == "" {
			t.Error(address, file.Status, file.Header)
		}
		stale := stranger.Open(strings.Replace(address, "/assets/", "/assets/x", 1))
		if stale.Source != file.Source || strings.Contains(stale.Header.Get("Cache-Control"), "immutable") {
			t.Error("an old address is kept for ever")
		}
		plain := stranger.Send("GET", address, "", nil, "Accept-Encoding", "identity")
		if plain.Source != file.Source {
			t.Error(address, "differs when it is not packed")
		}
	})
	if missing := c.NewBrowser().Open("/assets/x/nothing.css"); missing.Status != 404 {
		t.Error(missing.Status)
	}
}
