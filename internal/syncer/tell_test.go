package syncer_test

import (
	"errors"
	"testing"

	"syncd/internal/directory"
	"syncd/internal/syncer"
)

// TestTheOnlineDirectoryIsTold: every pass that reached the online directory is reported, as it ended, with what is refused; a dry run is
// not, and a report that is not taken fails nothing.
func TestTheOnlineDirectoryIsTold(t *testing.T) {
	r := rigFor(t)
	r.forest.add(directory.User, "ann", staff)
	r.tenant.refuse[at("ann")] = 400
	if p := r.pass(); p.Status != directory.SomeRefused {
		t.Fatal(p)
	}
	if len(r.tenant.told) != 1 || r.tenant.told[0].Status != directory.SomeRefused || r.tenant.told[0].Refused != 1 || r.tenant.told[0].ID != "pass-0001" {
		t.Errorf("told: %+v", r.tenant.told)
	}
	if p := r.tenant.problems; len(p) != 1 || p[0].Anchor != at("ann") || p[0].Reason == "" {
		t.Errorf("problems: %+v", p)
	}
	r.ask(syncer.Request{DryRun: true})
	if len(r.tenant.told) != 1 {
		t.Error("a dry run was reported")
	}
	clear(r.tenant.refuse)
	r.tenant.deaf = errors.New("who asked?")
	r.forest.add(directory.User, "bob", staff)
	if p := r.pass(); p.Status == directory.PassFailed {
		t.Error("a report that was not taken failed the pass:", p)
	}
	r.forest.add(directory.User, "cid", staff)
	r.tenant.failIn = 1
	if _, err := r.run(syncer.Request{}); err == nil {
		t.Fatal("the pass did not fail")
	}
	if last := r.tenant.told[len(r.tenant.told)-1]; last.Status != directory.PassFailed || last.Message == "" {
		t.Errorf("a pass that failed was told so: %+v", last)
	}
}
