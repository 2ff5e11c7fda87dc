package cloudtarget

import (
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// crowd fills the service with so many users, some of them not synchronised.
func (f *fake) crowd(n int) {
	for i := 1; i <= n; i++ {
		doc := map[string]any{"id": fmt.Sprint(i), "userName": fmt.Sprint("user-", i), "active": i%2 == 0}
		if i%5 != 0 {
			doc["externalId"] = directory.Anchor{byte(i), byte(i >> 8)}.String()
		}
		f.resources["/Users/"+fmt.Sprint(i)] = doc
	}
}

func list(t *testing.T, target *Target) (ids []string, err error) {
	t.Helper()
	err = target.List(t.Context(), func(o diff.Online) error {
		if o.Resource.Kind == directory.User {
			ids = append(ids, o.ID)
		}
		return nil
	})
	return ids, err
}

func startOf(r *http.Request) int {
	n, _ := strconv.Atoi(r.URL.Query().Get("startIndex"))
	return n
}

// A list is whole or an error, whatever the service makes of pages and filters.
func TestListIsWholeOrAnError(t *testing.T) {
	const people, synced = 90, 72
	users := func(r *http.Request) bool {
		return strings.HasSuffix(r.URL.Path, "/Users") && r.Method == http.MethodGet
	}
	answer := func(when func(r *http.Request) bool, body string) func(f *fake) {
		return func(f *fake) {
			f.intercept = func(w http.ResponseWriter, r *http.Request, _ string) bool {
				if !users(r) || !when(r) {
					return false
				}
				fmt.Fprint(w, body)
				return true
			}
		}
	}
	late := func(r *http.Request) bool { return startOf(r) > 20 }
	for name, c := range map[string]struct {
		unkind func(f *fake)
		want   int    // listed, 0 where it fails
		says   string // of the error
	}{
		"kind":                      {nil, synced, ""},
		"pages of seven":            {func(f *fake) { f.pageMost = 7 }, synced, ""},
		"no pr":                     {func(f *fake) { f.noPresent = true }, people, ""},
		"pr finds nothing":          {answer(func(r *http.Request) bool { return r.URL.Query().Get("filter") != "" }, `{"totalResults":0}`), people, ""},
		"breaks off":                {answer(late, `{"totalResults":72,"Resources":[]}`), 0, "ends after 20 of 72"},
		"half a page":               {answer(late, `{"totalResults":72,"Resources":[{"id`), 0, "not SCIM"},
		"no total":                  {answer(late, `{"Resources":[{"id":"7"}]}`), 0, "does not say how many"},
		"no ids":                    {answer(late, `{"totalResults":72,"Resources":[{"userName":"x"}]}`), 0, "without an id"},
		"always the same page":      {answer(func(*http.Request) bool { return true }, `{"totalResults":72,"Resources":[{"id":"7"}]}`), 0, "again and again"},
		"everything, however asked": {answer(func(*http.Request) bool { return true }, everybody(60)), 60, ""},
		"counts the page only": {func(f *fake) {
			f.intercept = func(w http.ResponseWriter, r *http.Request, _ string) bool {
				if !users(r) {
					return false
				}
				_, page := f.list("/Users", r.URL.Query())
				page["totalResults"] = startOf(r) - 1 + len(page["Resources"].([]any))
				send(w, 200, page)
				return true
			}
		}, synced, ""},
		"behind the end is an error": {func(f *fake) {
			clear(f.resources)
			f.crowd(75) // 60 of whom are synchronised: three full pages
			f.intercept = func(w http.ResponseWriter, r *http.Request, _ string) bool {
				if users(r) && startOf(r) > 60 {
					w.WriteHeader(http.StatusBadRequest)
					return true
				}
				return false
			}
		}, 60, ""},
		"nothing at all": {answer(late, ""), 0, "not SCIM"},
		"forbidden":      {func(f *fake) { f.spoil = func(string, string, string) (int, string) { return 403, "no" } }, 0, "forbids"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			target := f.open()
			f.crowd(people)
			if c.unkind != nil {
				c.unkind(f)
			}
			ids, err := list(t, target)
			slices.Sort(ids)
			if err != nil && (c.want != 0 || !strings.Contains(err.Error(), c.says)) || err == nil && (c.want == 0 || len(slices.Compact(ids)) != c.want) {
				t.Errorf("%d listed, %v; want %d, %q", len(slices.Compact(ids)), err, c.want, c.says)
			}
		})
	}
}

func everybody(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"id":"%d"}`, i))
	}
	return fmt.Sprintf(`{"totalResults":%d,"Resources":[%s]}`, n, strings.Join(list, ","))
}

// Who moves forward because others are deleted meanwhile is not passed over.
func TestListWhilePeopleAreDeleted(t *testing.T) {
	f := newFake(t)
	target := f.open()
	f.crowd(90)
	deleted := 0
	f.intercept = func(_ http.ResponseWriter, r *http.Request, _ string) bool {
		if startOf(r) > 1 && deleted < 12 {
			deleted += 4
			for i := range 4 {
				delete(f.resources, fmt.Sprint("/Users/", deleted-i))
			}
		}
		return false
	}
	ids, err := list(t, target)
	if err != nil {
		t.Fatal(err)
	}
	for i := 13; i <= 90; i++ {
		if i%5 != 0 && !slices.Contains(ids, fmt.Sprint(i)) {
			t.Errorf("%d was passed over", i)
		}
	}
}

func TestListOfPhotosTakesSmallerPages(t *testing.T) {
	f := newFake(t)
	target := f.open()
	f.crowd(18)
	target.mostBody = 1 << 20
	f.intercept = func(w http.ResponseWriter, r *http.Request, _ string) bool {
		if startOf(r) == 0 {
			return false
		}
		_, page := f.list("/Users", r.URL.Query())
		page["padding"] = strings.Repeat(" ", len(page["Resources"].([]any))*200<<10)
		send(w, 200, page)
		return true
	}
	if ids, err := list(t, target); err != nil || len(ids) < 15 {
		t.Errorf("%d listed: %v", len(ids), err)
	}
}

func TestOwners(t *testing.T) {
	f := newFake(t)
	target := f.open()
	f.resources["/Users/1"] = map[string]any{"id": "1", "userName": "a", "externalId": directory.Anchor{1}.String()}
	f.resources["/Users/2"] = map[string]any{"id": "2", "userName": "b", "externalId": "hr-7"}
	f.resources["/Users/3"] = map[string]any{"id": "3", "userName": "c"}
	owners, err := target.Owners(t.Context(), directory.User, []string{"1", "7", "2", "3"})
	if err != nil {
		t.Fatal(err)
	}
	for _, shows := range []bool{false, true} {
		var lost []bool
		for _, o := range owners {
			lost = append(lost, o.Lost(directory.Anchor{1}, shows))
		}
		if want := []bool{false, true, true, shows}; !slices.Equal(lost, want) {
			t.Errorf("the service shows externalId %v: %v, want %v (%v)", shows, lost, want, owners)
		}
	}
	f.intercept = func(w http.ResponseWriter, _ *http.Request, _ string) bool { w.WriteHeader(403); return true }
	if _, err := target.Owners(t.Context(), directory.User, []string{"1"}); err == nil {
		t.Error("what cannot be asked is gone")
	}
}

// Members are read where the service shows them; where it never does, an absent attribute says nothing.
func TestMembers(t *testing.T) {
	for _, shows := range []bool{false, true} {
		f := newFake(t)
		f.shows = shows
		target := f.open()
		f.resources["/Groups/full"], f.resources["/Groups/empty"] = map[string]any{"id": "full"}, map[string]any{"id": "empty"}
		for i := range 2500 {
			f.members["/Groups/full"] = append(f.members["/Groups/full"], fmt.Sprint(i))
		}
		for _, c := range []struct {
			group    string
			readable bool
			members  int
		}{{"empty", shows, 0}, {"full", shows, 2500}, {"gone", false, 0}} {
			n := 0
			readable, err := target.Members(t.Context(), c.group, func(ids []string) error {
				n += len(ids)
				return nil
			})
			if !shows {
				c.members = 0
			}
			if err != nil || readable != c.readable || n != c.members {
				t.Errorf("shows=%v, %s: %v, %d, %v", shows, c.group, readable, n, err)
			}
		}
		if n := f.count("GET /Groups"); n > 4 {
			t.Errorf("%d requests for three groups", n)
		}
	}
}

// What /Schemas says is not returned counts as unknown, not as empty.
func TestShows(t *testing.T) {
	f := newFake(t)
	target := f.open()
	if !target.Shows(directory.User, directory.Title) || !target.Shows(directory.User, directory.Department) || target.Shows(directory.Group, directory.Department) {
		t.Error("without /Schemas")
	}
	f.intercept = func(w http.ResponseWriter, r *http.Request, _ string) bool {
		if !strings.HasSuffix(r.URL.Path, "/Schemas") {
			return false
		}
		fmt.Fprint(w, `{"Resources":[{"id":"`+strings.ToUpper(directory.SchemaUser)+`","attributes":[{"name":"userName"},{"name":"TITLE","returned":"default"},
			{"name":"displayName","returned":"request"},{"name":"name","subAttributes":[{"name":"givenName"},{"name":"familyName","mutability":"writeOnly"}]},
			{"name":"emails"}]}]}`)
		return true
	}
	if err := target.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	for a, want := range map[directory.Attribute]bool{
		directory.UserName: true, directory.Title: true, directory.DisplayName: false, directory.GivenName: true, directory.FamilyName: false,
		directory.MiddleName: false, directory.WorkEmail: true, directory.Photo: false, directory.Department: true,
	} {
		if got := target.Shows(directory.User, a); got != want {
			t.Errorf("%s: %v", a.Path(), got)
		}
	}
}

// What a service showed in the first pass is known after a restart: where somebody then empties every group, they are empty.
func TestEmptiedGroupsOfAServiceThatShowsMembers(t *testing.T) {
	for _, shows := range []bool{false, true} {
		f := newFake(t)
		f.shows = shows
		memory, target := filepath.Join(t.TempDir(), "target.json"), f.open()
		if err := target.learned.recall(memory, target.base); err != nil {
			t.Fatal(err)
		}
		edges := crews(t, target, 2, 1)
		asked := f.count("GET /Groups")
		target.Repeat(true)
		for range 3 {
			apply(t, target, edges...)
		}
		if n := f.count("GET /Groups") - asked; n != 1 {
			t.Errorf("shows=%v: %d requests to find out", shows, n)
		}
		clear(f.members)
		again := targetFor(t, target.base)
		if err := again.learned.recall(memory, again.base); err != nil {
			t.Fatal(err)
		}
		if err := again.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
		readable, err := again.Members(t.Context(), edges[0].ID, func([]string) error { return nil })
		if err != nil || readable != shows {
			t.Errorf("shows=%v: %v, %v", shows, readable, err)
		}
	}
}
