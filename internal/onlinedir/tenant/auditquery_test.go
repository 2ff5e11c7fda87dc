package tenant

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"syncd/internal/directory"
)

// fillAudit writes n entries, one each second from the clock's time on: by three actors, with every action, about every tenth resource.
func fillAudit(t testing.TB, d *Tenant, n int) (began time.Time) {
	t.Helper()
	began = d.now()
	err := d.Write(t.Context(), func(w *Writer) error {
		for i := range n {
			resource := ""
			if i%10 == 0 {
				resource = fmt.Sprint("id", i%1000)
			}
			if _, err := w.exec(t.Context(), "INSERT INTO audit (at, actor, sync, action, resource, name, detail) VALUES (?, ?, ?, ?, ?, ?, ?)",
				began.Add(time.Duration(i)*time.Second).UnixMilli(), []string{"admin", "eve", "syncd"}[i%3], i%3 == 2, Actions()[i%len(Actions())], optional(resource),
				fmt.Sprint("Person ", i), "job title, Büro 100%"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return began
}

func TestAuditIsFilteredAndPaged(t *testing.T) {
	c := newClock()
	d := newTenant(t, WithClock(c.Now))
	const n = 2000
	began := fillAudit(t, d, n)
	at := func(i int) time.Time { return began.Add(time.Duration(i) * time.Second) }
	for _, test := range []struct {
		why  string
		q    AuditQuery
		want func(i int) bool
	}{
		{"everything", AuditQuery{}, func(int) bool { return true }},
		{"an actor", AuditQuery{Actor: "eve"}, func(i int) bool { return i%3 == 1 }},
		{"an action", AuditQuery{Action: DidDelete}, func(i int) bool { return Actions()[i%len(Actions())] == DidDelete }},
		{"a resource", AuditQuery{Resource: "id10"}, func(i int) bool { return i%1000 == 10 }},
		{"all of these", AuditQuery{Actor: "admin", Action: DidSignIn, Resource: "id0"}, func(i int) bool { return i%1000 == 0 && i%len(Actions()) == 0 && i%3 == 0 }},
		{"a time", AuditQuery{Since: at(100), Until: at(110)}, func(i int) bool { return i >= 100 && i < 110 }},
		{"a name", AuditQuery{Search: " pERSON 199"}, func(i int) bool { return strings.HasPrefix(fmt.Sprint(i), "199") }},
		{"other letters", AuditQuery{Search: "bÜRO", Actor: "syncd"}, func(i int) bool { return i%3 == 2 }},
		{"signs of patterns", AuditQuery{Search: "100%", Actor: "eve"}, func(i int) bool { return i%3 == 1 }},
		{"signs of patterns that match nothing", AuditQuery{Search: `1%0`}, func(int) bool { return false }},
		{"any letter", AuditQuery{Search: `_`}, func(int) bool { return false }},
		{"nobody", AuditQuery{Actor: "x"}, func(int) bool { return false }},
	} {
		var want, got []string
		for i := n - 1; i >= 0; i-- {
			if test.want(i) {
				want = append(want, fmt.Sprint("Person ", i))
			}
		}
		test.q.Limit = 7
		for pages := 0; ; pages++ {
			page, err := d.Audit(t.Context(), test.q)
			if err != nil {
				t.Fatal(test.why, err)
			}
			if len(page.Entries) > 7 || pages > n {
				t.Fatal(test.why, len(page.Entries), pages)
			}
			for _, e := range page.Entries {
				got = append(got, e.Name)
			}
			if test.q.After = page.Next; page.Next == "" {
				break
			}
		}
		if strings.Join(got, ",") != strings.Join(want, ",") {
			t.Errorf("%s: %d entries, want %d", test.why, len(got), len(want))
		}
		var all []string
		if err := d.EachEntry(t.Context(), test.q, func(e Entry) error { all = append(all, e.Name); return nil }); err != nil || strings.Join(all, ",") != strings.Join(want, ",") {
			t.Errorf("%s, for a file: %d entries, want %d, %v", test.why, len(all), len(want), err)
		}
	}
	_, err := d.Audit(t.Context(), AuditQuery{After: "7"})
	wantFault(t, err, directory.Usage, "is damaged")
	stop := errors.New("enough")
	if err := d.EachEntry(t.Context(), AuditQuery{}, func(Entry) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
}

// TestAuditAtOneMoment: entries of the same millisecond are neither lost nor twice between pages.
func TestAuditAtOneMoment(t *testing.T) {
	c := newClock()
	d := newTenant(t, WithClock(c.Now))
	err := d.Write(t.Context(), func(w *Writer) error {
		for i := range 10 {
			if err := w.note(t.Context(), DidChange, "", fmt.Sprint(i), ""); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for q := (AuditQuery{Limit: 3}); ; {
		page, err := d.Audit(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Entries {
			got += e.Name
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	if got != "9876543210" {
		t.Error(got)
	}
}

// TestLikely: whatever a text with the search in it looks like, the pattern lets it through to the comparison that decides.
func TestLikely(t *testing.T) {
	d := newTenant(t)
	matches := func(text, search string) bool {
		t.Helper()
		var matched bool
		if err := d.read.QueryRowContext(t.Context(), "SELECT ? GLOB ?", text, likely(search)).Scan(&matched); err != nil {
			t.Fatal(err)
		}
		return matched
	}
	for r := rune(1); r <= unicode.MaxRune; r++ {
		folded := unicode.ToLower(r)
		if (folded != r || r < 0x80 && !unicode.IsSpace(r)) && !matches("before"+string(r)+"after", string(folded)) {
			t.Errorf("%q does not match %q", likely(string(folded)), r)
		}
	}
	for _, text := range []string{"Ann Lee", "50%", `a_b\c`, "ÅSE", "İK", "x", "[a-z]*?^", "^]"} {
		if !matches("before "+text+" after", strings.ToLower(text)) {
			t.Errorf("%q does not match %q", likely(text), text)
		}
	}
	if likely("  ") != "" {
		t.Error("blanks are searched")
	}
}

// TestAuditUsesItsIndexes: no page sorts, and none looks at entries of others first.
func TestAuditUsesItsIndexes(t *testing.T) {
	d := newTenant(t)
	at := d.now()
	for index, q := range map[string]AuditQuery{
		"audit_at":       {Since: at, Until: at, After: "7.7"},
		"audit_actor":    {Actor: "x", After: "7.7"},
		"audit_action":   {Action: "x", Actor: "x", Since: at, After: "7.7"},
		"audit_resource": {Resource: "x", Action: "x", Actor: "x", Until: at},
	} {
		conditions, args, err := q.conditions()
		if err != nil {
			t.Fatal(err)
		}
		if plan := explain(t, d, "SELECT * FROM audit a"+conditions+newestFirst, args...); !strings.Contains(plan, "USING INDEX "+index+" ") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%+v:\n%s", q, plan)
		}
	}
	if plan := explain(t, d, "SELECT * FROM audit a"+newestFirst); !strings.Contains(plan, "audit_at") || strings.Contains(plan, "TEMP B-TREE") {
		t.Error(plan)
	}
}

// TestLongSearchesEndAndGoOn: one page looks at a bounded number of entries, and its Next goes on where it stopped.
func TestLongSearchesEndAndGoOn(t *testing.T) {
	d := newTenant(t)
	fillAudit(t, d, mostSearched+10)
	first, err := d.Audit(t.Context(), AuditQuery{Search: "person 7", Actor: "eve"})
	if err != nil || len(first.Entries) != 50 || first.Next == "" || first.Partial != "" {
		t.Fatal(len(first.Entries), first.Next, err)
	}
	page, err := d.Audit(t.Context(), AuditQuery{Search: "person x"})
	if err != nil || len(page.Entries) != 0 || page.Next == "" || page.Partial == "" {
		t.Fatal(page, err)
	}
	if page, err = d.Audit(t.Context(), AuditQuery{Search: "person x", After: page.Next}); err != nil || len(page.Entries) != 0 || page.Next != "" || page.Partial != "" {
		t.Error(page, err)
	}
	var got []string
	if err := d.EachEntry(t.Context(), AuditQuery{Search: "person 9"}, func(e Entry) error { got = append(got, e.Name); return nil }); err != nil || len(got) != 1+10+100+1000 || got[len(got)-1] != "Person 9" {
		t.Error(len(got), err)
	}
}
