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
	daemon   *daemon
	at       *directory.Progress // when it moved last
	requests int64
	moved    time.Time
}

func newLife(d *daemon, now time.Time) *life { return &life{daemon: d, moved: now} }

// goesOn reports whether something has moved not too long before now. It is called by one goroutine, more often than longestIdle.
func (l *life) goesOn(now time.Time) bool {
	at, requests := l.daemon.progress(), l.daemon.requests.Load()
	if at != l.at || requests != l.requests {
		l.at, l.requests, l.moved = at, requests, now
	}
	if seen := l.daemon.loop.Seen(); seen.After(l.moved) {
		l.moved = seen
	}
	if at == nil {
		return now.Sub(l.moved) <= longestIdle
	}
	return now.Sub(l.moved) <= longestInPass || now.Before(l.daemon.passing.Load().target.PausedUntil())
}
