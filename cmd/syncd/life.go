package main

import (
	"time"

	"syncd/internal/directory"
)

// How long nothing may move before the daemon counts as hanging. A loop without work looks around every ten seconds. A pass moves with every
// object it counts and every request that ends; a request is given up after a minute, and the wait before it is tried again is shorter. What
// is longest in between is work on the state file.
const (
	longestIdle   = time.Minute
	longestInPass = 15 * time.Minute
)

// life proves, for systemd's watchdog, that the daemon does what it is for: it sees the loop and its passes move, and what hangs does not.
type life struct {
	progress func() *directory.Progress // of the running pass, nil where none runs
	requests func() int64               // that ended, to either side
	seen     func() time.Time           // when the loop last looked for work
	paused   func() time.Time           // until when the online directory asked the running pass to wait

	at    *directory.Progress // when it moved last
	ended int64
	moved time.Time
}

// newLife is that of a daemon whose loop is about to run.
func newLife(d *daemon, now time.Time) *life {
	return &life{
		progress: d.progress, requests: d.requests.Load, seen: d.loop.Seen, moved: now,
		paused: func() time.Time { return d.passing.Load().target.PausedUntil() },
	}
}

// goesOn reports whether something has moved not too long before now. It is called by one goroutine.
func (l *life) goesOn(now time.Time) bool {
	at, ended := l.progress(), l.requests()
	if at != l.at || ended != l.ended {
		l.at, l.ended, l.moved = at, ended, now
	}
	if seen := l.seen(); seen.After(l.moved) {
		l.moved = seen
	}
	if at == nil {
		return now.Sub(l.moved) <= longestIdle
	}
	return now.Sub(l.moved) <= longestInPass || now.Sub(l.paused()) <= longestInPass // from the end of the wait on it has as long as ever
}
