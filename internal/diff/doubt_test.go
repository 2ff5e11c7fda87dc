package diff

import (
	"testing"

	"syncd/internal/directory"
)

// TestDoubt: what was sent and never answered is neither taken for done nor for undone (law 9).
func TestDoubt(t *testing.T) {
	online := func() *memory {
		return newMemory().has(person("ann", "manager=bob"), person("bob"), person("carl"), group("staff"), group("team")).joins("staff", "ann", "bob")
	}
	sent := func(e *Entry) { e.Sent = true }
	created := func(e *Entry) { e.ID, e.Sent = "", true }
	doubtful := func(group, member string) *memory {
		m := online()
		m.edges[directory.Edge{Group: at(group), Member: at(member)}] = false
		return m
	}
	interrupted := func(s *Settings) { s.Interrupted = true }
	held := func(s *Settings) { s.Interrupted, s.Limits.MaxDepartures = true, 0 }
	perform(t, []scene{
		{
			name: "an object in doubt is made anew, with its edges and references, though it is equal", online: online().with("ann", sent),
			read: []step{sees(person("ann", "manager=bob"), memberOf("staff"))}, want: []string{"create ann", "add_member staff ann", "set_manager ann bob"},
		},
		{
			name: "so is a group, which is asked for its members", online: online().with("staff", sent), read: []step{sees(group("staff")), asks("staff", "bob")},
			want: []string{"create group staff", "add_member staff bob", "remove_member staff ann"},
		},
		{
			name: "and a manager, with the people who report", online: online().with("bob", func(e *Entry) { e.InDoubt = true }),
			read: []step{sees(person("bob"), memberOf("staff"), reports("ann"))}, want: []string{"create bob", "add_member staff bob", "set_manager ann bob"},
		},
		{name: "one that leaves departs", online: online().with("carl", sent), read: []step{loses("carl", 1)}, want: []string{"depart carl: deleted in Active Directory"}},
		{
			name: "a creation without an answer, of one that left since, is repeated to be undone", online: online().with("carl", created),
			read: []step{loses("carl", 1)}, want: []string{"create carl", "depart carl: deleted in Active Directory"},
		},
		{
			name: "such a departure is not counted against the limits", online: online().with("carl", created), settings: held,
			read: []step{loses("carl", 1)}, want: []string{"create carl", "depart carl: deleted in Active Directory"},
		},
		{
			name: "so is one that was sent in place of another", online: online().with("carl", func(e *Entry) { e.InDoubt, e.IDInDoubt = true, true }),
			read: []step{loses("carl", 1)}, want: []string{"create carl", "depart carl: deleted in Active Directory"},
		},
		{
			name: "nothing is pushed to what has no id", online: online().with("carl", created), read: []step{joined("staff", "carl")},
		},
		{name: "an edge in doubt that is there is added", online: doubtful("team", "ann"), read: []step{joined("team", "ann")}, want: []string{"add_member team ann"}},
		{name: "one that is gone is removed", online: doubtful("team", "ann"), read: []step{parted("team", "ann")}, want: []string{"remove_member team ann"}},
		{
			name: "in a complete group as well", online: doubtful("staff", "ann"), full: true, read: []step{sees(group("staff"), whole("ann", "bob"))},
			want: []string{"add_member staff ann"},
		},
		{
			name: "a reference in doubt is pushed though it is the acknowledged one", online: online().with("ann", func(e *Entry) { e.ManagerInDoubt = true }),
			read: []step{sees(person("ann", "manager=bob"))}, want: []string{"set_manager ann bob"},
		},
		{
			name: "after an interruption what is read is compared whole", online: online(), settings: interrupted,
			read: []step{sees(person("ann", "manager=bob"), memberOf("team")), sees(group("team")), asks("team", "ann", "carl")},
			want: []string{"add_member team ann", "add_member team carl", "remove_member staff ann"},
		},
		{
			name: "a manager who is held keeps a report whose reference is in doubt", settings: held,
			online: online().with("ann", func(e *Entry) { e.ManagerInDoubt = true }),
			read: []step{loses("bob", 2), func(p *Planner) error {
				return p.addReports(&directory.Object{Anchor: at("bob"), Reports: all([]string{"ann"})})
			}},
			want: []string{"set_manager ann bob"}, held: []string{"bob: left scope"},
		},
		{
			name: "a leaver is blocked until the online directory knows that it is one", online: newMemory().has(person("ann", "disabled", "known=true")),
			read: []step{sees(person("ann", "disabled", "known=false"))}, want: []string{"block ann", "update ann"},
		},
	})
}

func TestAPlanSaysWhetherItRepeatsCreations(t *testing.T) {
	for doubtful, e := range map[bool]Entry{true: {ID: "1", InDoubt: true}, false: {ID: "1"}} {
		s := scene{online: newMemory().has(person("ann")), read: []step{sees(person("ann")), sees(person("bob"))}}
		s.online.with("ann", func(ann *Entry) { e.Resource = ann.Resource; *ann = e })
		plan, err := s.plan(t)
		must(t, err)
		if plan.Doubtful != doubtful {
			t.Errorf("doubtful: %v, want %v", plan.Doubtful, doubtful)
		}
	}
}
