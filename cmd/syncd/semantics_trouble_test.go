package main

import (
	"net/http"
	"strings"
	"testing"

	"syncd/internal/directory"
	"syncd/internal/onlinedir"
)

// TestTheOnlineDirectoryIsDown: nothing is lost; the next pass makes up for it.
func TestTheOnlineDirectoryIsDown(t *testing.T) {
	w, _ := newSmallWorld(t, 12)
	pass(t, w.config, exitDone)
	w.remove(t, w.small(1))
	w.online.server.kill(t)
	if p := pass(t, w.config, exitUnreachable); p.Status != "failed" || !strings.Contains(p.Message, "refuses connections") {
		t.Errorf("%+v", p)
	}
	w.online.server, _ = start(t, "listening on", "directory", "serve", "--data", w.online.dir, "--listen", strings.TrimPrefix(w.online.url, "http://"))
	if p := pass(t, w.config, exitDone); p.Kind != "delta" || p.Departed != 1 {
		t.Errorf("%+v", p)
	}
	w.settled(t, 11)
}

// TestWhatSyncdDoesNotOwnStays: accounts made by hand, and attributes that syncd does not master (law 6).
func TestWhatSyncdDoesNotOwnStays(t *testing.T) {
	w, _ := newSmallWorld(t, 12)
	id := w.byHand(t, onlinedir.NewUser{UserName: "byhand@corp.example", DisplayName: "By Hand", Active: true})
	pass(t, w.config, exitDone)
	w.online.send(t, http.MethodPatch, "Users/"+w.person(t, 3).id(), patch("replace", "nickName", "Third"))
	w.set(t, w.small(3), "title", "Boss")
	pass(t, w.config, exitDone)
	w.settled(t, 12)
	if u := w.online.find(t, "Users", "id", id); u["displayName"] != "By Hand" || u["active"] != true {
		t.Errorf("%v", u)
	}
	if u := w.person(t, 3); u["nickName"] != "Third" || u["title"] != "Boss" {
		t.Errorf("%v", u)
	}
}

// TestDeletedOnline: a synchronised account that somebody deletes online is made again when it changes, or by the next verification; its
// administrator's activation is not lost while it is in the recycle bin.
func TestDeletedOnline(t *testing.T) {
	w, _ := newSmallWorld(t, 12)
	pass(t, w.config, exitDone)
	w.activate(t, smallName(3))
	id := w.person(t, 3).id()
	w.online.send(t, http.MethodDelete, "Users/"+id, nil)
	if p := pass(t, w.config, exitDone); changes(p) != 0 {
		t.Errorf("a delta does not look: %+v", p)
	}
	if p := pass(t, w.config, exitDone, "--verify"); p.Created != 1 || !strings.Contains(p.Message, "1 deleted online") {
		t.Errorf("%+v", p)
	}
	if u := w.person(t, 3); u.id() != id || u["active"] != true {
		t.Errorf("%v", u)
	}
	w.settled(t, 12)
}

// TestActivatedOnline: an online directory that let somebody activate an account that is disabled on premises is corrected by the next
// verification.
func TestActivatedOnline(t *testing.T) {
	w, _ := newSmallWorld(t, 12)
	w.set(t, w.small(3), "userAccountControl", accountDisabled)
	pass(t, w.config, exitDone)
	w.online.send(t, http.MethodPatch, "Users/"+w.person(t, 3).id(), patch("replace", directory.SchemaOnPremises+":onPremisesAccountEnabled", true))
	w.activate(t, smallName(3))
	if p := pass(t, w.config, exitDone, "--full"); changes(p) != 0 {
		t.Errorf("a full pass alone does not look online: %+v", p)
	}
	if p := pass(t, w.config, exitDone, "--verify"); p.Blocked != 1 || !strings.Contains(p.Message, "1 activated although they may not be used on premises") {
		t.Errorf("%+v", p)
	}
	w.wantActive(t, "verified", map[int]bool{3: false})
	w.settled(t, 12)
}
