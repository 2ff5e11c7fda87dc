package cloudtarget

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"syncd/internal/directory"
)

const (
	connectTimeout  = 10 * time.Second
	requestTimeout  = 60 * time.Second
	defaultMostBody = 32 << 20 // bytes of an answer
	contentType     = "application/scim+json"
	userAgent       = "syncd" // some services refuse requests without one
)

// The values of op that Options.Observe sees.
const (
	opDiscover = "discover"
	opCreate   = "create"
	opUpdate   = "update"
	opMember   = "member"
	opManager  = "manager"
	opDelete   = "delete"
	opActive   = "active"
	opLookup   = "lookup"
	opBulk     = "bulk"
	opReport   = "report"
)

// call is one request. Those that make a change true can travel alone or as one operation of a bulk request.
type call struct {
	op     string
	method string
	path   string // below the base address, with a leading slash
	body   []byte
	// lane keeps calls apart: those with the same lane are never under way in two requests at the same time. "" is no lane. RFC 7644 has no
	// order between requests, and a service that reads a group, changes it and writes it back may lose one of two changes that come at once.
	lane string
	// kind, anchor and userName are set for creations: what to look for when an earlier try may have got through.
	kind     directory.Kind
	anchor   directory.Anchor
	userName string
	// displayName is set for creations too, and the only name that a group has.
	displayName string
	manager     string // the online id of the manager that a creation has in it
	trial       bool   // it was refused with its manager, to find out whether the service takes that
	stumbles    int    // after how many server errors it is not sent again, 0: as usual
	// secrets are what no message may quote from the body.
	secrets []directory.Secret
}

func (c call) creates() bool { return c.op == opCreate }

// reply is an HTTP answer, read to its end. found is set instead where a look-up made the request needless.
type reply struct {
	status  int
	header  http.Header
	body    []byte
	found   *twin
	secrets []directory.Secret // of the request: an answer may quote them back
}

// lost says that no answer came: the request may have been carried out or not.
type lost struct{ err error }

func (l *lost) Error() string { return l.err.Error() }
func (l *lost) Unwrap() error { return l.err }

// once sends a call one time, in its turn. The error is *lost where no answer came, the context's cause where that ended, or a
// *directory.Fault; an answer of any status is a reply.
func (t *Target) once(ctx context.Context, c call) (reply, error) {
	ctx, own, drop := t.pace.turn(ctx)
	defer drop()
	if err := own.take(ctx); err != nil {
		return reply{}, err
	}
	r, err := t.send(ctx, c)
	own.done(outcomeOf(c, r, err))
	return r, err
}

func (t *Target) send(ctx context.Context, c call) (reply, error) {
	bounded, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(bounded, c.method, t.base+c.path, bytes.NewReader(c.body))
	if err != nil {
		return reply{}, fmt.Errorf("cloudtarget: %s %s: %w", c.method, c.path, err)
	}
	if len(c.body) == 0 {
		req.Body, req.GetBody = http.NoBody, nil
	} else {
		req.Header.Set("Content-Type", contentType)
	}
	req.Header.Set("Accept", contentType+", application/json")
	req.Header.Set("User-Agent", userAgent)
	req.Header.Set("Authorization", "Bearer "+t.token.Load().Reveal())
	start := time.Now()
	r, err := t.exchange(req)
	code := "error"
	if err == nil {
		code = strconv.Itoa(r.status)
	}
	r.secrets = c.secrets
	t.observe(c.op, code, time.Since(start))
	if err != nil && ctx.Err() != nil {
		return reply{}, context.Cause(ctx)
	}
	return r, err
}

func (t *Target) exchange(req *http.Request) (reply, error) {
	res, err := t.client.Do(req)
	if err != nil {
		return reply{}, &lost{err}
	}
	if res.TLS != nil && len(res.TLS.PeerCertificates) > 0 {
		t.seen(res.TLS.PeerCertificates[0].NotAfter)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, int64(t.mostBody)+1))
	if closed := res.Body.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return reply{}, &lost{err}
	}
	if len(body) > t.mostBody {
		return reply{}, &directory.Fault{
			Class:  directory.Failed,
			Cause:  fmt.Sprintf("%s answered %s %s with more than %d MiB", t.base, req.Method, oneLine(req.URL.Path), t.mostBody>>20),
			Remedy: "check target.url, and report it to those who run the online directory", Err: errTooLong,
		}
	}
	return reply{status: res.StatusCode, header: res.Header, body: body}, nil
}

// answer is what became of a call that should make a change true: refused with a reason, or acknowledged.
type answer struct {
	done    bool   // false: not sent yet, or without an answer that counts
	unclear bool   // not done, but it may have been carried out
	id      string // of a creation
	managed bool   // a creation was taken with its manager in it
	shown   bool   // and the answer shows that it has the manager
	twin    *twin  // a creation is needless, this is there already
	refused *reply
}

// perform sends a call until there is an answer. unclear says that it may have been carried out before.
func (t *Target) perform(ctx context.Context, c call, unclear bool) (answer, error) {
	stumbles := 0
	r, err := t.persist(ctx, t.retry.tries, unclear, func(ctx context.Context, unclear bool) (reply, error) {
		if unclear && c.creates() {
			found, err := t.lookBefore(ctx, c)
			if err != nil || found != nil {
				return reply{found: found}, err
			}
		}
		r, err := t.once(ctx, c)
		if err == nil && stumblesOver(r) {
			if stumbles++; stumbles == c.stumbles {
				err = &exhausted{reply: r}
			}
		}
		return r, err
	})
	var gone *exhausted
	if errors.As(err, &gone) && t.blamesObject(ctx, gone) {
		r, err = gone.reply, nil
	}
	if err != nil {
		return answer{}, t.surrender(err)
	}
	if r.found != nil {
		return answer{done: true, twin: r.found}, nil
	}
	return t.judge(c, r)
}

// lookBefore looks for what an earlier try of a creation may have made.
func (t *Target) lookBefore(ctx context.Context, c call) (*twin, error) {
	s, err := t.opened()
	if err != nil {
		return nil, err
	}
	return t.mustFind(ctx, s, c)
}

// judge reads an answer. A service that no longer knows the token, or that sends us elsewhere, ends the batch.
func (t *Target) judge(c call, r reply) (answer, error) {
	a := answer{done: true}
	if r.status < 500 {
		t.broken.Store(0)
	}
	switch {
	case r.status == http.StatusUnauthorized || r.status >= 300 && r.status < 400:
		return a, t.denied(t.refusal(r))
	case r.status >= 300 || r.status < 200:
		a.refused = &r
		return a, nil
	}
	if c.creates() {
		a.id = idOf(r.body, r.header.Get("Location"))
		a.managed, a.shown = c.managerIn(r.body)
	}
	return a, nil
}
