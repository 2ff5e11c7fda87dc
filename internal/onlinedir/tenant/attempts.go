package tenant

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"syncd/internal/directory"
)

// Bounds on wrong sign-ins within attemptsWithin: for one name, whether an administrator has it or not, and for all together, so that
// trying one password on many names ends too.
const (
	attemptsOfName = 5
	attemptsOfAll  = 100
	attemptsWithin = 15 * time.Minute
)

// attempts counts the sign-ins that are under way or went wrong lately. They are kept in memory: a restart forgets them, which only
// somebody who runs the machine can bring about, and no guess costs a write. It never holds more than attemptsOfAll. Sessions
// that are open are not disturbed.
type attempts struct {
	mu     sync.Mutex
	recent []attempt // in the order of time
}

type attempt struct {
	name string
	at   time.Time
}

// begin lets an attempt through, and counts it as a wrong one until forgive is called. A refusal is a fault that says when to try again; it
// does not count itself, so whoever waits gets in.
func (a *attempts) begin(name string, now time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.recent = slices.DeleteFunc(a.recent, func(x attempt) bool { return !x.at.Add(attemptsWithin).After(now) })
	var own []attempt
	for _, x := range a.recent {
		if x.name == name {
			own = append(own, x)
		}
	}
	var wait time.Duration
	if n := len(own); n >= attemptsOfName {
		wait = own[n-attemptsOfName].at.Add(attemptsWithin).Sub(now)
	}
	if n := len(a.recent); n >= attemptsOfAll {
		wait = max(wait, a.recent[n-attemptsOfAll].at.Add(attemptsWithin).Sub(now))
	}
	if wait > 0 {
		return &directory.Fault{Class: directory.Usage, Cause: "too many attempts to sign in", Remedy: "try again in " + minutes(wait)}
	}
	a.recent = append(a.recent, attempt{name, now})
	return nil
}

// forgive forgets the attempts of a name that has signed in.
func (a *attempts) forgive(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.recent = slices.DeleteFunc(a.recent, func(x attempt) bool { return x.name == name })
}

// minutes rounds up.
func minutes(d time.Duration) string {
	n := int((d + time.Minute - 1) / time.Minute)
	if n == 1 {
		return "1 minute"
	}
	return fmt.Sprintf("%d minutes", n)
}
