package tenant

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// resident is what a list should know of an account.
type resident struct {
	id, name, user, given, family, department, title string
	addresses                                        []string
	state                                            State
	changed, synced                                  time.Time
	problem                                          bool
}

// crowd makes accounts of every kind: names that are alike or missing, in several scripts; a minute passes between two of them.
func crowd(t *testing.T, n int) (*Tenant, []resident) {
	t.Helper()
	now := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	tenant := newTenant(t, WithClock(func() time.Time { return now }))
	kind := tenant.Catalogue().ByKind(directory.User)
	given, family := []string{"Ann", "ann", "Änne", "Bob", "Zoe", "美咲", ""}, []string{"Ash", "Bell", "bellamy", "Öst", "Zell", ""}
	departments, titles := []string{"Sales", "sales east", "Legal", ""}, []string{"Clerk", "CLERK", "Boss", ""}
	var all []resident
	err := tenant.Write(t.Context(), func(w *Writer) error {
		for i := range n {
			now = now.Add(time.Minute)
			p := resident{
				given: given[i%len(given)], family: family[i/3%len(family)], department: departments[i/5%len(departments)], title: titles[i/2%len(titles)],
				user: fmt.Sprintf("%c%03d@corp.example", "abz"[i%3], i*7%n), changed: now.Truncate(time.Millisecond),
			}
			p.name = strings.TrimSpace(p.given + " " + p.family)
			if i%11 == 0 {
				p.name = strings.Trim(p.family+", "+p.given, ", ")
			}
			enterprise, name := map[string]any{}, map[string]any{}
			doc := scim.Document{"userName": p.user, "active": i%3 == 0}
			for key, value := range map[string]string{"displayName": p.name, "title": p.title} {
				if value != "" {
					doc[key] = value
				}
			}
			for key, value := range map[string]string{"givenName": p.given, "familyName": p.family} {
				if value != "" {
					name[key], doc["name"] = value, name
				}
			}
			if p.department != "" {
				enterprise["department"], doc[directory.SchemaEnterprise] = p.department, enterprise
			}
			if i%4 != 0 {
				p.addresses = []string{fmt.Sprintf("b%d@corp.example", i), fmt.Sprintf("ann%d@old.example", i)}
				doc["emails"] = []any{map[string]any{"value": p.addresses[0]}}
				doc[directory.SchemaOnPremises] = map[string]any{"proxyAddresses": []any{"SMTP:" + p.addresses[0], "smtp:" + p.addresses[1]}}
			}
			ctx := t.Context()
			if i%2 == 0 {
				ctx, p.synced, p.problem = As(ctx, Actor{Name: "syncd", Sync: true}), p.changed, i%6 == 0
				doc["externalId"] = fmt.Sprint("anchor", i)
				onPremises, _ := doc[directory.SchemaOnPremises].(map[string]any)
				if onPremises == nil {
					onPremises = map[string]any{}
				}
				onPremises["onPremisesAccountEnabled"] = i%8 != 0
				doc[directory.SchemaOnPremises] = onPremises
			}
			record, err := w.Create(ctx, kind, doc)
			if err != nil {
				return err
			}
			p.id, p.state = record.ID, record.state
			if i%9 == 4 {
				now = now.Add(time.Minute)
				p.state, p.changed, p.addresses = Deleted, now.Truncate(time.Millisecond), nil
				if err := w.Delete(ctx, kind, p.id, ""); err != nil {
					return err
				}
			}
			if p.problem {
				if _, err := w.exec(ctx, "INSERT INTO problem (external_id, other, name, reason, since) VALUES (?, '', 'x', 'address in use', 0)", doc["externalId"]); err != nil {
					return err
				}
			}
			all = append(all, p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tenant, all
}

// fits says whether a condition selects resident, told by hand.
func (p resident) fits(c Condition) bool {
	value := map[string]string{"displayName": p.name, "userName": p.user, "title": p.title, directory.Department.Path(): p.department}[c.Attribute]
	have, want := strings.ToLower(value), strings.ToLower(c.Value)
	switch c.Operator {
	case opIs:
		return have == want
	case opIsNot:
		return have != want
	case opContains:
		return strings.Contains(have, want)
	case opBegins:
		return strings.HasPrefix(have, want)
	case opIsEmpty:
		return have == ""
	}
	return have != ""
}

// expected is whom a query selects, told by hand, and whether names begin with what is searched.
func expected(all []resident, q UserQuery) (list []resident, begun bool) {
	states := q.States
	if len(states) == 0 {
		states = []State{Waiting, Enabled, Blocked}
	}
	for _, p := range all {
		if slices.Contains(states, p.state) {
			list = append(list, p)
		}
	}
	if search := strings.ToLower(q.Search); search != "" {
		list, begun = searched(list, search)
	}
	return slices.DeleteFunc(list, func(p resident) bool {
		return q.WithProblems && !p.problem || !q.ChangedSince.IsZero() && (p.synced.IsZero() || p.synced.Before(q.ChangedSince)) ||
			slices.ContainsFunc(q.Conditions, func(c Condition) bool { return !p.fits(c) }) || q.Sort == BySynced && p.synced.IsZero()
	}), begun
}

// searched is who of a list has a name or an address that begins so, else who is in a department that does, else whose name contains it.
func searched(list []resident, search string) (found []resident, begun bool) {
	with := func(fits func(p resident) bool) []resident {
		return slices.DeleteFunc(slices.Clone(list), func(p resident) bool { return !fits(p) })
	}
	begins := func(s string) bool { return strings.HasPrefix(strings.ToLower(s), search) }
	user := func(p resident) string {
		if p.state == Deleted {
			return ""
		}
		return p.user
	}
	if found = with(func(p resident) bool {
		second := p.family
		if second != "" && strings.HasPrefix(strings.ToLower(p.name), strings.ToLower(second)) {
			second = p.given
		}
		return begins(p.name) || begins(second) || begins(user(p)) || slices.ContainsFunc(p.addresses, begins)
	}); len(found) > 0 {
		return found, true
	}
	if found = with(func(p resident) bool { return begins(p.department) }); len(found) > 0 {
		return found, true
	}
	return with(func(p resident) bool {
		return strings.Contains(strings.ToLower(p.name), search) || strings.Contains(user(p), search)
	}), false
}

// inOrder compares two accounts as a sorted list does.
func inOrder(q UserQuery, a, b resident) int {
	name := strings.Compare(strings.ToLower(a.name), strings.ToLower(b.name))
	c := name
	switch {
	case q.Sort == ByUser && !slices.Contains(q.States, Deleted):
		c = strings.Compare(a.user, b.user)
	case q.Sort == ByDepartment:
		c = cmp.Or(strings.Compare(strings.ToLower(a.department), strings.ToLower(b.department)), name)
	case q.Sort == BySynced || q.Sort == ByChanged && !q.ChangedSince.IsZero():
		c = a.synced.Compare(b.synced)
	case q.Sort == ByChanged:
		c = a.changed.Compare(b.changed)
	}
	if q.Descending {
		return -c
	}
	return c
}

func anyQuery(t *rapid.T, all []resident) UserQuery {
	pick := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
	q := UserQuery{
		States: rapid.SampledFrom([][]State{nil, {Waiting, Blocked}, {Enabled}, {Waiting}, {Deleted}, {Waiting, Enabled, Blocked, Deleted}}).Draw(t, "states"),
		Sort:   pick("sort", "", ByName, ByUser, ByDepartment, ByChanged, BySynced), Descending: rapid.Bool().Draw(t, "descending"),
		Search:       pick("search", "", "", "", "A", "ann", "b", "bell", "Ö", "z", "sales", "corp", "ell", "美", "nothing", "%", "'"),
		WithProblems: rapid.IntRange(0, 5).Draw(t, "problems") == 0, Limit: rapid.IntRange(1, 30).Draw(t, "limit"),
	}
	if rapid.IntRange(0, 3).Draw(t, "since") == 0 {
		q.ChangedSince = rapid.SampledFrom(all).Draw(t, "since whom").changed
	}
	for range rapid.IntRange(0, 2).Draw(t, "conditions") {
		c := Condition{
			Attribute: pick("attribute", directory.Department.Path(), directory.Department.Path(), "displayName", "userName", "title"),
			Operator:  rapid.SampledFrom(Operators()).Draw(t, "operator"),
		}
		if NeedsValue(c.Operator) {
			c.Value = pick("value", "Sales", "sales", "LEGAL", "clerk", "ann", "Zoe Zell", "a", "e", "nobody")
		}
		q.Conditions = append(q.Conditions, c)
	}
	return q
}

// TestListsHaveEverybodyOnce: all pages together have exactly whom a query selects, each once and in order, however little a page may look at.
func TestListsHaveEverybodyOnce(t *testing.T) {
	tenant, all := crowd(t, 150)
	rapid.Check(t, func(t *rapid.T) {
		few := func(name string) int { return rapid.SampledFrom([]int{1, 4, 40, 10_000}).Draw(t, name) }
		tenant.bounds = bounds{few("sorted"), few("rows"), few("entries"), few("documents")}
		q := anyQuery(t, all)
		want, begun := expected(all, q)
		byID := make(map[string]resident, len(all))
		for _, p := range all {
			byID[p.id] = p
		}
		var got []resident
		for {
			page, err := tenant.Users(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range page.Users {
				p := byID[u.ID]
				if u.DisplayName != p.name || u.UserName != p.user || u.Department != p.department || u.State != p.state || (u.Problem != "") != p.problem || !u.Changed.Equal(p.changed) {
					t.Fatalf("%+v is not %+v", u, p)
				}
				got = append(got, p)
			}
			if (page.Partial != "") != (page.Next != "" && len(page.Users) < q.Limit) {
				t.Fatalf("a page of %d with Next %q says %q", len(page.Users), page.Next, page.Partial)
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
		for i := range got[:max(0, len(got)-1)] {
			apart := q.Search != "" && (q.Sort == "" || q.Sort == ByName || q.Sort == ByUser && slices.Contains(q.States, Deleted)) // phases, each in its own order
			if inOrder(q, got[i], got[i+1]) > 0 && (!apart || begun && tenant.bounds.sorted >= 1000) {
				t.Fatalf("%+v\ncomes before\n%+v", got[i], got[i+1])
			}
		}
		ids := func(list []resident) []string {
			var ids []string
			for _, p := range list {
				ids = append(ids, p.id)
			}
			slices.Sort(ids)
			return ids
		}
		if d := gocmp.Diff(ids(want), ids(got)); d != "" {
			t.Fatalf("%+v\n%s", q, d)
		}
		most := rapid.SampledFrom([]int{0, 3, 1000}).Draw(t, "most")
		n, more, err := tenant.CountMatching(t.Context(), q, most)
		q.Sort = ""
		want, _ = expected(all, q)
		if err != nil || n > most || n > len(want) || !more && n != len(want) || more && n < most && tenant.bounds.rows > 1000 && tenant.bounds.entries > 1000 && tenant.bounds.documents > 1000 {
			t.Fatalf("%+v: counted %d (more: %v) of %d up to %d: %v", q, n, more, len(want), most, err)
		}
	})
}
