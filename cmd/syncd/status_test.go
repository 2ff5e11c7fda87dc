package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"syncd/internal/adsim"
	"syncd/internal/control"
	"syncd/internal/directory"
	"syncd/internal/onlinedir"
)

// TestStatusSaysWhenWhatIsRefusedIsTriedAgain: at a time, or, where the other party of a conflict may give way, with every pass.
func TestStatusSaysWhenWhatIsRefusedIsTriedAgain(t *testing.T) {
	next := time.Date(2026, 11, 27, 9, 12, 0, 0, time.Local)
	var out bytes.Buffer
	printStatus(streams{out: &out}, &control.Status{Refused: []directory.RefusedObject{
		{Name: "Ann", Reason: "is not allowed", Status: 403, Next: next},
		{Name: "Bob", Reason: "is taken", Status: 409, Next: next},
		{Name: "Carl", Reason: "has a twin", Contested: true, Next: next},
	}}, next)
	for _, line := range []string{
		"Ann: is not allowed (next try Fri 09:12)", "Bob: is taken (tried again with every pass)", "Carl: has a twin (tried again with every pass)",
	} {
		if !strings.Contains(out.String(), "  refused  "+line+"\n") {
			t.Errorf("no %q in\n%s", line, out.String())
		}
	}
	w, _ := newSmallWorld(t, 3)
	w.byHand(t, onlinedir.NewUser{UserName: smallName(1), DisplayName: "By Hand"})
	for range 3 {
		pass(t, w.config, exitRefused)
	}
	if r := syncd(t, "status", "--config", w.config); !strings.Contains(r.out, "(tried again with every pass)") || strings.Contains(r.out, "next try") {
		t.Errorf("a name that somebody has online: %+v", r)
	}
	if r := syncd(t, "status", "--json", "--config", w.config); !strings.Contains(r.out, `"tries":3,`) {
		t.Errorf("not tried in each of three passes: %+v", r)
	}
}

// TestAReadThatCountsAsPartialIsNoAllClear: the report and the status say that nothing was changed, and why.
func TestAReadThatCountsAsPartialIsNoAllClear(t *testing.T) {
	w, ad := newSmallWorld(t, 12)
	pass(t, w.config, exitDone)
	w.set(t, w.small(5), "title", "Boss")
	ad.SetFault(adsim.Fault{HideAttributes: []string{"department"}})
	says := []string{"held as a whole in", "nothing was changed", "Active Directory showed no", "let the account read again"}
	if r := syncd(t, "--now", "--full", "--config", w.config); r.code != exitHeld || !all(r.err, append(says, "full pass, held")) {
		t.Errorf("the report: %+v", r)
	}
	if r := syncd(t, "status", "--config", w.config); r.code != exitDone || !all(r.out, append(says, "0 held, and the last pass as a whole")) || strings.Contains(r.out, "nothing to do") {
		t.Errorf("the status: %+v", r)
	}
	ad.SetFault(adsim.Fault{})
	pass(t, w.config, exitDone, "--full")
	if r := syncd(t, "status", "--config", w.config); !strings.Contains(r.out, "1 updated") || strings.Contains(r.out, "as a whole") {
		t.Errorf("the right is back: %+v", r)
	}
}
