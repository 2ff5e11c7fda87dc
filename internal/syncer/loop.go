package syncer

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/robfig/cron/v3"
)

// Loop runs passes one after the other: at the start, on schedule and when triggered. What is triggered while a pass runs collapses
// into one pass that follows it, and one for dry runs.
type Loop struct {
	run      func(context.Context, Request)
	schedule *cron.Cron

	mu      sync.Mutex
	pending []Request
	wake    chan struct{}
	retry   *time.Timer // see RetryAt
	retryAt time.Time   // zero while retry does not run

	seen atomic.Pointer[time.Time] // see Seen
}

// NewLoop returns a loop on a validated schedule. run makes one pass and reports its end by itself.
func NewLoop(schedule ScheduleConfig, run func(context.Context, Request)) (*Loop, error) {
	l := &Loop{run: run, schedule: cron.New(cron.WithLocation(time.UTC)), wake: make(chan struct{}, 1)}
	if err := l.Reschedule(schedule); err != nil {
		return nil, err
	}
	return l, nil
}

// Reschedule puts another validated schedule in the place of the one that is followed, also while Run runs. What waits for its pass goes on
// waiting, and RetryAt stands. After an error nothing is changed.
func (l *Loop) Reschedule(schedule ScheduleConfig) error {
	type round struct {
		when cron.Schedule
		job  cron.FuncJob
	}
	var rounds []round
	for _, s := range []struct {
		spec string
		full bool
	}{{schedule.Sync, false}, {schedule.Full, true}} {
		parsed, err := parseSchedule(s.spec)
		if err != nil {
			return fmt.Errorf("the schedule %q: %w", s.spec, err)
		}
		rounds = append(rounds, round{parsed, func() {
			l.Trigger(Request{Trigger: "schedule", Full: s.full, Verify: s.full && schedule.Verify})
		}})
	}
	before := l.schedule.Entries()
	for _, r := range rounds { // first, so that Next always knows one
		l.schedule.Schedule(r.when, r.job)
	}
	for _, e := range before {
		l.schedule.Remove(e.ID)
	}
	return nil
}

// Trigger asks for a pass and returns the id of the pass that answers. While one like it is waiting already, that one answers; it is a
// full one, or verifies, if any of those that asked wants that. A dry run and a pass that writes are not alike, and a saved plan is
// always applied by a pass of its own.
func (l *Loop) Trigger(r Request) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.pending {
		if waiting := &l.pending[i]; waiting.DryRun == r.DryRun && waiting.Saved == "" && r.Saved == "" {
			waiting.Full, waiting.Verify = waiting.Full || r.Full, waiting.Verify || r.Verify
			return waiting.ID
		}
	}
	r.ID = NewID()
	l.pending = append(l.pending, r)
	l.wakeUp()
	return r.ID
}

// wakeUp needs the lock.
func (l *Loop) wakeUp() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Next is when the schedule, or RetryAt, asks for the next pass; zero before Run.
func (l *Loop) Next() time.Time {
	l.mu.Lock()
	next := l.retryAt
	l.mu.Unlock()
	for _, e := range l.schedule.Entries() {
		if next.IsZero() || !e.Next.IsZero() && e.Next.Before(next) {
			next = e.Next
		}
	}
	return next
}

// Interval is the longest time between two passes that the schedule asks for in the coming week, or in the next thousand: what nobody need
// worry about.
func (l *Loop) Interval() time.Duration {
	const most = 1000
	entries, now := l.schedule.Entries(), time.Now().UTC()
	var longest time.Duration
	var before time.Time
	for at, n := now, 0; n < most && (longest == 0 || at.Before(now.AddDate(0, 0, 7))); n++ {
		var next time.Time
		for _, e := range entries {
			if t := e.Schedule.Next(at); !t.IsZero() && (next.IsZero() || t.Before(next)) {
				next = t
			}
		}
		if next.IsZero() {
			break
		}
		if !before.IsZero() {
			longest = max(longest, next.Sub(before))
		}
		at, before = next, next
	}
	return longest
}

// Run makes a pass at once and then whenever one is asked for, until ctx ends. A pass that runs then is allowed to finish, unless
// kill ends too.
func (l *Loop) Run(ctx, kill context.Context) {
	l.schedule.Start()
	defer func() {
		<-l.schedule.Stop().Done()
		l.RetryAt(time.Time{})
	}()
	l.Trigger(Request{Trigger: "start"})
	look := time.NewTicker(seenEvery)
	defer look.Stop()
	for {
		now := time.Now()
		l.seen.Store(&now)
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		case <-l.wake:
		}
		if ctx.Err() != nil {
			return
		}
		if r, ok := l.take(); ok {
			l.run(kill, r)
		}
	}
}

// seenEvery is how often a loop without work is seen.
const seenEvery = 10 * time.Second

// Seen is when the loop last looked for work, which it does every ten seconds unless a pass runs; zero before Run. It is how others know that it
// does not hang.
func (l *Loop) Seen() time.Time {
	if at := l.seen.Load(); at != nil {
		return *at
	}
	return time.Time{}
}

// RetryAt asks for a pass at a moment outside the schedule, in place of the moment asked for before; the zero time takes that back. It is
// for refused objects, whose time to try again comes earlier than the next round.
func (l *Loop) RetryAt(at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.retry != nil {
		l.retry.Stop()
		l.retry = nil
	}
	if l.retryAt = at; !at.IsZero() {
		l.retry = time.AfterFunc(time.Until(at), func() { l.Trigger(Request{Trigger: "retry"}) })
	}
}

// take returns the first that waits; ok is false where nothing does.
func (l *Loop) take() (r Request, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.pending) == 0 {
		return r, false
	}
	r, l.pending = l.pending[0], l.pending[1:]
	if len(l.pending) > 0 {
		l.wakeUp()
	}
	return r, true
}
