package syncer_test

import (
	"strings"
	"testing"

	"syncd/internal/directory"
)

// pilotProject puts everybody of the company but dan and team into the groups of the scope.
func pilotProject(t *testing.T) *rig {
	r := company(t)
	r.forest.pilot = map[directory.Anchor]struct{}{}
	for _, name := range []string{"ann", "bob", "carl", "staff"} {
		r.forest.pilot[at(name)] = struct{}{}
	}
	return r
}

func TestScopeAPilotIsJoinedAndLeftInADelta(t *testing.T) {
	r := pilotProject(t)
	if p := r.pass(); p.Created != 4 || p.EdgesAdded != 2 {
		t.Errorf("%+v", p)
	}
	r.settled()
	r.forest.pilot[at("team")], r.forest.pilot[at("dan")] = struct{}{}, struct{}{}
	delete(r.forest.pilot, at("carl"))
	delete(r.forest.pilot, at("ann"))
	p := r.pass() // nothing changed but who is in the pilot
	want := directory.Pass{ID: p.ID, Kind: "delta", Status: directory.Done, Created: 2, Departed: 2, EdgesAdded: 2, EdgesRemoved: 2, Updated: 1}
	if p.Read, p.Unchanged = 0, 0; p.Pass != want {
		t.Errorf("got  %+v\nwant %+v", p.Pass, want)
	}
	r.settled()
	r.idle(false)
	r.idle(true)
	r.forest.pilot[at("ann")] = struct{}{}
	r.pass()
	r.settled() // bob has his manager again
	r.idle(true)
}

func TestScopeLeavingThePilotIsEvidenceWithinTheLimits(t *testing.T) {
	r := pilotProject(t)
	r.pass()
	r.safety.MaxDepartures = 1
	delete(r.forest.pilot, at("ann"))
	delete(r.forest.pilot, at("carl"))
	if p := r.pass(); p.Held != 2 || p.Departed != 0 || !strings.Contains(p.Message, "2 left scope (no longer a member of "+pilots+")") {
		t.Errorf("%+v", p)
	}
	held, err := r.store.Held(everything)
	must(t, err)
	for _, h := range held {
		if h.Evidence != (directory.Evidence{Cause: directory.LeftScope, Detail: "no longer a member of " + pilots}) {
			t.Errorf("%+v", h)
		}
	}
	r.forest.pilot[at("carl")] = struct{}{}
	if p := r.pass(); p.Held != 1 {
		t.Errorf("carl came back, and is held: %+v", p)
	}
	r.settled()
}

func TestScopeAFilterThatCannotSeeHoldsAndComesBack(t *testing.T) {
	r := company(t)
	r.pass()
	r.forest.veiled = true
	r.forest.change("ann", func(e *entry) { e.Attributes["title"] = []string{"Boss"} })
	if p := r.pass(); p.Held != 1 || p.Departed != 0 || p.Updated != 0 {
		t.Errorf("the filter does not match, and nobody knows why: %+v", p)
	}
	r.forest.veiled = false
	if p := r.pass(); p.Held != 0 || p.Updated != 1 {
		t.Errorf("%+v", p)
	}
	r.settled()
	r.forest.change("ann", func(e *entry) { e.Attributes["employeeType"] = []string{"guest"} })
	if p := r.pass(); p.Departed != 1 {
		t.Errorf("the filter sees, and does not match: %+v", p)
	}
	r.settled()
	r.idle(true)
}

// TestScopeWhatCameWhileTheFilterCouldNotSeeIsFoundLater: fay was in no delta that could tell whether she matches.
func TestScopeWhatCameWhileTheFilterCouldNotSeeIsFoundLater(t *testing.T) {
	r := company(t)
	r.pass()
	r.forest.veiled = true
	r.forest.add(directory.User, "fay", staff)
	for range 2 {
		if p := r.pass(); p.Kind != "delta" || p.Created != 0 {
			t.Errorf("%+v", p)
		}
	}
	r.forest.veiled = false
	if p := r.pass(); p.Kind != "full" || p.Created != 1 {
		t.Errorf("%+v", p)
	}
	r.settled()
	if p := r.pass(); p.Kind != "delta" {
		t.Errorf("%+v", p)
	}
}
