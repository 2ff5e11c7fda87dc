package syncer

import (
	"context"
	"slices"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

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
		err := s.applyEach(ctx, p, op, func(c *diff.Change) (bool, error) { return late[c.Anchor] || late[c.Other], nil }, func(int) {})
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
		for batch := range slices.Chunk(same, s.Batch) {
			if err := s.applyBatch(ctx, p, batch); err != nil {
				return err
			}
		}
	}
	return s.applyTakeovers(ctx, p, diff.Create)
}

// putOff marks the conflicts among the answers, and keeps them to be sent once more.
func (p *pass) putOff(answers []diff.Answer) {
	for i := range answers {
		a := &answers[i]
		if a.Refusal == nil {
			continue
		}
		if a.PutOff = p.takeovers.note(a); a.PutOff {
			continue
		}
		conflict := a.Refusal.Conflict() && (a.Op == diff.Create || a.Op == diff.Update)
		if conflict && !p.lastTry && len(p.conflicts) < mostConflicts {
			a.PutOff = true
			p.conflicts = append(p.conflicts, a.Change)
		}
	}
}
