package syncer

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/robfig/cron/v3"
)

// Loop runs passes one after the other: at the start, on schedule and when triggered. What is triggered while a pass runs collapses
// into one pass that follows it.
type Loop struct {
	run      func(context.Context, Request)
	schedule *cron.Cron

	mu      sync.Mutex
	pending *Request
	wake    chan struct{}
	retry   *time.Timer // see RetryAt
	retryAt time.Time   // zero while retry does not run
}

// NewLoop returns a loop on a validated schedule. run makes one pass and reports its end by itself.
func NewLoop(schedule ScheduleConfig, run func(context.Context, Request)) (*Loop, error) {
	l := &Loop{run: run, schedule: cron.New(cron.WithLocation(time.UTC)), wake: make(chan struct{}, 1)}
	for _, s := range []struct {
		spec string
		full bool
	}{{schedule.Sync, false}, {schedule.Full, true}} {
		parsed, err := parseSchedule(s.spec)
		if err != nil {
			return nil, fmt.Errorf("the schedule %q: %w", s.spec, err)
		}
		l.schedule.Schedule(parsed, cron.FuncJob(func() { l.Trigger(Request{Trigger: "schedule", Full: s.full}) }))
	}
	return l, nil
}

// Trigger asks for a pass and returns the id of the pass that answers. While one is waiting already, that one answers; it is a full
// one if any of those that asked wants that, and writes unless all wanted a dry run.
func (l *Loop) Trigger(r Request) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pending == nil {
		r.ID = NewID()
		l.pending = &r
	} else {
		l.pending.Full = l.pending.Full || r.Full
		l.pending.DryRun = l.pending.DryRun && r.DryRun
	}
	select {
	case l.wake <- struct{}{}:
	default:
	}
	return l.pending.ID
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

// Run makes a pass at once and then whenever one is asked for, until ctx ends. A pass that runs then is allowed to finish, unless
// kill ends too.
func (l *Loop) Run(ctx, kill context.Context) {
	l.schedule.Start()
	defer func() {
		<-l.schedule.Stop().Done()
		l.RetryAt(time.Time{})
	}()
	l.Trigger(Request{Trigger: "start"})
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.wake:
		}
		if ctx.Err() != nil {
			return
		}
		if r := l.take(); r != nil {
			l.run(kill, *r)
		}
	}
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

// take returns what waits; nil where a trigger joined the request that was just taken, and woke the loop again.
func (l *Loop) take() *Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.pending
	l.pending = nil
	return r
}
