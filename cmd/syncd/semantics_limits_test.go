package main

import (
	"strings"
	"testing"
)

// TestMassBlock: more blocks than the limit are held, everything else goes on; the approved ones are made, and who is enabled again drops
// out.
func TestMassBlock(t *testing.T) {
	w, _ := newSmallWorld(t, 12)
	w.configure(t, settings{sections: "safety:\n  max_blocks: 1\n"})
	pass(t, w.config, exitDone)
	for _, i := range []int{1, 2, 3} {
		w.activate(t, smallName(i))
		w.set(t, w.small(i), "userAccountControl", accountDisabled)
	}
	w.set(t, w.small(5), "title", "Boss")
	p := pass(t, w.config, exitHeld)
	if p.Held != 3 || p.Blocked != 0 || !strings.Contains(p.Message, "3 accounts to be blocked are more than the limit of 1 (safety.max_blocks)") || w.person(t, 5)["title"] != "Boss" {
		t.Errorf("%+v", p)
	}
	w.wantActive(t, "held", map[int]bool{1: true, 2: true, 3: true})
	w.set(t, w.small(1), "userAccountControl", accountEnabled)
	if p := pass(t, w.config, exitHeld); p.Held != 2 {
		t.Errorf("enabled again: %+v", p)
	}
	if r := syncd(t, "approve", "--config", w.config, w.heldPlan(t)); r.code != exitDone || !strings.Contains(r.out, "2 blocked") {
		t.Errorf("%+v", r)
	}
	w.wantActive(t, "approved", map[int]bool{1: true, 2: false, 3: false})
	w.settled(t, 12)
}

// TestMassLossOfMembers: more members than the limit stay in their group until an operator decides; other groups go on.
func TestMassLossOfMembers(t *testing.T) {
	w, _ := newSmallWorld(t, 12)
	w.add(t, "CN=Other,OU=Groups", "group", "sAMAccountName", "other", "member", w.small(3))
	w.set(t, w.team(), "member", w.small(0), w.small(1), w.small(2))
	w.configure(t, settings{sections: "safety:\n  max_members_removed: 1\n"})
	pass(t, w.config, exitDone)
	w.set(t, w.team(), "member", w.small(0), w.small(4))
	w.set(t, "CN=Other,"+w.groups(), "member")
	p := pass(t, w.config, exitHeld)
	if p.Held != 2 || p.EdgesRemoved != 1 || p.EdgesAdded != 1 || !strings.Contains(p.Message, "2 members to be removed from Team are more than the limit of 1 (safety.max_members_removed)") {
		t.Errorf("%+v", p)
	}
	w.wantMembers(t, "Team", "Person 0", "Person 1", "Person 2", "Person 4")
	w.set(t, w.team(), "member", w.small(0), w.small(4), w.small(1))
	if p := pass(t, w.config, exitHeld); p.Held != 1 {
		t.Errorf("a member again: %+v", p)
	}
	if r := syncd(t, "reject", "--config", w.config, w.heldPlan(t)); r.code != exitDone {
		t.Errorf("%+v", r)
	}
	if p := pass(t, w.config, exitDone, "--full"); p.EdgesRemoved != 0 || !strings.Contains(p.Message, "rejected and not made: 1") {
		t.Errorf("%+v", p)
	}
	w.wantMembers(t, "Team", "Person 0", "Person 1", "Person 2", "Person 4")
}

// TestHeldDeparturesAreGroupedByCause: a unit that left scope is one cause, whoever was in it.
func TestHeldDeparturesAreGroupedByCause(t *testing.T) {
	w, _ := newSmallWorld(t, 12)
	w.add(t, "OU=Sales,OU=Staff", "organizationalUnit")
	for _, i := range []string{"2", "3", "4"} {
		w.rename(t, "CN=Person "+i+","+w.staff(), "CN=Person "+i, "OU=Sales,"+w.staff())
	}
	pass(t, w.config, exitDone)
	w.rename(t, "OU=Sales,"+w.staff(), "OU=Sales", "OU=Empty,"+w.ad.baseDN)
	w.remove(t, w.small(9))
	if p := pass(t, w.config, exitHeld); !strings.Contains(p.Message, "3 left scope with OU=Sales,"+w.staff()+", 1 deleted in Active Directory") {
		t.Errorf("%+v", p)
	}
	r := syncd(t, "status", "--config", w.config)
	if words := strings.Join(strings.Fields(r.out), " "); !all(words, []string{"3 departures: left scope with OU=Sales," + w.staff(), "1 departure: deleted in Active Directory", "approve: syncd approve"}) {
		t.Errorf("%+v", r)
	}
	w.rename(t, "OU=Sales,OU=Empty,"+w.ad.baseDN, "OU=Sales", w.staff())
	if p := pass(t, w.config, exitHeld); p.Held != 1 || p.Departed != 0 {
		t.Errorf("the unit is back: %+v", p)
	}
}

// TestOnDepartureBlock: accounts of leavers stay online, blocked, with their memberships, and are active again when they come back.
func TestOnDepartureBlock(t *testing.T) {
	w, _ := newSmallWorld(t, 12)
	w.configure(t, settings{sections: "safety:\n  on_departure: block\n"})
	pass(t, w.config, exitDone)
	w.activate(t, smallName(1))
	id := w.person(t, 1).id()
	w.rename(t, w.small(1), "CN=Person 1", "OU=Empty,"+w.ad.baseDN)
	if p := pass(t, w.config, exitDone); p.Departed != 1 || p.EdgesRemoved != 0 {
		t.Errorf("%+v", p)
	}
	w.wantActive(t, "departed", map[int]bool{1: false})
	w.wantMembers(t, "Team", "Person 0", "Person 1")
	w.rename(t, "CN=Person 1,OU=Empty,"+w.ad.baseDN, "CN=Person 1", w.staff())
	pass(t, w.config, exitDone)
	w.wantActive(t, "back", map[int]bool{1: true})
	if w.person(t, 1).id() != id {
		t.Error("another account was made")
	}
	w.settled(t, 12)
}
