package limits

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"syncd/internal/onlinedir/scim"
)

// mostBuckets is how many groups are counted one by one; when there are more, those that have not changed for long are forgotten.
const mostBuckets = 10_000

// throttle keeps the rates of a profile.
type throttle struct {
	rates []Rate
	now   func() time.Time

	mu      sync.Mutex
	buckets map[bucket]*rate.Limiter
}

type bucket struct {
	rate  int    // index
	group string // where each group is counted
}

func newThrottle(rates []Rate, now func() time.Time) *throttle {
	return &throttle{rates: rates, now: now, buckets: make(map[bucket]*rate.Limiter)}
}

// tooFast is a 429 (RFC 6585 §4) that says when to come back.
type tooFast struct {
	refused *scim.Error
	wait    time.Duration
}

func (e *tooFast) Error() string { return e.refused.Detail }

func (e *tooFast) Unwrap() error { return e.refused }

// admit counts a request, or refuses it: with *tooFast, or, where no wait would help, as too large. A refused request is not counted.
func (t *throttle) admit(r *request) error {
	if len(t.rates) == 0 {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	var taken []*rate.Reservation
	for i, limit := range t.rates {
		n := limit.count(r)
		if n == 0 {
			continue
		}
		reservation := t.bucket(i, r, now).ReserveN(now, n)
		taken = append(taken, reservation)
		wait := reservation.DelayFrom(now)
		if wait == 0 {
			continue
		}
		for _, earlier := range taken {
			earlier.CancelAt(now)
		}
		if !reservation.OK() {
			return scim.Refuse(http.StatusBadRequest, "", "%d %s at once are more than this service ever takes (%d); send less at a time", n, limit.Counts, limit.Burst)
		}
		refused := scim.Refuse(http.StatusTooManyRequests, "", "this service takes %d %s in %s; wait as Retry-After says", limit.Limit, limit.Counts, limit.Per)
		return &tooFast{refused, wait}
	}
	return nil
}

func (t *throttle) bucket(i int, r *request, now time.Time) *rate.Limiter {
	limit := t.rates[i]
	key := bucket{rate: i}
	if limit.Counts == MemberChanges {
		key.group = r.id
	}
	b := t.buckets[key]
	if b == nil {
		if len(t.buckets) >= mostBuckets {
			t.forget(now)
		}
		b = rate.NewLimiter(rate.Limit(float64(limit.Limit)/limit.Per.Seconds()), limit.Burst)
		t.buckets[key] = b
	}
	return b
}

// forget drops the buckets that are full: a new one is the same.
func (t *throttle) forget(now time.Time) {
	for key, b := range t.buckets {
		if b.TokensAt(now) >= float64(b.Burst()) {
			delete(t.buckets, key)
		}
	}
}

// count says how many of what a rate counts a request is.
func (limit Rate) count(r *request) int {
	if limit.Kind != 0 && (r.kind == nil || r.kind.Kind != limit.Kind) {
		return 0
	}
	yes := false
	switch limit.Counts {
	case Requests:
		yes = true
	case Reads:
		yes = r.Method == http.MethodGet
	case Writes:
		yes = r.writes()
	case Gets:
		yes = r.Method == http.MethodGet && r.id != ""
	case Creations:
		yes = r.creates()
	case Changes:
		yes = r.Method == http.MethodPut || r.Method == http.MethodPatch
	case Deletions:
		yes = r.Method == http.MethodDelete
	case MemberChanges:
		return r.members.added + r.members.removed
	}
	if yes {
		return 1
	}
	return 0
}

// retryAfter writes the header in seconds (RFC 9110 §10.2.3), never less than the wait.
func retryAfter(h http.Header, wait time.Duration) {
	h.Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(wait.Seconds())))))
}
