package syncer

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// check is the last step before the first write.
func (s *Syncer) check(_ context.Context, p *pass) error {
	for _, limit := range p.plan.TooMany {
		p.log.Warn("held back", zap.String("why", limit.Error()), zap.String("causes", heldWords(p.plan.Causes())))
	}
	for kind, n := range p.plan.Left {
		p.warn(fmt.Sprintf("the online directory has no %ss: %d are left out", kind, n))
	}
	p.record.Refused += p.plan.RefusedCount()
	if err := p.plan.EachRefused(func(r directory.RefusedObject) error { p.refused(r); return nil }); err != nil {
		return err
	}
	if !p.request.DryRun {
		return nil
	}
	if err := s.save(p); err != nil {
		return err
	}
	return p.foresee()
}

// foresee counts what a pass would do.
func (p *pass) foresee() error {
	r := &p.record
	count := func(n *int, counts func(c *diff.Change) bool, ops ...diff.Op) (err error) {
		for _, op := range ops {
			err = errors.Join(err, p.plan.Each(op, func(c *diff.Change) error {
				if counts(c) {
					*n++
				}
				return nil
			}))
		}
		return err
	}
	r.Updated = p.plan.Count(diff.Update) + p.plan.Count(diff.UpdateGroup)
	r.Blocked, r.Departed = p.plan.Count(diff.Block), p.plan.Count(diff.Depart)
	r.EdgesAdded, r.EdgesRemoved = p.plan.Count(diff.AddMember), p.plan.Count(diff.RemoveMember)
	return errors.Join(
		count(&r.Created, func(c *diff.Change) bool { return !c.Undo }, diff.Create, diff.CreateGroup),
		count(&r.Updated, func(c *diff.Change) bool { return c.Alone }, diff.SetManager),
	)
}
