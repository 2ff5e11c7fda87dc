package syncer

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"syncd/internal/diff"
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
	if !p.request.DryRun {
		return nil
	}
	if err := s.save(p); err != nil {
		return err
	}
	r := &p.record
	r.Created, r.Updated = p.plan.Count(diff.Create)+p.plan.Count(diff.CreateGroup), p.plan.Count(diff.Update)+p.plan.Count(diff.UpdateGroup)
	err := p.plan.Each(diff.SetManager, func(c *diff.Change) error {
		if c.Alone {
			r.Updated++
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.Blocked, r.Departed = p.plan.Count(diff.Block), p.plan.Count(diff.Depart)
	r.EdgesAdded, r.EdgesRemoved = p.plan.Count(diff.AddMember), p.plan.Count(diff.RemoveMember)
	return nil
}
