package syncer_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"syncd/internal/directory"
	"syncd/internal/syncer"
)

// company is a small directory: ann manages bob and dan (who is disabled), carl is a contact, staff holds team.
func company(t *testing.T) *rig {
	r := rigFor(t)
	f := r.forest
	f.add(directory.User, "ann", staff)
	f.add(directory.User, "bob", staff).Manager = at("ann")
	f.add(directory.User, "dan", staff).off = true
	f.add(directory.User, "eve", interns)
	f.add(directory.Contact, "carl", staff).Manager = at("bob")
	f.add(directory.Group, "staff", staff)
	f.add(directory.Group, "team", staff)
	for _, m := range []string{"ann", "carl", "eve", "team"} {
		f.link("staff", m, true)
	}
	f.link("team", "bob", true)
	return r
}

func TestFirstPassMakesEverybodyInactiveAndTheSecondNothing(t *testing.T) {
	r := company(t)
	p := r.pass()
	if p.Kind != "full" || p.Status != directory.Done || p.Created != 6 || p.EdgesAdded != 4 || p.Read != 7 || p.Server == "" {
		t.Errorf("%+v", p)
	}
	r.settled()
	for _, acc := range r.tenant.accounts {
		if acc.active {
			t.Errorf("law 4: %s is active", nameOf(acc.anchor))
		}
	}
	r.idle(false)
	r.idle(true)
	passes, err := r.store.Passes(10)
	must(t, err)
	if len(passes) != 3 || passes[2].ID != "pass-0001" || passes[1].Kind != "delta" {
		t.Errorf("history: %+v", passes)
	}
	if state, err := r.store.State(); err != nil || state.SyncedTo.IsZero() || len(state.Containers) != 2 || state.Fingerprint == "" {
		t.Errorf("%+v %v", state, err)
	}
}

func TestADeltaCarriesEveryKindOfChange(t *testing.T) {
	r := company(t)
	r.pass()
	r.forest.change("ann", func(e *entry) { e.Attributes["title"] = []string{"Boss"} })
	r.forest.change("bob", func(e *entry) { e.Manager = at("dan") })
	r.forest.change("eve", func(e *entry) { e.ou = staff })
	r.forest.add(directory.User, "fay", staff)
	r.forest.link("team", "fay", true)
	r.forest.link("team", "bob", false)
	r.forest.delete("carl")
	p := r.pass()
	p.Read, p.Unchanged = 0, 0 // an object may be read more than once
	want := directory.Pass{ID: p.ID, Kind: "delta", Status: directory.Done, Created: 2, Updated: 2, Departed: 1, EdgesAdded: 2, EdgesRemoved: 2}
	if p.Pass != want {
		t.Errorf("got  %+v\nwant %+v", p.Pass, want)
	}
	r.settled()
	r.idle(false)
	r.idle(true)
}

func TestLaw5LeaversAreBlockedAndOnlySyncdsBlockIsLifted(t *testing.T) {
	r := company(t)
	r.pass()
	r.tenant.activate("ann")
	set := func(off bool, expires time.Time) {
		for _, name := range []string{"ann", "bob"} {
			r.forest.change(name, func(e *entry) { e.off, e.expires = off, expires })
		}
	}
	active := func(want bool) {
		t.Helper()
		r.settled()
		if r.tenant.of("ann").active != want || r.tenant.of("bob").active {
			t.Errorf("ann %v, bob %v", r.tenant.of("ann").active, r.tenant.of("bob").active)
		}
	}
	set(true, time.Time{})
	if p := r.pass(); p.Blocked != 2 || !strings.HasPrefix(r.tenant.sent[len(r.tenant.sent)-4], "block") {
		t.Errorf("%+v %v", p, r.tenant.sent)
	}
	active(false)
	set(false, r.now.Add(time.Hour))
	r.pass()
	active(true)
	r.idle(false)
	r.now = r.now.Add(time.Hour) // nothing changes in Active Directory
	r.pass()
	active(false)
	r.idle(false)
	r.safety.Reactivate = false
	set(false, time.Time{})
	r.pass()
	if r.tenant.of("ann").active {
		t.Error("reactivate is false, and ann is active")
	}
}

func TestLaw3AbsenceIsHeldAndAnEmptyReadChangesNothing(t *testing.T) {
	r := company(t)
	r.pass()
	r.forest.blind[at("ann")] = true
	if p := r.full(); p.Status != directory.SomeHeld || p.Held != 1 || p.Departed != 0 || p.EdgesRemoved != 0 || !strings.Contains(p.Message, "not found, without evidence") {
		t.Errorf("%+v", p)
	}
	if p := r.pass(); p.Held != 1 {
		t.Errorf("a delta forgot what is held: %+v", p)
	}
	for a := range r.forest.objects {
		r.forest.blind[a] = true
	}
	before, err := r.store.State()
	must(t, err)
	p, err := r.run(syncer.Request{Full: true})
	if directory.ClassOf(err) != directory.Held || p.Status != directory.SomeHeld || len(r.tenant.accounts) != 6 {
		t.Errorf("%v %+v", err, p)
	}
	if after, err := r.store.State(); err != nil || after.Watermark.ReadAt != before.Watermark.ReadAt {
		t.Errorf("law 7: %+v %v", after, err)
	}
	clear(r.forest.blind)
	r.pass()
	r.settled()
}

func TestKeptDeparturesComeBack(t *testing.T) {
	r := company(t)
	r.safety.OnDeparture = syncer.BlockDeparted
	r.pass()
	r.tenant.activate("ann")
	r.forest.change("ann", func(e *entry) { e.ou = elsewhere })
	if p := r.pass(); p.Departed != 1 || r.tenant.of("ann").active {
		t.Errorf("%+v", p)
	}
	r.idle(false)
	r.idle(true)
	r.forest.link("staff", "ann", false)
	r.full()
	r.forest.add(directory.User, "fay", staff).Manager = at("ann")
	r.pass()
	r.forest.change("ann", func(e *entry) { e.ou = staff })
	r.pass()
	r.settled()
	r.idle(false)
	r.idle(true)
}

func TestLaw8ARefusedObjectWaitsAndDelaysNobody(t *testing.T) {
	r := company(t)
	r.tenant.refuse[at("ann")], r.tenant.refuse[at("team")] = 400, 400
	p := r.pass()
	if p.Status != directory.SomeRefused || p.Refused != 2 || p.Created != 4 || p.EdgesAdded != 1 {
		t.Errorf("%+v", p)
	}
	if p = r.pass(); p.Status != directory.Done || p.Refused != 0 {
		t.Errorf("before its time: %+v", p)
	}
	r.now = r.now.Add(10 * time.Minute)
	if p = r.pass(); p.Refused != 2 {
		t.Errorf("in time: %+v", p)
	}
	if list, err := r.store.Refused(); err != nil || len(list) != 2 || list[0].Tries != 2 || list[0].Reason == "" || list[0].Name != "ann <ann@corp.example>" {
		t.Errorf("%+v %v", list, err)
	}
	clear(r.tenant.refuse)
	r.now = r.now.Add(20 * time.Minute)
	r.pass()
	r.settled()
	if list, err := r.store.Refused(); err != nil || len(list) != 0 {
		t.Errorf("%+v %v", list, err)
	}
	r.idle(true)
}

func TestAConflictThatThePassItselfSolvesIsNoRefusal(t *testing.T) {
	r := company(t)
	mail := func(name string, address ...string) {
		r.forest.change(name, func(e *entry) { e.Attributes["mail"] = address })
	}
	for _, name := range []string{"ann", "bob", "dan"} {
		mail(name, name+"@x")
	}
	r.pass()
	mail("ann", "bob@x") // ann, who comes first, waits for bob, who waits for dan; fay waits for ann
	mail("bob", "dan@x")
	mail("dan", "new@x")
	r.forest.add(directory.User, "fay", staff)
	mail("fay", "ann@x")
	if p := r.pass(); p.Refused != 0 || p.Updated != 3 || p.Created != 1 {
		t.Errorf("%+v", p)
	}
	r.settled()
	r.idle(true) // nothing stays in doubt
	mail("ann", "new@x")
	r.forest.add(directory.User, "gil", staff)
	mail("gil", "new@x")
	if p := r.pass(); p.Refused != 2 {
		t.Errorf("%+v", p)
	}
	if i, err := r.store.Interrupted(); err != nil || i != nil {
		t.Errorf("in doubt: %+v %v", i, err)
	}
	mail("dan")
	mail("gil")
	r.now = r.now.Add(time.Hour)
	r.pass()
	r.settled()
	r.idle(true)
}

func TestARefusedRemovalOfAMemberIsTriedAgain(t *testing.T) {
	r := company(t)
	r.pass()
	r.tenant.refuse[at("ann")] = 400
	r.forest.link("staff", "ann", false)
	if p := r.pass(); p.Refused != 1 {
		t.Errorf("%+v", p)
	}
	clear(r.tenant.refuse)
	r.now = r.now.Add(time.Hour)
	r.pass()
	r.settled()
}

func TestWhatSomebodyDeletedOnlineIsMadeAnew(t *testing.T) {
	r := company(t)
	r.pass()
	for _, name := range []string{"ann", "team"} {
		id, _ := r.tenant.find(at(name))
		r.tenant.remove(id)
	}
	r.forest.change("ann", func(e *entry) { e.Attributes["title"] = []string{"Boss"} })
	r.forest.link("team", "carl", true)
	if p := r.pass(); p.Refused != 2 {
		t.Errorf("%+v", p)
	}
	r.now = r.now.Add(time.Hour)
	r.pass()
	r.settled()
	r.idle(true)
}

func TestALostStateFindsEverythingAgainAndBlocksLeavers(t *testing.T) {
	r := company(t)
	r.pass()
	r.tenant.activate("ann")
	r.tenant.activate("bob")
	r.lose()
	r.forest.change("ann", func(e *entry) { e.off = true })
	if p := r.pass(); p.Created != 0 || p.Updated != 1 || p.Blocked != 1 || !strings.Contains(p.Message, "6 were online already") {
		t.Errorf("%+v", p)
	}
	r.settled()
	if !r.tenant.of("bob").active {
		t.Error("bob was active and is not")
	}
	r.idle(true)
}

func TestKindsThatTheTargetLacksAreLeftOut(t *testing.T) {
	r := company(t)
	r.tenant.lacks = directory.Contact
	if p := r.pass(); p.Created != 5 || p.EdgesAdded != 3 {
		t.Errorf("%+v", p)
	}
	r.idle(false)
	r.idle(true)
}

func TestWhenAPassReadsEverything(t *testing.T) {
	r := company(t)
	for _, step := range []struct {
		why    string
		before func()
		want   string
	}{
		{"the first", func() {}, "full"},
		{"the second", func() {}, "delta"},
		{"another configuration", func() { r.fingerprint = "two" }, "full"},
		{"the same configuration", func() {}, "delta"},
		{"a watermark that is refused", func() { r.forest.stale = true }, "full"},
	} {
		step.before()
		if p := r.pass(); p.Kind != step.want {
			t.Errorf("%s: %s", step.why, p.Kind)
		}
	}
	if p := r.full(); p.Kind != "full" {
		t.Errorf("asked for: %s", p.Kind)
	}
}

func TestADryRunWritesNothing(t *testing.T) {
	r := company(t)
	p := r.ask(syncer.Request{DryRun: true})
	if !p.DryRun || p.Created != 6 || p.EdgesAdded != 4 || p.Status != directory.Done || p.Message == "" || len(r.tenant.sent) != 0 {
		t.Errorf("%+v %v", p, r.tenant.sent)
	}
	if n, err := r.store.Population(); err != nil || n != 0 {
		t.Errorf("%d in the snapshot (%v)", n, err)
	}
	if state, err := r.store.State(); err != nil || !state.Watermark.IsZero() {
		t.Errorf("law 7: %+v %v", state, err)
	}
}

// TestLaw7AFailedPassKeepsTheWatermark fails each read, each call and each write once, in a fresh company, and repeats.
func TestLaw7AFailedPassKeepsTheWatermark(t *testing.T) {
	faults := map[string]func(r *rig){"source": func(r *rig) { r.forest.fail = errSource }}
	for n := 1; n <= 6; n++ {
		for half := range 3 {
			faults[fmt.Sprintf("call %d after %d", n, half)] = func(r *rig) { r.tenant.failIn, r.tenant.failHalf = n, half }
		}
		faults[fmt.Sprintf("write %d", n)] = func(r *rig) { r.store.failIn = n }
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			r := company(t)
			r.pass()
			r.tenant.activate("ann")
			before, err := r.store.State()
			must(t, err)
			r.forest.change("ann", func(e *entry) { e.off = true })
			r.forest.change("bob", func(e *entry) { e.Attributes["title"] = []string{"Boss"} })
			r.forest.add(directory.User, "fay", staff).off = true
			r.forest.add(directory.Group, "new", staff)
			r.forest.link("new", "fay", true)
			r.forest.change("eve", func(e *entry) { e.ou = staff })
			r.forest.delete("carl")
			fault(r)
			p, err := r.run(syncer.Request{})
			if err == nil || p.Status != directory.PassFailed || p.Message == "" {
				t.Fatalf("%v %+v", err, p)
			}
			if after, err := r.store.State(); err != nil || after.Watermark.ReadAt != before.Watermark.ReadAt {
				t.Fatalf("law 7: %+v %v", after, err)
			}
			r.tenant.activate("fay") // if she is there: an adopted leaver
			r.forest.fail = nil
			r.reopen()
			r.pass()
			r.settled()
			r.idle(false)
			r.idle(true)
			r.forest.change("ann", func(e *entry) { e.off = false })
			r.pass()
			r.settled() // the block of ann is lifted although its answer may have been lost
		})
	}
}
