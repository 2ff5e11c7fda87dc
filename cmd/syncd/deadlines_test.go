package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"syncd/internal/adsim"
	"syncd/internal/control"
)

// TestStatusSaysWhatRunsOut: only what is known.
func TestStatusSaysWhatRunsOut(t *testing.T) {
	now := time.Date(2026, 11, 27, 9, 12, 0, 0, time.UTC)
	in := func(days float64) time.Time { return now.Add(time.Duration(days * float64(24*time.Hour))) }
	for _, c := range []struct {
		until        time.Time
		certificates map[string]time.Time
		want         string
	}{
		{time.Time{}, nil, ""},
		{in(178.9), map[string]time.Time{control.PeerLDAP: in(212), control.PeerTarget: in(1.5)}, "deletions known for 178 more days · certificates 212 days (AD), 1 day (online)"},
		{in(0.5), map[string]time.Time{control.PeerTarget: in(0.1)}, "deletions known for less than a day · certificate less than a day (online)"},
		{in(-1), map[string]time.Time{control.PeerLDAP: in(-3)}, "deletions may have been missed: the next pass is a full one · certificate has ended (AD)"},
		{in(1), nil, "deletions known for 1 more day"},
	} {
		if got := deadlines(&control.Status{DeletionsKnownUntil: c.until, Certificates: c.certificates}, now); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// TestWhatRunsOutIsKnownAfterAPass: the end of deletions from the state, also where no daemon runs; nothing of it before the first pass, and
// nothing where the account cannot see deletions.
func TestWhatRunsOutIsKnownAfterAPass(t *testing.T) {
	w, ad := newSmallWorld(t, 3)
	if r := syncd(t, "status", "--config", w.config); all(r.out, []string{"deletions"}) {
		t.Errorf("before the first pass: %+v", r)
	}
	pass(t, w.config, exitDone)
	if r := syncd(t, "status", "--config", w.config); !all(r.out, []string{"deletions known for 179 more days"}) {
		t.Errorf("after a pass: %+v", r)
	}
	ad.SetRights(adsim.Rights{GetChanges: true})
	pass(t, w.config, exitDone)
	if r := syncd(t, "status", "--config", w.config); all(r.out, []string{"deletions known"}) {
		t.Errorf("while deletions cannot be seen: %+v", r)
	}
}

// TestTheDaemonTellsOfBothCertificates: in words, and as an object with the schedule's interval.
func TestTheDaemonTellsOfBothCertificates(t *testing.T) {
	w := newSecureWorld(t)
	start(t, "pass ended", "--config", w.config)
	r := syncd(t, "status", "--config", w.config)
	line := regexp.MustCompile(`deletions known for 179 more days · certificates 1,82\d days \(AD\), [\d,]+ days \(online\)`)
	if words := strings.Join(strings.Fields(r.out), " "); !line.MatchString(words) {
		t.Errorf("%+v", r)
	}
	var s control.Status
	if err := json.Unmarshal([]byte(syncd(t, "status", "--json", "--config", w.config).out), &s); err != nil {
		t.Fatal(err)
	}
	if s.Interval != (3*time.Hour).Seconds() || len(s.Certificates) != 2 || !s.DeletionsKnownUntil.Equal(s.Watermark.AddDate(0, 0, 180)) {
		t.Errorf("every %v s, %v, until %v", s.Interval, s.Certificates, s.DeletionsKnownUntil)
	}
}
