package diff

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
)

const (
	approved = directory.DecisionApproved
	rejected = directory.DecisionRejected
)

// withoutEvidence makes departures that are held such as nothing explained.
func withoutEvidence(m *memory) *memory {
	for k, h := range m.held {
		h.Evidence = directory.Evidence{}
		m.held[k] = h
	}
	return m
}

func TestHeldDepartures(t *testing.T) {
	online := func() *memory {
		return newMemory().has(person("ann"), person("bob", "manager=ann"), person("carl"), group("staff")).joins("staff", "ann", "carl")
	}
	most := func(n int) func(*Settings) { return func(s *Settings) { s.Limits.MaxDepartures = n } }
	lost := []step{loses("ann", directory.Tombstone), loses("carl", directory.Tombstone)}
	perform(t, []scene{
		{
			name: "undecided stays held, and is not counted again", online: online().holds("", "ann"), settings: most(1), read: lost,
			want: []string{"remove_member staff carl", "depart carl: deleted in Active Directory"}, held: []string{"ann: deleted in Active Directory, before"},
		},
		{
			name: "undecided stays held though it is within the limit", online: online().holds("", "ann"), read: lost[:1],
			held: []string{"ann: deleted in Active Directory, before"},
		},
		{
			name: "approved goes, over the limit, with its consequences", online: online().holds(approved, "ann"), settings: most(0), read: lost,
			want: []string{"set_manager bob nobody", "remove_member staff ann", "depart ann: deleted in Active Directory"},
			held: []string{"ann: deleted in Active Directory, approved before", "carl: deleted in Active Directory"},
		},
		{
			name: "rejected stays, with what it has", online: online().holds(rejected, "ann"), read: append(lost[:1:1], sees(group("staff"), whole("carl"))),
			held: []string{"ann: deleted in Active Directory, rejected before"},
		},
		{
			name: "what nothing explained goes once something does", online: withoutEvidence(online().holds("", "ann")), read: lost[:1],
			want: []string{"set_manager bob nobody", "remove_member staff ann", "depart ann: deleted in Active Directory"},
		},
		{
			name: "or is held anew, over the limit", online: withoutEvidence(online().holds(rejected, "ann")), settings: most(0), read: lost[:1],
			held: []string{"ann: deleted in Active Directory"},
		},
		{name: "what heals drops out, whatever was decided", online: online().holds(approved, "ann", "carl"), read: []step{sees(person("ann"), memberOf("staff"), reports("bob"))}},
		{
			name: "an unexplained object departs with an approval as its evidence", full: true, online: withoutEvidence(online().holds(approved, "ann").holds(rejected, "carl")),
			read: []step{sees(group("staff"), whole("ann", "carl")), sees(person("bob", "manager=ann")), proves(map[string]step{"ann": nil, "carl": nil})},
			want: []string{"set_manager bob nobody", "remove_member staff ann", "depart ann: approved by an operator"},
			held: []string{"carl: not found, without evidence of a deletion, rejected before", "ann: approved by an operator, approved before"},
		},
		{
			name: "law 5: a leaver whose departure is held is blocked", online: online().holds(rejected, "ann"), read: []step{leaver("ann")},
			want: []string{"block ann"}, held: []string{"ann: left scope, rejected before"},
		},
	})
}

func TestHeldBlocks(t *testing.T) {
	online := newMemory().has(group("staff"))
	var leavers []step
	var held []string
	for i := range 12 {
		name := fmt.Sprintf("p%02d", i)
		online.has(person(name))
		leavers, held = append(leavers, sees(person(name, "disabled"))), append(held, "block "+name)
	}
	updates := func(n int) (list []string) {
		for i := range n {
			list = append(list, fmt.Sprintf("block p%02d", i))
		}
		return list
	}
	with := func(decision directory.Decision, changes ...string) *memory {
		m := *online
		m.held = map[HeldKey]directory.HeldObject{}
		return m.holds(decision, changes...)
	}
	limit := func(n int, percent float64) func(*Settings) {
		return func(s *Settings) { s.Limits.MaxBlocks, s.Limits.MaxBlocksPercent = n, percent }
	}
	perform(t, []scene{
		{name: "a share counts from more than ten on", online: online, settings: limit(500, 10), read: leavers[:10], want: updates(10)},
		{name: "over it all are held", online: online, settings: limit(500, 10), read: leavers, held: held},
		{name: "over the number as well", online: online, settings: limit(1, 100), read: leavers[:2], held: held[:2]},
		{
			name: "undecided is not counted, approved goes", online: with(approved, "block p00"), settings: limit(1, 100), read: leavers[:2],
			want: []string{"block p00", "block p01"}, held: []string{"block p00, approved before"},
		},
		{
			name: "rejected: stays usable", online: with(rejected, "block p00"), read: leavers[:1], held: []string{"block p00, rejected before"},
		},
		{
			name: "an account that departs is blocked uncounted", online: online, settings: limit(0, 100), read: []step{leaver("p00"), sees(person("p01", "disabled"))},
			want: []string{"block p00", "depart p00: left scope"}, held: []string{"block p01"},
		},
	})
}

func TestHeldMemberships(t *testing.T) {
	var names, held []string
	online := newMemory().has(group("staff"), group("team"), person("ann"))
	for i := range 20 {
		names = append(names, fmt.Sprintf("p%02d", i))
		online.has(person(names[i]))
		held = append(held, "staff loses "+names[i])
	}
	online.joins("staff", names...).joins("team", names[0])
	with := func(decision directory.Decision, changes ...string) *memory {
		m := *online
		m.held = map[HeldKey]directory.HeldObject{}
		return m.holds(decision, changes...)
	}
	var apart []step
	for _, n := range names {
		apart = append(apart, parted("staff", n))
	}
	removed := func(from, to int) (list []string) {
		for _, n := range names[from:to] {
			list = append(list, "remove_member staff "+n)
		}
		return list
	}
	perform(t, []scene{
		{name: "ten of twenty may go", online: online, read: apart[:10], want: removed(0, 10)},
		{
			name: "eleven are held, additions and other groups go on", online: online, read: append(apart[:11:11], joined("staff", "ann"), parted("team", names[0])),
			want: []string{"add_member staff ann", "remove_member team p00"}, held: held[:11],
		},
		{
			name: "so they are in a complete group", full: true, online: online, read: []step{sees(group("staff"), whole(names[11:]...)), sees(group("team"), whole("p00"))},
			held: held[:11],
		},
		{
			name: "a delta that says nothing of them keeps them held", online: with("", "staff p00", "staff p01"), read: apart[2:5],
			want: removed(2, 5), held: []string{"staff loses p00, before", "staff loses p01, before"},
		},
		{name: "one who is a member again drops out", online: with("", "staff p00"), read: []step{joined("staff", "p00")}},
		{name: "approved goes without being read again", online: with(approved, "staff p00"), want: removed(0, 1), held: []string{"staff loses p00, approved before"}},
		{
			name: "rejected stays", full: true, online: with(rejected, "staff p00"), read: []step{sees(group("staff"), whole(names[1:]...)), sees(group("team"), whole("p00"))},
			held: []string{"staff loses p00, rejected before"},
		},
		{
			name: "a member who departs is no loss of the group", online: online, settings: func(s *Settings) { s.Limits.MaxMembersRemoved = 0 },
			read: []step{loses("p00", directory.Tombstone), parted("staff", "p00")},
			want: []string{"remove_member staff p00", "remove_member team p00", "depart p00: deleted in Active Directory"},
		},
	})
}

func TestLimitsSayWhichOneHolds(t *testing.T) {
	all := Limits{500, 10, 500, 10, 100, 50}
	for _, tc := range []struct {
		got  *LimitError
		want string
	}{
		{all.departures(0, 0), ""},
		{all.departures(500, 5000), ""},
		{all.departures(501, 100000), "501 departures are more than the limit of 500 (safety.max_departures)"},
		{all.departures(11, 109), "11 departures are more than the limit of 10 % of 109 objects (safety.max_departures_percent)"},
		{all.departures(1, 5), "1 departure is more than the limit of 10 % of 5 objects (safety.max_departures_percent)"},
		{(&Limits{0, 100, 0, 0, 0, 0}).departures(1, 10), "1 departure is more than the limit of 0 (safety.max_departures)"},
		{all.blocks(10, 20), ""},
		{all.blocks(11, 20), "11 accounts to be blocked are more than the limit of 10 % of 20 objects (safety.max_blocks_percent)"},
		{all.members(101, 100000), "101 members to be removed from  are more than the limit of 100 (safety.max_members_removed)"},
		{all.members(10, 10), ""},
		{all.members(11, 21), "11 members to be removed from  are more than the limit of 50 % of 21 members (safety.max_members_removed_percent)"},
	} {
		got := ""
		if tc.got != nil {
			got = tc.got.Error()
		}
		if got != tc.want {
			t.Errorf("%q, want %q", got, tc.want)
		}
	}
}

func TestAPlanNamesTheGroupThatALimitHolds(t *testing.T) {
	s := scene{
		online: newMemory().has(group("staff"), person("ann")).joins("staff", "ann"), read: []step{parted("staff", "ann")},
		settings: func(s *Settings) { s.Limits.MaxMembersRemoved = 0 },
	}
	plan, err := s.plan(t)
	must(t, err)
	want := []*LimitError{{Op: RemoveMember, Count: 1, Key: "safety.max_members_removed", Group: at("staff"), Name: "staff"}}
	if d := cmp.Diff(want, plan.TooMany); d != "" {
		t.Error(d)
	}
	must(t, plan.EachHeld(func(h directory.HeldObject) error {
		if h.Name != "ann in staff" || h.Cause != "no longer in the group staff" || h.Plan != "now" {
			t.Errorf("%+v", h)
		}
		return nil
	}))
}

// TestDeparturesAreGroupedByCause: an OU that left the scope is one cause, whatever it takes along.
func TestDeparturesAreGroupedByCause(t *testing.T) {
	online, now := newMemory(), map[string]string{}
	move := func(name, was, is string) {
		online.has(person(name)).with(name, func(e *Entry) {
			e.Resource.Values = append(e.Resource.Values, directory.Value{Attribute: directory.OnPremisesDistinguishedName, Values: []string{was}})
		})
		now[name] = is
	}
	const staff, old = "OU=Staff,DC=corp,DC=example", "OU=Old,DC=corp,DC=example"
	for i := range 3 {
		rdn := fmt.Sprintf(`CN=Doe\, John %d`, i)
		move(fmt.Sprintf("sales%d", i), rdn+",OU=Sales,"+staff, rdn+",ou=sales,"+old)
	}
	move("below", "CN=x,OU=Inner,OU=Sales,"+staff, "CN=x,OU=Inner,OU=Sales,"+old)
	move("alone", "CN=y,"+staff, "CN=y,"+old)
	move("renamed", "CN=z,OU=Sales,"+staff, "CN=z,OU=Verkauf,"+old)
	s := scene{online: online, settings: func(s *Settings) { s.Limits.MaxDepartures = 0 }}
	for _, name := range sorted(func(yield func(directory.Anchor) bool) {
		for n := range now {
			yield(at(n))
		}
	}) {
		s.read = append(s.read, func(p *Planner) error {
			o := &directory.Object{Anchor: name, DN: now[nameOf(name)]}
			return p.Add(o, nil, &directory.Evidence{Cause: directory.LeftScope, Detail: "now at " + o.DN})
		})
	}
	online.has(person("pilot"), person("gone"))
	s.read = append(s.read, loses("gone", directory.Tombstone), loses("pilot", directory.LeftScope))
	plan, err := s.plan(t)
	must(t, err)
	want := []directory.HeldCause{
		{Op: "depart", Cause: "left scope with OU=Sales," + staff, Count: 4},
		{Op: "depart", Cause: "left scope", Count: 2},
		{Op: "depart", Cause: "deleted in Active Directory", Count: 1},
		{Op: "depart", Cause: "left scope (said so)", Count: 1},
	}
	if d := cmp.Diff(want, plan.Causes()); d != "" {
		t.Error(d)
	}
}

// TestWhatIsHeldKeepsItsCause: a unit that left scope, is held, and is renamed or moved once more outside it, is still the one cause that an
// operator was told. Another kind of cause replaces it.
func TestWhatIsHeldKeepsItsCause(t *testing.T) {
	const was = "left scope with OU=Big,OU=Staff,DC=corp,DC=example"
	first := directory.Evidence{Cause: directory.LeftScope, Detail: "now at OU=Big,OU=Old"}
	online := newMemory().has(person("gone"))
	holds := func(name string) {
		k := HeldKey{Op: Depart, Anchor: at(name)}
		h := online.holds("", name).held[k]
		h.Evidence, h.Cause = first, was
		online.held[k] = h
	}
	holds("gone")
	s := scene{online: online, read: []step{loses("gone", directory.Tombstone)}}
	for i := range 12 {
		unit, name := fmt.Sprintf("OU=T%d,OU=Big", i), fmt.Sprintf("p%02d", i)
		online.has(person(name)).with(name, func(e *Entry) { // online it has followed the first move
			e.Resource.Values = append(e.Resource.Values, directory.Value{
				Attribute: directory.OnPremisesDistinguishedName, Values: []string{"CN=x," + unit + ",OU=Old,DC=corp,DC=example"},
			})
		})
		holds(name)
		s.read = append(s.read, func(p *Planner) error {
			o := &directory.Object{Anchor: at(name), DN: "CN=x," + strings.Replace(unit, "OU=Big", "OU=Large", 1) + ",OU=Old,DC=corp,DC=example"}
			return p.Add(o, nil, &directory.Evidence{Cause: directory.LeftScope, Detail: "now at " + o.DN})
		})
	}
	plan, err := s.plan(t)
	must(t, err)
	want := []directory.HeldCause{{Op: "depart", Cause: was, Count: 12}, {Op: "depart", Cause: "deleted in Active Directory", Count: 1}}
	if d := cmp.Diff(want, plan.Causes()); d != "" {
		t.Error(d)
	}
	must(t, plan.EachHeld(func(h directory.HeldObject) error {
		if nameOf(h.Anchor) != "gone" && h.Evidence != first {
			t.Errorf("%s: %+v", h.Name, h.Evidence)
		}
		return nil
	}))
}

func TestCausesAreBounded(t *testing.T) {
	var c Causes
	for i := range 100 {
		for range i + 1 {
			c.Add("depart", fmt.Sprint("cause ", i))
		}
	}
	c.Add("block", "disabled")
	list := c.List()
	if len(list) != mostCauses+2 || list[0].Cause != otherCauses || list[1].Cause != "cause 19" || !slices.Contains(list, directory.HeldCause{Op: "block", Cause: "disabled", Count: 1}) {
		t.Errorf("%d: %+v", len(list), list)
	}
}
