package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"syncd/internal/onlinedir"
)

// activate is what an administrator of the online directory does.
func (w *world) activate(t *testing.T, userName string) {
	t.Helper()
	dir, err := onlinedir.Open(t.Context(), w.online.dir, nopLog)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	if err := dir.SetActive(t.Context(), w.online.find(t, "Users", "userName", userName).id(), true); err != nil {
		t.Fatal(err)
	}
}

// TestBlocks: laws 4 and 5 and the rows of the design's table that need nothing but a directory and an administrator.
func TestBlocks(t *testing.T) {
	w, _ := newSmallWorld(t, 6)
	pass(t, w.config, exitDone)
	w.activate(t, "person3@corp.example")
	expect := func(when string, want map[string]bool) {
		t.Helper()
		for name, active := range want {
			if got := w.online.find(t, "Users", "userName", name+"@corp.example")["active"]; got != active {
				t.Errorf("%s: %s is active: %v, want %v", when, name, got, active)
			}
		}
	}
	w.set(t, w.small(3), "title", "Boss")
	pass(t, w.config, exitDone)
	expect("after an update", map[string]bool{"person3": true, "person4": false})

	for _, i := range []int{3, 4} {
		w.set(t, w.small(i), "userAccountControl", "514")
	}
	if p := pass(t, w.config, exitDone); p.Blocked != 2 {
		t.Errorf("disabled: %+v", p)
	}
	expect("disabled", map[string]bool{"person3": false, "person4": false})
	for _, i := range []int{3, 4} {
		w.set(t, w.small(i), "userAccountControl", "512")
	}
	pass(t, w.config, exitDone)
	expect("enabled again", map[string]bool{"person3": true, "person4": false})

	w.set(t, w.small(3), "accountExpires", "131000000000000000") // in 2016
	if p := pass(t, w.config, exitDone); p.Blocked != 1 {
		t.Errorf("expired: %+v", p)
	}
	expect("expired", map[string]bool{"person3": false})
	w.set(t, w.small(3), "accountExpires", "0")
	pass(t, w.config, exitDone)
	expect("expires never", map[string]bool{"person3": true})
	if p := pass(t, w.config, exitDone, "--full"); changes(p) != 0 {
		t.Errorf("something was left (law 2): %+v", p)
	}
}

// TestDepartureLimit: more departures than the limit are held, everything else goes on, and an operator lets them go.
func TestDepartureLimit(t *testing.T) {
	w, _ := newSmallWorld(t, 12)
	pass(t, w.config, exitDone)
	for _, i := range []int{0, 1, 2} {
		w.remove(t, w.small(i))
	}
	w.set(t, w.small(5), "department", "Legal")
	p := pass(t, w.config, exitHeld)
	if p.Held != 3 || p.Departed != 0 || p.Updated != 1 || !strings.Contains(p.Message, "max_departures_percent") {
		t.Errorf("%+v", p)
	}
	if n := len(w.online.list(t, "Users")); n != 12 {
		t.Errorf("%d people online, want 12", n)
	}
	if p := pass(t, w.config, exitHeld); p.Held != 3 {
		t.Errorf("in the next delta: %+v", p)
	}
	if p := pass(t, w.config, exitHeld, "--full"); p.Held != 3 || p.Departed+p.EdgesRemoved != 0 {
		t.Errorf("in a full pass: %+v", p)
	}
	if r := syncd(t, "approve", "--config", w.config, w.heldPlan(t)); r.code != exitDone || !strings.Contains(r.out, "3 departed") || !strings.Contains(r.out, "2 memberships removed") {
		t.Errorf("approved: %+v", r)
	}
	if n := len(w.online.list(t, "Users")); n != 9 {
		t.Errorf("%d people online, want 9", n)
	}
}

// TestRefusal: law 8. One address twice: one of the two is refused with a reason that names the other, and heals by itself.
func TestRefusal(t *testing.T) {
	w, _ := newSmallWorld(t, 4)
	w.set(t, w.small(2), "proxyAddresses", "SMTP:person3@corp.example")
	p := pass(t, w.config, exitRefused)
	if p.Refused != 1 || p.Created != 4 {
		t.Errorf("%+v", p)
	}
	r := syncd(t, "--now", "--full", "--config", w.config)
	if r.code != exitRefused || !strings.Contains(r.out, "is used by Person ") {
		t.Errorf("%+v", r)
	}
	w.set(t, w.small(2), "proxyAddresses")
	if p := pass(t, w.config, exitDone, "--full"); p.Refused != 0 || len(w.online.list(t, "Users")) != 4 {
		t.Errorf("after it was corrected: %+v", p)
	}
}

// TestAddressesChangeHands: in one delta each of four people takes over the next one's address, and the last one gets a new one. In
// whatever order they are sent, nobody is refused.
func TestAddressesChangeHands(t *testing.T) {
	w, _ := newSmallWorld(t, 4)
	pass(t, w.config, exitDone)
	for i, address := range slices.Backward([]string{"person1@corp.example", "person2@corp.example", "person3@corp.example", "fresh@corp.example"}) {
		w.set(t, w.small(i), "mail", address)
		w.set(t, w.small(i), "userPrincipalName", address)
	}
	if p := pass(t, w.config, exitDone); p.Updated != 4 {
		t.Errorf("%+v", p)
	}
}

// TestRehire: somebody leaves and comes back under the same address. Departures are last, so the new account waits for them, and for its
// membership, in the same pass.
func TestRehire(t *testing.T) {
	w, _ := newSmallWorld(t, 12)
	pass(t, w.config, exitDone)
	w.remove(t, w.small(1))
	w.addPerson(t, 1)
	w.set(t, w.small(1), "title", "Back again")
	w.set(t, "CN=Team,OU=Groups,"+w.ad.baseDN, "member", w.small(0), w.small(1))
	if p := pass(t, w.config, exitDone); p.Departed != 1 || p.Created != 1 || p.EdgesAdded != 1 {
		t.Errorf("%+v", p)
	}
	if p := pass(t, w.config, exitDone, "--full"); changes(p) != 0 || len(w.online.list(t, "Users")) != 12 {
		t.Errorf("%+v", p)
	}
}

// TestStatusWithoutADaemon reads what the last pass left, and makes nothing.
func TestStatusWithoutADaemon(t *testing.T) {
	w, _ := newSmallWorld(t, 3)
	mkdir(t, w.dir, "state") // as an installation does
	if r := syncd(t, "status", "--config", w.config); r.code != exitDone || !strings.Contains(r.out, "no pass has ended yet") {
		t.Errorf("before the first pass: %+v", r)
	}
	pass(t, w.config, exitDone)
	if r := syncd(t, "status", "--config", w.config); r.code != exitDone || !strings.Contains(r.out, "no daemon runs") || !strings.Contains(r.out, "3 people") {
		t.Errorf("after it: %+v", r)
	}
}

// TestKilled: law 9. syncd is killed in the middle of its first pass, and the next one ends where it should have.
func TestKilled(t *testing.T) {
	w, _ := newSmallWorld(t, 60)
	slow := strings.Replace(readFile(t, w.config), "target:\n", "target:\n  concurrency: 1\n", 1)
	if err := os.WriteFile(w.config, []byte(slow), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		killSoon(t, w)
	}
	pass(t, w.config, exitDone)
	if p := pass(t, w.config, exitDone, "--full"); changes(p) != 0 || p.Unchanged != 61 {
		t.Errorf("%+v", p)
	}
	if n := len(w.online.list(t, "Users")); n != 60 {
		t.Errorf("%d people online, want 60", n)
	}
}

// killSoon starts a pass and kills it as soon as somebody has arrived online.
func killSoon(t *testing.T, w *world) {
	t.Helper()
	before := len(w.online.list(t, "Users"))
	b, _ := start(t, "", "--config", w.config)
	for range 1000 {
		if len(w.online.list(t, "Users")) > before {
			break
		}
	}
	b.kill(t)
}
