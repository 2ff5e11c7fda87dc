package diff

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
)

func guid(name string) func(*directory.Object) {
	return func(o *directory.Object) { o.GUID = at(name) }
}

func TestRefusedByALocalRule(t *testing.T) {
	online := func() *memory {
		return newMemory().has(person("ann", "manager=bob"), person("bob"), person("carl"), group("staff"), group("team")).joins("staff", "ann", "bob")
	}
	perform(t, []scene{
		{
			name: "who is online keeps her attributes, and follows in the rest", online: online(),
			read: []step{breaks(person("ann", "title=x", "manager=carl")), parted("staff", "ann"), joined("team", "ann"), sees(person("carl"), reports("ann"))},
			want: []string{"add_member team ann", "set_manager ann carl", "remove_member staff ann"},
		},
		{name: "in a full pass as well: she is not missing", full: true, online: online(), read: []step{
			breaks(person("ann", "manager=bob")), sees(person("bob")), sees(person("carl")), sees(group("staff"), whole("bob")), sees(group("team"), whole("ann")), proves(nil),
		}, want: []string{"add_member team ann", "remove_member staff ann"}},
		{name: "law 5: a leaver is blocked all the same", online: online(), read: []step{breaks(person("ann", "disabled", "manager=bob"))}, want: []string{"block ann"}},
		{name: "who is not online is not created", online: online(), read: []step{breaks(person("eve", "disabled")), joined("staff", "eve")}},
		{
			name: "a manager who departs is taken away", online: online(), read: []step{breaks(person("ann")), loses("bob", directory.Tombstone)},
			want: []string{"set_manager ann nobody", "remove_member staff bob", "depart bob: deleted in Active Directory"},
		},
		{
			name: "a group's members go on", online: online(), read: []step{breaks(group("staff")), parted("staff", "ann"), joined("staff", "carl")},
			want: []string{"add_member staff carl", "remove_member staff ann"},
		},
		{
			name: "it is not certain who it is: everything stays", online: online(),
			read: []step{claims(person("ann", "title=x", "manager=carl")), parted("staff", "ann"), joined("team", "ann"), sees(person("carl"), reports("ann"))},
		},
		{
			name: "but whose manager he is, his reports decide", online: online(), read: []step{claims(person("bob"), reports("carl"))},
			want: []string{"set_manager ann nobody", "set_manager carl bob"},
		},
		{
			name: "a block that may have arrived is lifted when the leaver comes back", settings: func(s *Settings) { s.Reactivate = true },
			online: online().with("carl", func(e *Entry) { e.Sent, e.Block = true, BlockIntended }), read: []step{breaks(person("carl", "title=x"))},
			want: []string{"create carl", "unblock carl"},
		},
		{
			name: "and so it stays while nothing is said of it", online: online().refuses("ann", "team"),
			read: []step{parted("staff", "ann"), joined("team", "carl"), sees(person("bob"), reports("ann"), memberOf("staff", "team"))},
		},
		{
			name: "what is in order again is compared as a whole", online: online().refuses("ann"), read: []step{sees(person("ann", "manager=bob"), memberOf("team"))},
			want: []string{"add_member team ann", "remove_member staff ann"},
		},
		{
			name: "the first state of an object counts", online: online(), read: []step{breaks(person("ann", "manager=bob")), sees(person("ann", "title=x")), sees(person("bob", "title=x")), breaks(person("bob"))},
			want: []string{"update bob"},
		},
	})
}

func TestTwoObjectsOneAnchor(t *testing.T) {
	moved := person("ann")
	moved.GUID = at("new")
	online := func() *memory { return newMemory().has(person("ann"), person("bob")) }
	tombstone := func(name string, change ...func(*directory.Object)) step {
		return func(p *Planner) error {
			o := &directory.Object{Anchor: at(name), Deleted: true}
			for _, c := range change {
				c(o)
			}
			return p.Add(o, nil, &directory.Evidence{Cause: directory.Tombstone})
		}
	}
	perform(t, []scene{
		{
			name: "the second is refused, and blocks nobody", online: online(),
			read: []step{sees(moved, guid("new")), sees(person("ann", "disabled"), guid("other")), breaks(person("ann", "disabled"), guid("third"))}, want: []string{"update ann"},
		},
		{name: "the same object twice is one", online: online(), read: []step{sees(moved, guid("new")), sees(moved, guid("new"))}, want: []string{"update ann"}},
		{name: "a successor keeps the account, tombstone first", online: online(), read: []step{tombstone("ann"), sees(moved, guid("new"))}, want: []string{"update ann"}},
		{name: "a successor keeps the account, tombstone last", online: online(), read: []step{sees(moved, guid("new")), tombstone("ann")}, want: []string{"update ann"}},
		{name: "two successors, tombstone first", online: online(), read: []step{tombstone("ann"), claims(moved, guid("new")), claims(moved, guid("other"))}},
		{
			name: "the block of a predecessor is not the successor's", online: online(),
			read: []step{leaver("ann"), sees(moved, guid("new"))}, want: []string{"update ann"},
		},
		{name: "the tombstone of a predecessor, long after", online: online().has(moved), read: []step{tombstone("ann")}},
		{name: "the object's own tombstone", online: online().has(moved), read: []step{tombstone("ann", guid("new"))}, want: []string{"depart ann: deleted in Active Directory"}},
	})
}

func TestAPlanTellsWhatIsRefusedAndWhatWasLookedAtAgain(t *testing.T) {
	s := scene{online: newMemory().has(person("ann")).refuses("ann", "bob", "eve", "zoe"), read: []step{
		breaks(person("ann")), breaks(person("eve")), sees(person("bob")), func(p *Planner) error { return p.Unexplained(at("zoe")) },
	}}
	plan, err := s.plan(t)
	must(t, err)
	var got []string
	must(t, plan.EachRefused(func(r directory.RefusedObject) error {
		got = append(got, r.Op+" "+r.Kind+" "+r.Name+": "+r.Reason)
		return nil
	}))
	if len(got) != 2 || plan.RefusedCount() != 2 || got[0] != "update user ann: its name has a blank" || got[1] != "create user eve: its name has a blank" {
		t.Errorf("%q", got)
	}
	if d := cmp.Diff(all([]string{"ann", "eve", "bob", "zoe"}), plan.Retried); d != "" {
		t.Error(d)
	}
}

func TestPrimaryGroup(t *testing.T) {
	online := func() *memory {
		return newMemory().has(person("ann"), person("bob"), group("staff"), group("team")).joins("staff", "ann")
	}
	primary := func(group string) func(*directory.Object) {
		return func(o *directory.Object) { o.PrimaryGroup = at(group) }
	}
	perform(t, []scene{
		{name: "it is a membership", online: online(), read: []step{sees(person("bob"), primary("team"))}, want: []string{"add_member team bob"}},
		{
			name: "that Active Directory takes out of the members", online: online(),
			read: []step{sees(person("ann"), primary("staff")), parted("staff", "ann")},
		},
		{
			name: "and puts back when another becomes the primary one", online: online(),
			read: []step{sees(person("ann"), primary("team")), joined("staff", "ann"), parted("team", "ann")}, want: []string{"add_member team ann"},
		},
		{
			name: "in a full pass", full: true, online: online(),
			read: []step{sees(group("staff"), whole()), sees(group("team"), whole()), sees(person("ann"), primary("staff")), sees(person("bob"), primary("team"))},
			want: []string{"add_member team bob"},
		},
		{name: "compared as a whole", online: online().refuses("ann"), read: []step{sees(person("ann"), primary("staff"))}},
	})
}

func TestAnAttributeThatNobodyShowsAnyMoreIsAPartialRead(t *testing.T) {
	online := newMemory()
	var read []step
	for i := range 12 {
		name := "p" + string(rune('a'+i))
		online.has(person(name, "title=Boss"))
		read = append(read, sees(person(name)))
	}
	online.has(group("staff", "title=x"))
	read = append(read, sees(group("staff", "title=x"))) // what groups show says nothing about people
	same := func(s *Settings) { s.SameRules = true }
	all := append(read[:len(read):len(read)], proves(nil))
	var updates []string
	for i := range 12 {
		updates = append(updates, "update p"+string(rune('a'+i)))
	}
	shown := append(read[:len(read):len(read)], sees(person("new", "title=x")), proves(nil))
	perform(t, []scene{
		{name: "held", full: true, online: online, settings: same, read: all, fails: directory.Held},
		{name: "unless the rules changed", full: true, online: online, read: all, want: updates},
		{name: "or somebody shows it", full: true, online: online, settings: same, read: shown, want: append(updates[:12:12], "create new")},
		{name: "or it is a delta", online: online, settings: same, read: read, want: updates},
	})
}

// TestLeaversAmongTheContested: law 5 does not depend on who of two claimants is read first.
func TestLeaversAmongTheContested(t *testing.T) {
	moved := person("ann", "title=x")
	moved.GUID = at("new")
	leaver, rival := claims(person("ann", "disabled")), claims(moved, guid("new"))
	online := func() *memory { return newMemory().has(person("ann")) }
	perform(t, []scene{
		{name: "she comes first", online: online(), read: []step{leaver, rival}, want: []string{"block ann"}},
		{name: "she comes last", online: online(), read: []step{rival, leaver}, want: []string{"block ann"}},
		{name: "twice is once", online: online(), read: []step{leaver, rival, leaver}, want: []string{"block ann"}},
	})
}

// TestSuccessorsOfAnotherKind: a contact does not take over the account of a user, who departs as if nobody had come.
func TestSuccessorsOfAnotherKind(t *testing.T) {
	contact := resource(directory.Contact, "ann")
	contact.GUID = at("new")
	online := func() *memory { return newMemory().has(person("ann")) }
	gone := []string{"depart ann: deleted in Active Directory"}
	perform(t, []scene{
		{name: "after the tombstone", online: online(), read: []step{loses("ann", directory.Tombstone), sees(contact, guid("new"))}, want: gone},
		{name: "before it", online: online(), read: []step{sees(contact, guid("new")), loses("ann", directory.Tombstone)}, want: gone},
		{name: "refused by a rule", online: online(), read: []step{claims(contact, guid("new")), loses("ann", directory.Tombstone)}, want: gone},
		{name: "while she is there", online: online(), read: []step{sees(contact, guid("new")), sees(person("ann", "title=x"))}, want: []string{"update ann"}},
	})
}

// TestSuccessorsOfOneInDoubt: the creation of ann may have arrived, and another object has her anchor now: it is created once.
func TestSuccessorsOfOneInDoubt(t *testing.T) {
	moved := person("ann", "title=x")
	moved.GUID = at("new")
	perform(t, []scene{{
		name: "one creation", online: newMemory().has(person("ann")).with("ann", func(e *Entry) { e.ID, e.Sent = "", true }),
		read: []step{loses("ann", directory.Tombstone), sees(moved, guid("new"))}, want: []string{"create ann"},
	}})
}
