package ldapsource_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/adsim"
	"syncd/internal/adsim/dit"
	"syncd/internal/directory"
	"syncd/internal/ldapsource"
)

// bigGroup adds contacts in one unit and a group of all but the first of them in another.
func bigGroup(t *testing.T, server *adsim.Server, c *company, size int) (names []string, group, inside string) {
	t.Helper()
	inside, outside := "OU=In,"+c.ou, "OU=Out,"+c.ou
	c.add(t, inside, "organizationalUnit")
	c.add(t, outside, "organizationalUnit")
	names = make([]string, size)
	for i := range names {
		names[i] = "CN=C" + strconv.Itoa(i) + "," + outside
		if err := server.Add(names[i], []dit.Attribute{{Name: "objectClass", Values: []string{"contact"}}}); err != nil {
			t.Fatal(err)
		}
	}
	group = "CN=All," + inside
	if err := server.Add(group, []dit.Attribute{{Name: "objectClass", Values: []string{"group"}}, {Name: "member", Values: names[1:]}}); err != nil {
		t.Fatal(err)
	}
	return names, group, inside
}

// A one-member change of a group with 100,000 members costs a handful of requests; so does a default anchor, which asks for nothing.
func TestOneMemberOfMany(t *testing.T) {
	server, d := embedded(t, adsim.Config{})
	c := d.company(t)
	names, group, inside := bigGroup(t, server, c, 100_000)
	requests := map[string]int{}
	s := c.sourceWith(t, ldapsource.Options{Observe: func(op string, _ time.Duration) { requests[op]++ }}, func(cfg *ldapsource.Config) { cfg.Scope.Include = []string{inside} })
	mark := full(t, s).mark
	clear(requests)
	c.modify(t, group, func(r *ldap.ModifyRequest) { r.Add("member", names[:1]) })
	r := delta(t, s, mark)
	total := 0
	for _, n := range requests {
		total += n
	}
	if len(r.links) != 1 || total > 15 || requests["range"] > 0 || requests["anchor"] > 0 {
		t.Errorf("%d links, requests %v", len(r.links), requests)
	}
}

// Where many references meet at once, one look at all anchors that differ replaces a question about each batch.
func TestAnchorsOfManyMembers(t *testing.T) {
	server, d := embedded(t, adsim.Config{})
	c := d.company(t)
	names, group, _ := bigGroup(t, server, c, 5000)
	other := c.brought(7)
	c.set(t, names[4321], consistency, string(other[:]))
	anchors := 0
	s := c.sourceWith(t, ldapsource.Options{Anchor: consistency, Observe: func(op string, _ time.Duration) {
		if op == "anchor" {
			anchors++
		}
	}})
	found := false
	for _, a := range members(t, open(t, s), c.anchors(t, group, ldap.ScopeBaseObject)[group]) {
		found = found || a == other
	}
	if !found || anchors > 3 {
		t.Errorf("found %v with %d requests", found, anchors)
	}
}

// With the recycle bin a deleted object still tells its anchor.
func TestTombstoneWithConsistencyAnchor(t *testing.T) {
	_, d := embedded(t, adsim.Config{RecycleBin: true})
	c := d.company(t)
	anchor := c.brought(8)
	guid := c.user(t, "CN=Ann,"+c.ou, consistency, string(anchor[:]))
	s := c.byConsistency(t)
	mark := full(t, s).mark
	c.del(t, "CN=Ann,"+c.ou)
	if o := delta(t, s, mark).objects[anchor]; o == nil || !o.Deleted || o.GUID != guid {
		t.Errorf("delta: %+v", o)
	}
	var r reading
	if err := open(t, s).Lookup(t.Context(), []directory.Anchor{anchor}, r.object); err != nil || r.objects[anchor] == nil {
		t.Errorf("look-up: %v, %v", r.objects, err)
	}
}
