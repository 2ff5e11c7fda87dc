package syncer_test

import (
	"strings"
	"testing"

	"syncd/internal/directory"
	"syncd/internal/syncer"
)

func TestDeparturesThatWereMissedAreFoundOnceDeletionsCanBeSeenAgain(t *testing.T) {
	r := company(t)
	r.pass()
	r.forest.hidden = true
	r.forest.delete("ann")
	if p := r.pass(); p.Departed != 0 || p.Held != 0 || !strings.Contains(p.Message, "deletions cannot be seen") {
		t.Errorf("%+v", p)
	}
	if p := r.pass(); p.Kind != "delta" {
		t.Errorf("nothing can be seen yet, and it reads everything: %+v", p)
	}
	r.forest.hidden = false
	if p := r.pass(); p.Kind != "full" || p.Departed != 1 {
		t.Errorf("%+v", p)
	}
	r.settled()
	if p := r.pass(); p.Kind != "delta" {
		t.Errorf("everything has been seen, and it reads everything again: %+v", p)
	}
}

// TestDeparturesInAFullPassWithoutSightAreHeldAndExplainedLater: the full pass misses ann, and cannot look among the deleted.
func TestDeparturesInAFullPassWithoutSightAreHeldAndExplainedLater(t *testing.T) {
	r := company(t)
	r.pass()
	r.forest.hidden = true
	r.forest.delete("ann")
	if p := r.full(); p.Held != 1 || p.Departed != 0 {
		t.Errorf("%+v", p)
	}
	r.settled()
	r.forest.hidden = false
	if p := r.pass(); p.Kind != "full" || p.Departed != 1 || p.Held != 0 {
		t.Errorf("%+v", p)
	}
	r.settled()
	r.idle(true)
}

func TestWhatChangedWhileItCouldNotBeReadIsReadLater(t *testing.T) {
	r := company(t)
	r.pass()
	r.forest.blind[at("ann")], r.forest.blind[at("fay")] = true, true
	r.forest.change("ann", func(e *entry) { e.Attributes["title"] = []string{"Boss"} })
	r.forest.add(directory.User, "fay", staff)
	r.forest.link("team", "fay", true)
	for range 2 {
		if p := r.pass(); p.Created+p.Updated+p.Departed+p.Held+p.EdgesAdded > 0 {
			t.Errorf("%+v", p)
		}
	}
	clear(r.forest.blind)
	if p := r.pass(); p.Kind != "delta" || p.Created != 1 || p.Updated != 1 || p.EdgesAdded != 1 {
		t.Errorf("%+v", p)
	}
	r.settled()
	if state, err := r.store.State(); err != nil || len(state.Unseen) != 0 {
		t.Errorf("%+v %v", state.Unseen, err)
	}
}

func TestGroupsForeignMembersAreNamedAsSkipped(t *testing.T) {
	r := company(t)
	for i, name := range []string{"staff", "team"} {
		r.forest.objects[at(name)].Foreign = []string{"S-1-5-21-1-2-3-110" + string(rune('0'+i)), `OTHER\gil`}
	}
	p := r.pass()
	for _, words := range []string{"memberships of people from other domains that are skipped: 4", "staff: S-1-5-21-1-2-3-1100", `team: OTHER\gil`} {
		if !strings.Contains(p.Message, words) {
			t.Errorf("%q is not in %q", words, p.Message)
		}
	}
	if p.Status != directory.Done {
		t.Errorf("%+v", p)
	}
	r.settled()
	if p := r.ask(syncer.Request{Full: true, DryRun: true}); !strings.Contains(p.Message, "skipped: 4") {
		t.Errorf("%+v", p)
	}
	r.idle(true)
}

// TestDeparturesThatAreExplainedLateAreDecidedAnew: an operator who let somebody stay whom nothing explained has not said anything about a deletion.
func TestDeparturesThatAreExplainedLateAreDecidedAnew(t *testing.T) {
	r := company(t)
	r.safety.MaxDepartures = 0
	r.pass()
	r.forest.hidden = true
	r.forest.delete("ann")
	if p := r.full(); p.Held != 1 {
		t.Errorf("%+v", p)
	}
	r.answer(directory.DecisionRejected)
	r.forest.hidden = false
	for range 2 {
		if p := r.pass(); p.Held != 1 {
			t.Errorf("%+v", p)
		}
		held, err := r.store.Held(everything)
		if must(t, err); held[0].Plan != "pass-0003" || held[0].Decision != directory.Undecided {
			t.Errorf("%+v", held)
		}
	}
}
