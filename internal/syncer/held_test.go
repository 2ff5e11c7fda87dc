package syncer_test

import (
	"strings"
	"testing"

	"syncd/internal/directory"
	"syncd/internal/syncer"
)

func TestDeparturesOverTheLimitAreHeldAndStay(t *testing.T) {
	r := company(t)
	r.pass()
	r.safety.MaxDepartures = 1
	r.forest.delete("ann")
	r.forest.change("carl", func(e *entry) { e.ou = elsewhere })
	for _, request := range []syncer.Request{{}, {}, {Full: true}, {}} {
		p := r.ask(request)
		if p.Status != directory.SomeHeld || p.Held != 2 || p.Departed != 0 || r.tenant.of("ann") == nil || r.tenant.of("carl") == nil || p.EdgesRemoved != 0 {
			t.Fatalf("%+v", p)
		}
		held, err := r.store.Held(9999)
		must(t, err)
		if len(held) != 2 || held[0].Plan != "pass-0002" || held[0].Evidence.Cause != directory.Tombstone || held[1].Evidence.Cause != directory.LeftScope {
			t.Fatalf("%+v", held)
		}
	}
	if state, err := r.store.State(); err != nil || !state.SyncedTo.Before(state.Watermark.ReadAt) {
		t.Errorf("what is held counts as synced: %+v %v", state, err)
	}
	r.forest.change("carl", func(e *entry) { e.ou = staff })
	if p := r.pass(); p.Departed != 0 || p.Held != 1 {
		t.Errorf("carl is back, and ann still waits for a decision: %+v", p)
	}
	if n, err := r.store.Decide("pass-0002", directory.DecisionApproved); n != 1 || err != nil {
		t.Errorf("%d %v", n, err)
	}
	if p := r.pass(); p.Departed != 1 || p.Held != 0 {
		t.Errorf("approved: %+v", p)
	}
	r.settled()
	r.idle(true)
}

// leavers is a company in which ann and carl are to leave, one more than may, and the pass that holds them.
func leavers(t *testing.T) *rig {
	r := company(t)
	r.pass()
	r.safety.MaxDepartures = 1
	r.forest.delete("ann")
	r.forest.change("carl", func(e *entry) { e.ou = elsewhere })
	if p := r.pass(); p.Held != 2 {
		t.Fatalf("%+v", p)
	}
	return r
}

// answer decides on what the pass of leavers held.
func (r *rig) answer(d directory.Decision) {
	n, err := r.store.Decide("pass-0002", d)
	must(r.t, err)
	if n == 0 {
		r.t.Fatal("the plan is not known")
	}
}

func TestPlansThatAreApprovedWhileAPassRunsGoInTheNext(t *testing.T) {
	r := leavers(t)
	r.forest.add(directory.User, "fay", staff)
	r.tenant.during = func() { r.answer(directory.DecisionApproved) }
	if p := r.pass(); p.Created != 1 || p.Departed != 0 {
		t.Errorf("the plan was made before: %+v", p)
	}
	if p := r.pass(); p.Departed != 2 || p.Held != 0 {
		t.Errorf("the approval is forgotten: %+v", p)
	}
	r.settled()
	r.idle(true)
}

func TestPlansThatAreApprovedAreNotForgottenByAPowerCut(t *testing.T) {
	atEveryWrite(t, func(t *testing.T, cut func(r *rig)) error {
		r := leavers(t)
		r.answer(directory.DecisionApproved)
		cut(r)
		_, err := r.run(syncer.Request{})
		r.reopen()
		if p := r.pass(); p.Held != 0 {
			t.Errorf("%+v", p)
		}
		r.settled()
		r.idle(true)
		return err
	})
}

func TestPlansThatAreRejectedStayQuietlyUntilActiveDirectorySaysSomethingElse(t *testing.T) {
	r := leavers(t)
	r.answer(directory.DecisionRejected)
	for _, request := range []syncer.Request{{}, {Full: true}} {
		if p := r.ask(request); p.Status != directory.Done || p.Held != 0 || p.Departed != 0 || !strings.Contains(p.Message, "rejected and not made: 2") {
			t.Errorf("%+v", p)
		}
	}
	r.settled()
	r.forest.change("carl", func(e *entry) { e.ou = staff })
	r.pass()
	r.settled()
	r.forest.change("carl", func(e *entry) { e.ou = elsewhere })
	if p := r.pass(); p.Departed != 1 {
		t.Errorf("carl came back, and the rejection is remembered: %+v", p)
	}
	r.settled()
}

func TestLimitsHoldBlocksAndMembershipsAndTheRestGoesOn(t *testing.T) {
	r := company(t)
	r.pass()
	r.tenant.activate("ann")
	r.tenant.activate("bob")
	r.safety.MaxBlocks, r.safety.MaxMembers = 1, 1
	for _, name := range []string{"ann", "bob"} {
		r.forest.change(name, func(e *entry) { e.off, e.Attributes["title"] = true, []string{"Boss"} })
	}
	for _, name := range []string{"ann", "carl"} {
		r.forest.link("staff", name, false)
	}
	r.forest.link("team", "bob", false)
	p := r.pass()
	if p.Status != directory.SomeHeld || p.Held != 4 || p.Blocked != 0 || p.EdgesRemoved != 1 || p.Updated != 2 || !r.tenant.of("ann").active {
		t.Errorf("%+v", p)
	}
	r.settled()
	r.idle(true)
	r.answer(directory.DecisionApproved)
	if p := r.pass(); p.Blocked != 2 || p.EdgesRemoved != 2 || p.Held != 0 {
		t.Errorf("%+v", p)
	}
	r.settled()
	r.idle(true)
}
