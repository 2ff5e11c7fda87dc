package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"syscall"
	"testing"
	"time"

	"syncd/internal/directory"
	"syncd/internal/onlinedir"
)

// TestTheHistoryOfPasses: the last passes in a table, and one whole, with its stages and what was refused, from the daemon and without one.
func TestTheHistoryOfPasses(t *testing.T) {
	w, _ := newSmallWorld(t, 3)
	if r := syncd(t, "history", "--config", w.config); r.code != exitUsage || !strings.Contains(r.err, "does not exist") {
		t.Errorf("no state folder: %+v", r)
	}
	w.byHand(t, onlinedir.NewUser{UserName: smallName(1), DisplayName: "By Hand"})
	first := pass(t, w.config, exitRefused)
	second := pass(t, w.config, exitRefused)
	dry := pass(t, w.config, exitDone, "--dry-run")
	check := func(how string) {
		r := syncd(t, "history", "--config", w.config)
		if r.code != exitDone || !all(r.out, []string{"asked by", first.ID, second.ID, dry.ID, "delta, dry run", "1 refused"}) {
			t.Errorf("%s: %+v", how, r)
		}
		one := syncd(t, "history", first.ID, "--config", w.config)
		if one.code != exitDone || !all(one.out, []string{"full pass " + first.ID, "connect", "verify", "read", "apply", "commit", "refused", "is used online", "objects from"}) {
			t.Errorf("%s: one pass: %+v", how, one)
		}
		var p directory.PassRecord
		r = syncd(t, "history", first.ID, "--json", "--config", w.config)
		if err := json.Unmarshal([]byte(r.out), &p); err != nil || p.ID != first.ID || p.Detail == nil || len(p.Detail.Refusals) != 1 || len(p.Detail.Stages) < 5 {
			t.Errorf("%s: as JSON: %v %+v", how, err, r)
		}
		var list passList
		r = syncd(t, "history", "-n", "1", "--json", "--config", w.config)
		if err := json.Unmarshal([]byte(r.out), &list); err != nil || len(list.Passes) != 1 || list.Passes[0].Detail != nil {
			t.Errorf("%s: the last one: %v %+v", how, err, r)
		}
		if r = syncd(t, "history", "NONE", "--config", w.config); r.code != exitUsage || !strings.Contains(r.err, "see `syncd history` for the ids") {
			t.Errorf("%s: an unknown pass: %+v", how, r)
		}
	}
	check("without a daemon")
	for _, n := range []string{"0", "1001", "x"} {
		if r := syncd(t, "history", "-n", n, "--config", w.config); r.code != exitUsage {
			t.Errorf("-n %s: %+v", n, r)
		}
	}
	d, _ := start(t, "syncd runs", "--config", w.config)
	w.awaitPasses(t, 4)
	check("from the daemon")
	d.stop(t, syscall.SIGTERM)
}

// TestEverythingThatWaitsCanBeListed: more than the status shows, whole, in one table or one object.
func TestEverythingThatWaitsCanBeListed(t *testing.T) {
	w, _ := newSmallWorld(t, 12)
	if r := syncd(t, "status", "--refused", "--held", "--config", w.config); r.code != exitUsage || !strings.Contains(r.err, "do not go together") {
		t.Errorf("both lists: %+v", r)
	}
	w.byHand(t, onlinedir.NewUser{UserName: smallName(1), DisplayName: "By Hand"})
	pass(t, w.config, exitRefused)
	w.remove(t, w.small(4))
	w.remove(t, w.small(5))
	pass(t, w.config, exitHeld)
	check := func(how string) {
		r := syncd(t, "status", "--refused", "--config", w.config)
		if r.code != exitDone || !all(r.out, []string{"next try", "every pass", smallName(1), "is used online"}) {
			t.Errorf("%s: refused: %+v", how, r)
		}
		r = syncd(t, "status", "--held", "--config", w.config)
		if r.code != exitDone || strings.Count(r.out, "deleted in Active Directory") != 2 || !strings.Contains(r.out, "waits") {
			t.Errorf("%s: held: %+v", how, r)
		}
		var held struct {
			Held []directory.HeldObject
			Next *string
		}
		r = syncd(t, "status", "--held", "--json", "--config", w.config)
		if err := json.Unmarshal([]byte(r.out), &held); err != nil || len(held.Held) != 2 || held.Next == nil {
			t.Errorf("%s: as JSON: %v %+v", how, err, r)
		}
	}
	check("without a daemon")
	d, _ := start(t, "syncd runs", "--config", w.config)
	w.awaitPasses(t, 3)
	check("from the daemon")
	d.stop(t, syscall.SIGTERM)
}

// TestProgressOnAPipe: a short pass tells nothing of its stages, a long one a line every ten seconds.
func TestProgressOnAPipe(t *testing.T) {
	var out bytes.Buffer
	began := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	now := began
	d := newDisplay(streams{err: &out}, false)
	d.now = func() time.Time { return now }
	for range 300 { // 30 seconds
		d.progress(&directory.Progress{Stage: "read", Done: int(now.Sub(began).Seconds()), Server: "dc1", StageStarted: began}, false)
		now = now.Add(100 * time.Millisecond)
	}
	if want := "read     10 objects   1.0/s\nread     20 objects   1.0/s\n"; out.String() != want {
		t.Errorf("%q", out.String())
	}
	out.Reset()
	d = newDisplay(streams{err: &out}, true)
	d.progress(&directory.Progress{Stage: "read", Done: 5}, false)
	if out.Len() > 0 {
		t.Errorf("with --json: %q", out.String())
	}
}
