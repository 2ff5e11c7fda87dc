package cloudtarget

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v5"
	"go.uber.org/zap"

	"syncd/internal/directory"
)

const (
	discoverTries = 3         // an operator may be waiting for the answer
	longestPause  = time.Hour // a service that asks for more is unreachable for this pass
	doubtInRow    = 3         // so many requests given up in a row, and it may be the service: it is asked
	brokenInRow   = 10        // so many, and it is the service, whatever else it answers
)

// retryPolicy bounds how long one request is repeated.
type retryPolicy struct {
	tries   int
	initial time.Duration
	longest time.Duration
}

// defaultRetry gives a request about two minutes of waiting, apart from the time that its tries take.
func defaultRetry() retryPolicy {
	return retryPolicy{tries: 8, initial: time.Second, longest: 40 * time.Second}
}

// exhausted says that every try failed: with a server error (reply) or without an answer (err).
type exhausted struct {
	reply reply
	err   error
}

func (e *exhausted) Error() string {
	if e.err != nil {
		return e.err.Error()
	}
	return "HTTP status " + strconv.Itoa(e.reply.status)
}

func (e *exhausted) Unwrap() error { return e.err }

// persist calls try until it gives an answer that counts. It repeats what was lost, what the service asks to repeat later (429,
// 403 and 503 with Retry-After, RFC 9110 §10.2.3) and server errors, with growing waits; unclear tells try that an earlier try may
// have been carried out. The error is *exhausted when the tries are used up.
func (t *Target) persist(ctx context.Context, tries int, unclear bool, try func(context.Context, bool) (reply, error)) (reply, error) {
	waits := &backoff.ExponentialBackOff{
		InitialInterval: t.retry.initial, RandomizationFactor: 0.5, Multiplier: 2,
		MaxInterval: t.retry.longest,
	}
	ctx, own, drop := t.pace.turn(ctx)
	defer drop()
	for n := 1; ; n++ {
		r, err := try(ctx, unclear)
		var gone *lost
		switch {
		case errors.As(err, &gone):
			if hopeless(gone.err) {
				return r, &exhausted{err: gone.err}
			}
		case err != nil:
			return r, err
		case !passing(r):
			return r, nil
		}
		unclear = unclear || !limited(r)
		wait := waits.NextBackOff()
		asked, later := waitsFor(r)
		if n >= tries || asked > longestPause {
			return r, &exhausted{reply: r, err: err}
		}
		wait = max(wait, asked)
		t.log.Debug("request is repeated", zap.Int("status", r.status), zap.Duration(keyWait, wait), zap.NamedError(keyReason, err))
		if later {
			// The limit is the tenant's: whoever sends now only makes the wait longer. once waits for all.
			t.pace.extend(wait)
			continue
		}
		own.rest()
		if err := sleep(ctx, wait); err != nil {
			return r, err
		}
	}
}

// limited reports whether a service says that too much is sent. GitHub says so with 403 as well
// (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api); without Retry-After a 403 is about a right.
func limited(r reply) bool {
	return r.status == http.StatusTooManyRequests || r.status == http.StatusForbidden && r.header.Get("Retry-After") != ""
}

// passing reports whether the same request may well succeed later.
func passing(r reply) bool {
	switch r.status {
	case http.StatusRequestTimeout, http.StatusTooEarly:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	}
	return limited(r) || r.status >= 500
}

// overtaxed reports whether a status is about the service, and not about one request.
func overtaxed(status int) bool {
	return status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout
}

// stumblesOver reports whether an answer is a server error that may be about the one request.
func stumblesOver(r reply) bool {
	_, later := waitsFor(r)
	return r.status >= 500 && !overtaxed(r.status) && !later
}

// waitsFor reports whether an answer asks for the same request later, and how much later; 0 where it does not say.
func waitsFor(r reply) (asked time.Duration, waits bool) {
	asked, told := retryAfter(r.header, time.Now())
	return asked, told || limited(r)
}

// outcomeOf reads from the end of a request whether more or fewer should go side by side. A 500 may be about one object.
func outcomeOf(c call, r reply, err error) outcome {
	if err != nil {
		gone, ok := errors.AsType[*lost](err)
		return outcome{strained: ok && !hopeless(gone.err)}
	}
	o := outcome{kind: kindOf(c), answered: true}
	if !passing(r) {
		return o
	}
	o.asked, o.waits = waitsFor(r)
	o.strained = o.waits || r.status == http.StatusRequestTimeout || overtaxed(r.status)
	return o
}

// blamesObject decides whose fault it is when every try ended in a plain server error. A gateway's answer and a lost one are the
// service's. A 500 may be one object that the service stumbles over, and then it must delay nobody else; but when several
// requests in a row end so, it is the service again, unless it answers something harmless at that moment.
func (t *Target) blamesObject(ctx context.Context, e *exhausted) bool {
	if e.err != nil || e.reply.status < 500 || overtaxed(e.reply.status) {
		return false
	}
	switch n := t.broken.Add(1); {
	case n < doubtInRow:
		return true
	case n > brokenInRow:
		return false
	}
	s, err := t.opened()
	if err != nil || s.types[directory.User] == nil {
		return false
	}
	r, err := t.once(ctx, s.types[directory.User].probe())
	return err == nil && r.status < 500
}

// surrender turns the end of the tries into the sentence that an operator reads; other errors stay.
func (t *Target) surrender(err error) error {
	var gone *exhausted
	if !errors.As(err, &gone) {
		return err
	}
	if gone.err != nil {
		return t.unreachable(gone.err)
	}
	if asked, ok := retryAfter(gone.reply.header, time.Now()); ok || limited(gone.reply) {
		cause := t.base + " limits how much may be sent, and goes on to do so"
		if ok {
			cause += ": it asks to wait " + asked.String()
		}
		return &directory.Fault{
			Class: directory.Unreachable, Cause: cause,
			Remedy: "wait for the next pass, which continues where this one stopped, or lower target.concurrency", Err: gone,
		}
	}
	return &directory.Fault{
		Class: directory.Unreachable, Cause: t.base + " fails: " + t.refusal(gone.reply).Detail,
		Remedy: "see the log of the online directory; the next pass continues where this one stopped", Err: gone,
	}
}

// retryAfter reads the header in both of its forms; a date is measured against the service's own clock where it tells it.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	text := h.Get("Retry-After")
	if text == "" {
		return 0, false
	}
	if seconds, err := strconv.Atoi(text); err == nil {
		// More than the bound is as good as the bound and a second, and cannot overflow.
		return time.Duration(min(max(seconds, 0), int(longestPause/time.Second)+1)) * time.Second, true
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return max(at.Sub(now), 0), true
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
