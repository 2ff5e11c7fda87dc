package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"syncd/internal/explain"
	"syncd/internal/onlinedir"
)

// why explains one object as JSON, and checks the state and the sentence.
func (w *world) why(t *testing.T, name string, code int, state explain.State, says ...string) explain.Explanation {
	t.Helper()
	var e explain.Explanation
	r := syncd(t, "why", name, "--json", "--config", w.config)
	if err := json.Unmarshal([]byte(r.out), &e); err != nil || r.code != code || e.State != state || !all(e.Sentence, says) {
		t.Errorf("why %s: want exit status %d, %s and %q: %v, got %d, %s, %q\n%s", name, code, state, says, err, r.code, e.State, e.Sentence, r.err)
	}
	return e
}

// TestWhySomebodyIsOnline: before and after the first pass, activated, disabled, refused, by every kind of name.
func TestWhySomebodyIsOnline(t *testing.T) {
	w, _ := newSmallWorld(t, 12)
	w.byHand(t, onlinedir.NewUser{UserName: smallName(1), DisplayName: "By Hand"})
	w.why(t, smallName(0), exitDone, explain.Waiting, "is not online yet", "the next pass creates it")
	pass(t, w.config, exitRefused)
	anchor := w.anchor(t, w.small(0))
	for _, name := range []string{smallName(0), w.small(0), anchor.String(), anchor.GUID(), "person0", `CORP\person0`, "Person 0"} {
		e := w.why(t, name, exitDone, explain.Inactive, "Person 0", "is online, and not active")
		if e.Anchor != anchor || !e.Verdict.In || e.Push == nil || e.Push.Op != "create" || e.Snapshot == nil || len(e.Attributes) == 0 {
			t.Errorf("%s: %+v", name, e)
		}
	}
	w.activate(t, smallName(0))
	w.why(t, smallName(0), exitDone, explain.Active, "is online and active.")
	w.set(t, w.small(0), "title", "Boss")
	e := w.why(t, smallName(0), exitDone, explain.Active, "the next pass changes title")
	for _, a := range e.Attributes {
		if a.Same == (a.Name == "title") || a.Name == "title" && (a.Values[0] != "Boss" || a.From[0] != "title") {
			t.Errorf("%+v", a)
		}
	}
	w.set(t, w.small(0), "userAccountControl", accountDisabled)
	w.why(t, smallName(0), exitDone, explain.Blocked, "still active, and the next pass blocks it")
	pass(t, w.config, exitRefused)
	w.why(t, smallName(0), exitDone, explain.Blocked, "and blocked: the account is disabled or expired")
	e = w.why(t, smallName(1), exitDone, explain.Refused, "is not online as Active Directory has it, because the online directory refuses it", "is used online")
	if len(e.Refused) != 1 || e.Push == nil || e.Push.Reason == "" {
		t.Errorf("%+v", e)
	}
	w.why(t, "team", exitDone, explain.Present, "Team is online.")
	if r := syncd(t, "why", smallName(1), "--config", w.config); r.code != exitDone || !strings.HasPrefix(r.out, "Person 1 ") ||
		!all(r.out, []string{"\n  read ", "\n  anchor ", "\n  refused ", "next try every pass", "\n  attribute ", "userPrincipalName"}) {
		t.Errorf("in words: %+v", r)
	}
}

// TestWhySomebodyIsNotOnline: out of scope with the line that decides, held, deleted, never there.
func TestWhySomebodyIsNotOnline(t *testing.T) {
	w, _ := newSmallWorld(t, 12)
	pass(t, w.config, exitDone)
	w.rename(t, w.small(2), "CN=Person 2", "OU=Empty,"+w.ad.baseDN)
	e := w.why(t, smallName(2), exitDone, explain.OutOfScope, "departs with the next pass", "in no included container", "source.scope.include, ", "syncd.yaml:9")
	if e.Verdict.Key != "source.scope.include" || e.Verdict.In {
		t.Errorf("%+v", e.Verdict)
	}
	pass(t, w.config, exitDone)
	w.why(t, smallName(2), exitDone, explain.OutOfScope, "is not online because it is out of scope")
	w.remove(t, w.small(3))
	w.why(t, smallName(3), exitDone, explain.Deleted, "still online, and departs with the next pass")
	pass(t, w.config, exitDone)
	e = w.why(t, smallName(3), exitDone, explain.Deleted, "is not online because it was deleted in Active Directory")
	if e.Push == nil || e.Push.Gone == nil || e.Push.Op != "depart" {
		t.Errorf("%+v", e.Push)
	}
	w.remove(t, w.small(4))
	w.remove(t, w.small(5))
	pass(t, w.config, exitHeld)
	w.why(t, smallName(4), exitDone, explain.Held, "is held: it stays online until an operator decides about plan 0", "deleted in Active Directory")
	e = w.why(t, "persn6@corp.example", exitUsage, explain.NeverExisted, "Nobody in Active Directory has the name persn6@corp.example")
	if len(e.Near) == 0 || e.Near[0] != smallName(6) {
		t.Errorf("near: %q", e.Near)
	}
	if r := syncd(t, "why", "persn6@corp.example", "--config", w.config); r.code != exitUsage || !strings.Contains(r.out, "did you mean "+smallName(6)) {
		t.Errorf("in words: %+v", r)
	}
	w.why(t, "00000000-0000-0000-0000-000000000001", exitUsage, explain.NeverExisted, "No object has the anchor")
	w.set(t, w.small(7), "displayName", "Twin")
	w.set(t, w.small(8), "displayName", "Twin")
	failedInJSON(t, exitUsage, "2 objects have the name Twin", "why", "Twin", "--config", w.config)
	failedInJSON(t, exitUsage, "nobody was named", "why", " ", "--config", w.config)
}

// TestWhyTheScopeKeepsSomebodyOut: by filter, by group, by kind, with the line of the key, by the daemon.
func TestWhyTheScopeKeepsSomebodyOut(t *testing.T) {
	w, _ := newSmallWorld(t, 3)
	scope := func(more string) {
		w.config = writeFile(t, w.dir, "syncd.yaml", strings.Replace(readFile(t, w.writeConfig(t, "")), "  scope:\n", "  scope:\n"+more, 1))
	}
	scope("    filter: (title=Boss)\n")
	w.set(t, w.small(0), "title", "Boss")
	w.why(t, smallName(0), exitDone, explain.Waiting)
	w.why(t, smallName(1), exitDone, explain.Filtered, "it does not match the filter (source.scope.filter, ", "syncd.yaml:9)")
	scope(fmt.Sprintf("    groups: [%q]\n", w.team()))
	w.why(t, smallName(0), exitDone, explain.Waiting)
	w.why(t, smallName(2), exitDone, explain.NotMember, "it is not a member of", "syncd.yaml:9)")
	scope("    kinds: [user]\n")
	w.why(t, w.team(), exitDone, explain.OutOfScope, "source.scope.kinds does not list group (source.scope.kinds, ", "syncd.yaml:9)")
	d, _ := start(t, "syncd runs", "--config", w.config)
	w.awaitPasses(t, 1)
	w.why(t, smallName(0), exitDone, explain.Inactive, "is online, and not active")
	w.why(t, w.team(), exitDone, explain.OutOfScope)
	w.why(t, "nobody.at.all", exitUsage, explain.NeverExisted)
	d.stop(t, syscall.SIGTERM)
}

// TestWhyCannotBeAnswered: Active Directory does not answer.
func TestWhyCannotBeAnswered(t *testing.T) {
	w, ad := newSmallWorld(t, 3)
	if err := ad.Close(); err != nil {
		t.Fatal(err)
	}
	failedInJSON(t, exitUnreachable, "127.0.0.1", "why", smallName(0), "--config", w.config)
}
