package admin_test

import (
	"database/sql"
	"encoding/csv"
	"fmt"
	"net/http"
	"path/filepath"
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
	c.says(c.Open("/audit?from=yesterday"), http.StatusBadRequest, "is no day", "write it as")
	c.says(c.Open("/audit?after=nonsense"), http.StatusConflict, "What helps")
}

// TestALongSearchInTheLogSaysSo: nothing was found so far, which is not that there is nothing.
func TestALongSearchInTheLogSaysSo(t *testing.T) {
	c := open(t)
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(c.Dir, tenant.File))+"?_pragma=busy_timeout(10000)&_pragma=synchronous(OFF)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `INSERT INTO audit (at, actor, sync, action, name, detail) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 51000)
		SELECT i, 'syncd', 1, 'changed', 'Person ' || i, 'job title' FROM n`); err != nil {
		t.Fatal(err)
	}
	page := c.see("/audit?q=person+7&who=syncd", "Person 7999")
	c.lacks(page, "looked through")
	page = c.see("/audit?q=person+7x", "Only 50000 entries were looked through")
	c.lacks(page, "Nothing in the log matches")
	page = c.says(c.Follow(page, "#next-page"), http.StatusOK, "Nothing in the log matches")
	c.lacks(page, "looked through")
	if rows := strings.Count(c.Open("/audit.csv?q=person+7&what=changed").Source, "\n"); rows != 1+1+10+100+1000 {
		t.Error(rows, "lines")
	}
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
