package cloudtarget

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"go.uber.org/zap"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// Apply makes changes true, all of the same operation, and returns one outcome for each in the same order. A refusal that was
// decided here, without asking the service, has the status 0; a 404 says that the object is no longer online.
//
// An error means that it is unknown which of the changes were made: the pass must stop, and its repetition is safe. The error is
// a *directory.Fault, or the cause of the context's end.
func (t *Target) Apply(ctx context.Context, changes []diff.Change) ([]diff.Outcome, error) {
	if len(changes) == 0 {
		return nil, nil
	}
	s, err := t.opened()
	if err != nil {
		return nil, err
	}
	for i := range changes {
		if changes[i].Op != changes[0].Op {
			return nil, fmt.Errorf("cloudtarget: a batch of %s holds a %s (%w)", changes[0].Op, changes[i].Op, errMisuse)
		}
	}
	t.broken.Store(0)
	b := &batch{t: t, s: s, changes: changes, outcomes: make([]diff.Outcome, len(changes))}
	switch changes[0].Op {
	case diff.Create, diff.CreateGroup:
		err = b.create(ctx)
	case diff.AddMember, diff.RemoveMember:
		err = b.edges(ctx)
	default:
		err = b.change(ctx)
	}
	if err == nil {
		err = b.verdict(ctx)
	}
	if err != nil {
		return nil, err
	}
	return b.outcomes, nil
}

// batch is one Apply at work.
type batch struct {
	t        *Target
	s        *service
	changes  []diff.Change
	outcomes []diff.Outcome
}

// acknowledge notes that a change is true.
func (b *batch) acknowledge(i int) { b.outcomes[i] = diff.Outcome{ID: b.changes[i].ID} }

// refuse notes the service's no.
func (b *batch) refuse(i int, r *reply) { b.outcomes[i] = diff.Outcome{Refusal: b.t.refusal(*r)} }

// decline notes a no of our own.
func (b *batch) decline(i int, why string) {
	b.outcomes[i] = diff.Outcome{Refusal: &diff.Refusal{Detail: why}}
}

// typeOf returns the resource type of a change; where the service has none it declines the change and returns nil.
func (b *batch) typeOf(i int) *resourceType {
	rt := b.s.types[b.changes[i].Kind]
	if rt == nil {
		b.decline(i, fmt.Sprintf("the online directory has no %ss", b.changes[i].Kind))
	}
	return rt
}

// verdict fails the batch when every request was forbidden, or ended in a server error: that is no matter of single objects, unless
// the service shows that it takes writes all the same.
func (b *batch) verdict(ctx context.Context) error {
	var last *diff.Refusal
	for _, o := range b.outcomes {
		switch r := o.Refusal; {
		case r == nil:
			return nil
		case r.Status == 0: // never sent
		case r.Status == http.StatusForbidden || r.Status >= 500:
			last = r
		default:
			return nil
		}
	}
	if last == nil {
		return nil
	}
	if takes, err := b.takesWrites(ctx); err != nil || takes {
		return err
	}
	return b.t.denied(last)
}

// nobody is an id that no service gives: what is written to it changes nothing.
const nobody = "00000000-0000-0000-0000-000000000000"

// takesWrites asks for a change of a user who does not exist. A service that looks for him takes writes; one that forbids it forbids
// all of them.
func (b *batch) takesWrites(ctx context.Context) (bool, error) {
	users := b.s.types[directory.User]
	if users == nil {
		return false, nil
	}
	r, err := b.t.once(ctx, users.probe())
	if _, gone := errors.AsType[*lost](err); gone {
		return false, nil
	}
	return r.status == http.StatusNotFound, err
}

// probe is a change of a user who does not exist.
func (rt *resourceType) probe() call {
	return call{op: opActive, method: http.MethodPatch, path: rt.at(nobody), body: patchBody([]operation{{"replace", "active", false}})}
}

// change sends updates, blocks, references and departures.
func (b *batch) change(ctx context.Context) error {
	taken, err := b.taken(ctx)
	if err != nil {
		return err
	}
	var calls []call
	var at []int
	for i := range b.changes {
		if taken[i] {
			b.acknowledge(i)
			continue
		}
		if c, ok := b.plain(i); ok {
			calls, at = append(calls, c), append(at, i)
		}
	}
	answers, err := b.t.execute(ctx, b.s, calls)
	if err != nil {
		return err
	}
	var drifted []int
	for n, a := range answers {
		i := at[n]
		if a.refused == nil || a.refused.status == http.StatusNotFound && b.changes[i].Op == diff.Depart {
			b.acknowledge(i)
			continue
		}
		b.refuse(i, a.refused)
		if b.outcomes[i].Refusal.Type == "noTarget" && b.changes[i].After != nil {
			drifted = append(drifted, i)
		}
	}
	if err := b.name(ctx, b.conflicts(at), nil); err != nil {
		return err
	}
	return b.reread(ctx, drifted)
}

// taken finds the departures of accounts that carry somebody else's mark by now: what was syncd's there has gone already (law 6).
func (b *batch) taken(ctx context.Context) (map[int]bool, error) {
	var leaving []int
	for i, c := range b.changes {
		if c.Op == diff.Depart && c.ID != "" && b.s.types[c.Kind] != nil {
			leaving = append(leaving, i)
		}
	}
	others := make([]bool, len(leaving))
	err := each(ctx, len(leaving), b.t.cfg.Concurrency, func(ctx context.Context, n int) error {
		c := &b.changes[leaving[n]]
		o, err := b.t.owner(ctx, b.s.types[c.Kind].at(c.ID))
		if others[n] = o.There && o.Lost(c.Anchor, false); others[n] {
			b.t.log.Warn("left alone: it belongs to somebody else by now", zap.Stringer("anchor", c.Anchor), zap.String("id", c.ID), zap.String("externalId", o.ExternalID))
		}
		return err
	})
	taken := make(map[int]bool)
	for n, other := range others {
		if other {
			taken[leaving[n]] = true
		}
	}
	return taken, err
}

// plain writes the request of a change. ok is false where none is needed, or none is possible: the outcome is noted then.
func (b *batch) plain(i int) (c call, ok bool) {
	ch := &b.changes[i]
	rt := b.typeOf(i)
	if rt == nil {
		return c, false
	}
	if ch.ID == "" {
		b.decline(i, "the object is not online yet")
		return c, false
	}
	c = call{op: opUpdate, method: http.MethodPatch, path: rt.at(ch.ID)}
	var operations []operation
	switch ch.Op {
	case diff.Update, diff.UpdateGroup:
		operations = b.update(ch, rt)
	case diff.Block, diff.Unblock:
		c.op, operations = opActive, activation(ch, ch.Op == diff.Unblock)
	case diff.SetManager:
		if !ch.Other.IsZero() && ch.OtherID == "" {
			b.decline(i, "the manager is not online yet")
			return c, false
		}
		c.op, operations = opManager, manager(ch, rt)
	case diff.Depart:
		if !ch.Keep || ch.Kind != directory.User {
			return call{op: opDelete, method: http.MethodDelete, path: c.path}, true
		}
		c.op, operations = opActive, activation(ch, false)
	}
	if len(operations) == 0 {
		b.acknowledge(i)
		return c, false
	}
	c.body = patchBody(operations)
	return c, true
}

func (b *batch) update(ch *diff.Change, rt *resourceType) []operation {
	before, after := ch.Before, ch.After
	if before == nil {
		before = &directory.Resource{}
	}
	if after == nil {
		return nil
	}
	return b.t.differences(before, after, rt, remembered)
}

// activation writes active, which only users have.
func activation(ch *diff.Change, active bool) []operation {
	if ch.Kind != directory.User {
		return nil
	}
	return []operation{{"replace", "active", active}}
}

func manager(ch *diff.Change, rt *resourceType) []operation {
	switch {
	case !rt.holds(directory.SchemaEnterprise):
		return nil
	case ch.Other.IsZero():
		return []operation{{op: "remove", path: directory.Manager}}
	}
	return []operation{{"replace", directory.Manager, (&object{}).set("value", ch.OtherID)}}
}

// at is the address of one resource.
func (rt *resourceType) at(id string) string { return rt.endpoint + "/" + url.PathEscape(id) }
