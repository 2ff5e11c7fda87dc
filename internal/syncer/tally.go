package syncer

import (
	"cmp"
	"time"

	"go.uber.org/zap"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// clockDifference is how far the clocks of the domain controller and of this machine may be apart: Kerberos allows as much.
const clockDifference = 5 * time.Minute

// count adds an answer to the pass's report and to the metrics.
func (s *Syncer) count(p *pass, a *diff.Answer, now time.Time) {
	r := &p.record
	if a.Refusal != nil {
		r.Refused++
		p.refused(directory.RefusedObject{
			Anchor: a.Anchor, Other: a.Other, Kind: a.Kind.String(), Name: a.Name, Op: a.Op.String(), Status: a.Refusal.Status, Reason: a.Refusal.Detail, Tries: 1,
		})
		s.Metrics.Change(a.Kind, a.Op.String(), "refused")
		p.log.Warn("refused", zap.Stringer("anchor", a.Anchor), zap.String("name", a.Name), zap.Stringer("op", a.Op),
			zap.Int("status", a.Refusal.Status), zap.String("reason", a.Refusal.Detail))
		return
	}
	if a.Undo { // its departure counts
		return
	}
	switch a.Op {
	case diff.Create, diff.CreateGroup:
		if a.Adopted {
			r.Updated++
		} else {
			r.Created++
		}
	case diff.Update, diff.UpdateGroup:
		r.Updated++
	case diff.SetManager:
		if a.Alone {
			r.Updated++
		}
	case diff.Block:
		r.Blocked++
	case diff.AddMember:
		r.EdgesAdded++
	case diff.RemoveMember:
		r.EdgesRemoved++
	case diff.Depart:
		r.Departed++
	}
	outcome := "acknowledged"
	if a.Adopted && a.Before == nil {
		outcome = "adopted"
		p.adopted++
		p.log.Info("adopted: it was online already", zap.Stringer("anchor", a.Anchor), zap.String("name", a.Name), zap.String("matched_by", cmp.Or(a.Matched, "externalId")))
	}
	s.Metrics.Change(a.Kind, a.Op.String(), outcome)
	// What was read again for another reason than a change of its own (its container was renamed, it expired) is older than the last pass.
	if !p.full && a.Changed.After(p.state.Watermark.ReadAt.Add(-clockDifference)) {
		s.Metrics.Propagated(max(0, now.Sub(a.Changed)))
	}
}
