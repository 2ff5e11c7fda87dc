package tenant

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// searchFor is a query of users by a filter and an order, both empty for none.
func searchFor(t *testing.T, tenant *Tenant, filter, by string) Query {
	t.Helper()
	part := Part{Type: tenant.Catalogue().ByKind(directory.User)}
	if filter != "" {
		f, err := part.Type.ParseFilter(filter)
		if err != nil {
			t.Fatal(err)
		}
		part.Filter = f
	}
	if by != "" {
		part.SortBy = sortPath(t, tenant, directory.User, by)
	}
	return Query{Parts: []Part{part}, Start: 1, Count: 1}
}

// TestWhatIsALongSearch: the others are those of TestCommonFiltersUseTheirIndex.
func TestWhatIsALongSearch(t *testing.T) {
	tenant := newTenant(t)
	for _, c := range []struct {
		filter, by string
		long       bool
	}{
		{`title eq "x"`, "", true},
		{`displayName co "x"`, "", true},
		{`active eq false`, "", true},
		{`active eq true and title eq "x"`, "", true},
		{`active eq true`, "title", true},
		{`groups.value eq "x" and title eq "y"`, "", true},
		{`userName eq "x" or title eq "y"`, "", true},
		{"", "title", true},
		{"", "userName", false},
		{`userName eq "x" and title eq "y"`, "title", false},
		{`userName eq "x" or externalId eq "y"`, "title", false},
	} {
		search, err := newSearch(searchFor(t, tenant, c.filter, c.by))
		if err != nil || search.walks != c.long {
			t.Errorf("%s by %q: %v, %v", c.filter, c.by, search.walks, err)
		}
	}
}

// TestLongSearchesLeaveRoom: while two go from row to row, a page and a resource are read at once, and a third search waits: until there is room,
// until its context ends, or until it has waited long enough.
func TestLongSearchesLeaveRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tenant := newTenant(t)
		id := arrive(t, tenant, directory.User, synced("ann"))
		run := func(ctx context.Context, filter string, at func()) error {
			q := searchFor(t, tenant, filter, "")
			return tenant.ReadFor(ctx, q, func(r *Reader) error {
				_, err := r.Search(ctx, q, func(*Record) error {
					at()
					return nil
				})
				return err
			})
		}
		const long = `title eq "Engineer"`
		release, ended := make(chan struct{}), make(chan error, 3)
		for range longSearches {
			go func() { ended <- run(t.Context(), long, func() { <-release }) }()
		}
		synctest.Wait() // both are inside

		found := 0
		ok(t, run(t.Context(), `userName eq "ann@corp.example"`, func() { found++ }))
		ok(t, run(t.Context(), "", func() { found++ }))
		page, err := tenant.Users(t.Context(), UserQuery{})
		ok(t, err)
		ok(t, tenant.Read(t.Context(), func(r *Reader) error {
			_, err := r.Get(t.Context(), tenant.Catalogue().ByKind(directory.User), id)
			return err
		}))
		if found != 2 || len(page.Users) != 1 {
			t.Error(found, page)
		}

		broad := UserQuery{Conditions: []Condition{{directory.Department.Path(), opBegins, "s"}, {"userName", opContains, "n"}}}
		_, err = tenant.Users(t.Context(), broad)
		wantFault(t, err, directory.Usage, "2 other long searches are under way")
		_, _, err = tenant.CountMatching(t.Context(), broad, 1)
		wantFault(t, err, directory.Usage, "2 other long searches are under way")

		given, giveUp := context.WithCancel(t.Context())
		go func() { ended <- run(given, long, func() { t.Error("was let in") }) }()
		synctest.Wait()
		giveUp()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error("gave up:", err)
		}
		before := time.Now()
		refused, _ := scim.AsError(run(t.Context(), long, func() { t.Error("was let in") }))
		if refused == nil || refused.Status != http.StatusServiceUnavailable || time.Since(before) != tenant.searchTime {
			t.Error(refused, time.Since(before))
		}
		go func() { ended <- run(t.Context(), long, func() { found++ }) }()
		synctest.Wait()
		if found != 2 {
			t.Error("did not wait")
		}
		close(release)
		for range longSearches + 1 {
			err := <-ended
			if refused, is := scim.AsError(err); err != nil && (!is || refused.Type != scim.TooMany) { // the first two ran out of time
				t.Error(err)
			}
		}
		if found != 3 {
			t.Error("nobody let the third one in")
		}
	})
}
