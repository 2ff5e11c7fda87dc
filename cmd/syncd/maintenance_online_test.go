//go:build unix

package main

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestTheOnlineDirectoryIsPutBack: where it is the online directory that has lost the last day, one pass that verifies brings that day back, and one
// that does not verify does no harm before.
func TestTheOnlineDirectoryIsPutBack(t *testing.T) {
	w, _ := newSmallWorld(t, 20)
	h := newHost(t, w, "srv")
	pass(t, h.config(), exitDone)
	w.activate(t, smallName(7))
	w.activate(t, smallName(2)) // who is disabled in Active Directory today
	yesterday := mkdir(t, w.dir, "yesterday")
	if r := syncd(t, "directory", "backup", "--data", w.online.dir, "--output", filepath.Join(yesterday, "directory.db")); r.code != exitDone {
		t.Fatalf("%+v", r)
	}
	w.live(t, 0)
	pass(t, h.config(), exitDone)
	before := w.contents(t)

	address := strings.TrimPrefix(w.online.url, "http://")
	w.online.server.stop(t, syscall.SIGTERM)
	start(t, "listening on", "directory", "serve", "--data", yesterday, "--listen", address)
	w.set(t, w.small(9), "title", "Boss")
	pass(t, h.config(), exitDone)
	p := pass(t, h.config(), exitDone, "--verify")
	if p.Created != 1 || p.Departed != 2 || w.person(t, 2)["active"] != false || !strings.Contains(p.Message, "online differed, and what syncd masters was repaired") {
		t.Errorf("%+v", p)
	}
	h.settle(t, "after the verification")
	if active := w.person(t, 7)["active"]; active != true {
		t.Errorf("who was activated is active: %v", active)
	}
	if now := w.contents(t); len(now) != len(before) {
		t.Errorf("%d are online, and %d were", len(now), len(before))
	}
}
