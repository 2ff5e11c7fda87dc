package main

import (
	"strings"
	"testing"

	"syncd/internal/directory"
	"syncd/internal/onlinedir"
)

// byHand makes an account that an administrator of the online directory made.
func (w *world) byHand(t *testing.T, u onlinedir.NewUser) (id string) {
	t.Helper()
	dir, err := onlinedir.Open(t.Context(), w.online.dir, nopLog)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	if id, err = dir.AddUser(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	return id
}

// TestMatchingOfHandMadeAccounts: what belongs to nobody is left alone, reported or taken over, an administrator's account never.
func TestMatchingOfHandMadeAccounts(t *testing.T) {
	for _, c := range []struct {
		matching string
		refused  int
		says     []string
		silent   string // what it does not say
	}{
		{"off", 3, []string{"is used online by By Name (created there by hand)"}, "adopt would take it over"},
		{"report", 3, []string{"is used online by By Name (created there by hand); matching: adopt would take it over", "used online by By Address", "never matched onto an administrator"}, "\x00"},
		{"adopt", 1, []string{"online already and adopted: 2", "used online by Root, an administrator"}, "By Name"},
	} {
		t.Run(c.matching, func(t *testing.T) {
			w, _ := newSmallWorld(t, 5)
			name := w.byHand(t, onlinedir.NewUser{UserName: "PERSON1@corp.example", DisplayName: "By Name", Active: true})
			address := w.byHand(t, onlinedir.NewUser{UserName: "other@corp.example", DisplayName: "By Address", Mail: smallName(2)})
			root := w.byHand(t, onlinedir.NewUser{UserName: smallName(3), DisplayName: "Root", Role: "Global Administrator", Active: true})
			w.configure(t, settings{sections: "mapping:\n  matching: " + c.matching + "\n"})
			r := syncd(t, "--now", "--config", w.config)
			if words := strings.Join(strings.Fields(r.out), " "); r.code != exitRefused || strings.Contains(words, c.silent) || !all(words, c.says) {
				t.Errorf("%+v", r)
			}
			if n := len(w.online.list(t, "Users")); n != 5-c.refused {
				t.Errorf("%d people belong to syncd, want %d", n, 5-c.refused)
			}
			if u := w.online.find(t, "Users", "id", root); u["externalId"] != nil || u["displayName"] != "Root" || u["active"] != true {
				t.Errorf("the administrator: %v", u)
			}
			if c.matching != "adopt" {
				return
			}
			if u := w.person(t, 1); u.id() != name || u["active"] != true || u["displayName"] != "Person 1" {
				t.Errorf("adopted by name: %v", u)
			}
			if u := w.person(t, 2); u.id() != address || u["active"] != false {
				t.Errorf("adopted by address: %v", u)
			}
			w.wantMembers(t, "Team", "Person 0", "Person 1")
		})
	}
}

func all(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// TestTwoPeopleForOneAccount: both are refused, each naming the other, however far apart they are in the plan, until one of them gives up.
func TestTwoPeopleForOneAccount(t *testing.T) {
	const people = 600 // more than are sent in one batch
	w, _ := newSmallWorld(t, people)
	id := w.byHand(t, onlinedir.NewUser{UserName: smallName(1), DisplayName: "By Hand", Mail: smallName(people - 1)})
	w.configure(t, settings{sections: "mapping:\n  matching: adopt\n"})
	r := syncd(t, "--now", "--config", w.config)
	if words := strings.Join(strings.Fields(r.out), " "); r.code != exitRefused || !all(words, []string{"2 refused", "Person 1 ", "Person 599 ", "By Hand"}) {
		t.Errorf("%+v", r)
	}
	w.set(t, w.small(people-1), "mail", "free@corp.example")
	if p := pass(t, w.config, exitDone, "--full"); p.Created != 1 || p.Updated != 1 {
		t.Errorf("%+v", p)
	}
	if got := w.person(t, 1).id(); got != id {
		t.Errorf("the account %s was not taken over, %s was made", id, got)
	}
	w.settled(t, people)
}

// An account that came from another forest, with a new objectGUID and its old mS-DS-ConsistencyGuid, is the same one online; two that
// claim one anchor are refused, each naming the other.
func movedForest(t *testing.T, s *scene) {
	const attribute = "mS-DS-ConsistencyGuid"
	s.configure(t, settings{sections: "mapping:\n  anchor: ms-DS-ConsistencyGuid\n"})
	former := directory.Anchor{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
	s.set(t, s.small(1), attribute, string(former[:]))
	pass(t, s.config, exitDone)
	s.activate(t, smallName(1))
	account := s.person(t, 1)
	if account["externalId"] != former.String() {
		t.Errorf("the anchor is %v", account["externalId"])
	}
	s.remove(t, s.small(1))
	s.addPerson(t, 1)
	s.set(t, s.small(1), attribute, string(former[:]))
	s.set(t, s.small(1), "title", "Moved")
	if p := pass(t, s.config, exitDone); p.Updated != 1 || p.EdgesRemoved != 1 || p.Created+p.Departed != 0 {
		t.Errorf("%+v", p)
	}
	if now := s.person(t, 1); now.id() != account.id() || now["title"] != "Moved" || now["active"] != true {
		t.Errorf("%v", now)
	}
	s.set(t, s.small(2), attribute, string(former[:]))
	r := syncd(t, "--now", "--config", s.config)
	if words := strings.Join(strings.Fields(r.out), " "); r.code != exitRefused || !all(words, []string{s.small(1), s.small(2), "claim the same anchor"}) {
		t.Errorf("claimed twice: %+v", r)
	}
	s.set(t, s.small(2), attribute)
	pass(t, s.config, exitDone)
	s.settled(t, 12)
}

// TestAnAnchorThatIsSetTooLate: who was brought online under the objectGUID stays who he is, is refused with the remedy, is blocked all
// the same (law 5), and loses no membership.
func TestAnAnchorThatIsSetTooLate(t *testing.T) {
	w, _ := newSmallWorld(t, 12)
	w.config = w.writeConfig(t, "mapping:\n  anchor: ms-DS-ConsistencyGuid\n")
	pass(t, w.config, exitDone)
	w.set(t, w.small(0), "mS-DS-ConsistencyGuid", "0123456789abcdef")
	w.set(t, w.small(0), "userAccountControl", "546")
	r := syncd(t, "--now", "--config", w.config)
	if r.code != exitRefused || !strings.Contains(r.out, "was set after it had been brought online") || !strings.Contains(r.out, "1 blocked") {
		t.Errorf("%+v", r)
	}
	team := w.online.find(t, "Groups", "displayName", "Team")
	if p := pass(t, w.config, exitRefused, "--full"); p.EdgesRemoved+p.Departed+p.Held+p.Created != 0 || len(w.online.members(t, team)) != 2 {
		t.Errorf("a full pass: %+v", p)
	}
	w.set(t, w.small(0), "mS-DS-ConsistencyGuid")
	if p := pass(t, w.config, exitDone); p.Updated != 1 {
		t.Errorf("after it was taken back: %+v", p)
	}
	if p := pass(t, w.config, exitDone, "--full"); changes(p) != 0 {
		t.Errorf("law 2: %+v", p)
	}
}
