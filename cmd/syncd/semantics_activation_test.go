package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/adsim"
	"syncd/internal/onlinedir"
)

func (w *world) wantActive(t *testing.T, when string, want map[int]bool) {
	t.Helper()
	for i, active := range want {
		if got := w.person(t, i)["active"]; got != active {
			t.Errorf("%s: person %d is active: %v, want %v", when, i, got, active)
		}
	}
}

// The rows of the table "Disabled by default, exactly", in its order.
func disabledByDefault(t *testing.T, s *scene) {
	const fresh, disabled, activated, waiting, kept, gone = 0, 2, 3, 4, 5, 6
	s.set(t, s.small(disabled), "userAccountControl", accountDisabled)
	pass(t, s.config, exitDone)
	for a, u := range s.online.list(t, "Users") {
		if u["active"] != false {
			t.Errorf("law 4: %v (%s) is active", u["userName"], a)
		}
	}
	s.activate(t, smallName(activated))
	s.set(t, s.small(activated), "title", "Boss")
	pass(t, s.config, exitDone)
	s.wantActive(t, "enabled, and activated by an administrator", map[int]bool{fresh: false, activated: true})

	for _, i := range []int{activated, waiting} {
		s.set(t, s.small(i), "userAccountControl", accountDisabled)
	}
	if p := pass(t, s.config, exitDone); p.Blocked != 2 {
		t.Errorf("disabled: %+v", p)
	}
	s.wantActive(t, "disabled", map[int]bool{activated: false, waiting: false})
	if err := s.tryActivate(t, activated); err == nil || !strings.Contains(err.Error(), "is disabled in Active Directory") {
		t.Errorf("an administrator activates a disabled account: %v", err)
	}
	for _, i := range []int{activated, waiting} {
		s.set(t, s.small(i), "userAccountControl", accountEnabled)
	}
	pass(t, s.config, exitDone)
	s.wantActive(t, "enabled again", map[int]bool{activated: true, waiting: false})

	s.activate(t, smallName(gone))
	s.remove(t, s.small(gone))
	if p := pass(t, s.config, exitDone); p.Departed != 1 {
		t.Errorf("deleted: %+v", p)
	}
	s.configure(t, settings{sections: "safety:\n  reactivate: false\n"})
	s.activate(t, smallName(kept))
	for _, control := range []string{accountDisabled, accountEnabled} {
		s.set(t, s.small(kept), "userAccountControl", control)
		pass(t, s.config, exitDone)
	}
	s.wantActive(t, "enabled again, and reactivate is false", map[int]bool{kept: false})
	s.settled(t, 11)
}

// tryActivate is what an administrator of the online directory may or may not do.
func (w *world) tryActivate(t *testing.T, i int) error {
	t.Helper()
	dir, err := onlinedir.Open(t.Context(), w.online.dir, nopLog)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	return dir.SetActive(t.Context(), w.person(t, i).id(), true)
}

// filetime is a moment as accountExpires has it: 100 ns since 1601.
func filetime(moment time.Time) string {
	const unixEpoch = 11644473600 // seconds
	return fmt.Sprint((moment.Unix() + unixEpoch) * 1e7)
}

// Passing the moment changes nothing in Active Directory: the clock is part of every pass.
func expiryByTheClock(t *testing.T, s *scene) {
	pass(t, s.config, exitDone)
	s.activate(t, smallName(3))
	expires := time.Now().Add(3 * time.Second).Truncate(time.Second)
	s.set(t, s.small(3), "accountExpires", filetime(expires))
	if p := pass(t, s.config, exitDone); p.Blocked > 0 && time.Now().Before(expires) {
		t.Errorf("before its time: %+v", p)
	}
	for deadline := time.Now().Add(time.Minute); s.person(t, 3)["active"] == true; {
		if pass(t, s.config, exitDone); time.Now().After(deadline) {
			t.Fatal("who expired is active")
		}
	}
	if time.Now().Before(expires) {
		t.Error("blocked before its time")
	}
	s.set(t, s.small(3), "accountExpires", filetime(time.Now().AddDate(1, 0, 0)))
	pass(t, s.config, exitDone)
	s.wantActive(t, "prolonged", map[int]bool{3: true})
	s.settled(t, 12)
}

// Who comes back from among the deleted, even without the recycle bin of Active Directory, is the same account online.
func restoredAccounts(t *testing.T, s *scene) { s.restored(t) }

// TestRestoredFromTheRecycleBin: with the recycle bin everything comes back with the account, and the memberships in the pass as well.
func TestRestoredFromTheRecycleBin(t *testing.T) {
	c := adsim.DefaultConfig()
	c.RecycleBin = true
	w, _ := newConfiguredWorld(t, c, func(*adsim.Server) error { return nil })
	w.populate(t, 12)
	w.restored(t)
	w.wantMembers(t, "Team", "Person 0", "Person 1")
}

// restored deletes somebody who was active and somebody who was not, and restores both.
func (w *world) restored(t *testing.T) {
	t.Helper()
	w.configure(t, settings{sections: "safety:\n  max_departures_percent: 50\n"})
	pass(t, w.config, exitDone)
	w.activate(t, smallName(1))
	before := w.online.list(t, "Users")
	for _, i := range []int{1, 2} {
		back := w.deleted(t, i)
		if p := pass(t, w.config, exitDone); p.Departed != 1 {
			t.Errorf("deleted: %+v", p)
		}
		back()
		if p := pass(t, w.config, exitDone); p.Kind != "delta" || p.Departed+p.Refused != 0 {
			t.Errorf("restored: %+v", p)
		}
	}
	w.sameAccounts(t, before)
	w.wantActive(t, "restored", map[int]bool{1: true, 2: false})
	w.settled(t, 12)
}

// deleted deletes somebody and returns how to bring them back (MS-ADTS 3.1.1.5.3.7).
func (w *world) deleted(t *testing.T, i int) (restore func()) {
	t.Helper()
	dn := w.small(i)
	guid := "<GUID=" + w.anchor(t, dn).GUID() + ">"
	w.remove(t, dn)
	return func() {
		t.Helper()
		showDeleted := []ldap.Control{ldap.NewControlMicrosoftShowDeleted()}
		found, err := w.admin.Search(ldap.NewSearchRequest(guid, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)", nil, showDeleted))
		if err != nil || len(found.Entries) != 1 {
			t.Fatalf("the tombstone: %v %v", found, err)
		}
		m := ldap.NewModifyRequest(found.Entries[0].DN, showDeleted)
		m.Delete("isDeleted", nil)
		m.Replace("distinguishedName", []string{dn})
		if err := w.admin.Modify(m); err != nil {
			t.Fatal(err)
		}
		w.set(t, dn, "userAccountControl", accountEnabled)
	}
}

// TestNoSeatIsLeft: who would become active again, and finds no seat of a licence, is refused with the reason, delays nobody, and is tried in
// every pass until there is one; so is who comes back from among the deleted and was active before. Who leaves makes room.
func TestNoSeatIsLeft(t *testing.T) {
	w, _ := newSmallWorld(t, 12)
	w.configure(t, settings{sections: "safety:\n  max_departures_percent: 50\n"})
	pass(t, w.config, exitDone)
	w.activate(t, smallName(1))
	w.set(t, w.small(1), "userAccountControl", accountDisabled)
	pass(t, w.config, exitDone)
	w.activate(t, smallName(2))
	w.seats(t, 1)
	w.set(t, w.small(1), "userAccountControl", accountEnabled)
	w.set(t, w.small(3), "title", "Boss")
	for range 2 {
		r := syncd(t, "--now", "--config", w.config)
		if words := strings.Join(strings.Fields(r.out), " "); r.code != exitRefused || !strings.Contains(words, "Person 1 cannot become active: no seat is free in Online Suite (1 of 1 taken)") {
			t.Errorf("%+v", r)
		}
	}
	if u := w.person(t, 3); u["title"] != "Boss" {
		t.Errorf("delayed: %v", u)
	}
	w.wantActive(t, "while there is no seat", map[int]bool{1: false, 2: true})

	back := w.deleted(t, 2)
	if p := pass(t, w.config, exitRefused); p.Departed != 1 { // departures are last
		t.Errorf("%+v", p)
	}
	pass(t, w.config, exitDone)
	w.wantActive(t, "somebody left", map[int]bool{1: true})
	back()
	if p := pass(t, w.config, exitRefused); p.Refused != 1 || len(w.online.list(t, "Users")) != 11 {
		t.Errorf("%+v", p)
	}
	w.seats(t, 2)
	pass(t, w.config, exitDone)
	w.wantActive(t, "a seat more", map[int]bool{1: true, 2: true})
	w.settled(t, 12)
}

// seats changes how many seats the licence of the online directory has.
func (w *world) seats(t *testing.T, seats int) {
	t.Helper()
	dir, err := onlinedir.Open(t.Context(), w.online.dir, nopLog)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	if err := dir.SetSeats(t.Context(), 1, seats); err != nil {
		t.Fatal(err)
	}
}
