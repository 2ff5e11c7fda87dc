package main

import (
	"strings"
	"testing"
)

// Groups contain each other in every way, and a group that loses its last member is empty, not gone.
func oddGroups(t *testing.T, s *scene) {
	outer, inner := "CN=Outer,"+s.groups(), "CN=Inner,"+s.groups()
	s.add(t, "CN=Inner,OU=Groups", "group", "sAMAccountName", "inner", "member", s.small(2))
	s.add(t, "CN=Outer,OU=Groups", "group", "sAMAccountName", "outer", "member", inner, "member", s.team())
	s.add(t, "CN=Nobody,OU=Groups", "group", "sAMAccountName", "nobody")
	if p := pass(t, s.config, exitDone); p.Created != 16 || p.EdgesAdded != 5 {
		t.Errorf("%+v", p)
	}
	s.set(t, inner, "member", s.small(2), outer)
	s.set(t, s.team(), "member")
	if p := pass(t, s.config, exitDone); p.EdgesAdded != 1 || p.EdgesRemoved != 2 {
		t.Errorf("%+v", p)
	}
	s.wantMembers(t, "Inner", "Person 2", "Outer")
	s.wantMembers(t, "Outer", "Inner", "Team")
	s.wantMembers(t, "Team")
	s.wantMembers(t, "Nobody")
	s.settled(t, 12)
}

// A member who is out of scope is none; the membership appears in the pass in which the member does.
func waitingMembers(t *testing.T, s *scene) {
	elsewhere := "OU=Empty," + s.ad.baseDN
	s.rename(t, s.small(0), "CN=Person 0", elsewhere)
	if p := pass(t, s.config, exitDone); p.EdgesAdded != 1 {
		t.Errorf("%+v", p)
	}
	s.rename(t, "CN=Person 0,"+elsewhere, "CN=Person 0", s.staff())
	if p := pass(t, s.config, exitDone); p.Kind != "delta" || p.Created != 1 || p.EdgesAdded != 1 {
		t.Errorf("in scope: %+v", p)
	}
	s.wantMembers(t, "Team", "Person 0", "Person 1")
	s.rename(t, s.team(), "CN=Team", elsewhere)
	if p := pass(t, s.config, exitDone); p.Departed != 1 {
		t.Errorf("the group leaves scope: %+v", p)
	}
	s.set(t, "CN=Team,"+elsewhere, "member", s.small(2))
	s.rename(t, "CN=Team,"+elsewhere, "CN=Team", s.groups())
	if p := pass(t, s.config, exitDone); p.Kind != "delta" {
		t.Errorf("and comes back: %+v", p)
	}
	s.wantMembers(t, "Team", "Person 2")
	s.settled(t, 12)
}

// A primary group holds its members in another place; the membership online stays what it was.
func primaryGroups(t *testing.T, s *scene) {
	pass(t, s.config, exitDone)
	token := s.read(t, s.team(), "primaryGroupToken").GetAttributeValue("primaryGroupToken")
	was := s.read(t, s.small(0), "primaryGroupID").GetAttributeValue("primaryGroupID")
	s.set(t, s.small(0), "primaryGroupID", token)
	for _, kind := range [][]string{nil, {"--full"}} {
		if p := pass(t, s.config, exitDone, kind...); p.EdgesAdded+p.EdgesRemoved != 0 {
			t.Errorf("%v: %+v", kind, p)
		}
	}
	s.wantMembers(t, "Team", "Person 0", "Person 1")
	s.settled(t, 12)
	s.set(t, s.small(0), "primaryGroupID", was)
	s.wantMembers(t, "Team", "Person 0", "Person 1")
	s.settled(t, 12)
}

// A member from elsewhere is named as skipped, and the others stay.
func foreignMembers(t *testing.T, s *scene) {
	pass(t, s.config, exitDone)
	s.set(t, s.team(), "member", s.small(0), s.small(1), "CN=S-1-5-11,CN=ForeignSecurityPrincipals,"+s.domain)
	if p := pass(t, s.config, exitDone); changes(p) != 0 {
		t.Errorf("%+v", p)
	}
	if p := pass(t, s.config, exitDone, "--full"); changes(p) != 0 || !strings.Contains(p.Message, "memberships of people from other domains that are skipped: 1 (team: S-1-5-11)") {
		t.Errorf("%+v", p)
	}
	s.wantMembers(t, "Team", "Person 0", "Person 1")
	s.settled(t, 12)
}

// No delta names the group of a deleted member: the membership goes with the departure.
func deletedGroups(t *testing.T, s *scene) {
	s.add(t, "CN=Other,OU=Groups", "group", "sAMAccountName", "other", "member", s.small(1), "member", s.small(2))
	pass(t, s.config, exitDone)
	s.remove(t, s.small(1))
	if p := pass(t, s.config, exitDone); p.Departed != 1 || p.EdgesRemoved != 2 {
		t.Errorf("a member deleted: %+v", p)
	}
	s.wantMembers(t, "Other", "Person 2")
	s.wantMembers(t, "Team", "Person 0")
	s.set(t, "CN=Other,"+s.groups(), "member", s.small(2), s.small(3), s.team())
	s.remove(t, "CN=Other,"+s.groups())
	if p := pass(t, s.config, exitDone); p.Departed != 1 || p.EdgesAdded != 0 {
		t.Errorf("a group deleted while members are added: %+v", p)
	}
	s.settled(t, 11)
}

// The manager may come after those who are managed, be one of them, and leave.
func managers(t *testing.T, s *scene) {
	s.rename(t, s.small(9), "CN=Person 9", "OU=Empty,"+s.ad.baseDN)
	boss := "CN=Person 9,OU=Empty," + s.ad.baseDN
	s.set(t, s.small(2), "manager", boss)
	s.set(t, s.small(3), "manager", s.small(4))
	s.set(t, s.small(4), "manager", s.small(3))
	pass(t, s.config, exitDone)
	if m := s.person(t, 2).manager(); m != "" {
		t.Errorf("a manager who is out of scope: %s", m)
	}
	if s.person(t, 3).manager() != s.person(t, 4).id() || s.person(t, 4).manager() != s.person(t, 3).id() {
		t.Error("the two do not manage each other")
	}
	s.rename(t, boss, "CN=Person 9", s.staff())
	if p := pass(t, s.config, exitDone); p.Kind != "delta" || p.Created != 1 {
		t.Errorf("%+v", p)
	}
	if s.person(t, 2).manager() != s.person(t, 9).id() {
		t.Error("the manager came into scope, and is not the manager")
	}
	s.remove(t, s.small(9))
	if p := pass(t, s.config, exitDone); p.Departed != 1 {
		t.Errorf("%+v", p)
	}
	if m := s.person(t, 2).manager(); m != "" {
		t.Errorf("a manager who departed: %s", m)
	}
	s.settled(t, 11)
}
