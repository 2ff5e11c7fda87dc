package cloudtarget

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"go.uber.org/zap"

	"syncd/internal/directory"
)

// Active returns whether accounts may be used online at this moment, in the order of their online ids; false for one that is
// not there, and for one about which the service gives no answer while it answers others: what is not known to be active may not be
// activated again either. The error is a *directory.Fault: the service does not answer at all.
func (t *Target) Active(ctx context.Context, ids []string) ([]bool, error) {
	s, err := t.opened()
	if err != nil {
		return nil, err
	}
	active := make([]bool, len(ids))
	users := s.types[directory.User]
	if users == nil {
		return active, nil
	}
	err = each(ctx, len(ids), t.cfg.Concurrency, func(ctx context.Context, i int) (err error) {
		if ids[i] != "" {
			active[i], err = t.isActive(ctx, users.at(ids[i]))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return active, nil
}

func (t *Target) isActive(ctx context.Context, address string) (bool, error) {
	c := call{op: opActive, method: http.MethodGet, path: address + "?attributes=active"}
	r, err := t.persist(ctx, t.retry.tries, false, func(ctx context.Context, _ bool) (reply, error) { return t.once(ctx, c) })
	if gone, ok := errors.AsType[*exhausted](err); ok && t.blamesObject(ctx, gone) {
		r, err = gone.reply, nil
	}
	switch {
	case err != nil:
		return false, t.surrender(err)
	case r.status == http.StatusUnauthorized || r.status >= 300 && r.status < 400:
		return false, t.denied(t.refusal(r))
	case r.status != http.StatusOK && r.status != http.StatusNotFound:
		t.log.Warn("whether an account is active cannot be read: its block will not be lifted again", zap.Int("status", r.status),
			zap.String(keyReason, t.refusal(r).Detail))
		return false, nil
	}
	var doc map[string]any
	if err := json.Unmarshal(r.body, &doc); err != nil && r.status == http.StatusOK {
		return false, &directory.Fault{
			Class: directory.Failed, Cause: t.base + " answers a look-up with something that is not SCIM: " + summary([]byte(t.redacted(string(r.body)))),
			Remedy: "see the log of the online directory, and of a proxy between", Err: err,
		}
	}
	return truth(member(doc, "active")), nil
}
