package tenant

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

func sortPath(t testing.TB, tenant *Tenant, kind directory.Kind, by string) *scim.Path {
	t.Helper()
	paths, err := scim.ParseSort([]*scim.ResourceType{tenant.Catalogue().ByKind(kind)}, by)
	if err != nil {
		t.Fatal(err)
	}
	return &paths[0]
}

// TestPagesFitTogether: whatever a search filters and sorts by, its pages are the whole, and both directions hold the same resources.
func TestPagesFitTogether(t *testing.T) {
	tenant := newTenant(t)
	fill(t, tenant, 30)
	kind := tenant.Catalogue().ByKind(directory.User)
	paths := map[string]*scim.Path{}
	names := []string{"userName", "displayName", "title", "active", "emails", "meta.lastModified", directory.Department.Path(), "groups"}
	for _, by := range names {
		paths[by] = sortPath(t, tenant, directory.User, by)
	}
	rapid.Check(t, func(t *rapid.T) {
		filter, err := kind.ParseFilter(anyFilter(t, 1))
		if err != nil {
			t.Fatal(err)
		}
		by := rapid.SampledFrom(names).Draw(t, "by")
		q := Query{Parts: []Part{{kind, filter, paths[by]}}, Descending: rapid.Bool().Draw(t, "descending")}
		collect := func(start, count int) (ids []string) {
			q.Start, q.Count = start, count
			err := tenant.Read(t.Context(), func(r *Reader) error {
				_, err := r.Search(t.Context(), q, func(record *Record) error {
					ids = append(ids, record.ID)
					return nil
				})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return ids
		}
		whole := collect(1, 100)
		var paged []string
		for size := rapid.IntRange(1, 12).Draw(t, "size"); len(paged) < len(whole); {
			page := collect(len(paged)+1, size)
			if len(page) == 0 {
				break
			}
			paged = append(paged, page...)
		}
		if diff := cmp.Diff(whole, paged); diff != "" {
			t.Fatal(by, diff)
		}
	})
}

// TestSearchesEnd: a search that takes too long is a tooMany and no trouble of the directory.
func TestSearchesEnd(t *testing.T) {
	tenant := newTenant(t, WithSearchTime(time.Nanosecond))
	kind := tenant.Catalogue().ByKind(directory.User)
	for _, by := range []string{"", "title"} {
		part := Part{Type: kind}
		if by != "" {
			part.SortBy = sortPath(t, tenant, directory.User, by)
		}
		err := tenant.Read(t.Context(), func(r *Reader) error {
			_, err := r.Search(t.Context(), Query{Parts: []Part{part}, Start: 1, Count: 1}, func(*Record) error { return nil })
			return err
		})
		if refused, ok := scim.AsError(err); !ok || refused.Type != scim.TooMany || !strings.Contains(refused.Detail, "longer than 1ns") {
			t.Error(by, err)
		}
	}
}

// TestSortingByNameReadsAnIndex: a page of a million people by their sign-in names costs the page.
func TestSortingByNameReadsAnIndex(t *testing.T) {
	tenant := newTenant(t)
	search, err := newSearch(Query{Parts: []Part{{Type: tenant.Catalogue().ByKind(directory.User), SortBy: sortPath(t, tenant, directory.User, "userName")}}})
	if err != nil {
		t.Fatal(err)
	}
	plan := explain(t, tenant, search.statement(), append(search.args, 1, 0)...)
	inner, _, _ := strings.Cut(plan, "SCAN p")
	if !strings.Contains(inner, "resource_user_name") || strings.Contains(inner, "TEMP B-TREE") {
		t.Error(plan)
	}
}
