package store

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/oklog/ulid/v2"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

var sizeOfCompany = flag.Int("objects", 8000, "how many people TestTheStateFileIsSmallAndStaysSo and the benchmarks put online")

// aCompany are people as Active Directory has them, in groups of twelve with the first of them as their manager: every tenth is a group.
type aCompany struct {
	random *rand.Rand
	people []*directory.Resource
	groups []*directory.Resource
}

func (c *aCompany) anchor() (a directory.Anchor) {
	for i := range a {
		a[i] = byte(c.random.Uint32())
	}
	return a
}

func (c *aCompany) word(list string) string {
	words := bytes.Fields([]byte(list))
	return string(words[c.random.IntN(len(words))])
}

func newCompany(n int) *aCompany {
	c := &aCompany{random: rand.New(rand.NewPCG(1, uint64(n)))}
	for i := range n {
		if i%12 == 0 {
			name := fmt.Sprintf("Team %s %d", c.word("Aurora Juniper Quartz Meridian Cobalt Harbor"), i)
			c.groups = append(c.groups, &directory.Resource{Anchor: c.anchor(), Kind: directory.Group, Enabled: true, Values: []directory.Value{
				{Attribute: directory.DisplayName, Values: []string{name}},
				{Attribute: directory.Description, Values: []string{"everybody in the team " + name}},
				{Attribute: directory.OnPremisesDistinguishedName, Values: []string{"CN=" + name + ",OU=Groups,DC=corp,DC=example"}},
			}})
		}
		c.people = append(c.people, c.person(i))
	}
	return c
}

func (c *aCompany) person(i int) *directory.Resource {
	given, family := c.word("Anna Ben Chiara David Elif Farid Greta Hanna Igor Jana Kofi Lena"), c.word("Sato Novak Okafor Schmidt Rossi Kaya Dupont Jensen Silva Kowalski Murphy Weber")
	city, unit := c.word("Prague Lisbon Hanoi Toronto Vienna Nairobi"), c.word("Finance Legal Engineering Support Sales Operations")
	login := fmt.Sprintf("%s.%s%d", given, family, i)
	r := &directory.Resource{Anchor: c.anchor(), Kind: directory.User, Enabled: true}
	for _, v := range []struct {
		a directory.Attribute
		v []string
	}{
		{directory.UserName, []string{login + "@corp.example"}},
		{directory.DisplayName, []string{given + " " + family}},
		{directory.GivenName, []string{given}},
		{directory.FamilyName, []string{family}},
		{directory.Title, []string{c.word("Senior Junior Lead") + " " + c.word("Accountant Engineer Counsel Manager Analyst")}},
		{directory.PreferredLanguage, []string{"en"}},
		{directory.WorkEmail, []string{login + "@corp.example"}},
		{directory.WorkPhone, []string{fmt.Sprintf("+49 40 %03d %04d", c.random.IntN(1000), c.random.IntN(10000))}},
		{directory.StreetAddress, []string{"12 " + city + " Square"}},
		{directory.Locality, []string{city}},
		{directory.PostalCode, []string{fmt.Sprint(10000 + len(city)*137)}},
		{directory.EmployeeNumber, []string{fmt.Sprint(100000 + i)}},
		{directory.Department, []string{unit}},
		{directory.Organization, []string{"Contoso Example"}},
		{directory.ProxyAddresses, []string{"SMTP:" + login + "@corp.example", "smtp:" + login + "@old.example"}},
		{directory.MailNickname, []string{login}},
		{directory.Mail, []string{login + "@corp.example"}},
		{directory.Office, []string{city + " " + fmt.Sprint(c.random.IntN(900))}},
		{directory.OnPremisesSamAccountName, []string{fmt.Sprintf("u%06d", i)}},
		{directory.OnPremisesDistinguishedName, []string{"CN=" + given + " " + family + fmt.Sprintf(" %d", i) + ",OU=" + city + ",OU=Staff,DC=corp,DC=example"}},
		{directory.OnPremisesAccountEnabled, []string{"true"}},
	} {
		r.Values = append(r.Values, directory.Value{Attribute: v.a, Values: v.v})
	}
	slices.SortFunc(r.Values, func(x, y directory.Value) int { return int(x.Attribute) - int(y.Attribute) })
	return r
}

// firstPass are the changes of a first pass by operation, in the order of a large plan.
func (c *aCompany) firstPass() (plan [][]diff.Change) {
	var people, groups, edges, managers []diff.Change
	for _, p := range c.people {
		people = append(people, diff.Change{Op: diff.Create, Kind: p.Kind, Anchor: p.Anchor, After: p})
	}
	for i, g := range c.groups {
		groups = append(groups, diff.Change{Op: diff.CreateGroup, Kind: g.Kind, Anchor: g.Anchor, After: g})
		for j := i * 12; j < min(len(c.people), i*12+18); j++ {
			edges = append(edges, diff.Change{Op: diff.AddMember, Kind: g.Kind, Anchor: g.Anchor, Other: c.people[j].Anchor})
			managers = append(managers, diff.Change{Op: diff.SetManager, Kind: directory.User, Anchor: c.people[j].Anchor, Other: c.people[i*12].Anchor})
		}
	}
	plan = [][]diff.Change{people, groups, edges, managers}
	for _, op := range plan {
		slices.SortStableFunc(op, func(a, b diff.Change) int { return bytes.Compare(a.Anchor[:], b.Anchor[:]) })
	}
	return plan
}

// apply has a plan acknowledged in batches, as a pass does, and ends the pass.
func apply(t testing.TB, s *Store, plan [][]diff.Change) {
	t.Helper()
	id := ulid.Make().String()
	for _, op := range plan {
		for batch := range slices.Chunk(op, 500) {
			must(t, s.Intend(batch, nil))
			var answers []diff.Answer
			for i := range batch {
				answers = append(answers, diff.Answer{Change: batch[i], Outcome: diff.Outcome{ID: uuid.NewString()}})
			}
			must(t, s.Acknowledge(id, noon, answers))
		}
	}
	must(t, s.Finish(&diff.Final{Pass: directory.PassRecord{Pass: directory.Pass{ID: id}}, Now: noon}))
	must(t, s.Compact(t.Context()))
}

func fileSize(t testing.TB, s *Store) int64 {
	t.Helper()
	info, err := os.Stat(s.path)
	must(t, err)
	return info.Size()
}

// TestTheStateFileIsSmallAndStaysSo holds how many bytes an object takes with its memberships and its manager, and that the small changes of many
// passes do not make it grow.
func TestTheStateFileIsSmallAndStaysSo(t *testing.T) {
	s, c := open(t, t.TempDir()), newCompany(*sizeOfCompany)
	apply(t, s, c.firstPass())
	objects := int64(len(c.people) + len(c.groups))
	first := fileSize(t, s)
	t.Logf("%d bytes an object", first/objects)
	if first/objects > 520 {
		t.Errorf("the file takes %d bytes an object", first/objects)
	}
	for range 100 {
		var updates []diff.Change
		for range max(10, len(c.people)/1000) {
			i := c.random.IntN(len(c.people))
			before := c.people[i]
			after := c.person(i)
			after.Anchor = before.Anchor
			c.people[i] = after
			updates = append(updates, diff.Change{Op: diff.Update, Kind: after.Kind, Anchor: after.Anchor, Before: before, After: after})
		}
		apply(t, s, [][]diff.Change{updates})
	}
	t.Logf("grown to %.3f of its size", float64(fileSize(t, s))/float64(first))
	if last := fileSize(t, s); float64(last) > 1.12*float64(first) {
		t.Errorf("after a hundred passes it has %d bytes, %d before", last, first)
	}
}

// BenchmarkFirstPass is what the store does in a first pass: one operation is the whole of it.
func BenchmarkFirstPass(b *testing.B) {
	for b.Loop() {
		s, c := open(b, b.TempDir()), newCompany(*sizeOfCompany)
		apply(b, s, c.firstPass())
	}
}
