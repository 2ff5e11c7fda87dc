package cloudtarget

import (
	"context"
	"sync"
	"time"
)

// calm is how many requests in a row must be answered before they go side by side again.
const calm = 32

// pace keeps to the rate that a service asks for. While it limits us, requests wait as it says, and go one after the other in the order in
// which they came: side by side, one takes what another one waits for, and the last to get anything gives up in the end.
//
// All requests wait, although some services limit one kind of request, or the members of one group: neither a 429 (RFC 6585 §4) nor Retry-After
// (RFC 9110 §10.2.3) says what it is about, GitHub's X-RateLimit-Resource names another limit, and the detail is prose. To find out by trying
// makes the wait longer where the limit is for all, and may get a client banned (GitHub). Little would be gained: a pass sends one operation
// after the other, and the next one waits for the slowest change anyway.
type pace struct {
	pause
	lane chan struct{} // holds one: the request that goes

	mu   sync.Mutex
	left int // answers to wait for until requests go side by side
}

// inLane marks the context of a request that goes alone, so that what it looks up on its way does not wait for it.
type inLane struct{}

// limited notes that the service asks to wait.
func (p *pace) limited(wait time.Duration) {
	p.extend(wait)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left = calm
}

// passed notes that the service answered.
func (p *pace) passed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left = max(p.left-1, 0)
}

func (p *pace) slow() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.left > 0
}

// enter waits until a request may go alone; leave lets the next one go.
func (p *pace) enter(ctx context.Context) (alone context.Context, leave func(), err error) {
	select {
	case p.lane <- struct{}{}:
		return context.WithValue(ctx, inLane{}, true), func() { <-p.lane }, nil
	case <-ctx.Done():
		return ctx, func() {}, context.Cause(ctx)
	}
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
