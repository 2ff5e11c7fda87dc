package diff

import (
	"testing"
	"time"

	"syncd/internal/directory"
)

func restored(o *directory.Object) { o.Restored = true }

func TestEdges(t *testing.T) {
	online := func() *memory {
		return newMemory().has(person("ann"), person("bob"), person("carl"), group("staff"), group("team")).joins("staff", "ann", "bob")
	}
	held := func(s *Settings) { s.Limits.MaxDepartures = 0 }
	departed := func(e *Entry) { e.Departed = true }
	perform(t, []scene{
		{
			name: "a complete group against the acknowledged one", full: true, online: online(), read: []step{sees(group("staff"), whole("team", "carl", "bob", "nowhere"))},
			want: []string{"add_member staff carl", "add_member staff team", "remove_member staff ann"},
		},
		{name: "law 2: an equal group needs nothing", full: true, online: online(), read: []step{sees(group("staff"), whole("bob", "ann"))}},
		{name: "an emptied group", online: online(), read: []step{sees(group("staff"), whole())}, want: []string{"remove_member staff ann", "remove_member staff bob"}},
		{
			name: "a restored object: what it lost with its deletion is in no delta", online: online(), read: []step{sees(person("ann"), restored, memberOf("team"))},
			want: []string{"add_member team ann", "remove_member staff ann"},
		},
		{name: "links", online: online(), read: []step{parted("staff", "ann"), joined("staff", "carl")}, want: []string{"add_member staff carl", "remove_member staff ann"}},
		{name: "links that are acknowledged already", online: online(), read: []step{joined("staff", "ann"), parted("staff", "carl")}},
		{name: "the last link counts", online: online(), read: []step{joined("staff", "carl"), parted("staff", "carl"), parted("staff", "ann"), joined("staff", "ann")}},
		{name: "links of what is not online", online: online(), read: []step{joined("nowhere", "ann"), joined("staff", "eve"), parted("nowhere", "bob")}},
		{
			name: "a link to an object that appears", online: online(), read: []step{joined("staff", "dan"), sees(person("dan"))},
			want: []string{"create dan", "add_member staff dan"},
		},
		{
			name: "an object that enters scope finds the groups that wait", online: online(), read: []step{sees(person("dan"), memberOf("staff", "team", "nowhere"))},
			want: []string{"create dan", "add_member staff dan", "add_member team dan"},
		},
		{
			name: "a new group is asked for its members", online: online(), read: []step{sees(group("new"), memberOf("team")), asks("new", "ann", "eve")},
			want: []string{"create group new", "add_member new ann", "add_member team new"},
		},
		{
			name: "a new group that came with its members has back links as well", online: online(), read: []step{sees(group("new"), memberOf("team"), whole("ann"))},
			want: []string{"create group new", "add_member new ann", "add_member team new"},
		},
		{name: "back links say nothing about acknowledged memberships", online: online(), read: []step{sees(person("ann"))}},
		{
			name: "an object that waited is compared whole", online: online().refuses("ann"), read: []step{sees(person("ann"), memberOf("team"))},
			want: []string{"add_member team ann", "remove_member staff ann"},
		},
		{
			name: "a group that waited is compared whole", online: online().holds("", "staff"), read: []step{sees(group("staff")), asks("staff", "carl", "bob")},
			want: []string{"add_member staff carl", "remove_member staff ann"},
		},
		{
			name: "who comes back after departing is compared whole", online: online().with("ann", departed), read: []step{sees(person("ann"), memberOf("team"))},
			want: []string{"update ann", "add_member team ann", "remove_member staff ann"},
		},
		{
			name: "a complete group keeps who departed and stays", online: online().with("ann", departed).joins("team", "ann"), full: true,
			read: []step{sees(group("staff"), whole("bob")), sees(group("team"), whole("ann"))},
		},
		{
			name: "held departures keep their edges", online: online(), settings: held, read: []step{loses("ann", 1), sees(group("staff"), whole("bob"))},
			held: []string{"ann: deleted in Active Directory"},
		},
		{
			name: "what is held loses memberships and gets no more", online: online(), settings: held,
			read: []step{loses("ann", 2), parted("staff", "ann"), joined("team", "ann")},
			want: []string{"remove_member staff ann"}, held: []string{"ann: left scope"},
		},
		{
			name: "so does a held group", online: online(), settings: held, read: []step{loses("staff", 2), parted("staff", "ann"), joined("staff", "carl")},
			want: []string{"remove_member staff ann"}, held: []string{"staff: left scope"},
		},
	})
}

func TestReferences(t *testing.T) {
	online := func() *memory {
		return newMemory().has(person("ann"), person("bob", "manager=ann"), person("carl"))
	}
	departed := func(e *Entry) { e.Departed = true }
	perform(t, []scene{
		{name: "a new manager", online: online(), read: []step{sees(person("bob", "manager=carl"))}, want: []string{"set_manager bob carl"}},
		{name: "no manager any more", online: online(), read: []step{sees(person("bob"))}, want: []string{"set_manager bob nobody"}},
		{name: "the same manager", online: online(), read: []step{sees(person("bob", "manager=ann"))}},
		{
			name: "managers that appear, in a circle", online: online(), read: []step{sees(person("dan", "manager=eve")), sees(person("eve", "manager=dan"))},
			want: []string{"create dan", "create eve", "set_manager dan eve", "set_manager eve dan"},
		},
		{name: "a manager out of scope is none", online: online(), read: []step{sees(person("carl", "manager=nowhere"))}},
		{name: "from a manager to one out of scope", online: online(), read: []step{sees(person("bob", "manager=nowhere"))}, want: []string{"set_manager bob nobody"}},
		{
			name: "a manager who enters scope finds the people who wait", online: online(), read: []step{sees(person("dan"), reports("carl", "nowhere"))},
			want: []string{"create dan", "set_manager carl dan"},
		},
		{
			name: "a manager who comes back finds them as well", online: online().with("ann", departed), read: []step{sees(person("ann"), reports("bob", "carl"))},
			want: []string{"update ann", "set_manager carl ann"},
		},
		{
			name: "a manager who departs", online: online(), read: []step{loses("ann", 1)},
			want: []string{"set_manager bob nobody", "depart ann: deleted in Active Directory"},
		},
		{
			name: "a manager who departs and is replaced", online: online(), read: []step{loses("ann", 1), sees(person("bob", "manager=carl"))},
			want: []string{"set_manager bob carl", "depart ann: deleted in Active Directory"},
		},
		{
			name: "manager and report depart", online: online(), read: []step{loses("ann", 1), loses("bob", 1)},
			want: []string{"depart ann: deleted in Active Directory", "depart bob: deleted in Active Directory"},
		},
		{
			name: "a manager who was held and is back loses who has another one", online: online().holds("", "ann"), read: []step{sees(person("ann"), reports("carl"))},
			want: []string{"set_manager bob nobody", "set_manager carl ann"},
		},
		{
			name: "a report keeps a manager who is held, unless there is another", online: online().has(person("dan", "manager=ann")),
			settings: func(s *Settings) { s.Limits.MaxDepartures = 0 }, read: []step{loses("ann", 1), sees(person("bob")), sees(person("dan", "manager=carl"))},
			want: []string{"set_manager dan carl"}, held: []string{"ann: deleted in Active Directory"},
		},
		{
			name: "who is held becomes nobody's manager", online: online().has(person("dan", "manager=carl")),
			settings: func(s *Settings) { s.Limits.MaxDepartures = 0 }, read: []step{loses("ann", 2), sees(person("dan", "manager=ann")), sees(person("carl", "manager=ann"))},
			want: []string{"set_manager dan nobody"}, held: []string{"ann: left scope"},
		},
		{name: "a manager who is held stays", online: online(), settings: func(s *Settings) { s.Limits.MaxDepartures = 0 }, read: []step{loses("ann", 1)}, held: []string{"ann: deleted in Active Directory"}},
	})
}

func TestAloneSaysThatNothingElseChanges(t *testing.T) {
	s := scene{online: newMemory().has(person("ann"), person("bob"), person("carl")), read: []step{
		sees(person("bob", "manager=ann")), sees(person("carl", "manager=ann", "title=x")),
	}}
	plan, err := s.plan(t)
	must(t, err)
	alone := map[string]bool{}
	must(t, plan.Each(SetManager, func(c *Change) error { alone[nameOf(c.Anchor)] = c.Alone; return nil }))
	if !alone["bob"] || alone["carl"] {
		t.Errorf("%v", alone)
	}
}

func TestALinkTellsWhenItChanged(t *testing.T) {
	at1, at2 := time.Unix(1_700_000_001, 0).UTC(), time.Unix(1_700_000_002, 0).UTC()
	tell := func(member string, removed bool, changed time.Time) step {
		return func(p *Planner) error {
			return p.Link(directory.Link{Edge: directory.Edge{Group: at("staff"), Member: at(member)}, Removed: removed, Changed: changed})
		}
	}
	s := scene{
		online: newMemory().has(person("ann"), person("bob"), group("staff")).joins("staff", "ann"),
		read:   []step{tell("ann", true, at1), tell("bob", false, time.Time{}), tell("bob", false, at2)},
	}
	plan, err := s.plan(t)
	must(t, err)
	for op, want := range map[Op]time.Time{RemoveMember: at1, AddMember: at2} {
		must(t, plan.Each(op, func(c *Change) error {
			if !c.Changed.Equal(want) {
				t.Errorf("%s changed at %v, want %v", op, c.Changed, want)
			}
			return nil
		}))
		if plan.Count(op) != 1 {
			t.Errorf("%d changes %s", plan.Count(op), op)
		}
	}
}
