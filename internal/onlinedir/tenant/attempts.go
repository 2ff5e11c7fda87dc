package tenant

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"syncd/internal/directory"
)

// Bounds on wrong sign-ins within attemptsWithin. Each counts what came from one address, so that nobody can lock out an administrator
// who sits elsewhere. Beyond attemptsOfAll, which only many addresses together reach, each address has one wrong try.
const (
	attemptsOfName    = 5 // for one name, whether an administrator has it or not
	attemptsOfAddress = 20
	attemptsOfAll     = 1000
	attemptsWithin    = 15 * time.Minute
)

// attempts counts the sign-ins that are under way or went wrong lately. They are kept in memory: a restart forgets them, which only
// somebody who runs the machine can bring about, and no guess costs a write. Passwords are compared one at a time, which bounds how many
// it holds. Sessions that are open are not disturbed.
type attempts struct {
	mu     sync.Mutex
	recent []attempt // in the order of time
}

type attempt struct {
	name, address string
	at            time.Time
}

type addressKey struct{}

// From returns a context in which everything is done from a client's address: sign-ins are counted by it, and the audit log names it.
func From(ctx context.Context, address string) context.Context {
	return context.WithValue(ctx, addressKey{}, address)
}

func clientOf(ctx context.Context) string {
	address, _ := ctx.Value(addressKey{}).(string)
	return address
}

// TooManyAttempts is the refusal of a sign-in that comes too early.
type TooManyAttempts struct {
	fault *directory.Fault
	Wait  time.Duration // until the next one may be let in
}

func (e *TooManyAttempts) Error() string { return e.fault.Error() }
func (e *TooManyAttempts) Unwrap() error { return e.fault }

// begin lets an attempt through, and counts it as a wrong one until forgive is called. A refusal is a TooManyAttempts; it does not count
// itself, so whoever waits gets in.
func (a *attempts) begin(name, address string, now time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.recent = slices.DeleteFunc(a.recent, func(x attempt) bool { return !x.at.Add(attemptsWithin).After(now) })
	var ofName, ofAddress []attempt
	for _, x := range a.recent {
		if x.address != address {
			continue
		}
		ofAddress = append(ofAddress, x)
		if x.name == name {
			ofName = append(ofName, x)
		}
	}
	wait := max(waitFor(ofName, attemptsOfName, now), waitFor(ofAddress, attemptsOfAddress, now))
	if len(ofAddress) > 0 { // an address with a clean record is always let in
		wait = max(wait, waitFor(a.recent, attemptsOfAll, now))
	}
	if wait > 0 {
		return &TooManyAttempts{&directory.Fault{Class: directory.Usage, Cause: "too many attempts to sign in", Remedy: "try again in " + minutes(wait)}, wait}
	}
	a.recent = append(a.recent, attempt{name, address, now})
	return nil
}

// waitFor is how long it takes until fewer than limit of the attempts count.
func waitFor(list []attempt, limit int, now time.Time) time.Duration {
	if len(list) < limit {
		return 0
	}
	return list[len(list)-limit].at.Add(attemptsWithin).Sub(now)
}

// forgive forgets the attempts of a name that has signed in, from where it did: those of other addresses may be somebody else's.
func (a *attempts) forgive(name, address string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.recent = slices.DeleteFunc(a.recent, func(x attempt) bool { return x.name == name && x.address == address })
}

// minutes rounds up.
func minutes(d time.Duration) string {
	n := int((d + time.Minute - 1) / time.Minute)
	if n == 1 {
		return "1 minute"
	}
	return fmt.Sprintf("%d minutes", n)
}
