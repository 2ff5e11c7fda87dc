package main

import (
	"strings"
	"testing"
)

// A unit that is renamed stays in scope with everybody in it; one that leaves scope takes them along, and brings the same accounts back.
func movedUnit(t *testing.T, s *scene) {
	s.add(t, "OU=Unit,OU=Staff", "organizationalUnit")
	s.rename(t, s.small(1), "CN=Person 1", "OU=Unit,"+s.staff())
	pass(t, s.config, exitDone)
	before := s.online.list(t, "Users")
	s.activate(t, smallName(1))

	s.rename(t, "OU=Unit,"+s.staff(), "OU=Renamed", "")
	if p := pass(t, s.config, exitDone); p.Kind != "delta" || p.Updated != 1 || changes(p) != 1 {
		t.Errorf("renamed: %+v", p)
	}
	s.rename(t, "OU=Renamed,"+s.staff(), "OU=Renamed", "OU=Partners,"+s.ad.baseDN)
	if p := pass(t, s.config, exitDone); p.Updated != 1 || changes(p) != 1 {
		t.Errorf("moved within the scope: %+v", p)
	}
	s.rename(t, "OU=Renamed,OU=Partners,"+s.ad.baseDN, "OU=Renamed", "OU=Empty,"+s.ad.baseDN)
	if r := syncd(t, "--now", "--dry-run", "--config", s.config); !strings.Contains(r.out, "left scope (now at CN=Person 1,OU=Renamed,OU=Empty,"+s.ad.baseDN+")") {
		t.Errorf("the evidence: %+v", r)
	}
	if p := pass(t, s.config, exitDone); p.Departed != 1 || p.EdgesRemoved != 1 {
		t.Errorf("moved out: %+v", p)
	}
	s.rename(t, "OU=Renamed,OU=Empty,"+s.ad.baseDN, "OU=Unit", s.staff())
	if p := pass(t, s.config, exitDone); p.EdgesAdded != 1 || p.Departed != 0 {
		t.Errorf("moved back: %+v", p)
	}
	s.sameAccounts(t, before)
	if s.person(t, 1)["active"] != true {
		t.Error("who was active is not")
	}
	s.settled(t, 12)
}

// Everybody below a deleted unit departs, each with a tombstone, in whatever order they come.
func deletedUnit(t *testing.T, s *scene) {
	s.add(t, "OU=Unit,OU=Staff", "organizationalUnit")
	s.add(t, "OU=Inner,OU=Unit,OU=Staff", "organizationalUnit")
	s.rename(t, s.small(1), "CN=Person 1", "OU=Unit,"+s.staff())
	s.rename(t, s.small(2), "CN=Person 2", "OU=Inner,OU=Unit,"+s.staff())
	pass(t, s.config, exitDone)
	s.removeTree(t, "OU=Unit,"+s.staff())
	if p := pass(t, s.config, exitHeld); p.Held != 2 || !strings.Contains(p.Message, "2 deleted in Active Directory") {
		t.Errorf("more than a tenth: %+v", p)
	}
	if r := syncd(t, "approve", "--config", s.config, s.heldPlan(t)); r.code != exitDone || !strings.Contains(r.out, "2 departed") {
		t.Errorf("%+v", r)
	}
	s.settled(t, 10)
}

// The scope follows its container; without it nobody knows who is in scope.
func renamedContainer(t *testing.T, s *scene) {
	pass(t, s.config, exitDone)
	before := s.online.list(t, "Users")
	s.rename(t, s.staff(), "OU=Employees", "")
	if p := pass(t, s.config, exitDone); p.Updated != 12 || changes(p) != 12 {
		t.Errorf("renamed: %+v", p)
	}
	s.sameAccounts(t, before)
	s.settled(t, 12)
	s.removeTree(t, "OU=Employees,"+s.ad.baseDN)
	if r := syncd(t, "--now", "--config", s.config); r.code != exitHeld || !strings.Contains(r.err, s.staff()+" (scope.include) was deleted") {
		t.Errorf("deleted: %+v", r)
	}
	if n := len(s.online.list(t, "Users")); n != 12 {
		t.Errorf("%d people online, want 12", n)
	}
}

// A pilot: only the members of a group are synchronised, nested ones too.
func pilotGroup(t *testing.T, s *scene) {
	group := func(name string, members ...string) {
		pairs := []string{"sAMAccountName", name}
		for _, m := range members {
			pairs = append(pairs, "member", m)
		}
		s.add(t, "CN="+name+",OU=Empty", "group", pairs...)
	}
	everybody := []string{}
	for i := range 11 {
		everybody = append(everybody, s.small(i))
	}
	group("Inner", s.small(11))
	group("Pilot", append(everybody[1:], "CN=Inner,OU=Empty,"+s.ad.baseDN)...)
	pilot, inner := "CN=Pilot,OU=Empty,"+s.ad.baseDN, "CN=Inner,OU=Empty,"+s.ad.baseDN
	s.configure(t, settings{scope: `groups: ["` + pilot + `"]`})
	if p := pass(t, s.config, exitDone); p.Created != 11 {
		t.Errorf("without Person 0, and without the team, which is no member: %+v", p)
	}
	s.set(t, pilot, "member", append(everybody, inner, s.team())...)
	if p := pass(t, s.config, exitDone); p.Kind != "delta" || p.Created != 2 || p.EdgesAdded != 2 {
		t.Errorf("joined: %+v", p)
	}
	before := s.online.list(t, "Users")
	s.set(t, inner, "member")
	s.set(t, s.small(5), "title", "Boss")
	if r := syncd(t, "--now", "--dry-run", "--config", s.config); !strings.Contains(r.out, "left scope (no longer a member of "+pilot+")") {
		t.Errorf("the evidence: %+v", r)
	}
	if p := pass(t, s.config, exitDone); p.Departed != 1 || p.Updated != 1 {
		t.Errorf("left the nested group: %+v", p)
	}
	s.rename(t, pilot, "CN=Renamed", "")
	s.set(t, inner, "member", s.small(11))
	if p := pass(t, s.config, exitDone); p.Kind != "delta" || p.Created+p.Updated != 1 || p.Departed != 0 {
		t.Errorf("back, in a group that was renamed: %+v", p)
	}
	s.sameAccounts(t, before)
	s.settled(t, 12)

	s.set(t, "CN=Renamed,OU=Empty,"+s.ad.baseDN, "member")
	if r := syncd(t, "--now", "--config", s.config); r.code != exitHeld || !strings.Contains(r.err, "shows not a single member") {
		t.Errorf("emptied: %+v", r)
	}
	s.remove(t, "CN=Renamed,OU=Empty,"+s.ad.baseDN)
	if r := syncd(t, "--now", "--config", s.config); r.code != exitHeld || !strings.Contains(r.err, pilot+" (scope.groups) was deleted") {
		t.Errorf("deleted: %+v", r)
	}
	if n := len(s.online.list(t, "Users")); n != 12 {
		t.Errorf("%d people online, want 12", n)
	}
}
