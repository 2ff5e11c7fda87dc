package ldapsource_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"syncd/internal/directory"
	"syncd/internal/ldapsource"
)

// behaviour is the suite that every Active Directory has to pass.
func behaviour(t *testing.T, d domain) {
	for _, b := range []struct {
		name string
		run  func(*testing.T, *company)
	}{
		{"full read", fullRead},
		{"delta", deltaRead},
		{"renamed unit", renamedUnit},
		{"deleted unit", deletedUnit},
		{"unit moved away and back", movedUnit},
		{"restored", restored},
		{"DirSync with the right", dirSyncWithTheRight},
		{"DirSync of what may be read", dirSyncReadable},
		{"DirSync configured without the right", missingRight},
		{"polling by uSNChanged", polling},
		{"strategy that changed", changedStrategy},
		{"untrusted watermark", untrustedWatermark},
		{"DC change", changedServer},
		{"tombstone lifetime", tombstoneLifetime},
		{"renamed scope", renamedScope},
		{"scope whose name was taken", takenName},
		{"deleted scope", deletedScope},
		{"filter and kinds", filterAndKinds},
		{"filter with a slip", filterSlip},
		{"nested and cyclic groups", cyclicGroups},
		{"primary group", primaryGroup},
		{"foreign members", foreignMembers},
		{"group deleted while members are added", deletedGroup},
		{"pilot", pilot},
		{"pilot that cannot be read", pilotHeld},
		{"consistency anchor", consistencyAnchor},
		{"anchor claimed twice", claimedTwice},
		{"look-up", lookUp},
		{"membership over MaxValRange", longMembership},
		{"StartTLS", startTLS},
		{"hidden deletions", hiddenDeletions},
		{"faults of opening", openFaults},
		{"units", countedUnits},
		{"presented certificate", presented},
	} {
		t.Run(b.name, func(t *testing.T) { b.run(t, d.company(t)) })
	}
}

func fullRead(t *testing.T, c *company) {
	boss := c.user(t, "CN=Boss,"+c.ou, "displayName", "The Boss")
	ann := c.user(t, "CN=Ann,"+c.ou, "displayName", "Ann Åström", "telephoneNumber", " 1 ", "manager", "CN=Boss,"+c.ou)
	kim := c.add(t, "CN=Kim,"+c.ou, "contact", "mail", "kim@partner.example")
	c.add(t, "CN=PC,"+c.ou, "computer", "sAMAccountName", unique(c.ou)+"$")
	team := c.group(t, "CN=Team,"+c.ou, "CN=Ann,"+c.ou, "CN=Kim,"+c.ou)
	all := c.group(t, "CN=All,"+c.ou, "CN=Team,"+c.ou)

	r := full(t, c.source(t))
	if len(r.objects) != 5 {
		t.Errorf("read %d objects, want 5: the computer and the unit do not count", len(r.objects))
	}
	want := &directory.Object{Anchor: ann, GUID: ann, Kind: directory.User, DN: "CN=Ann," + c.ou, Manager: boss, Attributes: directory.Attributes{
		"displayName": {"Ann Åström"}, "telephoneNumber": {" 1 "}, "userAccountControl": {"544"}, "sAMAccountName": {unique("CN=Ann," + c.ou)}, "cn": {"Ann"},
		"distinguishedName": {"CN=Ann," + c.ou}, "OBJECTclass": {"organizationalPerson", "person", "top", "user"},
	}}
	ignore := cmpopts.IgnoreFields(directory.Object{}, "USN", "Changed")
	sorted := cmpopts.SortSlices(func(a, b string) bool { return a < b })
	if diff := cmp.Diff(want, r.objects[ann], ignore, sorted); diff != "" {
		t.Errorf("user (-want +got):\n%s", diff)
	}
	if o := r.objects[ann]; o != nil && (o.USN == 0 || o.Changed.IsZero()) {
		t.Errorf("uSNChanged %d, whenChanged %s", o.USN, o.Changed)
	}
	if o := r.objects[kim]; o == nil || o.Kind != directory.Contact || o.Attributes.First("mail") != "kim@partner.example" {
		t.Errorf("contact: %+v", o)
	}
	for group, members := range map[directory.Anchor][]directory.Anchor{team: {ann, kim}, all: {team}} {
		o := r.objects[group]
		if o == nil || o.Kind != directory.Group || !o.MembersRead || !sameAnchors(o.Members, members) {
			t.Errorf("group: %+v", o)
		}
	}
	if r.mark.IsZero() || r.mark.Server == "" || r.mark.InvocationID.IsZero() || r.mark.HighestUSN == 0 || r.mark.ReadAt.IsZero() {
		t.Errorf("watermark: %+v", r.mark)
	}

	r = full(t, c.source(t, func(cfg *ldapsource.Config) { cfg.Changes = ldapsource.ChangesFull }))
	if !r.mark.IsZero() || r.mark.Server == "" || r.mark.HighestUSN == 0 {
		t.Errorf("watermark with changes: full: %+v", r.mark)
	}
}

func deltaRead(t *testing.T, c *company) {
	sales, support := "OU=Sales,"+c.ou, "OU=Support,"+c.ou
	c.add(t, sales, "organizationalUnit")
	c.add(t, support, "organizationalUnit")
	user := func(name string, values ...string) directory.Anchor {
		return c.user(t, "CN="+name+","+sales, values...)
	}
	changed, emptied, renamed, moved := user("Changed", "department", "Sales"), user("Emptied", "telephoneNumber", "1"), user("Renamed"), user("Moved")
	disabled, leaver, joiner, gone := user("Disabled"), user("Leaver"), user("Joiner"), user("Gone", "manager", "CN=Changed,"+sales)
	user("Untouched")
	team := c.group(t, "CN=Team,"+sales, "CN=Leaver,"+sales, "CN=Gone,"+sales)
	s := c.source(t)
	before := full(t, s)

	c.set(t, "CN=Changed,"+sales, "department", "Legal")
	c.set(t, "CN=Emptied,"+sales, "telephoneNumber")
	c.move(t, "CN=Renamed,"+sales, "CN=Name\\, New", "")
	c.move(t, "CN=Moved,"+sales, "CN=Moved", support)
	c.set(t, "CN=Disabled,"+sales, "userAccountControl", "546")
	c.modify(t, "CN=Team,"+sales, func(r *ldap.ModifyRequest) {
		r.Delete("member", []string{"CN=Leaver," + sales})
		r.Add("member", []string{"CN=Joiner," + sales})
	})
	c.del(t, "CN=Gone,"+sales)
	fresh := c.user(t, "CN=Fresh,"+support, "manager", "CN=Changed,"+sales)
	crew := c.group(t, "CN=Crew,"+support, "CN=Fresh,"+support)

	r := delta(t, s, before.mark)
	for name, ok := range map[string]bool{
		"changed":  attribute(r, changed, "department") == "Legal",
		"back":     r.objects[changed] != nil && sameAnchors(r.objects[changed].Reports, []directory.Anchor{fresh}),
		"emptied":  r.objects[emptied] != nil && len(r.objects[emptied].Attributes["telephoneNumber"]) == 0,
		"renamed":  r.objects[renamed] != nil && r.objects[renamed].DN == "CN=Name\\, New,"+sales,
		"moved":    r.objects[moved] != nil && r.objects[moved].DN == "CN=Moved,"+support,
		"disabled": attribute(r, disabled, "userAccountControl") == "546",
		"deleted":  r.objects[gone] != nil && r.objects[gone].Deleted && r.objects[gone].Kind == 0 && r.objects[gone].LastKnownParent == sales && !r.objects[gone].Changed.IsZero(),
		"fresh":    r.objects[fresh] != nil && r.objects[fresh].Manager == changed && sameAnchors(r.objects[fresh].MemberOf, []directory.Anchor{crew}),
		"crew":     r.objects[crew] != nil && r.objects[crew].Kind == directory.Group && !r.objects[crew].MembersRead,
	} {
		if !ok {
			t.Errorf("%s is not as it should be", name)
		}
	}
	delete(r.objects, team) // reported for its change time, which the links carry
	if len(r.objects) != 8 {
		t.Errorf("%d objects, want 8", len(r.objects))
	}
	links := map[directory.Edge]bool{}
	for _, l := range r.links {
		links[l.Edge] = l.Removed
		if l.Changed.IsZero() {
			t.Errorf("a link without its time: %+v", l)
		}
	}
	delete(links, directory.Edge{Group: team, Member: gone}) // a server may or may not tell: the tombstone stands for it
	want := map[directory.Edge]bool{{Group: team, Member: leaver}: true, {Group: team, Member: joiner}: false, {Group: crew, Member: fresh}: false}
	if diff := cmp.Diff(want, links); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}

	again := delta(t, s, r.mark)
	if len(again.objects) != 0 || len(again.links) != 0 {
		t.Errorf("a second delta is not empty: %v %v", again.objects, again.links)
	}
	also := delta(t, s, again.mark, leaver, gone)
	if len(also.objects) != 2 || also.objects[leaver] == nil || also.objects[leaver].Kind != directory.User || also.objects[gone] == nil || !also.objects[gone].Deleted {
		t.Errorf("asked for two more: %v", also.objects)
	}
}

func renamedUnit(t *testing.T, c *company) {
	outer, inner := "OU=Outer,"+c.ou, "OU=Inner,OU=Outer,"+c.ou
	c.add(t, outer, "organizationalUnit")
	c.add(t, inner, "organizationalUnit")
	near, far := c.user(t, "CN=Near,"+outer), c.user(t, "CN=Far,"+inner)
	c.user(t, "CN=Aside,"+c.ou)
	s := c.source(t)
	before := full(t, s)
	c.move(t, outer, "OU=Renamed", "")
	r := delta(t, s, before.mark)
	got := map[directory.Anchor]string{}
	for a, o := range r.objects {
		got[a] = o.DN
	}
	if diff := cmp.Diff(map[directory.Anchor]string{near: "CN=Near,OU=Renamed," + c.ou, far: "CN=Far,OU=Inner,OU=Renamed," + c.ou}, got); diff != "" {
		t.Errorf("after the unit was renamed (-want +got):\n%s", diff)
	}
}

func deletedUnit(t *testing.T, c *company) {
	outer, inner := "OU=Outer,"+c.ou, "OU=Inner,OU=Outer,"+c.ou
	c.add(t, outer, "organizationalUnit")
	c.add(t, inner, "organizationalUnit")
	near, far := c.user(t, "CN=Near,"+outer), c.group(t, "CN=Far,"+inner)
	stays := c.group(t, "CN=Stays,"+c.ou, "CN=Near,"+outer)
	s := c.source(t)
	before := full(t, s)
	if err := c.conn.Del(ldap.NewDelRequest(outer, []ldap.Control{ldap.NewControlSubtreeDelete()})); err != nil {
		t.Fatal(err)
	}
	r := delta(t, s, before.mark)
	for _, a := range []directory.Anchor{near, far} {
		if o := r.objects[a]; o == nil || !o.Deleted || o.LastKnownParent == "" {
			t.Errorf("no tombstone: %+v", o)
		}
	}
	delete(r.objects, stays)
	if len(r.objects) != 2 {
		t.Errorf("%d objects, want the two that were people's: a unit's tombstone is nobody's concern", len(r.objects))
	}
}

// A tombstone that is brought back to life is the same object again (MS-ADTS 3.1.1.5.3.7).
func restored(t *testing.T, c *company) {
	dn := "CN=Back," + c.ou
	back := c.user(t, dn)
	team := c.group(t, "CN=Team,"+c.ou, dn)
	s := c.source(t)
	before := full(t, s)
	c.del(t, dn)
	deleted := delta(t, s, before.mark)
	if o := deleted.objects[back]; o == nil || !o.Deleted {
		t.Fatalf("after the deletion: %+v", o)
	}
	c.reanimate(t, deleted.objects[back].DN, dn)
	now := delta(t, s, deleted.mark)
	if o := now.objects[back]; o == nil || o.Deleted || !o.Restored || o.Kind != directory.User || o.DN != dn {
		t.Errorf("after the restoration: %+v", o)
	}
	c.del(t, "CN=Team,"+c.ou)
	deleted = delta(t, s, now.mark)
	c.reanimate(t, deleted.objects[team].DN, "CN=Team,"+c.ou)
	if o := delta(t, s, deleted.mark).objects[team]; o == nil || o.Kind != directory.Group || !o.MembersRead || len(o.Members) > 0 {
		t.Errorf("a group after the restoration comes with its membership, which is empty: %+v", o)
	}
}

// A unit that leaves scope and comes back takes its people with it, who are reported each time although nothing of theirs changed.
func movedUnit(t *testing.T, c *company) {
	inside, outside, unit := "OU=In,"+c.ou, "OU=Out,"+c.ou, "OU=Unit,OU=In,"+c.ou
	for _, dn := range []string{inside, outside, unit} {
		c.add(t, dn, "organizationalUnit")
	}
	ann := c.user(t, "CN=Ann,"+unit)
	s := c.source(t, func(cfg *ldapsource.Config) { cfg.Scope.Include = []string{inside} })
	mark := full(t, s).mark
	c.move(t, unit, "OU=Unit", outside)
	away := delta(t, s, mark)
	if o := away.objects[ann]; o == nil || o.DN != "CN=Ann,OU=Unit,"+outside {
		t.Errorf("away: %+v", o)
	}
	c.move(t, "OU=Unit,"+outside, "OU=Unit", inside)
	if o := delta(t, s, away.mark).objects[ann]; o == nil || o.DN != "CN=Ann,"+unit {
		t.Errorf("back: %+v", o)
	}
}

func filterAndKinds(t *testing.T, c *company) {
	in := c.user(t, "CN=In,"+c.ou, "department", "Sales")
	c.user(t, "CN=Out,"+c.ou, "department", "Legal")
	leaves := c.user(t, "CN=Leaves,"+c.ou, "department", "Sales")
	group := c.group(t, "CN=Group,"+c.ou)
	s := c.source(t, func(cfg *ldapsource.Config) {
		cfg.Scope.Filter = "(department=Sales)"
		cfg.Scope.Kinds = []string{"user"}
	})
	before := full(t, s)
	if len(before.objects) != 2 || before.objects[in] == nil || before.objects[leaves] == nil {
		t.Errorf("read %d objects, want the two of the department", len(before.objects))
	}
	c.set(t, "CN=Leaves,"+c.ou, "department", "Legal")
	r := delta(t, s, before.mark, in, group)
	got := map[directory.Anchor]bool{}
	for a, o := range r.objects {
		got[a] = o.FilterMiss
	}
	if diff := cmp.Diff(map[directory.Anchor]bool{in: false, leaves: true, group: true}, got); diff != "" {
		t.Errorf("filter misses (-want +got):\n%s", diff)
	}
}

func lookUp(t *testing.T, c *company) {
	_, anchors := c.members(t)
	gone := c.user(t, "CN=Gone,"+c.ou)
	c.del(t, "CN=Gone,"+c.ou)
	anchors = append(anchors[:203], gone)
	unknown := directory.Anchor{1, 2, 3}
	var r reading
	session := open(t, c.source(t))
	if err := session.Lookup(t.Context(), append(anchors, unknown), r.object); err != nil {
		t.Fatal(err)
	}
	if len(r.objects) != len(anchors) || r.objects[unknown] != nil {
		t.Errorf("found %d, want %d", len(r.objects), len(anchors))
	}
	if o := r.objects[gone]; o == nil || !o.Deleted || o.LastKnownParent != c.ou {
		t.Errorf("the tombstone: %+v", o)
	}
	if session.OwnAccount().IsZero() {
		t.Error("the own account is unknown")
	}
	stop := errors.New("enough")
	if err := session.Lookup(t.Context(), anchors, func(*directory.Object) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("an error of emit came back as %v", err)
	}
}

func longMembership(t *testing.T, c *company) {
	names, want := c.members(t)
	group := c.group(t, "CN=Everybody,"+c.ou, names...)
	s := c.source(t, func(cfg *ldapsource.Config) { cfg.Scope.Include = []string{crowdUnit + c.baseDN, c.ou} })
	r := full(t, s)
	if o := r.objects[group]; o == nil || !sameAnchors(o.Members, want) {
		t.Errorf("a full read of %d members differs", crowdSize)
	}
	if len(r.objects) != crowdSize+1 {
		t.Errorf("%d objects in several pages, want %d", len(r.objects), crowdSize+1)
	}
	session := open(t, s)
	if got := members(t, session, group); !sameAnchors(got, want) {
		t.Errorf("Members: %d", len(got))
	}
	if err := session.Members(t.Context(), directory.Anchor{9}, func([]directory.Anchor) error { return nil }); err == nil {
		t.Error("a group that does not exist has no error")
	}
	c.modify(t, "CN=Everybody,"+c.ou, func(r *ldap.ModifyRequest) { r.Delete("member", names[:1500]) })
	if d := delta(t, s, r.mark); len(d.links) != 1500 || !d.links[0].Removed {
		t.Errorf("%d links, want 1500", len(d.links))
	}
}

func sameAnchors(a, b []directory.Anchor) bool {
	order := cmpopts.SortSlices(func(x, y directory.Anchor) bool { return slices.Compare(x[:], y[:]) < 0 })
	return cmp.Equal(a, b, order, cmpopts.EquateEmpty())
}

func attribute(r reading, a directory.Anchor, name string) string {
	o := r.objects[a]
	if o == nil {
		return ""
	}
	return o.Attributes.First(name)
}

func isWatermark(err error) bool { return errors.Is(err, directory.ErrWatermark) }
