package cloudtarget

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// bothWays runs a scenario with single requests and with bulk.
func bothWays(t *testing.T, run func(t *testing.T, f *fake)) {
	for _, bulk := range []bool{false, true} {
		t.Run(fmt.Sprintf("bulk=%v", bulk), func(t *testing.T) {
			f := newFake(t)
			f.bulk = bulk
			run(t, f)
			if !bulk && f.count("POST /Bulk") > 0 {
				t.Error("bulk was used where none is offered")
			}
		})
	}
}

func apply(t *testing.T, target *Target, changes ...diff.Change) []diff.Outcome {
	t.Helper()
	outcomes, err := target.Apply(t.Context(), changes)
	if err != nil {
		t.Fatal(err)
	}
	if len(outcomes) != len(changes) {
		t.Fatalf("%d outcomes for %d changes", len(outcomes), len(changes))
	}
	return outcomes
}

// creations makes n changes that create user-1 to user-n.
func creations(n int) []diff.Change {
	changes := make([]diff.Change, n)
	for i := range changes {
		after := person(byte(i+1), directory.UserName, fmt.Sprintf("user-%d@corp.example", i+1), directory.DisplayName, fmt.Sprintf("User %d", i+1))
		changes[i] = diff.Change{Op: diff.Create, Kind: directory.User, Anchor: after.Anchor, After: after}
	}
	return changes
}

// online reads what the service has under the ids of outcomes.
func (f *fake) online(outcomes []diff.Outcome) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var names []string
	for _, o := range outcomes {
		r := f.resources["/Users/"+o.ID]
		names = append(names, fmt.Sprint(r["userName"], " ", r["displayName"], " ", r["active"]))
	}
	return names
}

func TestCreateUpdateDepart(t *testing.T) {
	bothWays(t, func(t *testing.T, f *fake) {
		target := f.open()
		created := apply(t, target, creations(120)...)
		for i, line := range f.online(created) {
			if want := fmt.Sprintf("user-%d@corp.example User %d false", i+1, i+1); line != want {
				t.Fatalf("change %d: got %q, want %q", i, line, want)
			}
		}
		updates := creations(120)
		for i := range updates {
			updates[i].Op, updates[i].ID, updates[i].Before = diff.Update, created[i].ID, updates[i].After
			updates[i].After = person(byte(i+1), directory.UserName, updates[i].Before.First(directory.UserName), directory.DisplayName, "New")
		}
		updates[7].ID = "gone"
		updates[8].After = updates[8].Before
		outcomes := apply(t, target, updates...)
		if r := outcomes[7].Refusal; r == nil || r.Status != 404 {
			t.Errorf("the update of a missing object: %+v", outcomes[7])
		}
		outcomes[7].ID = created[7].ID
		for i, line := range f.online(outcomes) {
			if changed := strings.HasSuffix(line, " New false"); changed == (i == 7 || i == 8) {
				t.Errorf("update %d made %q", i, line)
			}
		}
		departs := creations(120)
		for i := range departs {
			departs[i] = diff.Change{Op: diff.Depart, Kind: directory.User, Anchor: departs[i].Anchor, ID: created[i].ID, Keep: i < 2}
		}
		departs[5].ID = "gone"
		for i, o := range apply(t, target, departs...) {
			if o.Refusal != nil {
				t.Errorf("departure %d: %v", i, o.Refusal)
			}
		}
		if len(f.resources) != 3 { // two kept, one spared by the wrong id
			t.Errorf("%d resources are left", len(f.resources))
		}
		if f.bulk && f.count("PATCH")+f.count("DELETE") > 0 {
			t.Error("changes were sent alone although bulk is offered")
		}
	})
}

func TestConflicts(t *testing.T) {
	bothWays(t, func(t *testing.T, f *fake) {
		target := f.open()
		old := creations(2)
		old[0].After = person(1, directory.UserName, "old@corp.example", directory.Title, "Boss", directory.WorkPhone, "+1", directory.Locality, "Oslo")
		old[1].After.Anchor = directory.Anchor{99}
		was := apply(t, target, old...)
		apply(t, target, diff.Change{Op: diff.Unblock, Kind: directory.User, ID: was[0].ID})

		outcomes := apply(t, target, creations(3)...)
		want := []diff.Outcome{
			{ID: was[0].ID, Adopted: true},
			{Refusal: &diff.Refusal{Status: 409, Type: "uniqueness", Detail: "userName user-2@corp.example of User 2 is used by User 2 (anchor " +
				old[1].After.Anchor.String() + "), which is another object in Active Directory"}},
		}
		if d := cmp.Diff(want, outcomes[:2]); d != "" {
			t.Errorf("outcomes (-want +got):\n%s", d)
		}
		if outcomes[2].ID == "" || outcomes[2].Adopted {
			t.Errorf("the third is %+v", outcomes[2])
		}
		twin := f.resources["/Users/"+was[0].ID]
		if got := everything().observed(twin, directory.User).Values; !cmp.Equal(got, creations(1)[0].After.Values) {
			t.Errorf("the twin holds %v", got)
		}
		if twin["active"] != true {
			t.Error("adoption touched active")
		}
	})
}

func TestRepeatFindsTwins(t *testing.T) {
	for _, noOr := range []bool{false, true} {
		bothWays(t, func(t *testing.T, f *fake) {
			f.twins, f.noOr = true, noOr
			target := f.open()
			created := apply(t, target, creations(30)...)
			target.Repeat(true)
			for i, o := range apply(t, target, creations(32)...) {
				if i < 30 && o != (diff.Outcome{ID: created[i].ID, Adopted: true}) || i >= 30 && (o.Adopted || o.ID == "") {
					t.Errorf("creation %d repeated: %+v", i, o)
				}
			}
			if len(f.resources) != 32 {
				t.Errorf("%d resources online", len(f.resources))
			}
			if n := f.count("GET /Users"); !noOr && n > 3 {
				t.Errorf("%d look-ups for 32 anchors", n)
			}
		})
	}
}

func TestDriftedUpdateIsMended(t *testing.T) {
	bothWays(t, func(t *testing.T, f *fake) {
		target := f.open()
		created := apply(t, target, creations(2)...)
		var updates []diff.Change
		for i, c := range creations(2) {
			after := person(byte(i+1), directory.UserName, c.After.First(directory.UserName), directory.WorkPhone, "+1")
			updates = append(updates, diff.Change{Op: diff.Update, Kind: directory.User, ID: created[i].ID, Before: c.After, After: after})
		}
		for i, o := range apply(t, target, updates...) {
			if o.Refusal != nil || !cmp.Equal(everything().observed(f.resources["/Users/"+o.ID], directory.User).Values, updates[i].After.Values) {
				t.Errorf("update %d: %+v, online %v", i, o, f.resources["/Users/"+created[i].ID])
			}
		}
	})
}

func TestActiveAndManager(t *testing.T) {
	bothWays(t, func(t *testing.T, f *fake) {
		target := f.open()
		created := apply(t, target, creations(3)...)
		one, boss := created[0].ID, created[2].ID
		active := func() []bool {
			list, err := target.Active(t.Context(), []string{one, "gone", boss, ""})
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		apply(t, target, diff.Change{Op: diff.Unblock, Kind: directory.User, ID: one})
		if got := active(); !slices.Equal(got, []bool{true, false, false, false}) {
			t.Errorf("active is %v", got)
		}
		apply(t, target, diff.Change{Op: diff.Block, Kind: directory.User, ID: one}, diff.Change{Op: diff.Block, Kind: directory.Group, ID: "7"})
		if got := active(); slices.Contains(got, true) {
			t.Errorf("after the block active is %v", got)
		}
		outcomes := apply(t, target, diff.Change{Op: diff.SetManager, Kind: directory.User, ID: one, Other: directory.Anchor{3}, OtherID: boss},
			diff.Change{Op: diff.SetManager, Kind: directory.User, ID: boss, Other: directory.Anchor{3}})
		if outcomes[1].Refusal == nil || outcomes[0].Refusal != nil {
			t.Errorf("managers: %+v", outcomes)
		}
		manager := func() any { return inner(f.resources["/Users/"+one], directory.SchemaEnterprise)["manager"] }
		if d := cmp.Diff(map[string]any{"value": boss}, manager()); d != "" {
			t.Error(d)
		}
		apply(t, target, diff.Change{Op: diff.SetManager, Kind: directory.User, ID: one})
		if manager() != nil {
			t.Error("the manager stays")
		}
	})
}

func edge(op diff.Op, group, member string) diff.Change {
	return diff.Change{Op: op, Kind: directory.Group, ID: group, OtherID: member}
}

func TestEdges(t *testing.T) {
	for _, most := range []int{0, 20} {
		bothWays(t, func(t *testing.T, f *fake) {
			f.memberMost = most
			target := f.open()
			users := apply(t, target, creations(230)...)
			group := apply(t, target, diff.Change{
				Op: diff.CreateGroup, Kind: directory.Group,
				After: &directory.Resource{Kind: directory.Group, Anchor: directory.Anchor{77}, Values: person(1, directory.DisplayName, "All").Values},
			})[0].ID
			for _, op := range []diff.Op{diff.AddMember, diff.RemoveMember} {
				var changes []diff.Change
				for _, u := range users {
					changes = append(changes, edge(op, group, u.ID))
				}
				changes = append(changes, edge(op, "gone", users[0].ID), edge(op, "gone", users[1].ID), edge(op, "", "1"))
				changes[3].OtherID, changes[150].OtherID = "nobody", `no"body`
				outcomes := apply(t, target, changes...)
				for i, o := range outcomes {
					status := 0
					if o.Refusal != nil {
						status = o.Refusal.Status
					}
					want := map[int]int{3: 400, 150: 400, 230: 404, 231: 404}[i]
					if op == diff.RemoveMember {
						want = 0
					}
					if status != want || (i == 232) != (o.Refusal != nil && status == 0) {
						t.Errorf("%s %d: %+v", op, i, o.Refusal)
					}
				}
				left := 228
				if op == diff.RemoveMember {
					left = 0
				}
				if n := len(f.members["/Groups/"+group]); n != left {
					t.Errorf("after %s the group has %d members", op, n)
				}
			}
			if n := f.count("PATCH"); most == 0 && n > 60 {
				t.Errorf("%d requests for 460 edges", n)
			}
		})
	}
}

func TestOneForbiddenObjectIsRefused(t *testing.T) {
	bothWays(t, func(t *testing.T, f *fake) {
		f.spoil = func(method, path, body string) (int, string) {
			if strings.Contains(body, "user-2@") {
				return http.StatusForbidden, "a privileged account"
			}
			return 0, ""
		}
		target := f.open()
		outcomes := apply(t, target, creations(3)...)
		if r := outcomes[1].Refusal; r == nil || r.Status != 403 || r.Detail != "a privileged account" || outcomes[2].Refusal != nil {
			t.Errorf("outcomes: %+v", outcomes)
		}
		alone, err := target.Apply(t.Context(), creations(3)[1:2])
		if err != nil || alone[0].Refusal == nil || alone[0].Refusal.Status != 403 {
			t.Errorf("a batch of one forbidden object (law 8): %+v, %v", alone, err)
		}
		f.spoil = func(method, _, _ string) (int, string) {
			if method == http.MethodGet {
				return 0, ""
			}
			return http.StatusForbidden, "synchronisation is not enabled"
		}
		_, err = target.Apply(t.Context(), creations(3))
		if directory.ClassOf(err) != directory.Unreachable || !strings.Contains(err.Error(), "synchronisation is not enabled") {
			t.Errorf("every write forbidden: %v", err)
		}
	})
}

func TestMisuse(t *testing.T) {
	target := targetFor(t, "http://127.0.0.1:1/scim")
	if _, err := target.Apply(t.Context(), creations(1)); err == nil {
		t.Error("Apply before Open succeeded")
	}
	if target.Supports(directory.User) {
		t.Error("a closed target supports users")
	}
	target = newFake(t).open()
	if _, err := target.Apply(t.Context(), []diff.Change{{Op: diff.Block}, {Op: diff.Depart}}); err == nil {
		t.Error("a mixed batch was accepted")
	}
	if _, err := target.Apply(t.Context(), []diff.Change{{Op: diff.Create}}); err == nil {
		t.Error("a creation of nothing was accepted")
	}
}

// TestLaw6WhatAnotherSystemTookOverIsLeftAlone: a departure does not delete what carries somebody else's mark by now.
func TestLaw6WhatAnotherSystemTookOverIsLeftAlone(t *testing.T) {
	bothWays(t, func(t *testing.T, f *fake) {
		target := f.open()
		made := creations(3)
		created := apply(t, target, made...)
		f.resources["/Users/"+created[1].ID]["externalId"] = "hr-7"
		var departs []diff.Change
		for i, c := range made {
			departs = append(departs, diff.Change{Op: diff.Depart, Kind: directory.User, Anchor: c.Anchor, ID: created[i].ID, Keep: i == 1})
		}
		for i, o := range apply(t, target, departs...) {
			if o.Refusal != nil {
				t.Errorf("departure %d: %v", i, o.Refusal)
			}
		}
		if left := f.resources["/Users/"+created[1].ID]; len(f.resources) != 1 || left == nil || left["externalId"] != "hr-7" {
			t.Errorf("left: %v", f.resources)
		}
	})
}
