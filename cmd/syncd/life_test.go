package main

import (
	"testing"
	"time"

	"syncd/internal/directory"
)

// clockwork is a daemon as its watchdog sees it: minute by minute, what a test makes of it.
type clockwork struct {
	now      time.Time
	progress *directory.Progress
	requests int64
	seen     time.Time
	paused   time.Time
}

// lives asks every half minute for so long, after each half minute as happens says, and returns how long the daemon counted as alive without
// a break.
func lives(length time.Duration, happens func(c *clockwork, since time.Duration)) time.Duration {
	begin := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	c := &clockwork{now: begin}
	l := &life{
		progress: func() *directory.Progress { return c.progress }, requests: func() int64 { return c.requests },
		seen: func() time.Time { return c.seen }, paused: func() time.Time { return c.paused }, moved: begin,
	}
	for since := time.Duration(0); since <= length; since += 30 * time.Second {
		c.now = begin.Add(since)
		happens(c, since)
		if !l.goesOn(c.now) {
			return since - 30*time.Second
		}
	}
	return length
}

func TestWhatCountsAsAlive(t *testing.T) {
	const day = 24 * time.Hour
	moving := func(c *clockwork) { c.progress = &directory.Progress{Stage: "apply", Done: 1} }
	for _, c := range []struct {
		name    string
		happens func(c *clockwork, since time.Duration)
		want    time.Duration
	}{
		{"a loop that looks for work", func(c *clockwork, _ time.Duration) { c.seen = c.now }, day},
		{"a loop that never begins", func(*clockwork, time.Duration) {}, longestIdle},
		{"a loop that stops looking", func(c *clockwork, since time.Duration) {
			if since <= time.Hour {
				c.seen = c.now
			}
		}, time.Hour + longestIdle},
		{"a long pass that counts objects", func(c *clockwork, _ time.Duration) { moving(c) }, day},
		{"a long pass that sends requests", func(c *clockwork, since time.Duration) {
			if since == 0 {
				moving(c)
			}
			c.requests++
		}, day},
		{"a pass in which nothing moves", func(c *clockwork, since time.Duration) {
			if since <= 40*time.Minute {
				moving(c)
			}
		}, 40*time.Minute + longestInPass},
		{"a pass that the online directory asked to wait", func(c *clockwork, since time.Duration) {
			if since == 0 {
				moving(c)
				c.paused = c.now.Add(time.Hour)
			}
		}, time.Hour + longestInPass},
		{"the end of a long pass", func(c *clockwork, since time.Duration) {
			c.progress = nil
			if since < 40*time.Minute {
				moving(c)
			} else if since > 40*time.Minute {
				c.seen = c.now
			}
		}, day},
		{"a loop that does not come back from a pass", func(c *clockwork, since time.Duration) {
			if c.progress = nil; since < 40*time.Minute {
				moving(c)
			}
		}, 40*time.Minute + longestIdle},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := lives(day, c.happens); got != c.want {
				t.Errorf("it counts as alive for %v, want %v", got, c.want)
			}
		})
	}
}
