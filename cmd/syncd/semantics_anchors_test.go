package main

import (
	"testing"

	"syncd/internal/directory"
)

const formerAnchor = "0123456789abcdef" // bytes of an mS-DS-ConsistencyGuid

// anchored is a small world whose anchors come from mS-DS-ConsistencyGuid, with person 3 online and active under one that is no objectGUID.
func anchored(t *testing.T) *world {
	t.Helper()
	w, _ := newSmallWorld(t, 12)
	w.configure(t, settings{sections: "mapping:\n  anchor: ms-DS-ConsistencyGuid\n"})
	w.set(t, w.small(3), "mS-DS-ConsistencyGuid", formerAnchor)
	pass(t, w.config, exitDone)
	w.activate(t, smallName(3))
	return w
}

// wantNobody makes sure that no account has a name.
func (w *world) wantNobody(t *testing.T, userName string) {
	t.Helper()
	for _, u := range w.online.list(t, "Users") {
		if u["userName"] == userName {
			t.Errorf("%s is online: %v", userName, u)
		}
	}
}

// passes are the ways in which somebody has to be found.
func passes() [][]string { return [][]string{nil, {"--full"}, {"--full", "--verify"}} }

// TestASuccessorOfAnotherKind: a person leaves, and a contact carries her anchor: she departs, and the contact comes.
func TestASuccessorOfAnotherKind(t *testing.T) {
	w := anchored(t)
	w.remove(t, w.small(3))
	w.add(t, "CN=Now Outside,OU=Staff", "contact", "displayName", "Now Outside", "mS-DS-ConsistencyGuid", formerAnchor)
	for _, how := range passes() {
		syncd(t, append([]string{"--now", "--config", w.config}, how...)...)
		w.wantNobody(t, smallName(3))
	}
	w.online.find(t, "Contacts", "displayName", "Now Outside")
	pass(t, w.config, exitDone)
}

// TestALeaverWhoseAnchorIsClaimed: law 5 does not depend on who of two claimants is read first. The embedded AD answers in the order of creation.
func TestALeaverWhoseAnchorIsClaimed(t *testing.T) {
	for _, rival := range []int{5, 0} {
		w := anchored(t)
		w.set(t, w.small(rival), "mS-DS-ConsistencyGuid", formerAnchor)
		w.set(t, w.small(3), "userAccountControl", accountDisabled)
		for _, how := range passes() {
			syncd(t, append([]string{"--now", "--config", w.config}, how...)...)
			if w.person(t, 3)["active"] != false {
				t.Errorf("law 5, rival %d, %v: she is active", rival, how)
			}
		}
	}
}

// TestWhoIsOnlineGetsTheAnchorOfALeaver: person 5 is online with an account of her own, and stays that person: she is refused, and blocked when
// she is disabled. Whose anchor it was departs.
func TestWhoIsOnlineGetsTheAnchorOfALeaver(t *testing.T) {
	w := anchored(t)
	w.activate(t, smallName(5))
	w.set(t, w.small(5), "mS-DS-ConsistencyGuid", formerAnchor)
	w.remove(t, w.small(3))
	for _, how := range passes() {
		syncd(t, append([]string{"--now", "--config", w.config}, how...)...)
	}
	if p := w.person(t, 5); p["externalId"] == directory.Anchor([]byte(formerAnchor)).String() || p["active"] != true {
		t.Errorf("she is somebody else: %v", p)
	}
	w.set(t, w.small(5), "userAccountControl", accountDisabled)
	for _, how := range passes() {
		syncd(t, append([]string{"--now", "--config", w.config}, how...)...)
		if w.person(t, 5)["active"] != false {
			t.Errorf("law 5, %v: she is active", how)
		}
	}
	w.wantNobody(t, smallName(3))
}
