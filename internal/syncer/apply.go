package syncer

import (
	"context"
	"fmt"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// apply sends the plan, operation by operation, in batches: see convoy.
func (s *Syncer) apply(ctx context.Context, p *pass) error {
	return s.timed(p, "apply", func() error {
		// A state that knows of no pass may be one that was lost: what it is going to create may be online already.
		s.Target.Repeat(p.plan.Doubtful || p.interrupted != nil || p.state.Watermark.IsZero())
		done, total := 0, p.plan.Len()
		if total > 0 {
			if err := s.Store.Begin(diff.Interrupted{Pass: p.record.ID, Full: p.full, Again: p.again}); err != nil {
				return err
			}
		}
		var err error
		if p.managers, err = managersOf(p.plan, s.Target.Carries()); err != nil {
			return err
		}
		s.report(p, "apply", 0, total)
		for _, op := range diff.Ops() {
			err := s.applyOp(ctx, p, op, func(n int) {
				done += n
				s.report(p, "apply", done, total)
			})
			if err == nil && (op == diff.Create || op == diff.CreateGroup) {
				err = s.applyTakeovers(ctx, p, op)
			}
			if err == nil && op == diff.Create {
				err = s.applyConflicts(ctx, p)
				p.managers.pairs = nil // whoever comes later has the reference after it: a manager may turn out not to be there any more
			}
			if err == nil && op == diff.Depart {
				err = s.applyLate(ctx, p)
			}
			if err != nil {
				return fmt.Errorf("%w (%d of %d changes were sent and acknowledged; the next pass goes on from there)", err, done, total)
			}
		}
		return nil
	})
}

// applyOp sends all changes of one operation, and tells how many were answered with each batch.
func (s *Syncer) applyOp(ctx context.Context, p *pass, op diff.Op, sent func(n int)) error {
	if op == diff.Create {
		return s.applyCreations(ctx, p, sent)
	}
	return s.applyEach(ctx, p, op, func(*diff.Change) (bool, error) { return true, nil }, sent)
}

// applyEach sends the changes of one operation that are wanted, in batches, and tells how many were answered with each.
func (s *Syncer) applyEach(ctx context.Context, p *pass, op diff.Op, wanted func(*diff.Change) (bool, error), sent func(n int)) error {
	way := &convoy{s: s, p: p, alone: op == diff.Block || op == diff.Depart, acknowledged: sent}
	batch := make([]diff.Change, 0, s.Batch)
	send := func() error {
		err := way.send(ctx, batch)
		batch = batch[:0]
		return err
	}
	err := p.plan.Each(op, func(c *diff.Change) error {
		if ok, err := wanted(c); err != nil || !ok {
			return err
		}
		if batch = append(batch, *c); len(batch) < s.Batch {
			return nil
		}
		return send()
	})
	if err == nil && len(batch) > 0 {
		err = send()
	}
	return way.end(ctx, err)
}

// adoptedLeavers are the blocks of accounts that turned out to be online already, where they may be active, and that may not be used on
// premises.
func adoptedLeavers(answers []diff.Answer) (blocks []diff.Change) {
	for _, a := range answers {
		if a.Op == diff.Create && a.Adopted && a.Refusal == nil && !a.After.Enabled {
			blocks = append(blocks, diff.Change{Op: diff.Block, Kind: a.Kind, Anchor: a.Anchor, Before: a.After, After: a.After, Changed: a.Changed})
		}
	}
	return blocks
}

// activeAmong finds which of the accounts that are about to be blocked are active.
func (s *Syncer) activeAmong(ctx context.Context, changes []diff.Change) (active []directory.Anchor, err error) {
	var ids []string
	var anchors []directory.Anchor
	for _, c := range changes {
		if c.Op == diff.Block || c.Op == diff.Depart && c.Keep {
			ids, anchors = append(ids, c.ID), append(anchors, c.Anchor)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	answers, err := s.Target.Active(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i, a := range anchors {
		if answers[i] {
			active = append(active, a)
		}
	}
	return active, nil
}
