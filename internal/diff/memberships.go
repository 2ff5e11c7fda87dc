package diff

import (
	"slices"
	"time"

	"syncd/internal/directory"
)

// planEdges compares what was learnt about memberships with the snapshot.
func (p *Planner) planEdges() error {
	err := p.snapshot.HeldEdges(func(e directory.Edge) error { return p.addEdge(e.Group, e.Member, 0, markHeld) })
	if err != nil {
		return err
	}
	var g groupEdges
	err = p.edges.each(func(record []byte) error {
		group, member := directory.Anchor(record[:16]), directory.Anchor(record[16:32])
		if group != g.group {
			if err := p.closeGroup(&g); err != nil {
				return err
			}
			if err := p.openGroup(&g, group, record[36] == markComplete); err != nil {
				return err
			}
		}
		if record[36] == markComplete || !g.relevant {
			return nil
		}
		if g.has && g.member == member {
			g.mark, g.changed = record[36], edgeChanged(record) // the later record of the same edge knows better
			return nil
		}
		if err := p.closeEdge(&g); err != nil {
			return err
		}
		g.member, g.mark, g.changed, g.has = member, record[36], edgeChanged(record), true
		return nil
	})
	if err != nil {
		return err
	}
	return p.closeGroup(&g)
}

// groupEdges is where planEdges stands: one group, and the edge whose records are being read.
type groupEdges struct {
	group    directory.Anchor
	relevant bool               // the group is online after this plan
	complete bool               // stored edges without a record are gone
	stored   []directory.Anchor // acknowledged members not yet passed, in order; complete groups only
	doubtful []directory.Anchor // those of stored that may not be online
	members  int                // how many there were of stored
	member   directory.Anchor
	mark     byte
	changed  time.Time // of that edge
	has      bool
	ends     []ending // acknowledged memberships that Active Directory does not show any more
}

type ending struct {
	member  directory.Anchor
	changed time.Time
}

func (p *Planner) openGroup(g *groupEdges, group directory.Anchor, complete bool) (err error) {
	*g = groupEdges{group: group, complete: complete && !p.closed[group]}
	if g.relevant, err = p.online(group); err != nil || !g.relevant || !g.complete {
		return err
	}
	return p.snapshot.Members(group, func(member directory.Anchor, certain bool) error {
		g.members++
		g.stored = append(g.stored, member)
		if !certain {
			g.doubtful = append(g.doubtful, member)
		}
		return nil
	})
}

// closeEdge decides on one edge, and before it on the stored ones that come earlier in a complete group.
func (p *Planner) closeEdge(g *groupEdges) error {
	if !g.has {
		return nil
	}
	g.has = false
	edge := directory.Edge{Group: g.group, Member: g.member}
	stored, certain := false, true
	if g.complete {
		if err := p.dropStored(g, func(m directory.Anchor) bool { return compareAnchors(m, g.member) < 0 }); err != nil {
			return err
		}
		if stored = len(g.stored) > 0 && g.stored[0] == g.member; stored {
			g.stored = g.stored[1:]
			_, doubt := slices.BinarySearchFunc(g.doubtful, g.member, compareAnchors)
			certain = !doubt
		}
	} else {
		var err error
		if stored, certain, err = p.snapshot.HasEdge(edge); err != nil {
			return err
		}
	}
	switch {
	case stored && p.departs(g.member):
		return p.removeEdge(edge, g.changed)
	case stored && g.mark == markRemoved:
		if still, err := p.eitherStill(edge); err != nil || still {
			return err
		}
		return p.endEdge(g, ending{g.member, g.changed}, certain)
	case stored && g.mark == markHeld:
		return p.endEdge(g, ending{g.member, g.changed}, certain)
	case g.mark == markPresent && (!stored || !certain || p.is(g.group, renewed) || p.is(g.member, renewed)):
		ok, err := p.online(g.member)
		if err != nil || !ok || p.is(g.group, heldBack) || p.is(g.member, heldBack) { // what is held gets nothing more
			return err
		}
		if still, err := p.eitherStill(edge); err != nil || still {
			return err
		}
		return p.plan.spool.add(&Change{Op: AddMember, Kind: directory.Group, Anchor: edge.Group, Other: edge.Member, Changed: g.changed})
	}
	return nil
}

// eitherStill reports whether it is not certain who one of the ends of a membership is.
func (p *Planner) eitherStill(e directory.Edge) (bool, error) {
	if still, err := p.standsStill(e.Group); err != nil || still {
		return still, err
	}
	return p.standsStill(e.Member)
}

// dropStored removes the stored edges at the front for which gone holds: the complete group no longer has them. The edge of a
// member that is held, or departs (or departed) without leaving, stays: Active Directory takes a deleted object out of its groups, and
// that is not this group's change.
func (p *Planner) dropStored(g *groupEdges, gone func(directory.Anchor) bool) error {
	i := slices.IndexFunc(g.stored, func(m directory.Anchor) bool { return !gone(m) })
	if i < 0 {
		i = len(g.stored)
	}
	for _, m := range g.stored[:i] {
		if keep, err := p.keepsEdges(m); err != nil {
			return err
		} else if keep {
			continue
		}
		_, doubt := slices.BinarySearchFunc(g.doubtful, m, compareAnchors)
		if err := p.endEdge(g, ending{member: m}, !doubt && !p.departs(m)); err != nil {
			return err
		}
	}
	g.stored = g.stored[i:]
	return nil
}

// keepsEdges reports whether an acknowledged member stays online although it is no longer part of what is synchronised.
func (p *Planner) keepsEdges(member directory.Anchor) (bool, error) {
	if p.is(member, heldBack) || p.fate(member) == isKept {
		return true, nil
	}
	if still, err := p.standsStill(member); err != nil || still {
		return still, err
	}
	if p.fate(member) != 0 {
		return false, nil
	}
	found, departed, err := p.snapshot.Online(member)
	return !found || departed, err
}

// endEdge ends a membership that Active Directory does not show any more. A loss is decided on with the others of its group; one in doubt, or
// that of a member who departs, is none.
func (p *Planner) endEdge(g *groupEdges, e ending, loss bool) error {
	if !loss {
		return p.removeEdge(directory.Edge{Group: g.group, Member: e.member}, e.changed)
	}
	g.ends = append(g.ends, e)
	return nil
}

// removeEdge plans the end of an acknowledged membership.
func (p *Planner) removeEdge(e directory.Edge, changed time.Time) error {
	return p.plan.spool.add(&Change{Op: RemoveMember, Kind: directory.Group, Anchor: e.Group, Other: e.Member, Changed: changed})
}

func (p *Planner) closeGroup(g *groupEdges) error {
	if !g.relevant {
		return nil
	}
	if err := p.closeEdge(g); err != nil {
		return err
	}
	if g.complete {
		if err := p.dropStored(g, func(directory.Anchor) bool { return true }); err != nil {
			return err
		}
	}
	return p.decideEndings(g)
}

// decideEndings lets the memberships of one group end, or holds them back.
func (p *Planner) decideEndings(g *groupEdges) error {
	if len(g.ends) == 0 {
		return nil
	}
	name, err := p.nameOf(g.group)
	if err != nil {
		return err
	}
	change := func(e ending) *Change {
		return &Change{Op: RemoveMember, Kind: directory.Group, Anchor: g.group, Other: e.member, Changed: e.changed, Why: "no longer in the group " + name}
	}
	fresh := 0
	for _, e := range g.ends {
		h, found, err := p.remembered(change(e))
		if err != nil {
			return err
		}
		if !found {
			fresh++
		}
		if h.Decision == directory.Undecided {
			p.ended++
		}
	}
	if fresh > partialFloor && !g.complete {
		if err := p.snapshot.Members(g.group, func(directory.Anchor, bool) error { g.members++; return nil }); err != nil {
			return err
		}
	}
	limit := p.settings.Limits.members(fresh, g.members)
	if limit != nil {
		limit.Group, limit.Name = g.group, name
		p.plan.over(limit)
	}
	for _, e := range g.ends {
		if _, err := p.decide(change(e), limit != nil); err != nil {
			return err
		}
	}
	return nil
}
