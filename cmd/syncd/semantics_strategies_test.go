package main

import (
	"strings"
	"syscall"
	"testing"

	"syncd/internal/adsim"
)

func followsByDirSync(t *testing.T, s *scene) { s.follows(t, "delta", "") }

func followsByPolling(t *testing.T, s *scene) {
	s.configure(t, settings{source: "changes: usn"})
	s.follows(t, "delta", "source.changes is usn: changes are found by uSNChanged")
}

func followsByFullReads(t *testing.T, s *scene) {
	s.configure(t, settings{source: "changes: full"})
	s.follows(t, "full", "")
}

// Without the right auto takes the next best way and says so, with the remedy, until it has the right again.
func followsWithoutTheRight(t *testing.T, s *scene) {
	s.grant(t, false, true)
	defer s.grant(t, true, true)
	s.follows(t, "delta", `lacks the right "Replicating Directory Changes"`)
	s.grant(t, true, true)
	if p := pass(t, s.config, exitDone, "--full"); changes(p) != 0 || strings.Contains(p.Message, "lacks the right") {
		t.Errorf("with the right: %+v", p)
	}
	s.set(t, s.small(5), "title", "Boss")
	if p := pass(t, s.config, exitDone); p.Kind != "delta" || p.Updated != 1 {
		t.Errorf("with the right: %+v", p)
	}
}

// follows lets everything happen that a pass has to notice, whatever the strategy.
func (s *scene) follows(t *testing.T, kind, says string) {
	t.Helper()
	if p := pass(t, s.config, exitDone); p.Kind != "full" || p.Created != 13 || !strings.Contains(p.Message, says) {
		t.Fatalf("first pass: %+v", p)
	}
	before := s.online.list(t, "Users")
	s.set(t, s.small(5), "department", "Legal")
	s.rename(t, s.small(6), "CN=Married", "OU=Partners,"+s.ad.baseDN)
	s.remove(t, s.small(1))
	s.addPerson(t, 12)
	s.set(t, s.team(), "member", s.small(12))
	p := pass(t, s.config, exitDone)
	if p.Kind != kind || p.Created != 1 || p.Updated != 2 || p.Departed != 1 || p.EdgesAdded != 1 || p.EdgesRemoved != 2 {
		t.Errorf("%+v", p)
	}
	if p := pass(t, s.config, exitDone); p.Kind != kind || changes(p) != 0 {
		t.Errorf("law 2: %+v", p)
	}
	s.wantMembers(t, "Team", "Person 12")
	s.sameAccounts(t, before)
	s.settled(t, 12)
}

// TestAWatermarkThatCannotBeUsedIsNamedInTheLog: the delta becomes a full pass in which nothing is lost, and the log says why.
func TestAWatermarkThatCannotBeUsedIsNamedInTheLog(t *testing.T) {
	w, ad := newSmallWorld(t, 12)
	d, _ := start(t, "pass ended", "--config", w.config)
	w.remove(t, w.small(1))
	ad.SetFault(adsim.Fault{RejectCookies: true})
	if p := pass(t, w.config, exitDone); p.Kind != "full" || p.Departed != 1 {
		t.Errorf("%+v", p)
	}
	ad.SetFault(adsim.Fault{})
	w.settled(t, 11)
	d.stop(t, syscall.SIGTERM)
	for _, words := range []string{"the delta cannot continue from the last pass", "rejects the cookie", `"changes":"dirsync","because":"svc-syncd@corp.example has the right to replicate`} {
		if !strings.Contains(d.stderr.String(), words) {
			t.Errorf("the log does not say %q:\n%s", words, d.stderr)
		}
	}
}

// TestAnotherStrategyIsFollowedAtOnce: source.changes that is set to auto, or back, makes the next pass a full one, and only that.
func TestAnotherStrategyIsFollowedAtOnce(t *testing.T) {
	w, _ := newSmallWorld(t, 3)
	for i, changes := range []string{"auto", "usn", "auto", "dirsync", "full", "auto"} {
		w.configure(t, settings{source: "changes: " + changes})
		if p := pass(t, w.config, exitDone); p.Kind != "full" {
			t.Errorf("%d, set to %s: %+v", i, changes, p)
		}
		if p := pass(t, w.config, exitDone); p.Kind != "delta" && changes != "full" {
			t.Errorf("%d, the pass after that: %+v", i, p)
		}
	}
}
