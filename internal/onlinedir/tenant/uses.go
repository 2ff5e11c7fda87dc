package tenant

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"sync"
	"time"
)

// uses remembers in memory when tokens and sessions were last used, so that no request waits for a write; a minute later, and when the
// directory is closed, keepUses writes it down. A crash loses a minute of it.
type uses struct {
	mu    sync.Mutex
	at    map[use]time.Time
	first chan struct{} // told when there is something to write
}

// use is what was used: the digest of a token or of a session's secret.
type use struct {
	what usedWhat
	hash [sha256.Size]byte
}

type usedWhat uint8

const (
	usedToken usedWhat = iota
	usedSession
)

// useDelay is how long a use waits to be written.
const useDelay = time.Minute

func newUses() *uses { return &uses{at: make(map[use]time.Time), first: make(chan struct{}, 1)} }

func (u *uses) note(what usedWhat, hash []byte, at time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.at) == 0 {
		select {
		case u.first <- struct{}{}:
		default:
		}
	}
	u.at[use{what, [sha256.Size]byte(hash)}] = at
}

// latest is when something was used last: as remembered, or as stored.
func (u *uses) latest(what usedWhat, hash []byte, stored time.Time) time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	if at := u.at[use{what, [sha256.Size]byte(hash)}]; at.After(stored) {
		return at
	}
	return stored
}

// take empties the memory.
func (u *uses) take() map[use]time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	all := u.at
	u.at = make(map[use]time.Time)
	return all
}

// restore puts back what could not be written, unless it is outdated by now.
func (u *uses) restore(all map[use]time.Time) {
	for what, at := range all {
		if !u.latest(what.what, what.hash[:], at).After(at) {
			u.note(what.what, what.hash[:], at)
		}
	}
}

// keepUses writes down what was used lately.
func (t *Tenant) keepUses(ctx context.Context) error {
	all := t.uses.take()
	if len(all) == 0 {
		return nil
	}
	err := t.Write(ctx, func(w *Writer) error {
		for what, at := range all {
			update := "UPDATE session SET seen = max(seen, ?) WHERE hash = ?"
			if what.what == usedToken {
				update = "UPDATE token SET used = max(coalesce(used, 0), ?) WHERE hash = ?"
				at = at.Truncate(time.Minute)
			}
			if _, err := w.exec(ctx, update, at.UnixMilli(), bytes.Clone(what.hash[:])); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.uses.restore(all)
		return fmt.Errorf("note when tokens and sessions were used: %w", err)
	}
	return nil
}
