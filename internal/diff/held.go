package diff

import (
	"encoding/json"
	"errors"
	"fmt"

	"syncd/internal/directory"
)

// HeldKey is what a held change is known by from pass to pass.
type HeldKey struct {
	Op     Op
	Anchor directory.Anchor
	Other  directory.Anchor // the member of a membership
}

// KeyOf is the key of a held change; ok is false for one whose operation is never held.
func KeyOf(h *directory.HeldObject) (k HeldKey, ok bool) {
	for _, op := range []Op{Depart, Block, RemoveMember} {
		if op.String() == h.Op {
			return HeldKey{Op: op, Anchor: h.Anchor, Other: h.Other}, true
		}
	}
	return k, false
}

// remembered is what earlier passes know of a change. What was held because nothing explained it is a new change once something does,
// unless an operator has let it go.
func (p *Planner) remembered(c *Change) (h directory.HeldObject, found bool, err error) {
	h, found, err = p.snapshot.HeldChange(HeldKey{Op: c.Op, Anchor: c.Anchor, Other: c.Other})
	if found && Supersedes(c.Evidence, &h) {
		return directory.HeldObject{}, false, err
	}
	return h, found, err
}

// Supersedes reports whether evidence makes a new change of one that was held for want of any.
func Supersedes(e directory.Evidence, held *directory.HeldObject) bool {
	return held.Op == Depart.String() && held.Decision != directory.DecisionApproved &&
		held.Evidence.Cause == directory.Unexplained && e.Cause != directory.Unexplained
}

// decide lets a change go, or holds it back: one that an operator approved goes, one that was held and not approved stays, and a new one
// (over) stays where a limit says so.
func (p *Planner) decide(c *Change, over bool) (goes bool, err error) {
	h, found, err := p.remembered(c)
	if err != nil {
		return false, err
	}
	if goes = h.Decision == directory.DecisionApproved || !found && !over; goes {
		err = p.plan.spool.add(c)
	}
	if err != nil || !found && !over {
		return goes, err
	}
	h.Op, h.Anchor, h.Other, h.Kind = c.Op.String(), c.Anchor, c.Other, c.Kind.String()
	if !found || saysOtherwise(c.Evidence, &h) {
		h.Evidence, h.Cause = c.Evidence, c.Why
	}
	if h.Name, err = p.nameOfChange(c); err != nil {
		return goes, err
	}
	return goes, p.hold(h, found)
}

// saysOtherwise reports whether evidence replaces that of a change which is held. An operator is asked one question: where evidence cannot be
// seen for a while, or where a container that left scope went afterwards, makes no other one of it.
func saysOtherwise(e directory.Evidence, held *directory.HeldObject) bool {
	return e.Cause != directory.Unexplained && e.Cause != held.Evidence.Cause
}

// hold lists a held change; one that is new is held by this pass.
func (p *Planner) hold(h directory.HeldObject, before bool) error {
	if !before {
		h.Plan, h.Since = p.settings.Pass, p.settings.Now
	}
	return p.plan.hold(&h)
}

func (p *Planner) nameOfChange(c *Change) (string, error) {
	if c.Before != nil {
		return c.Before.Name(), nil
	}
	group, err := p.nameOf(c.Anchor)
	if err != nil {
		return "", err
	}
	member, err := p.nameOf(c.Other)
	return member + " in " + group, err
}

func (p *Planner) nameOf(a directory.Anchor) (string, error) {
	e, found, err := p.snapshot.Entry(a)
	if name := e.Resource.Name(); found && name != "" {
		return name, err
	}
	return a.GUID(), err
}

// decideDepartures decides on everybody who would leave. What nobody acknowledged is not counted: its departure only undoes a creation
// without an answer.
func (p *Planner) decideDepartures(population int) error {
	limit := func(n int) *LimitError { return p.settings.Limits.departures(n, population) }
	free := func(c *Change) (bool, error) {
		found, _, err := p.snapshot.Online(c.Anchor)
		return !found, err
	}
	return p.decidePending(Depart, limit, free, func(c *Change, goes bool) error {
		if goes {
			return p.consequences(c)
		}
		p.becomes(c.Anchor, heldBack)
		return nil
	})
}

// decideBlocks decides on the accounts that are disabled or expired on premises. That of an account which departs goes before it, uncounted.
func (p *Planner) decideBlocks(population int) error {
	limit := func(n int) *LimitError { return p.settings.Limits.blocks(n, population) }
	free := func(c *Change) (bool, error) { return p.goes(c.Anchor), nil }
	return p.decidePending(Block, limit, free, func(*Change, bool) error { return nil })
}

// decidePending counts the new changes of one operation, holds their number against a limit and decides on each. The free ones go uncounted.
func (p *Planner) decidePending(op Op, limit func(n int) *LimitError, free func(*Change) (bool, error), then func(c *Change, goes bool) error) error {
	each := func(visit func(c *Change, free bool) error) error {
		return p.pending.each(op, func(c *Change) error {
			if p.superseded(c) {
				return nil
			}
			free, err := free(c)
			if err != nil {
				return err
			}
			return visit(c, free)
		})
	}
	fresh := 0
	err := each(func(c *Change, free bool) error {
		_, found, err := p.remembered(c)
		if !free && !found {
			fresh++
		}
		return err
	})
	if err != nil {
		return err
	}
	over := limit(fresh)
	p.plan.over(over)
	return each(func(c *Change, free bool) error {
		if free {
			if h, _, err := p.remembered(c); err != nil || op == Block && h.Decision == directory.DecisionRejected { // the departure that it goes with was not
				return err
			}
			return errors.Join(p.plan.spool.add(c), then(c, true))
		}
		goes, err := p.decide(c, over != nil)
		if err != nil {
			return err
		}
		return then(c, goes)
	})
}

// hold appends a held change to the plan.
func (p *Plan) hold(h *directory.HeldObject) error {
	line, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("what is held: %w", err)
	}
	switch h.Decision {
	case directory.Undecided:
		p.heldCount++
		p.causes.Add(h.Op, h.Cause)
	case directory.DecisionRejected:
		p.keptCount++
	}
	return p.held.add(p.spool.dir, line)
}

func (p *Plan) over(limit *LimitError) {
	if limit != nil {
		p.TooMany = append(p.TooMany, limit)
	}
}
