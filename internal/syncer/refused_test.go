package syncer_test

import (
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"syncd/internal/directory"
	"syncd/internal/syncer"
)

// TestLaw8WhatALocalRuleRefusesIsListedBlockedAndHeals: bob's address cannot be used. He keeps his attributes, but his memberships and his
// manager follow Active Directory, and as a leaver he is blocked.
func TestLaw8WhatALocalRuleRefusesIsListedBlockedAndHeals(t *testing.T) {
	r := company(t)
	r.pass()
	r.tenant.activate("bob")
	r.forest.change("bob", func(e *entry) {
		e.Attributes["mail"], e.Attributes["title"], e.Manager, e.off = []string{misspelt}, []string{"Boss"}, at("dan"), true
	})
	r.forest.link("team", "bob", false)
	r.forest.link("staff", "bob", true)
	r.forest.add(directory.User, "fay", staff).Attributes["mail"] = []string{misspelt}
	p := r.pass()
	if p.Status != directory.SomeRefused || p.Refused != 2 || p.Blocked != 1 || p.Created != 0 || p.EdgesAdded != 1 || p.EdgesRemoved != 1 || r.tenant.of("bob").active {
		t.Errorf("%+v", p)
	}
	r.settled()
	list, err := r.store.Refused()
	must(t, err)
	if len(list) != 2 || list[0].Op != "update" || list[1].Op != "create" || list[0].Contested || list[0].Status != 0 || !strings.Contains(list[0].Reason, misspelt) {
		t.Errorf("%+v", list)
	}
	r.idle(false)
	r.idle(true)
	for _, name := range []string{"bob", "fay"} {
		r.forest.change(name, func(e *entry) { delete(e.Attributes, "mail"); e.off = false })
	}
	if p := r.pass(); p.Created != 1 || p.Refused != 0 || !r.tenant.of("bob").active {
		t.Errorf("%+v", p)
	}
	r.settled()
	if list, err := r.store.Refused(); err != nil || len(list) != 0 {
		t.Errorf("%+v %v", list, err)
	}
	r.idle(true)
}

// TestLaw8WhoseAnchorIsClaimedStandsStill: it is not certain who ann is, so nothing of her changes, not even what others say of her.
func TestLaw8WhoseAnchorIsClaimedStandsStill(t *testing.T) {
	r := company(t)
	r.pass()
	before := r.tenant.dump()
	r.forest.change("ann", func(e *entry) { e.Problem, e.ou, e.off = "another object claims its anchor", elsewhere, true })
	r.forest.link("staff", "ann", false)
	r.forest.link("team", "ann", true)
	if p := r.pass(); p.Refused != 1 || p.Departed != 0 || len(r.tenant.accounts) != len(before) {
		t.Errorf("%+v", p)
	}
	if id, _ := r.tenant.find(at("ann")); len(r.tenant.of("staff").members) != 3 || r.tenant.of("team").members[id] {
		t.Errorf("her memberships changed")
	}
	r.settled()
	r.idle(true)
	r.forest.change("ann", func(e *entry) { e.Problem, e.ou = "", staff })
	r.pass()
	r.settled()
	r.idle(true)
}

// TestAnchorsThatFindANewHolderWhileAPassReads: ann is deleted and her successor, who has her anchor, comes after the changes were read.
func TestAnchorsThatFindANewHolderWhileAPassReads(t *testing.T) {
	r := company(t)
	r.ownAnchors = true
	r.pass()
	r.forest.delete("ann")
	learn := r.forest.read
	r.forest.read = func() {
		learn()
		r.forest.add(directory.User, "ann", staff).GUID = at("new ann")
		r.forest.read = learn
	}
	if p := r.pass(); p.Departed != 0 || p.Created != 0 {
		t.Errorf("%+v", p)
	}
	r.pass()
	r.settled()
	r.idle(true)
}

// TestReferencesToWhoIsRefused: the manager of bob is replaced by fay, whom the online directory does not take. Until it does he has none.
func TestReferencesToWhoIsRefused(t *testing.T) {
	r := company(t)
	r.forest.change("bob", func(e *entry) { e.Manager = at("ann") })
	r.pass()
	r.forest.add(directory.User, "fay", staff)
	r.forest.change("bob", func(e *entry) { e.Manager = at("fay") })
	r.tenant.refuse[at("fay")] = 400
	if p := r.pass(); p.Refused != 1 || r.tenant.of("bob").manager != "" {
		t.Errorf("%+v, manager %q", p, r.tenant.of("bob").manager)
	}
	r.idle(false)
	clear(r.tenant.refuse)
	r.now = r.now.Add(time.Hour)
	r.pass()
	r.settled()
	r.idle(true)
}

// TestNamesThatADepartureFreesAreTakenInTheSamePass: fay, who is new, and bob get the addresses of dan and carl, who leave. The
// memberships and the references of fay come with her.
func TestNamesThatADepartureFreesAreTakenInTheSamePass(t *testing.T) {
	r := company(t)
	for _, name := range []string{"dan", "carl"} {
		r.forest.change(name, func(e *entry) { e.Attributes["mail"] = []string{name + "@x"} })
	}
	r.pass()
	r.forest.add(directory.User, "fay", staff).Attributes["mail"] = []string{"dan@x"}
	r.forest.change("bob", func(e *entry) { e.Attributes["mail"], e.Manager = []string{"carl@x"}, at("fay") })
	r.forest.objects[at("fay")].Manager = at("ann")
	r.forest.link("team", "fay", true)
	r.forest.change("dan", func(e *entry) { e.ou = elsewhere })
	r.forest.delete("carl")
	if p := r.pass(); p.Refused != 0 || p.Created != 1 || p.Updated != 1 || p.Departed != 2 || p.EdgesAdded != 1 {
		t.Errorf("%+v", p)
	}
	r.settled()
	r.idle(false)
	r.idle(true)
}

// TestNamesOfWhoIsHeldStayTaken: dan's address is not free as long as an operator has not let him go.
func TestNamesOfWhoIsHeldStayTaken(t *testing.T) {
	r := company(t)
	r.forest.change("dan", func(e *entry) { e.Attributes["mail"] = []string{"dan@x"} })
	r.pass()
	r.safety.MaxDepartures = 0
	r.forest.add(directory.User, "fay", staff).Attributes["mail"] = []string{"dan@x"}
	r.forest.link("team", "fay", true)
	r.forest.delete("dan")
	if p := r.pass(); p.Refused != 1 || p.Held != 1 || p.Created != 0 || p.EdgesAdded != 0 {
		t.Errorf("%+v", p)
	}
	if n, err := r.store.Decide("pass-0002", directory.DecisionApproved); n != 1 || err != nil {
		t.Errorf("%d %v", n, err)
	}
	r.now = r.now.Add(time.Hour)
	if p := r.pass(); p.Refused != 0 || p.Departed != 1 || p.Created != 1 || p.EdgesAdded != 1 {
		t.Errorf("%+v", p)
	}
	r.settled()
	r.idle(true)
}

// TestLaw8WhatTheServiceFailsOverBarsNoSavedPlan: ann is in doubt, and the plan is about bob.
func TestLaw8WhatTheServiceFailsOverBarsNoSavedPlan(t *testing.T) {
	r := company(t)
	r.pass()
	title := func(name string) {
		r.forest.change(name, func(e *entry) { e.Attributes["title"] = []string{"Boss"} })
	}
	title("ann")
	r.tenant.refuse[at("ann")] = 500
	r.pass()
	title("bob")
	file := filepath.Join(r.dir, "frozen.plan")
	if p := r.ask(syncer.Request{DryRun: true, Save: file}); strings.Contains(p.Message, "not applied") {
		t.Error(p.Message)
	}
	if p := r.ask(syncer.Request{Saved: file}); p.Updated != 1 {
		t.Errorf("%+v", p)
	}
}

// TestLaw8WhatWasBegunForSomebodyWhoLeftComesToAnEnd: the answer to fay's creation is lost, and she leaves.
func TestLaw8WhatWasBegunForSomebodyWhoLeftComesToAnEnd(t *testing.T) {
	for _, status := range []int{0, 400, 409, 500} {
		r := company(t)
		r.pass()
		r.forest.add(directory.User, "fay", staff)
		r.store.failIn = 3 // the answer is lost
		r.tenant.refuse[at("fay")] = status
		if _, err := r.run(syncer.Request{}); err == nil {
			t.Fatal("nothing failed")
		}
		r.reopen()
		r.forest.delete("fay")
		r.pass()
		if list, err := r.store.Refused(); err != nil || len(list) > 0 {
			t.Errorf("%d: %+v %v", status, list, err)
		}
		r.settled()
		r.idle(true)
	}
}

// TestLaw8NothingOfAnAccountCanBeRead: its expiry is known, and that stops nobody.
func TestLaw8NothingOfAnAccountCanBeRead(t *testing.T) {
	r := company(t)
	r.forest.change("ann", func(e *entry) { e.expires = r.now.Add(1000 * time.Hour) })
	r.pass()
	r.forest.bare = true
	r.forest.touch(at("ann"))
	if p := r.pass(); p.Departed != 0 {
		t.Errorf("%+v", p)
	}
}

// TestGroupsWhoseMembersCannotBeReadKeepThem: law 3. The members say themselves that they are in the group. When the right is back the group is
// compared as a whole, because no delta tells what changed in the meantime.
func TestGroupsWhoseMembersCannotBeReadKeepThem(t *testing.T) {
	r := company(t)
	r.pass()
	before := maps.Clone(r.tenant.of("staff").members)
	r.forest.closed = map[directory.Anchor]bool{at("staff"): true}
	if p := r.full(); p.EdgesRemoved != 0 || p.Refused != 1 || !maps.Equal(before, r.tenant.of("staff").members) {
		t.Errorf("%+v, members %v of %v", p, r.tenant.of("staff").members, before)
	}
	if list, err := r.store.Refused(); err != nil || len(list) != 1 || !strings.Contains(list[0].Reason, "its members cannot be read") {
		t.Errorf("%+v %v", list, err)
	}
	r.forest.closed = nil
	r.forest.objects[at("staff")].members = map[directory.Anchor]bool{at("bob"): true} // in no delta
	r.now = r.now.Add(time.Hour)
	r.pass()
	r.settled()
	r.idle(true)
	r.forest.objects[at("staff")].members = nil // really empty
	r.forest.touch(at("staff"))
	r.full()
	r.settled()
}
