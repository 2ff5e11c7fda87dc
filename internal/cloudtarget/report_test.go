package cloudtarget_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
)

func aPass() directory.PassRecord {
	return directory.PassRecord{
		Pass: directory.Pass{
			ID: "01J", Kind: "full", Status: directory.SomeRefused, Read: 9, Created: 3, Refused: 2, Seconds: 1.5, Message: strings.Repeat("é", 3000),
		},
		Started: time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC), Trigger: "schedule", Server: "dc1.corp.example", Class: directory.Unreachable,
	}
}

// TestReport: the simulated directory shows the pass and its problems as they were told, however much there is to tell.
func TestReport(t *testing.T) {
	s, online := simulated(t, true, false)
	if err := s.target.Report(t.Context(), aPass(), nil); err != nil {
		t.Error("before Open:", err)
	}
	if err := s.target.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	since := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	refused := []directory.RefusedObject{{Anchor: directory.Anchor{1}, Name: "Ann Lee", Reason: "the address\nis taken", Since: since}}
	for n := range 999 {
		refused = append(refused, directory.RefusedObject{
			Anchor: directory.Anchor{2, byte(n), byte(n >> 8)}, Other: directory.Anchor{3}, Name: strings.Repeat("<", 9000), Reason: strings.Repeat("日", 9000), Status: 409,
		})
	}
	refused[1].Reason = ""
	told := aPass()
	told.Detail = &directory.PassDetail{Stages: []directory.StageTime{{Stage: "read", Seconds: 1}}} // for the operator of syncd alone
	if err := s.target.Report(t.Context(), told, refused); err != nil {
		t.Fatal(err)
	}
	passes, err := online.Passes(t.Context(), 5)
	if err != nil || len(passes) != 1 {
		t.Fatal(passes, err)
	}
	want := aPass()
	want.Message = strings.Repeat("é", 1997) + "..."
	if d := cmp.Diff(want, passes[0].PassRecord); d != "" || passes[0].Client != "syncd" || !passes[0].Ended.Equal(want.Started.Add(1500*time.Millisecond)) {
		t.Error(d, passes[0].Client, passes[0].Ended)
	}
	problems, err := online.Problems(t.Context())
	if err != nil || len(problems) != 1000 {
		t.Fatal(len(problems), err)
	}
	found := map[string]string{}
	for _, p := range problems {
		found[p.ExternalID] = fmt.Sprintf("%.8s|%s|%.30s|%t", p.Name, p.Other, p.Reason, p.Since.Equal(since))
	}
	for anchor, want := range map[directory.Anchor]string{
		{1}:    "Ann Lee||the address is taken|true",
		{2}:    "<<<<<<<<|" + directory.Anchor{3}.String() + "|refused with status 409|false",
		{2, 1}: "<<<<<<<<|" + directory.Anchor{3}.String() + "|" + strings.Repeat("日", 30) + "|false",
	} {
		if got := found[anchor.String()]; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
