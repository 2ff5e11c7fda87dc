package cloudtarget

import (
	"math/bits"
	"time"
)

const (
	firstBreadth = 4 // requests side by side until something is known
	calm         = 32
	// worth is which part of the gain of an ideal service more requests must bring: a quarter more of them a twentieth more answers.
	worth       = 0.2
	longestRest = 32 // windows between two trials that bring nothing
	ceilingHeld = time.Minute
)

// breadth finds how many requests side by side bring the most answers a second, from 1 to what the configuration allows. It climbs the hill: it
// tries more, and keeps them where that brings more; it tries fewer, and keeps those where that brings hardly less, so that nobody waits in a
// queue of the service's. When nothing is better it rests, longer each time, and tries again, for services change. That is how the thread pool
// of .NET finds its size (E. Fuentes, Concurrency Throttling in the CLR 4.0 ThreadPool, MSDN Magazine, September 2010), without its filter for
// waves. Where a request is too much (429), or overtaxes the service (503, no answer in time), the number is halved, as in TCP (RFC 5681 §3.1);
// once more before it is calm again, and they go one after the other.
//
// TCP Vegas and the gradient of Netflix's concurrency-limits compare each time with the least one: they end up low where times vary by nature,
// as those of a service behind a network do, and see no difference between a service whose answers take longer and one that gives fewer.
//
// Answers a second are not counted but follow from their times: so many under way divided by the mean time (Little's law), from requests that went
// while all places were taken. So it does not matter how often syncd has nothing to send. Times are compared kind by kind.
//
// It is not safe for concurrent use: pace guards it.
type breadth struct {
	most, limit int
	age         int // how often limit was set
	halved      int // the age when it was halved last
	calm        int // answers to wait for before something is tried

	ceiling     int // so many were too many for a rate, 0: unknown
	ceilingEnds time.Time

	windows int // how many there were
	present window
	base    window // the one before, at the number that is known to be good
	trial   bool   // limit is on trial, base's is the one to go back to
	down    bool   // the next trial is of fewer
	swift   bool   // nothing went wrong yet: the number is doubled
	vain    int    // trials in a row that brought nothing
	rest    int    // windows until the next trial
	resting int    // the length of the last rest
}

// moment is when a request went, and what it counts for.
type moment struct {
	start  time.Time
	age    int // under which limit
	window int // which one it counts for, 0: none
}

func newBreadth(most int) breadth {
	b := breadth{most: most, limit: min(firstBreadth, most), swift: true}
	b.present.kinds, b.base.kinds = make(map[requestKind]times), make(map[requestKind]times)
	b.measure()
	return b
}

// forget keeps the number and drops the measures: the service may be another one by now.
func (b *breadth) forget() string {
	if b.trial {
		b.set(b.base.limit)
	}
	b.base.open(0, 0)
	b.measure()
	b.vain, b.rest, b.resting = 0, 0, 0
	return "a new pass"
}

func (b *breadth) set(limit int) {
	b.limit, b.trial = limit, false
	b.age++
	b.measure()
}

// strained notes a request that was too much. ready is when the service may be asked again; a rate is exceeded at the same number again, so
// that is not tried for a while. What went before the number was halved says nothing about the half.
func (b *breadth) strained(at moment, ready time.Time, rate bool) string {
	if at.age < b.halved {
		return ""
	}
	if rate {
		b.ceiling, b.ceilingEnds = b.limit, ready.Add(ceilingHeld)
	}
	half := max(b.limit/2, 1)
	if b.calm > 0 {
		half = 1
	}
	b.swift, b.down, b.vain, b.rest, b.resting = false, false, 0, 0, 0
	b.set(half)
	b.halved, b.calm = b.age, calm
	b.base.open(0, 0)
	return "too much for the service"
}

// begins notes that a request goes. full says that every place is taken with it.
func (b *breadth) begins(full bool, now time.Time) moment {
	m := moment{start: now, age: b.age}
	if full && b.calm == 0 && b.present.begin(now) {
		m.window = b.windows
	}
	return m
}

// uncounted notes a request of which nothing can be said.
func (b *breadth) uncounted(at moment) string {
	if at.window == b.windows {
		b.present.began--
	}
	return ""
}

// answered notes how long an answer took.
func (b *breadth) answered(kind requestKind, at moment, now time.Time) string {
	if b.calm > 0 {
		if at.age >= b.halved {
			b.calm--
		}
		return ""
	}
	if at.window != b.windows || !b.present.add(kind, now.Sub(at.start), now) {
		return ""
	}
	gain, known := b.present.gain(&b.base)
	switch {
	case !b.trial:
		return b.steady(gain, known, now)
	case !known:
		b.set(b.base.limit)
		b.base.open(0, 0)
		return "other requests came"
	}
	if ratio := float64(b.limit) / float64(b.base.limit); gain < 1+worth*(ratio-1) {
		b.reverse()
		b.set(b.base.limit)
		return "the trial brought nothing"
	}
	b.keep()
	b.vain, b.resting = 0, 0
	return b.try(now)
}

// steady ends a window without a trial. A service that is quite different from before is looked at at once.
func (b *breadth) steady(gain float64, known bool, now time.Time) string {
	if known && (gain < 0.7 || gain > 1.4) {
		b.rest, b.resting, b.vain, b.down = 0, 0, 0, gain < 1
	}
	b.keep()
	if b.rest > 0 {
		b.rest--
		return ""
	}
	return b.try(now)
}

// keep makes the window that ends the one to compare with.
func (b *breadth) keep() {
	b.base, b.present = b.present, b.base
	b.trial = false
	b.measure()
}

// reverse makes the next trial one of the other direction, after a rest when both were in vain.
func (b *breadth) reverse() {
	b.down, b.swift = !b.down, false
	if b.vain++; b.vain == 2 {
		b.vain = 0
		b.resting = min(max(2*b.resting, 4), longestRest)
		b.rest = b.resting
	}
}

// try begins a trial, where there is something to try.
func (b *breadth) try(now time.Time) string {
	for range 2 {
		if next := b.next(now); next != b.limit {
			b.set(next)
			b.trial = true
			return "a trial"
		}
		b.reverse()
		if b.rest > 0 {
			break
		}
	}
	return ""
}

// next is the number to try.
func (b *breadth) next(now time.Time) int {
	if b.down {
		return max(b.limit-b.step(), 1)
	}
	top := b.most
	if now.Before(b.ceilingEnds) {
		top = min(top, b.ceiling-1)
	}
	return max(min(b.limit+b.step(), top), b.limit)
}

func (b *breadth) step() int {
	if b.swift {
		return b.limit
	}
	return max(b.limit/4, 1)
}

// measure opens a window. It is to show a difference as large as a step.
func (b *breadth) measure() {
	b.windows++
	b.present.open(b.limit, float64(b.step())/float64(b.limit)/4)
}

// requestKind tells requests apart that take different times: by what they do, and roughly by their size.
type requestKind struct {
	op   string
	size int
}

func kindOf(c call) requestKind { return requestKind{c.op, bits.Len(uint(len(c.body))) / 2} }
