package tenant

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/directory"
)

func TestPasses(t *testing.T) {
	c := newClock()
	d := newTenant(t, WithClock(c.Now))
	ctx := As(t.Context(), Actor{Name: "syncd", Sync: true})
	if last, err := d.LastSynchronised(ctx); !last.IsZero() || err != nil {
		t.Error(last, err)
	}
	began := c.Now()
	report := func(n int, status directory.Status, problems ...Problem) Report {
		t.Helper()
		started := began.Add(time.Duration(n) * time.Minute)
		r := Report{
			PassRecord: directory.PassRecord{Pass: directory.Pass{ID: fmt.Sprintf("%04d", n), Kind: "delta", Status: status, Read: n}, Started: started, Class: directory.Held},
			Ended:      started.Add(10 * time.Second), Client: "syncd", Problems: problems,
		}
		if err := d.ReportPass(ctx, r); err != nil {
			t.Fatal(err)
		}
		r.Problems = nil
		return r
	}
	since := began.Add(-time.Hour)
	bob, ann := Problem{ExternalID: "B", Other: "G", Name: "Bob", Reason: "r", Since: since}, Problem{ExternalID: "A", Name: "Ann", Reason: "s", Since: since}
	first := report(1, directory.SomeRefused, bob, ann)
	if problems, err := d.Problems(ctx); err != nil || !cmp.Equal(problems, []Problem{ann, bob}) {
		t.Error(problems, err)
	}
	second := report(2, directory.SomeHeld, bob)
	report(3, directory.PassFailed)
	third := report(3, directory.PassFailed, ann)
	passes, err := d.Passes(ctx, 2)
	if diff := cmp.Diff([]Report{third, second}, passes); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if problems, err := d.Problems(ctx); err != nil || !cmp.Equal(problems, []Problem{ann}) {
		t.Error(problems, err)
	}
	if last, err := d.LastSynchronised(ctx); !last.Equal(first.Started) || err != nil {
		t.Error("held and failed passes leave something out:", last, err)
	}
	done := report(4, directory.Done)
	if last, err := d.LastSynchronised(ctx); !last.Equal(done.Started) || err != nil {
		t.Error(last, err)
	}
	for n := range passesKept {
		report(10+n, directory.Done)
	}
	passes, err = d.Passes(ctx, 2*passesKept)
	if err != nil || len(passes) != passesKept || passes[0].Read != 9+passesKept || passes[passesKept-1].Read != 10 {
		t.Error(len(passes), err)
	}
	many := make([]Problem, MostProblems+1)
	for n := range many {
		many[n] = Problem{ExternalID: fmt.Sprint(n), Reason: "r"}
	}
	report(9999, directory.SomeRefused, many...)
	if problems, err := d.Problems(ctx); err != nil || len(problems) != MostProblems {
		t.Error(len(problems), err)
	}
	wantFault(t, d.ReportPass(by(t, "joe", UserAdministrator), first), directory.Usage, "may not do this")
	if len(story(t, d)) != 0 {
		t.Error("reports stand in the audit log:", story(t, d))
	}
}
