package syncer

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"go.uber.org/zap"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// batchSize is how many changes are sent and then acknowledged in one transaction: what a crash repeats at most.
const batchSize = 500

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

// apply sends the plan, operation by operation, in batches. Each batch is acknowledged before the next is sent.
func (s *Syncer) apply(ctx context.Context, p *pass) error {
	return s.timed("apply", func() error {
		// A state that knows of no pass may be one that was lost: what it is going to create may be online already.
		s.Target.Repeat(p.plan.Doubtful || p.interrupted != nil || p.state.Watermark.IsZero())
		done, total := 0, p.plan.Len()
		if total > 0 {
			if err := s.Store.Begin(diff.Interrupted{Pass: p.record.ID, Full: p.full, Again: p.again}); err != nil {
				return err
			}
		}
		s.report(p, "apply", 0, total)
		for _, op := range diff.Ops() {
			err := s.applyEach(ctx, p, op, everything, func(n int) {
				done += n
				s.report(p, "apply", done, total)
			})
			if err == nil && op == diff.Create {
				err = s.applyConflicts(ctx, p)
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

// applyEach sends the changes of one operation that are wanted, in batches, and tells how many each had.
func (s *Syncer) applyEach(ctx context.Context, p *pass, op diff.Op, wanted func(*diff.Change) bool, sent func(n int)) error {
	batch := make([]diff.Change, 0, batchSize)
	send := func() error {
		if err := s.applyBatch(ctx, p, batch); err != nil {
			return err
		}
		sent(len(batch))
		batch = batch[:0]
		return nil
	}
	err := p.plan.Each(op, func(c *diff.Change) error {
		if !wanted(c) {
			return nil
		}
		if batch = append(batch, *c); len(batch) < batchSize {
			return nil
		}
		return send()
	})
	if err == nil && len(batch) > 0 {
		err = send()
	}
	return err
}

func everything(*diff.Change) bool { return true }

// clockDifference is how far the clocks of the domain controller and of this machine may be apart: Kerberos allows as much.
const clockDifference = 5 * time.Minute

// mostConflicts is how many changes wait at most to be sent once more.
const mostConflicts = 1000

// applyConflicts sends once more what met something of the same name or address, as long as that helps: a change that came later in the
// plan may have made room. What is left waits for the departures, if there are any; else it is refused.
func (s *Syncer) applyConflicts(ctx context.Context, p *pass) error {
	for left := len(p.conflicts) + 1; len(p.conflicts) > 0 && len(p.conflicts) < left; {
		left = len(p.conflicts)
		if err := s.sendConflicts(ctx, p); err != nil {
			return err
		}
	}
	if p.plan.Count(diff.Depart) > 0 || len(p.conflicts) == 0 {
		return nil
	}
	p.lastTry = true
	return s.sendConflicts(ctx, p)
}

// applyLate sends what was in conflict with those who have departed now, and the memberships and references of whoever is online only
// since then. What is in conflict still is refused.
func (s *Syncer) applyLate(ctx context.Context, p *pass) error {
	late := map[directory.Anchor]bool{}
	for _, c := range p.conflicts {
		late[c.Anchor] = c.Op == diff.Create
	}
	if p.lastTry = true; len(p.conflicts) == 0 {
		return nil
	}
	if err := s.sendConflicts(ctx, p); err != nil {
		return err
	}
	for _, op := range []diff.Op{diff.AddMember, diff.SetManager} {
		err := s.applyEach(ctx, p, op, func(c *diff.Change) bool { return late[c.Anchor] || late[c.Other] }, func(int) {})
		if err != nil {
			return err
		}
	}
	return nil
}

// sendConflicts sends everything that is in conflict once, updates first.
func (s *Syncer) sendConflicts(ctx context.Context, p *pass) error {
	conflicts := p.conflicts
	p.conflicts = nil
	for _, op := range []diff.Op{diff.Update, diff.Create} {
		same := slices.DeleteFunc(slices.Clone(conflicts), func(c diff.Change) bool { return c.Op != op })
		for batch := range slices.Chunk(same, batchSize) {
			if err := s.applyBatch(ctx, p, batch); err != nil {
				return err
			}
		}
	}
	return nil
}

// putOff marks the conflicts among the answers, and keeps them to be sent once more.
func (p *pass) putOff(answers []diff.Answer) {
	for i := range answers {
		a := &answers[i]
		conflict := a.Refusal != nil && a.Refusal.Conflict() && (a.Op == diff.Create || a.Op == diff.Update)
		if conflict && !p.lastTry && len(p.conflicts) < mostConflicts {
			a.PutOff = true
			p.conflicts = append(p.conflicts, a.Change)
		}
	}
}

// applyBatch sends changes of one operation and keeps the answers.
func (s *Syncer) applyBatch(ctx context.Context, p *pass, planned []diff.Change) error {
	changes, names, err := s.resolve(planned)
	if err != nil || len(changes) == 0 {
		return err
	}
	active, err := s.activeAmong(ctx, changes)
	if err != nil {
		return err
	}
	if err := s.timed("commit", func() error { return s.Store.Intend(changes, active) }); err != nil {
		return err
	}
	outcomes, err := s.Target.Apply(ctx, changes)
	if err != nil {
		return err
	}
	if len(outcomes) != len(changes) {
		return fmt.Errorf("the online directory gave %d answers to %d changes", len(outcomes), len(changes))
	}
	now := s.Now()
	answers := make([]diff.Answer, len(changes))
	for i := range changes {
		answers[i] = diff.Answer{Change: changes[i], Outcome: outcomes[i], Name: names[i]}
	}
	p.putOff(answers)
	if err := s.timed("commit", func() error { return s.Store.Acknowledge(p.record.ID, now, answers) }); err != nil {
		return err
	}
	for i := range answers {
		if !answers[i].PutOff {
			s.count(p, &answers[i], now)
		}
	}
	return s.applyBatch(ctx, p, adoptedLeavers(answers))
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

// resolve fills in the online ids and the names of a batch. A change whose object, or whose other end, did not make it online (its
// creation was refused) is left out: it is planned again when that object is accepted. Whose new manager did not has none until then. Left
// out is also the end of a block that went with the account it was for, where another had to be made.
func (s *Syncer) resolve(planned []diff.Change) (changes []diff.Change, names []string, err error) {
	for _, c := range planned {
		name, e := "", diff.Entry{}
		if c.Op == diff.Create || c.Op == diff.CreateGroup {
			name = c.After.Name()
		} else {
			var found bool
			if e, found, err = s.Store.Entry(c.Anchor); err != nil {
				return nil, nil, err
			}
			if !found || e.ID == "" || c.Op == diff.Unblock && e.Block == diff.NotBlocked {
				continue
			}
			if rejected, err := s.rejected(&c); err != nil {
				return nil, nil, err
			} else if rejected {
				continue
			}
			c.ID, name = e.ID, e.Resource.Name()
		}
		if !c.Other.IsZero() {
			other, found, err := s.Store.Entry(c.Other)
			if err != nil {
				return nil, nil, err
			}
			switch {
			case found && other.ID != "":
				c.OtherID = other.ID
			case c.Op == diff.SetManager && (!e.Resource.Manager.IsZero() || e.ManagerInDoubt):
				c.Other = directory.Anchor{} // the former manager is none any more; the new one's retry brings the reference
			default:
				continue
			}
			if c.Op != diff.SetManager {
				name = other.Resource.Name() + " in " + name
			}
		}
		changes, names = append(changes, c), append(names, name)
	}
	return changes, names, nil
}

// rejected reports whether an operator has rejected a change since it was planned.
func (s *Syncer) rejected(c *diff.Change) (bool, error) {
	if c.Op != diff.Depart && c.Op != diff.Block && c.Op != diff.RemoveMember {
		return false, nil
	}
	h, found, err := s.Store.HeldChange(diff.HeldKey{Op: c.Op, Anchor: c.Anchor, Other: c.Other})
	return found && h.Decision == directory.DecisionRejected && !diff.Supersedes(c.Evidence, &h), err
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

// count adds an answer to the pass's report and to the metrics.
func (s *Syncer) count(p *pass, a *diff.Answer, now time.Time) {
	r := &p.record
	if a.Refusal != nil {
		r.Refused++
		s.Metrics.Change(a.Kind, a.Op.String(), "refused")
		p.log.Warn("refused", zap.Stringer("anchor", a.Anchor), zap.String("name", a.Name), zap.Stringer("op", a.Op),
			zap.Int("status", a.Refusal.Status), zap.String("reason", a.Refusal.Detail))
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
