package diff

import (
	"slices"

	"syncd/internal/directory"
)

// leave plans a departure, or notes that nothing explains why an object cannot be read.
func (p *Planner) leave(o *directory.Object, r *directory.Resource, e Entry, found bool, out directory.Evidence) error {
	if !found || e.Departed || p.is(o.Anchor, heldBack) || o.Deleted && p.outlived(o, &e) {
		return nil
	}
	if out.Cause == directory.Unexplained {
		return p.unexplained(o.Anchor, e, out)
	}
	if p.settings.Interrupted { // it may be held, and stay somebody's manager
		if err := p.addReports(o); err != nil {
			return err
		}
	}
	if r != nil && !r.Enabled && e.Resource.Enabled && e.ID != "" { // whatever becomes of the departure, a leaver is blocked (law 5)
		c := &Change{Op: Block, Kind: r.Kind, Anchor: o.Anchor, Before: &e.Resource, After: r, Why: becauseDisabled, Changed: o.Changed}
		if err := p.pending.add(c); err != nil {
			return err
		}
	}
	usable := e.Resource.Enabled
	if r != nil {
		usable = r.Enabled
	}
	return p.depart(&Change{Evidence: out, Why: why(&e.Resource, o, out), Changed: o.Changed}, &e, usable)
}

// outlived reports whether a tombstone is not that of the object behind its anchor: an account that moved between forests leaves one,
// and lives on.
func (p *Planner) outlived(o *directory.Object, e *Entry) bool {
	if living := directory.Anchor(p.claims.get(o.Anchor)); !living.IsZero() {
		return living != identity(o)
	}
	return !e.is(o)
}

// succeed takes back that an account departs, and what else was planned for the object that had its anchor: another object has it now.
func (p *Planner) succeed(o *directory.Object) {
	p.setFate(o.Anchor, 0)
	p.succeeded[o.Anchor] = identity(o)
}

// superseded reports whether a block or a departure is about an object that has a successor.
func (p *Planner) superseded(c *Change) bool {
	successor, ok := p.succeeded[c.Anchor]
	return ok && (c.Op == Depart || c.After.Identity() != successor)
}

// Departing are the anchors of everybody who would depart, held or not. Where an anchor need not be the objectGUID, whoever has it by now
// is to be looked up and added.
func (p *Planner) Departing() (anchors []directory.Anchor, err error) {
	err = p.pending.each(Depart, func(c *Change) error {
		anchors = append(anchors, c.Anchor)
		return nil
	})
	return anchors, err
}

// undo plans the look-ups of what creations without an answer left behind, but for those of whoever has a successor.
func (p *Planner) undo() error {
	for _, op := range []Op{Create, CreateGroup} {
		err := p.pending.each(op, func(c *Change) error {
			if _, ok := p.succeeded[c.Anchor]; ok {
				return nil
			}
			return p.plan.spool.add(c)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// depart completes a departure. usable says whether the account may be used on premises.
func (p *Planner) depart(c *Change, e *Entry, usable bool) error {
	c.Op, c.Kind, c.Anchor, c.Before = Depart, e.Resource.Kind, e.Resource.Anchor, &e.Resource
	if e.ID == "" || e.IDInDoubt {
		// What it may have left behind has to be looked up before it can go.
		p.plan.Doubtful = true
		after := e.Resource
		after.Enabled = usable
		again := &Change{Op: creation(c.Kind), Kind: c.Kind, Anchor: c.Anchor, After: &after, Undo: true}
		if e.ID != "" {
			again.Before = &e.Resource
		}
		if err := p.pending.add(again); err != nil { // not if somebody succeeds
			return err
		}
	}
	if p.settings.KeepDeparted && c.Kind == directory.User && e.ID != "" {
		c.Keep = true
		return p.change(c, isKept)
	}
	return p.change(c, leaves)
}

func (p *Planner) unexplained(a directory.Anchor, e Entry, out directory.Evidence) error {
	if p.is(a, heldBack) || p.departing(a) {
		return nil
	}
	c := &Change{Op: Depart, Kind: e.Resource.Kind, Anchor: a, Before: &e.Resource, Evidence: out, Why: out.Cause.String()}
	h, before, err := p.remembered(c)
	if err != nil {
		return err
	}
	if h.Decision == directory.DecisionApproved {
		c.Evidence = directory.Evidence{Cause: directory.Approved, Detail: "of plan " + h.Plan}
		return p.depart(c, &e, e.Resource.Enabled)
	}
	p.becomes(a, heldBack)
	_, strange := slices.BinarySearchFunc(p.settings.Strange, a, compareAnchors)
	if _, err := p.decide(c, true); err != nil || before || strange || p.settings.FirstEver {
		return err
	}
	p.lost++
	population, err := p.snapshot.Population()
	if err != nil {
		return err
	}
	if p.lost > partialFloor && p.settings.Limits.departures(p.lost, population) != nil {
		return lostSight(p.lost, population)
	}
	return nil
}
