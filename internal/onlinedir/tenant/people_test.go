package tenant

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// thing is what a list should know of a user, contact or group.
type thing struct {
	id, kind, name, second, user, mail, department, phone string
	listed, deleted, member                               bool
	at                                                    int // when it was deleted
}

// town makes users, contacts and groups with names that collide, some hidden, some without an address, some deleted, some members of one group.
func town(t *testing.T, n int) (tenant *Tenant, all []thing, group string) {
	t.Helper()
	now := time.Now().Add(-time.Hour)
	tenant = newTenant(t, WithClock(func() time.Time { return now }))
	err := tenant.Write(t.Context(), func(w *Writer) error {
		var members []any
		for i := range n {
			now = now.Add(time.Second)
			kind := tenant.Catalogue().ByKind(everyKind()[i%3])
			p := thing{
				kind: kind.Name, name: []string{"Ann Ash", "Ash, Ann", "Bob Öst", "bobby", "Zoe"}[i%5], department: []string{"Sales", "Legal", ""}[i/3%3],
				listed: i%4 != 0 && i%7 != 0, deleted: i%6 == 5, member: i%2 == 0,
			}
			onPremises := map[string]any{"hideFromAddressLists": i%7 == 0}
			doc := scim.Document{"displayName": p.name, directory.SchemaOnPremises: onPremises, "externalId": fmt.Sprint("A", i)}
			if p.department != "" {
				doc[directory.SchemaEnterprise] = map[string]any{"department": p.department}
			}
			if i%4 != 0 {
				p.mail = fmt.Sprintf("m%d@corp.example", i)
				onPremises["proxyAddresses"] = []any{"SMTP:" + p.mail, fmt.Sprintf("smtp:ann%d@old.example", i)}
			}
			if kind.Kind != directory.Group && i%5 == 1 {
				p.second = "Zander"
				doc["name"] = map[string]any{"familyName": "Zander"}
			}
			if kind.Kind != directory.Group && i%2 == 1 {
				p.phone = fmt.Sprintf("44%04d", i)
				doc["phoneNumbers"] = []any{map[string]any{"type": "work", "value": fmt.Sprintf("+44 (%04d)", i)}}
			}
			if kind.Kind == directory.User {
				p.user = fmt.Sprintf("u%d@corp.example", i)
				doc["userName"] = p.user
			}
			record, err := w.Create(t.Context(), kind, doc)
			if err != nil {
				return err
			}
			if p.id = record.ID; p.deleted {
				p.listed, p.member, p.at = false, false, i
				now = now.Add(time.Second)
				if err := w.Delete(t.Context(), kind, p.id, ""); err != nil {
					return err
				}
			}
			if p.member {
				members = append(members, map[string]any{"value": p.id})
			}
			all = append(all, p)
		}
		everyone, err := w.Create(t.Context(), tenant.Catalogue().ByKind(directory.Group), scim.Document{"displayName": "Everyone", "members": members})
		if err == nil {
			group = everyone.ID
			all = append(all, thing{id: group, kind: "Group", name: "Everyone"})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tenant, all, group
}

// begins reports whether a search finds a thing by what begins so; in the address list also by department and telephone.
func (p thing) begins(search string, addressList bool) bool {
	values := []string{p.name, p.second}
	if !p.deleted {
		values = append(values, p.user, p.mail)
		if p.mail != "" {
			values = append(values, "ann"+p.mail[1:strings.IndexByte(p.mail, '@')]+"@old.example")
		}
	}
	if addressList {
		values = append(values, p.department)
		if number := digits(search); len(number) >= 3 && strings.Trim(search, "0123456789+()-/. ") == "" && strings.HasPrefix(p.phone, number) {
			return true
		}
	}
	return slices.ContainsFunc(values, func(v string) bool { return strings.HasPrefix(strings.ToLower(v), search) })
}

// wanted is whom a list should have: of those that belong to it who begins so, else whose name (or, with users, user name) contains it.
func wanted(all []thing, belongs func(thing) bool, search string, addressList bool) []thing {
	list := slices.DeleteFunc(slices.Clone(all), func(p thing) bool { return !belongs(p) })
	if search == "" {
		return list
	}
	begun := slices.DeleteFunc(slices.Clone(list), func(p thing) bool { return !p.begins(search, addressList) })
	if len(begun) > 0 {
		return begun
	}
	if !addressList { // a list with departments finds them next
		inDepartment := slices.DeleteFunc(slices.Clone(list), func(p thing) bool { return !strings.HasPrefix(strings.ToLower(p.department), search) })
		if len(inDepartment) > 0 {
			return inDepartment
		}
	}
	return slices.DeleteFunc(list, func(p thing) bool {
		return !strings.Contains(strings.ToLower(p.name), search) && (addressList || p.deleted || !strings.Contains(p.user, search))
	})
}

// walkAll reads a list to its end by page.
func walkAll(t *rapid.T, q ListQuery, page func(ListQuery) (ids []string, next, partial string, err error)) (all []string) {
	for {
		ids, next, partial, err := page(q)
		if err != nil {
			t.Fatal(err)
		}
		if all = append(all, ids...); (partial != "") != (next != "" && len(ids) < q.Limit) {
			t.Fatalf("a page of %d says %q", len(ids), partial)
		}
		if q.After = next; next == "" {
			return all
		}
	}
}

// TestEveryListHasEverythingOnce: contacts, groups, the recycle bin, the address list and members, searched and not, however little a page may look
// at.
func TestEveryListHasEverythingOnce(t *testing.T) {
	tenant, all, group := town(t, 120)
	ids := func(list []Listed, next, partial string, err error) ([]string, string, string, error) {
		var ids []string
		for _, l := range list {
			ids = append(ids, l.ID)
		}
		return ids, next, partial, err
	}
	listed := func(of func(context.Context, ListQuery) (ListedPage, error)) func(ListQuery) ([]string, string, string, error) {
		return func(q ListQuery) ([]string, string, string, error) {
			page, err := of(t.Context(), q)
			return ids(page.Items, page.Next, page.Partial, err)
		}
	}
	byID := make(map[string]thing)
	for _, p := range all {
		byID[p.id] = p
	}
	rapid.Check(t, func(t *rapid.T) {
		few := func(name string) int { return rapid.SampledFrom([]int{1, 5, 10_000}).Draw(t, name) }
		tenant.bounds = bounds{few("sorted"), few("rows"), few("entries"), 10}
		q := ListQuery{Limit: rapid.IntRange(1, 40).Draw(t, "limit")}
		q.Search = rapid.SampledFrom([]string{"", "", "a", "ANN", "ash", "b", "zan", "m1", "u", "sales", "st", "öst", "corp", "44 00", "+4400", "nothing", "every"}).Draw(t, "search")
		search := strings.ToLower(q.Search)
		var got []string
		var want []thing
		list := rapid.SampledFrom([]string{"contacts", "groups", "recycled", "address list", "members"}).Draw(t, "list")
		switch list {
		case "contacts":
			got, want = walkAll(t, q, listed(tenant.Contacts)), wanted(all, func(p thing) bool { return p.kind == "Contact" && !p.deleted }, search, false)
		case "groups":
			got, want = walkAll(t, q, listed(tenant.Groups)), wanted(all, func(p thing) bool { return p.kind == "Group" && !p.deleted }, search, false)
		case "recycled":
			got, want = walkAll(t, q, listed(tenant.Recycled)), wanted(all, func(p thing) bool { return p.deleted }, search, false)
		case "address list":
			got = walkAll(t, q, func(q ListQuery) (ids []string, next, partial string, err error) {
				page, err := tenant.AddressList(context.Background(), q)
				for _, a := range page.Entries {
					if p := byID[a.ID]; a.Name != p.name || a.Mail != p.mail || a.Department != p.department || a.Kind != p.kind || digits(a.Phone) != p.phone {
						t.Fatalf("%+v is not %+v", a, p)
					}
					ids = append(ids, a.ID)
				}
				return ids, page.Next, page.Partial, err
			})
			want = wanted(all, func(p thing) bool { return p.listed }, search, true)
		case "members":
			got = walkAll(t, q, func(q ListQuery) (ids []string, next, partial string, err error) {
				page, err := tenant.GroupMembers(context.Background(), group, q)
				for _, l := range page.Members {
					if p := byID[l.ID]; l.Name != p.name || l.Kind != p.kind || !l.Synced {
						t.Fatalf("%+v is not %+v", l, p)
					}
					ids = append(ids, l.ID)
				}
				return ids, page.Next, page.Partial, err
			})
			want = slices.DeleteFunc(slices.Clone(all), func(p thing) bool {
				return !p.member || !p.begins(search, false) && !strings.Contains(strings.ToLower(p.name), search) && !strings.Contains(p.user, search)
			})
		}
		if list == "members" && search != "" && tenant.bounds.sorted < 1000 { // a large group is searched as the directory is: names that begin so, else the rest
			for _, id := range got {
				if !slices.ContainsFunc(want, func(p thing) bool { return p.id == id }) {
					t.Fatalf("%+v does not match", byID[id])
				}
			}
			return
		}
		compare := func(a, b thing) int {
			if list == "recycled" {
				return b.at - a.at
			}
			return strings.Compare(strings.ToLower(a.name), strings.ToLower(b.name))
		}
		begun := slices.ContainsFunc(want, func(p thing) bool { return p.begins(search, true) })
		inOrder := tenant.bounds.sorted > 1000 && begun || search == "" && list != "members" // else it has phases, each in its own order
		for i := range got[:max(0, len(got)-1)] {
			if inOrder && compare(byID[got[i]], byID[got[i+1]]) > 0 {
				t.Fatalf("%+v comes before %+v", byID[got[i]], byID[got[i+1]])
			}
		}
		var expect []string
		for _, p := range want {
			expect = append(expect, p.id)
		}
		slices.Sort(expect)
		slices.Sort(got)
		if d := cmp.Diff(expect, got); d != "" {
			t.Fatalf("%s %+v\n%s", list, q, d)
		}
	})
}
