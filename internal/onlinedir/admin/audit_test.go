package admin_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"syncd/internal/onlinedir/tenant"
)

func TestTheLogIsFilteredAndPaged(t *testing.T) {
	c := open(t)
	ctx := tenant.As(t.Context(), tenant.Actor{Name: "helga", Role: tenant.GlobalAdministrator})
	for n := range 60 {
		if err := c.AddLicence(ctx, fmt.Sprintf("Licence %02d", n), n); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.AddDomain(ctx, "corp.example", true); err != nil {
		t.Fatal(err)
	}
	page := c.see("/audit", "added a licence Licence 59", "signed in", "helga")
	c.lacks(page, "Licence 03")
	page = c.says(c.Follow(page, "#next-page"), http.StatusOK, "Licence 03", "First page")

	page = c.says(c.Press(page, "#filter", "who", "helga", "what", "added a licence", "q", "licence 1"), http.StatusOK, "Licence 10", "Licence 19")
	c.lacks(page, "Licence 20", "signed in as")
	if page.Find("tbody tr").Length() != 10 {
		t.Error("the filter lets through", page.Find("tbody tr").Length())
	}
	if page.Find("#who").AttrOr("value", "") != "helga" || page.Find("#what option[selected]").AttrOr("value", "") != "added a licence" {
		t.Error("the form forgot its filters")
	}
	today := c.Time().UTC().Format("2006-01-02")
	c.says(c.Press(page, "#filter", "from", today, "to", today), http.StatusOK, "Licence 10")
	tomorrow := c.Time().UTC().Add(24 * time.Hour).Format("2006-01-02")
	c.says(c.Press(page, "#filter", "from", tomorrow), http.StatusOK, "Nothing in the log matches", "Show the whole log")
	c.says(c.Open("/audit?from=yesterday"), http.StatusConflict, "is no day", "write it as")
	c.says(c.Open("/audit?after=nonsense"), http.StatusConflict, "What helps")
}

func TestTheLogIsDownloadedWithoutFormulas(t *testing.T) {
	c := open(t)
	ctx := tenant.As(t.Context(), tenant.Actor{Name: "@helga", Role: tenant.GlobalAdministrator})
	for _, name := range []string{`=HYPERLINK("http://evil.example")`, "+1", "-1", "@x", "plain, \"quoted\"", "<script>"} {
		if err := c.AddLicence(ctx, name, 1); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 600 { // more than is held at once
		if err := c.SetSeats(ctx, 1, n+1); err != nil {
			t.Fatal(err)
		}
	}
	link := c.see("/audit?who=%40helga").Find("#csv").AttrOr("href", "")
	if !strings.Contains(link, "who=%40helga") {
		t.Errorf("the download forgets the filter: %s", link)
	}
	answer := c.Open(link)
	if kind := answer.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/csv") || !strings.HasPrefix(answer.Header.Get("Content-Disposition"), "attachment") {
		t.Error(kind, answer.Header)
	}
	rows, err := csv.NewReader(strings.NewReader(answer.Source)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, row := range rows[1:] {
		if row[1] != "'@helga" {
			t.Fatalf("%q is none of the filter's", row)
		}
		names[row[4]] = true
		for _, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@") {
				t.Errorf("%q is a formula", cell)
			}
		}
	}
	if len(rows) != 1+6+600 || !names[`'=HYPERLINK("http://evil.example")`] || !names[`plain, "quoted"`] || !names["<script>"] {
		t.Errorf("%d rows, of %v", len(rows), names)
	}
}
