package diff

import (
	"errors"
	"testing"

	"syncd/internal/directory"
)

func TestObjects(t *testing.T) {
	ann := func() *memory { return newMemory().has(person("ann"), group("staff")) }
	blocked := func(e *Entry) { e.Block, e.Resource.Enabled = BlockedBySyncd, false }
	departed := func(e *Entry) { e.Block, e.Resource.Enabled, e.Departed = BlockedBySyncd, false, true }
	perform(t, []scene{
		{name: "law 2: equal needs nothing", online: ann(), read: []step{sees(person("ann")), sees(group("staff"))}},
		{
			name: "new objects, in plan order", online: newMemory(),
			read: []step{sees(group("staff"), whole("ann")), sees(person("ann", "disabled"))},
			want: []string{"create ann", "create group staff", "add_member staff ann"},
		},
		{
			name: "changed attributes", online: ann(), read: []step{sees(person("ann", "title=Boss")), sees(group("staff", "title=x"))},
			want: []string{"update ann", "update group staff"},
		},
		{name: "a new expiry is an update", online: ann(), read: []step{sees(person("ann", "expires"))}, want: []string{"update ann"}},
		{
			name: "law 5: a leaver is blocked first", online: ann(), read: []step{sees(person("bob")), sees(person("ann", "disabled", "title=x"))},
			want: []string{"block ann", "update ann", "create bob"},
		},
		{
			name: "a block of syncd is lifted", online: ann().with("ann", blocked), read: []step{sees(person("ann"))},
			want: []string{"update ann", "unblock ann"},
		},
		{
			name: "an intended block is lifted", online: ann().with("ann", func(e *Entry) { e.Block = BlockIntended }),
			read: []step{sees(person("ann"))}, want: []string{"unblock ann"},
		},
		{
			name: "reactivate: false keeps the block", online: ann().with("ann", blocked), read: []step{sees(person("ann"))},
			settings: func(s *Settings) { s.Reactivate = false }, want: []string{"update ann"},
		},
		{
			name: "law 4: who was not blocked by syncd is only noted as usable", online: ann().with("ann", func(e *Entry) { e.Resource.Enabled = false }),
			read: []step{sees(person("ann"))}, want: []string{"update ann"},
		},
		{name: "still disabled needs nothing", online: newMemory().has(person("ann", "disabled")), read: []step{sees(person("ann", "disabled"))}},
		{
			name: "an object that comes twice counts once", online: ann(),
			read: []step{sees(person("ann", "title=a")), sees(person("ann", "title=b")), sees(person("bob")), sees(person("bob")), loses("ann", directory.Tombstone)},
			want: []string{"update ann", "create bob"},
		},
		{
			name: "a kind that the online directory lacks is left out", online: ann(), read: []step{sees(resource(directory.Contact, "carl")), sees(person("ann"))},
			settings: func(s *Settings) { s.Supports = func(k directory.Kind) bool { return k != directory.Contact } },
		},
		{
			name: "who departed and comes back counts as present again", online: ann().with("ann", departed), read: []step{sees(person("ann"))},
			want: []string{"update ann", "unblock ann"},
		},
		{
			name: "who departed and comes back disabled stays blocked", online: ann().with("ann", departed), read: []step{sees(person("ann", "disabled"))},
			want: []string{"update ann"},
		},
	})
}

func TestDepartures(t *testing.T) {
	three := func() *memory {
		return newMemory().has(person("ann"), person("bob", "manager=ann"), group("staff")).joins("staff", "ann", "bob")
	}
	ten := func() *memory {
		m := newMemory().has(group("staff"))
		for _, n := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i"} {
			m.has(person(n, "manager=a")).joins("staff", n)
		}
		return m
	}
	crowd := func() *memory {
		m := ten()
		for n := range 50 {
			m.has(person("p" + string(rune('0'+n))))
		}
		return m
	}
	limits := func(n int, percent float64) func(*Settings) {
		return func(s *Settings) { s.Limits.MaxDepartures, s.Limits.MaxPercent = n, percent }
	}
	rest := []step{sees(group("staff"), whole("a", "b", "c", "d", "e", "f", "g")), sees(person("c", "manager=a"))}
	for _, n := range []string{"d", "e", "f", "g", "h", "i"} {
		rest = append(rest, sees(person(n, "manager=a")))
	}
	perform(t, []scene{
		{
			name: "each with its evidence and its consequences", online: three().has(person("carl"), group("top")).joins("top", "staff").joins("staff", "carl"),
			read: []step{loses("ann", directory.Tombstone), loses("staff", directory.Excluded), loses("carl", directory.LeftScope)},
			want: []string{
				"set_manager bob nobody", "remove_member top staff",
				"depart ann: deleted in Active Directory", "depart staff: excluded by a rule", "depart carl: left scope",
			},
		},
		{
			name: "from a group that stays, in a full pass", full: true, online: three(),
			read: []step{sees(group("staff"), whole("ann", "bob")), sees(person("bob", "manager=ann")), proves(map[string]step{"ann": loses("ann", directory.LeftScope)})},
			want: []string{"set_manager bob nobody", "remove_member staff ann", "depart ann: left scope"},
		},
		{name: "what is not online does not depart", online: three(), read: []step{loses("eve", directory.Tombstone)}},
		{
			name: "law 3: absence alone holds", full: true, online: three(),
			read: []step{sees(group("staff"), whole("bob")), sees(person("bob", "manager=ann")), proves(map[string]step{"ann": nil})},
			held: []string{"ann: not found, without evidence of a deletion"},
		},
		{
			name: "an object that cannot be read is held", online: three(), read: []step{loses("ann", directory.Unexplained)},
			held: []string{"ann: not found, without evidence of a deletion"},
		},
		{
			name: "missed and found by the look-up", full: true, online: three(),
			read: []step{sees(person("bob", "manager=ann")), proves(map[string]step{"ann": sees(person("ann", "title=x")), "staff": sees(group("staff"))}), asks("staff", "ann")},
			want: []string{"update ann", "remove_member staff bob"},
		},
		{name: "law 3: an empty read removes nobody", full: true, online: three(), read: []step{proves(nil)}, fails: directory.Held},
		{name: "an empty directory may be empty", full: true, online: newMemory(), read: []step{proves(nil)}},
		{
			name: "law 3: losing sight of more than may depart is a partial read", full: true, online: crowd(), settings: limits(5, 100),
			read: []step{sees(group("staff"), whole()), proves(nil)}, fails: directory.Held,
		},
		{
			name: "over the limit by number: held, with edges and references", full: true, online: ten(), settings: limits(1, 100),
			read: append(rest[:len(rest):len(rest)], proves(map[string]step{"a": loses("a", directory.Tombstone), "b": loses("b", directory.LeftScope)})),
			want: []string{"remove_member staff h", "remove_member staff i"},
			held: []string{"a: deleted in Active Directory", "b: left scope"},
		},
		{
			name: "over the limit by percent", online: ten(), settings: limits(500, 19.9), read: []step{loses("a", directory.Tombstone), loses("b", directory.Tombstone)},
			held: []string{"a: deleted in Active Directory", "b: deleted in Active Directory"},
		},
		{
			name: "exactly the limit", online: ten(), settings: limits(2, 20), read: []step{loses("c", directory.Tombstone), loses("b", directory.Tombstone)},
			want: []string{"remove_member staff b", "remove_member staff c", "depart c: deleted in Active Directory", "depart b: deleted in Active Directory"},
		},
		{
			name: "kept and blocked: with its edges, but no new ones, and as nobody's manager", online: three().has(group("new"), person("dan")),
			settings: func(s *Settings) { s.KeepDeparted = true },
			read:     []step{loses("ann", directory.Tombstone), joined("new", "ann"), sees(person("dan", "manager=ann")), loses("staff", directory.Tombstone)},
			want:     []string{"set_manager bob nobody", "depart ann: deleted in Active Directory, kept", "depart staff: deleted in Active Directory"},
		},
		{
			name: "who departed before departs once", online: three().with("ann", func(e *Entry) { e.Departed = true }), full: true,
			read: []step{sees(group("staff"), whole("bob")), sees(person("bob", "manager=ann")), proves(nil)},
		},
	})
}

func TestASnapshotThatFailsIsNoAnswer(t *testing.T) {
	broken := errors.New("disk on fire")
	for _, full := range []bool{true, false} {
		s := scene{full: full, online: newMemory().has(person("ann"))}
		s.online.err = broken
		if _, err := s.plan(t); !errors.Is(err, broken) {
			t.Errorf("Finish: %v", err)
		}
		s.read = []step{sees(person("ann"))}
		if _, err := s.plan(t); !errors.Is(err, broken) {
			t.Errorf("Add: %v", err)
		}
		s.read = []step{proves(nil)}
		if _, err := s.plan(t); !errors.Is(err, broken) {
			t.Errorf("Missing: %v", err)
		}
	}
}

func TestCounts(t *testing.T) {
	s := scene{online: newMemory().has(person("ann"), person("bob")), read: []step{
		sees(person("ann")), sees(person("bob", "title=x")), loses("eve", directory.Tombstone), sees(resource(directory.Contact, "carl")),
	}}
	s.settings = func(s *Settings) { s.Supports = func(k directory.Kind) bool { return k != directory.Contact } }
	plan, err := s.plan(t)
	must(t, err)
	if plan.Read != 4 || plan.Unchanged != 1 || plan.Left[directory.Contact] != 1 || plan.Count(Update) != 1 {
		t.Errorf("read %d, unchanged %d, left %v, updates %d", plan.Read, plan.Unchanged, plan.Left, plan.Count(Update))
	}
}
