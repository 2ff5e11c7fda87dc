package syncer_test

import (
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
