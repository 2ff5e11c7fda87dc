package cloudtarget

import (
	"context"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"
)

// pace lets at most so many requests be under way as breadth says, in the order in which they come, and none before a moment that the service
// asked to wait for. A request that has to wait and try again keeps its turn: otherwise one takes what another one waits for, and the last to
// get anything gives up in the end.
//
// All requests wait, although some services limit one kind of request, or the members of one group: neither a 429 (RFC 6585 §4) nor Retry-After
// (RFC 9110 §10.2.3) says what it is about, GitHub's X-RateLimit-Resource names another limit, and the detail is prose. To find out by trying
// makes the wait longer where the limit is for all, and may get a client banned (GitHub). Little would be gained: a pass sends one operation
// after the other, and the next one waits for the slowest change anyway.
type pace struct {
	pause
	log *zap.Logger

	mu       sync.Mutex
	breadth  breadth
	underWay int
	queue    []*waiter
}

// waiter is a request that waits for a place.
type waiter struct {
	since time.Time // when the place became free
	ready chan struct{}
}

// begin is called before the first request of a pass.
func (p *pace) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.changed(p.breadth.forget)
}

// changed lets breadth learn something, and more requests go where more may.
func (p *pace) changed(learn func() (why string)) {
	before := p.breadth.limit
	why := learn()
	if p.breadth.limit == before {
		return
	}
	p.log.Debug("requests go side by side", zap.Int("requests", p.breadth.limit), zap.Int("before", before), zap.String(keyReason, why))
	p.admit()
}

func (p *pace) admit() {
	for len(p.queue) > 0 && p.underWay < p.breadth.limit {
		p.queue[0].since = time.Now()
		close(p.queue[0].ready)
		p.queue = slices.Delete(p.queue, 0, 1)
		p.underWay++
	}
}

// enter waits until one more request may be under way, and returns since when there is a place for it: a place that waits for syncd brings no
// answers either.
func (p *pace) enter(ctx context.Context) (since time.Time, err error) {
	p.mu.Lock()
	if len(p.queue) == 0 && p.underWay < p.breadth.limit {
		p.underWay++
		p.mu.Unlock()
		return time.Now(), nil
	}
	w := &waiter{ready: make(chan struct{})}
	p.queue = append(p.queue, w)
	p.mu.Unlock()
	select {
	case <-w.ready:
		return w.since, nil
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.queue, w); i >= 0 {
		p.queue = slices.Delete(p.queue, i, i+1)
	} else {
		p.leave()
	}
	return time.Time{}, context.Cause(ctx)
}

// leave lets the next one go. The caller holds the lock.
func (p *pace) leave() {
	p.underWay--
	p.admit()
}

// turn is the right of one request, and of what is looked up on its way, to be under way.
type turn struct {
	pace *pace
	free chan struct{} // holds one while no request of the turn is under way
	held bool          // it counts as under way, also between its requests
	at   moment        // of the present request
}

// turnKey finds the turn in the context of a request.
type turnKey struct{}

// turn returns the turn that the context has, or a new one; who called for a new one drops it in the end.
func (p *pace) turn(ctx context.Context) (inner context.Context, own *turn, drop func()) {
	if own, ok := ctx.Value(turnKey{}).(*turn); ok {
		return ctx, own, func() {}
	}
	own = &turn{pace: p, free: make(chan struct{}, 1)}
	own.free <- struct{}{}
	return context.WithValue(ctx, turnKey{}, own), own, own.drop
}

// take waits until a request of this turn may go.
func (u *turn) take(ctx context.Context) error {
	select {
	case <-u.free:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	var since time.Time
	if !u.held {
		var err error
		if since, err = u.pace.enter(ctx); err != nil {
			u.free <- struct{}{}
			return err
		}
		u.held = true
	}
	if err := u.pace.wait(ctx); err != nil {
		u.free <- struct{}{}
		return err
	}
	if since.IsZero() || since.Before(u.pace.end()) {
		since = time.Now() // a place that waited for the service says nothing
	}
	u.pace.mu.Lock()
	defer u.pace.mu.Unlock()
	u.at = u.pace.breadth.begins(u.pace.underWay == u.pace.breadth.limit, since)
	return nil
}

// outcome is what a request says about how many may go side by side.
type outcome struct {
	kind     requestKind
	answered bool          // and not strained: its time counts
	strained bool          // it was too much, or took too long
	waits    bool          // the service asked to try again later
	asked    time.Duration // how much later, 0: it did not say
}

// done ends a request that take let go. The turn is kept for what follows, unless too many are under way.
func (u *turn) done(o outcome) {
	p, now := u.pace, time.Now()
	p.mu.Lock()
	switch {
	case o.strained:
		p.changed(func() string { return p.breadth.strained(u.at, now.Add(o.asked), o.waits) })
	case o.answered:
		p.changed(func() string { return p.breadth.answered(o.kind, u.at, now) })
	default:
		p.changed(func() string { return p.breadth.uncounted(u.at) })
	}
	if p.underWay > p.breadth.limit {
		u.held = false
		p.leave()
	}
	p.mu.Unlock()
	u.free <- struct{}{}
}

// rest gives up the place for as long as nobody sends anything, unless another request of the turn is under way.
func (u *turn) rest() {
	select {
	case <-u.free:
		u.drop()
		u.free <- struct{}{}
	default:
	}
}

// drop gives up what is left of the turn. No request of it may be under way.
func (u *turn) drop() {
	if !u.held {
		return
	}
	u.held = false
	u.pace.mu.Lock()
	defer u.pace.mu.Unlock()
	u.pace.leave()
}

// pause holds every worker back until a moment. The zero value holds nobody.
type pause struct {
	mu    sync.Mutex
	until time.Time
}

// extend makes the pause end no sooner than d from now.
func (p *pause) extend(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := time.Now().Add(d); until.After(p.until) {
		p.until = until
	}
}

// end is when the pause ends, or has ended.
func (p *pause) end() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.until
}

// wait returns when the pause is over, also when it was extended meanwhile, or with the context's cause.
func (p *pause) wait(ctx context.Context) error {
	for {
		left := time.Until(p.end())
		if left <= 0 {
			return nil
		}
		if err := sleep(ctx, left); err != nil {
			return err
		}
	}
}
