package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/adsim"
	"syncd/internal/directory"
)

// What is deleted while deletions cannot be seen stays online, with a warning, and departs once they can be.
func unseenDeletions(t *testing.T, s *scene) {
	pass(t, s.config, exitDone)
	s.grant(t, true, false)
	defer s.grant(t, true, true)
	s.remove(t, s.small(1))
	if p := pass(t, s.config, exitDone); p.Departed+p.EdgesRemoved != 0 || !strings.Contains(p.Message, "deletions cannot be seen") {
		t.Errorf("a delta: %+v", p)
	}
	if p := pass(t, s.config, exitHeld, "--full"); p.Held != 1 || p.Departed+p.EdgesRemoved != 0 || !strings.Contains(p.Message, "not found, without evidence of a deletion") {
		t.Errorf("a full pass: %+v", p)
	}
	s.person(t, 1)
	s.grant(t, true, true)
	if p := pass(t, s.config, exitDone); p.Kind != "full" || p.Departed != 1 || p.EdgesRemoved != 1 {
		t.Errorf("with its tombstone: %+v", p)
	}
	s.settled(t, 11)
}

// A filter about an attribute that nobody knows is a mistake in the configuration; one that matches nobody is no evidence.
func slipInTheFilter(t *testing.T, s *scene) {
	pass(t, s.config, exitDone)
	before := s.online.versions(t)
	for filter, want := range map[string]struct {
		code int
		says string
	}{
		"(departmnet=Sales)":   {exitUsage, "the attribute departmnet of source.scope.filter is unknown"},
		"(department=Sales":    {exitUsage, "scope.filter"},
		"(department=Nowhere)": {exitHeld, "without a single object in scope, but 13 are known online"},
	} {
		s.configure(t, settings{scope: "filter: " + filter})
		if r := syncd(t, "--now", "--config", s.config); r.code != want.code || !strings.Contains(r.err, want.says) {
			t.Errorf("%s: %+v", filter, r)
		}
	}
	if d := cmp.Diff(before, s.online.versions(t)); d != "" {
		t.Errorf("something changed online:\n%s", d)
	}
	s.writeConfig(t, "")
	s.settled(t, 12)
}

// Without one of its canaries a read counts as partial.
func goneCanary(t *testing.T, s *scene) {
	s.configure(t, settings{sections: "safety:\n  canaries: [\"" + s.small(11) + "\", " + s.anchor(t, s.small(10)).String() + "]\n"})
	pass(t, s.config, exitDone)
	s.rename(t, s.small(10), "CN=Renamed", "") // named by its anchor
	s.rename(t, s.small(11), "CN=Elsewhere", "")
	s.remove(t, s.small(1))
	if r := syncd(t, "--now", "--config", s.config); r.code != exitHeld || !strings.Contains(r.err, "the canary "+s.small(11)+" is not visible") {
		t.Errorf("%+v", r)
	}
	s.person(t, 1)
	s.rename(t, "CN=Elsewhere,"+s.staff(), "CN=Person 11", "")
	if p := pass(t, s.config, exitDone); p.Departed != 1 {
		t.Errorf("%+v", p)
	}
	s.settled(t, 11)
}

// TestALostRightRemovesNobody takes away what the account may read, more and more of it. Neither a delta nor a full pass removes anybody,
// and once the right is back nothing is left to do.
func TestALostRightRemovesNobody(t *testing.T) {
	w, ad := newSmallWorld(t, 24)
	var people []directory.Anchor
	var names []string
	for i := range 24 {
		people, names = append(people, w.anchor(t, w.small(i))), append(names, w.small(i))
	}
	w.set(t, w.team(), "member", names...)
	pass(t, w.config, exitDone)
	before := w.online.versions(t)
	hidden := func(attributes ...string) adsim.Fault { return adsim.Fault{HideAttributes: attributes} }
	for _, c := range []struct {
		name  string
		fault adsim.Fault
		full  int // exit status of a full pass
		says  string
	}{
		{"to one person", adsim.Fault{Hide: people[:1]}, exitHeld, "1  departure: not found, without evidence of a deletion"},
		{"to everything in a unit", adsim.Fault{Hide: people}, exitHeld, "of 25 objects were neither seen nor found among the deleted"},
		{"to the unit itself", adsim.Fault{Hide: append([]directory.Anchor{w.anchor(t, w.staff())}, people...)}, exitHeld, w.staff() + " (scope.include) is not visible to"},
		{"to an attribute of everybody", hidden("department"), exitHeld, "department of any user, but 24 or more have one online"},
		{"to the members of groups", hidden("member"), exitRefused, "its members cannot be read: it shows nobody, and Person"},
		{"to the members of one group", adsim.Fault{HideMembers: []directory.Anchor{w.anchor(t, w.team())}}, exitRefused, "its members cannot be read: it shows nobody, and Person"},
		{"to the state of accounts", hidden("userAccountControl", "sAMAccountType"), exitHeld, "nothing was changed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ad.SetFault(c.fault)
			defer ad.SetFault(adsim.Fault{})
			for _, kind := range []string{"", "--full"} {
				r := syncd(t, strings.Fields("--now --config "+w.config+" "+kind)...)
				if kind != "" && (r.code != c.full || !strings.Contains(r.out+r.err, c.says)) {
					t.Errorf("a full pass: %+v", r)
				}
				if d := cmp.Diff(before, w.online.versions(t)); d != "" {
					t.Errorf("%q changed something online:\n%s", kind, d)
				}
			}
			ad.SetFault(adsim.Fault{})
			w.settled(t, 24)
		})
	}
}

// TestALostRightInADelta: who changes while an attribute of everybody cannot be read does not lose it.
func TestALostRightInADelta(t *testing.T) {
	w, ad := newSmallWorld(t, 24)
	pass(t, w.config, exitDone)
	ad.SetFault(adsim.Fault{HideAttributes: []string{"department"}})
	w.set(t, w.small(5), "title", "Boss")
	if p := pass(t, w.config, exitHeld); p.Kind != "delta" || !strings.Contains(p.Message, "department of any user") {
		t.Errorf("%+v", p)
	}
	if got := w.person(t, 5).enterprise("department"); got != "Sales" {
		t.Errorf("the department is %v", got)
	}
	ad.SetFault(adsim.Fault{})
	if p := pass(t, w.config, exitDone); p.Kind != "delta" || p.Updated != 1 {
		t.Errorf("the right is back: %+v", p)
	}
	w.set(t, w.small(5), "department")
	if p := pass(t, w.config, exitDone); p.Updated != 1 || w.person(t, 5).enterprise("department") != nil {
		t.Errorf("whoever really loses it: %+v", p)
	}
	w.settled(t, 24)
}

// TestAPersonWithoutExplanation stays online, held, and departs only if an operator says so.
func TestAPersonWithoutExplanation(t *testing.T) {
	w, ad := newSmallWorld(t, 12)
	pass(t, w.config, exitDone)
	hidden := []directory.Anchor{w.anchor(t, w.small(0)), w.anchor(t, w.small(9))}
	ad.SetFault(adsim.Fault{Hide: hidden})
	w.set(t, w.small(5), "title", "Boss")
	p := pass(t, w.config, exitHeld, "--full")
	if p.Held != 2 || p.Updated != 1 || p.Departed+p.EdgesRemoved != 0 {
		t.Errorf("what is not held goes on: %+v", p)
	}
	ad.SetFault(adsim.Fault{Hide: hidden[:1]})
	if p := pass(t, w.config, exitHeld); p.Held != 1 {
		t.Errorf("who is found again drops out: %+v", p)
	}
	if r := syncd(t, "approve", "--config", w.config, w.heldPlan(t)); r.code != exitDone || !strings.Contains(r.out, "1 departed") {
		t.Errorf("%+v", r)
	}
	w.wantMembers(t, "Team", "Person 1")
	if n := len(w.online.list(t, "Users")); n != 11 {
		t.Errorf("%d people online, want 11", n)
	}
}

// TestALostRightReactivatesNobody: laws 4 and 5. Where accountExpires cannot be read any more, who has expired stays blocked.
func TestALostRightReactivatesNobody(t *testing.T) {
	w, ad := newSmallWorld(t, 12)
	pass(t, w.config, exitDone)
	w.activate(t, "person3@corp.example")
	w.set(t, w.small(3), "accountExpires", "131000000000000000") // in 2016
	if p := pass(t, w.config, exitDone); p.Blocked != 1 {
		t.Fatalf("%+v", p)
	}
	ad.SetFault(adsim.Fault{HideAttributes: []string{"accountExpires"}})
	w.set(t, w.small(3), "title", "Boss")
	for _, full := range [][]string{nil, {"--full"}} {
		pass(t, w.config, exitDone, full...)
		if r := w.online.find(t, "Users", "userName", "person3@corp.example"); r["active"] != false || r.extension(directory.SchemaOnPremises, "onPremisesAccountEnabled") != false {
			t.Errorf("%v: %v", full, r)
		}
	}
}
