package onlinedir_test

import (
	"context"
	"errors"
	"flag"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.uber.org/zap"

	"syncd/internal/directory"
	"syncd/internal/onlinedir"
	"syncd/internal/onlinedir/onlinedirtest"
	"syncd/internal/onlinedir/tenant"
)

var (
	people = flag.Int("people", 20_000, "how many people the generated company of BenchmarkLists and BenchmarkPages has")
	folder = flag.String("company", "", "a folder in which the generated company is kept for the next time")
)

// openCompany opens the generated company, and makes it where there is none yet.
func openCompany(b *testing.B) *onlinedir.Directory {
	b.Helper()
	dir := *folder
	if dir == "" {
		dir = b.TempDir()
	}
	if _, err := os.Stat(filepath.Join(dir, tenant.File)); errors.Is(err, fs.ErrNotExist) {
		if err := onlinedir.Init(dir, onlinedir.Options{Tenant: "Contoso", Admin: onlinedirtest.Admin, Password: onlinedirtest.Password, AnyDomain: true}); err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		if err := onlinedirtest.Company(b.Context(), dir, *people); err != nil {
			b.Fatal(err)
		}
		b.Logf("a company of %d people was made in %.0f s", *people, time.Since(began).Seconds())
	}
	d, err := onlinedir.Open(b.Context(), dir, zap.NewNop())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := d.Close(); err != nil {
			b.Error(err)
		}
	})
	return d
}

// measure reports the median and the 95th percentile of a call.
func measure(b *testing.B, name string, call func(ctx context.Context) error) {
	b.Run(name, func(b *testing.B) {
		var took []time.Duration
		for b.Loop() {
			began := time.Now()
			if err := call(b.Context()); err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(began))
		}
		slices.Sort(took)
		milliseconds := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
		b.ReportMetric(milliseconds(took[len(took)/2]), "ms/median")
		b.ReportMetric(milliseconds(took[len(took)*95/100]), "ms/p95")
		b.ReportMetric(0, "ns/op") // which is the mean
	})
}

// deepPage is the place of a page after most of the people.
func deepPage(b *testing.B, d *onlinedir.Directory) string {
	b.Helper()
	q := tenant.UserQuery{Limit: 500}
	for range *people * 7 / 10 / q.Limit {
		page, err := d.Users(b.Context(), q)
		if err != nil {
			b.Fatal(err)
		}
		q.After = page.Next
	}
	return q.After
}

// BenchmarkLists measures what the pages of the admin centre ask of the data: `make bench-pages` does it over a million people.
func BenchmarkLists(b *testing.B) {
	d := openCompany(b)
	disabled := []tenant.State{tenant.Waiting, tenant.Blocked}
	where := func(path, operator, value string) []tenant.Condition {
		return []tenant.Condition{{Attribute: path, Operator: operator, Value: value}}
	}
	department := directory.Department.Path()
	for _, c := range []struct {
		name string
		q    tenant.UserQuery
	}{
		{"users/first page", tenant.UserQuery{}},
		{"users/deep page", tenant.UserQuery{After: deepPage(b, d)}},
		{"users/by change, latest first", tenant.UserQuery{Sort: tenant.ByChanged, Descending: true}},
		{"users/by user name", tenant.UserQuery{Sort: tenant.ByUser}},
		{"users/by department", tenant.UserQuery{Sort: tenant.ByDepartment}},
		{"users/disabled", tenant.UserQuery{States: disabled}},
		{"users/disabled, by change", tenant.UserQuery{States: disabled, Sort: tenant.ByChanged, Descending: true}},
		{"users/enabled", tenant.UserQuery{States: []tenant.State{tenant.Enabled}}},
		{"users/recently synchronised", tenant.UserQuery{ChangedSince: time.Now().Add(-24 * time.Hour), Sort: tenant.ByChanged, Descending: true}},
		{"users/with errors", tenant.UserQuery{WithProblems: true}},
		{"users/deleted", tenant.UserQuery{States: []tenant.State{tenant.Deleted}}},
		{"users/search one name", tenant.UserQuery{Search: "anna stoneberg"}},
		{"users/search family name", tenant.UserQuery{Search: "stonefield"}},
		{"users/search one address", tenant.UserQuery{Search: "person777@"}},
		{"users/search one letter", tenant.UserQuery{Search: "z"}},
		{"users/search one letter, by change", tenant.UserQuery{Search: "z", Sort: tenant.ByChanged}},
		{"users/search that misses", tenant.UserQuery{Search: "qqqq"}},
		{"users/department is small", tenant.UserQuery{Conditions: where(department, "is", "Executive Branch")}},
		{"users/department is large", tenant.UserQuery{Conditions: where(department, "is", "Sales")}},
		{"users/department is large, by change", tenant.UserQuery{Conditions: where(department, "is", "Sales"), Sort: tenant.ByChanged, Descending: true}},
		{"users/title is common", tenant.UserQuery{Conditions: where("title", "is", "Engineer")}},
		{"users/title is nobody's", tenant.UserQuery{Conditions: where("title", "is", "Astronaut")}},
	} {
		measure(b, c.name, func(ctx context.Context) error { _, err := d.Users(ctx, c.q); return err })
	}
	measure(b, "counts/states", func(ctx context.Context) error { _, err := d.CountUsers(ctx); return err })
	for name, conditions := range map[string][]tenant.Condition{"large department": where(department, "is", "Sales"), "title": where("title", "is", "Astronaut")} {
		measure(b, "counts/"+name, func(ctx context.Context) error {
			_, _, err := d.CountMatching(ctx, tenant.UserQuery{Conditions: conditions}, 10_000)
			return err
		})
	}
	for name, search := range map[string]string{"first page": "", "name": "stonefield", "department": "legal", "telephone": "+44 1234", "one letter": "s", "that misses": "qqqq"} {
		measure(b, "address list/"+name, func(ctx context.Context) error {
			_, err := d.AddressList(ctx, tenant.ListQuery{Search: search})
			return err
		})
	}
	measure(b, "groups", func(ctx context.Context) error { _, err := d.Groups(ctx, tenant.ListQuery{}); return err })
	measure(b, "contacts", func(ctx context.Context) error { _, err := d.Contacts(ctx, tenant.ListQuery{}); return err })
	measure(b, "recycle bin", func(ctx context.Context) error { _, err := d.Recycled(ctx, tenant.ListQuery{}); return err })
	groups, err := d.Groups(b.Context(), tenant.ListQuery{Search: "team 1"})
	if err != nil {
		b.Fatal(err)
	}
	for name, search := range map[string]string{"first page": "", "name": "stonefield"} {
		measure(b, "members of everybody's group/"+name, func(ctx context.Context) error {
			_, err := d.GroupMembers(ctx, groups.Items[0].ID, tenant.ListQuery{Search: search})
			return err
		})
	}
	measure(b, "person", func(ctx context.Context) error {
		_, _, err := d.PersonByID(ctx, onlinedirtest.MemberID(*people/2))
		return err
	})
}

// BenchmarkPages measures whole answers of the admin centre, as a browser gets them.
func BenchmarkPages(b *testing.B) {
	d := openCompany(b)
	session, _, err := d.SignIn(b.Context(), onlinedirtest.Admin, onlinedirtest.Password)
	if err != nil {
		b.Fatal(err)
	}
	handler := d.Handler()
	for _, path := range []string{
		"/", "/users", "/users?view=disabled", "/users?view=recent", "/users?q=stonefield", "/users?q=qqqq", "/users?sort=changed&desc=1", "/users/" + onlinedirtest.MemberID(*people/2),
		"/contacts", "/groups", "/addresses", "/addresses?q=legal", "/recycle", "/audit",
	} {
		measure(b, path, func(ctx context.Context) error {
			request := httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil)
			request.AddCookie(&http.Cookie{Name: "session", Value: session.Reveal()})
			answer := httptest.NewRecorder()
			if handler.ServeHTTP(answer, request); answer.Code != http.StatusOK {
				b.Fatalf("%s: %d %.300s", path, answer.Code, answer.Body)
			}
			return nil
		})
	}
}
