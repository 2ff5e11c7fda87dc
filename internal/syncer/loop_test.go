package syncer_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/syncer"
)

// A ran is one pass that the loop made, with the time since the loop began.
type ran struct {
	After   time.Duration
	Trigger string
	Full    bool
	Dry     bool
}

// looping runs a loop whose passes take a minute, does what is given while it runs, and returns the passes.
func looping(t *testing.T, schedule syncer.ScheduleConfig, during func(l *syncer.Loop, stop func())) (passes []ran) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		begin := time.Now()
		l, err := syncer.NewLoop(schedule, func(kill context.Context, r syncer.Request) {
			passes = append(passes, ran{time.Since(begin), r.Trigger, r.Full, r.DryRun})
			select {
			case <-time.After(time.Minute):
			case <-kill.Done():
			}
		})
		must(t, err)
		if !l.Next().IsZero() {
			t.Errorf("next before the loop runs: %v", l.Next())
		}
		ended := make(chan struct{})
		go func() { defer close(ended); l.Run(ctx, t.Context()) }()
		synctest.Wait()
		during(l, cancel)
		cancel()
		<-ended
	})
	return passes
}

// never is a schedule in leap years only: synctest's clock begins in 2000, a moment after the first of January.
const never = "0 0 29 2 *"

func expect(t *testing.T, want, got []ran) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("passes (-want +got):\n%s", d)
	}
}

func TestAPassAtTheStartAndEveryThreeHours(t *testing.T) {
	passes := looping(t, syncer.ScheduleConfig{Sync: "@every 3h", Full: never}, func(l *syncer.Loop, _ func()) {
		if next := time.Until(l.Next()); next != 3*time.Hour {
			t.Errorf("the next one is in %v", next)
		}
		time.Sleep(10 * time.Hour)
	})
	expect(t, []ran{
		{0, "start", false, false}, {3 * time.Hour, "schedule", false, false}, {6 * time.Hour, "schedule", false, false}, {9 * time.Hour, "schedule", false, false},
	}, passes)
}

func TestAFullPassIsScheduledToo(t *testing.T) {
	passes := looping(t, syncer.ScheduleConfig{Sync: never, Full: "CRON_TZ=UTC 0 2 * * *"}, func(_ *syncer.Loop, _ func()) { time.Sleep(25 * time.Hour) })
	expect(t, []ran{{0, "start", false, false}, {2 * time.Hour, "schedule", true, false}}, passes)
}

func TestTriggersDuringAPassCollapseIntoOneAndFullWins(t *testing.T) {
	passes := looping(t, syncer.ScheduleConfig{Sync: "@every 3h", Full: never}, func(l *syncer.Loop, _ func()) {
		time.Sleep(time.Second) // the first pass runs
		first := l.Trigger(syncer.Request{Trigger: "signal"})
		for _, r := range []syncer.Request{{Trigger: "endpoint"}, {Trigger: "endpoint", Full: true}} {
			if id := l.Trigger(r); id != first {
				t.Errorf("%s answers instead of %s", id, first)
			}
		}
		time.Sleep(time.Hour)
		if id := l.Trigger(syncer.Request{Trigger: "now", DryRun: true}); id <= first {
			t.Errorf("%s does not come after %s", id, first)
		}
		time.Sleep(time.Hour)
	})
	expect(t, []ran{{0, "start", false, false}, {time.Minute, "signal", true, false}, {time.Hour + time.Second, "now", false, true}}, passes)
}

func TestADryRunDoesNotBecomeARealPass(t *testing.T) {
	passes := looping(t, syncer.ScheduleConfig{Sync: never, Full: never}, func(l *syncer.Loop, _ func()) {
		time.Sleep(time.Second) // the first pass runs
		dry := l.Trigger(syncer.Request{Trigger: "now", DryRun: true})
		write := l.Trigger(syncer.Request{Trigger: "signal"})
		saved := l.Trigger(syncer.Request{Trigger: "apply", Saved: "plan"})
		if dry == write || saved == write || l.Trigger(syncer.Request{Trigger: "now", DryRun: true}) != dry {
			t.Errorf("%s answers %s, %s", dry, write, saved)
		}
		time.Sleep(time.Hour)
	})
	expect(t, []ran{{0, "start", false, false}, {time.Minute, "now", false, true}, {2 * time.Minute, "signal", false, false}, {3 * time.Minute, "apply", false, false}}, passes)
}

func TestTheFirstSignalDrainsAndNothingFollows(t *testing.T) {
	passes := looping(t, syncer.ScheduleConfig{Sync: "@every 3h", Full: never}, func(l *syncer.Loop, stop func()) {
		time.Sleep(time.Second)
		l.Trigger(syncer.Request{Trigger: "signal"})
		stop()
		time.Sleep(time.Minute)
		l.Trigger(syncer.Request{Trigger: "signal"})
		time.Sleep(24 * time.Hour)
	})
	expect(t, []ran{{0, "start", false, false}}, passes)
}

// TestTriggersFromEverywhere hammers a loop whose passes take no time: each trigger is answered by a pass that begins after it, and a
// wake-up without a request harms nobody.
func TestTriggersFromEverywhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		answered := map[string]bool{}
		l, err := syncer.NewLoop(syncer.ScheduleConfig{Sync: "@every 1s", Full: "@every 2s"}, func(_ context.Context, r syncer.Request) { answered[r.ID] = true })
		must(t, err)
		ended := make(chan struct{})
		go func() { defer close(ended); l.Run(ctx, ctx) }()
		asked := make(chan string, 4000)
		for range 4 {
			go func() {
				for range 1000 {
					asked <- l.Trigger(syncer.Request{Trigger: "endpoint"})
				}
			}()
		}
		time.Sleep(10 * time.Second)
		cancel()
		<-ended
		for range 4000 {
			if id := <-asked; !answered[id] {
				t.Fatalf("nobody answered %s", id)
			}
		}
	})
}

func TestSchedulesThatAreNone(t *testing.T) {
	for spec, ok := range map[string]bool{
		"@every 3h": true, "0 */3 * * *": true, "@daily": true, "CRON_TZ=Europe/Berlin 30 4 * * *": true, "TZ=UTC @every 90m": true, "@every 1s": true,
		"": false, "soon": false, "* * * *": false, "60 * * * *": false, "@every": false, "@every never": false, "@every 0s": false, "@every 500ms": false,
		"@every -3h": false, "TZ=UTC": false, "TZ=": false, "CRON_TZ= 0 0 * * *": false, "CRON_TZ=UTC ": false, "TZ=Nowhere/Else 0 0 * * *": false, "TZ=UTC @every 0s": false,
	} {
		c := syncer.DefaultSchedule()
		c.Full = spec
		err := c.Validate()
		if (err == nil) != ok {
			t.Errorf("%q: %v", spec, err)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "full: ") {
			t.Errorf("%q: the key is missing in %v", spec, err)
		}
		if l, err := syncer.NewLoop(c, nil); (err == nil) != ok || (l != nil) != ok {
			t.Errorf("NewLoop with %q: %v", spec, err)
		}
	}
}

func FuzzSchedule(f *testing.F) {
	f.Add("CRON_TZ= ")
	f.Add("@every 3h")
	f.Add("TZ=UTC\t0 0 * * *")
	f.Fuzz(func(_ *testing.T, spec string) {
		c := syncer.ScheduleConfig{Sync: spec, Full: spec}
		_ = c.Validate() // it must not panic
	})
}

func TestSafetyIsValidated(t *testing.T) {
	c := syncer.DefaultSafety()
	must(t, c.Validate())
	c = syncer.SafetyConfig{MaxDepartures: -1, MaxDeparturesPercent: 101, OnDeparture: "ignore"}
	err := c.Validate()
	for _, field := range []string{"max_departures: ", "max_departures_percent: ", "on_departure: "} {
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s is not named in %v", field, err)
		}
	}
}

func TestRefusedObjectsAskForAPassOutsideTheSchedule(t *testing.T) {
	passes := looping(t, syncer.ScheduleConfig{Sync: "@every 3h", Full: never}, func(l *syncer.Loop, _ func()) {
		time.Sleep(2 * time.Minute)
		l.RetryAt(time.Now().Add(time.Hour))
		l.RetryAt(time.Now().Add(10 * time.Minute))
		if next := time.Until(l.Next()); next != 10*time.Minute {
			t.Errorf("the next one is in %v", next)
		}
		time.Sleep(20 * time.Minute)
		l.RetryAt(time.Now().Add(time.Hour))
		l.RetryAt(time.Time{})
		time.Sleep(2 * time.Hour)
	})
	expect(t, []ran{{0, "start", false, false}, {12 * time.Minute, "retry", false, false}}, passes)
}

func TestWhenAFullPassIsOverdue(t *testing.T) {
	sunday := time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)
	west := time.FixedZone("", -5*3600)
	weekly := syncer.ScheduleConfig{Full: "0 2 * * 0"}
	for _, c := range []struct {
		schedule  syncer.ScheduleConfig
		last, now time.Time
		due       bool
	}{
		{weekly, time.Time{}, sunday, false}, // there was none yet: the first pass is a full one anyway
		{weekly, sunday.In(west), sunday.Add(6 * 24 * time.Hour), false},
		{weekly, sunday.In(west), sunday.Add(7 * 24 * time.Hour), true},
		{weekly, sunday.Add(-time.Minute), sunday.Add(time.Minute), true},
		{syncer.ScheduleConfig{Full: never}, sunday, sunday.Add(24 * time.Hour), false},
		{syncer.ScheduleConfig{}, sunday, sunday.Add(24 * time.Hour), false},
	} {
		if due := c.schedule.FullDue(c.last, c.now); due != c.due {
			t.Errorf("%q, last %v, now %v: %v", c.schedule.Full, c.last, c.now, due)
		}
	}
}

// TestTheIntervalIsTheLongestPauseOfTheSchedule: what nobody need worry about, nights and weekends included.
func TestTheIntervalIsTheLongestPauseOfTheSchedule(t *testing.T) {
	for _, c := range []struct {
		sync, full string
		want       time.Duration
	}{
		{"@every 3h", "0 2 * * 0", 3 * time.Hour},
		{"0 */3 * * *", "0 2 * * 0", 3 * time.Hour},
		{"0 8-18 * * 1-5", "0 8 * * 1", 62 * time.Hour},
		{"0 8-18 * * 1-5", "0 8 * * 0", 38 * time.Hour}, // Friday evening to Sunday morning
		{"CRON_TZ=Asia/Tokyo 30 6 * * *", "CRON_TZ=Asia/Tokyo 30 6 * * 0", 24 * time.Hour},
		{"0 0 1 * *", "0 0 1 * *", 29 * 24 * time.Hour}, // the next two
		{"* * * * *", "0 2 * * 0", time.Minute},
		{"0 0 30 2 *", "0 0 30 2 *", 0}, // never
	} {
		synctest.Test(t, func(t *testing.T) { // it begins on 1 January 2000
			l, err := syncer.NewLoop(syncer.ScheduleConfig{Sync: c.sync, Full: c.full}, nil)
			must(t, err)
			if got := l.Interval(); got != c.want {
				t.Errorf("%q and %q: %v, want %v", c.sync, c.full, got, c.want)
			}
		})
	}
}

func TestAnotherScheduleTakesThePlaceOfTheFirst(t *testing.T) {
	passes := looping(t, syncer.ScheduleConfig{Sync: "@every 3h", Full: never}, func(l *syncer.Loop, _ func()) {
		time.Sleep(time.Hour)
		l.RetryAt(time.Now().Add(10 * time.Minute))
		if err := l.Reschedule(syncer.ScheduleConfig{Sync: "soon", Full: never}); err == nil || l.Interval() != 3*time.Hour {
			t.Errorf("no schedule: %v, and now it is every %v", err, l.Interval())
		}
		must(t, l.Reschedule(syncer.ScheduleConfig{Sync: never, Full: "@every 4h", Verify: true}))
		if l.Interval() != 4*time.Hour {
			t.Errorf("every %v", l.Interval())
		}
		time.Sleep(5 * time.Hour)
	})
	expect(t, []ran{{0, "start", false, false}, {70 * time.Minute, "retry", false, false}, {5 * time.Hour, "schedule", true, false}}, passes)
}

// TestALoopIsSeen every ten seconds while it has nothing to do, and not during a pass.
func TestALoopIsSeen(t *testing.T) {
	looping(t, syncer.ScheduleConfig{Sync: never, Full: never}, func(l *syncer.Loop, _ func()) {
		time.Sleep(59 * time.Second)
		if at := time.Since(l.Seen()); at != 59*time.Second {
			t.Errorf("during a pass it was seen %v ago", at)
		}
		time.Sleep(time.Hour)
		if at := time.Since(l.Seen()); at > 10*time.Second {
			t.Errorf("without work it was seen %v ago", at)
		}
	})
	l, err := syncer.NewLoop(syncer.ScheduleConfig{Sync: never, Full: never}, nil)
	must(t, err)
	if !l.Seen().IsZero() {
		t.Error("it was seen before it ran")
	}
}
