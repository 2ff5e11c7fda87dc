package diff

import (
	"encoding/binary"
	"slices"
	"time"

	"syncd/internal/directory"
)

// An edge record is what a pass learnt about one membership: group, member, a number that orders what links report, and a mark.
// Records are sorted, so that those of one group come together, the complete mark (with no member) first, and those of one edge
// in the order in which the domain controller reported them.
const (
	edgeRecord = 16 + 16 + 4 + 1 + 4

	markVisit    = 0 // nothing is known, but the edge must be looked at: its member departs
	markPresent  = 1 // the group has this member
	markRemoved  = 2 // the group lost this member
	markComplete = 3 // the group's whole membership is among the records
)

func (p *Planner) addEdge(group, member directory.Anchor, sequence uint32, mark byte) error {
	return p.addEdgeAt(group, member, sequence, mark, time.Time{})
}

// addEdgeAt also tells when the membership changed, which is kept in seconds since 1970; the zero time is 0.
func (p *Planner) addEdgeAt(group, member directory.Anchor, sequence uint32, mark byte, changed time.Time) error {
	seconds := uint32(max(0, changed.Unix()))
	return p.edges.add(group[:], member[:], binary.BigEndian.AppendUint32(nil, sequence), []byte{mark}, binary.BigEndian.AppendUint32(nil, seconds))
}

// edgeChanged is when the membership of a record changed, zero where that is not known.
func edgeChanged(record []byte) time.Time {
	seconds := binary.BigEndian.Uint32(record[37:])
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).UTC()
}

// Link takes one membership that a delta reports.
func (p *Planner) Link(l directory.Link) error {
	mark := byte(markPresent)
	if l.Removed {
		mark = markRemoved
	}
	p.links++
	return p.addEdgeAt(l.Group, l.Member, p.links, mark, l.Changed)
}

// addMembers takes the memberships that came with an object: the whole of a group that was read with them, and in a delta the groups
// that the object belongs to, some of which may have waited for it. A group that came without its members is asked for by
// NeedMembers where no delta tells them: it is new, it waited, or the pass is a full one.
func (p *Planner) addMembers(o *directory.Object, e *Entry, found bool) error {
	waited := p.settings.Interrupted || p.waited[o.Anchor] || e.Departed || e.Uncertain()
	switch {
	case o.MembersRead:
		if err := p.Members(o.Anchor, o.Members, true); err != nil {
			return err
		}
	case o.Kind == directory.Group && (!found || waited || p.settings.Full):
		p.needMembers = append(p.needMembers, o.Anchor)
	}
	if p.settings.Full {
		return nil
	}
	for _, group := range o.MemberOf {
		if err := p.addEdge(group, o.Anchor, 0, markPresent); err != nil {
			return err
		}
	}
	if !waited {
		return nil
	}
	return p.snapshot.MemberOf(o.Anchor, func(group directory.Anchor) error {
		if slices.Contains(o.MemberOf, group) {
			return nil
		}
		return p.addEdge(group, o.Anchor, 0, markRemoved)
	})
}

// NeedMembers lists the groups whose membership the caller must read and hand over with Members.
func (p *Planner) NeedMembers() []directory.Anchor { return p.needMembers }

// Members takes a part of a group's membership; whole says that nothing is missing once every part has been taken.
func (p *Planner) Members(group directory.Anchor, members []directory.Anchor, whole bool) error {
	for _, m := range members {
		if err := p.addEdge(group, m, 0, markPresent); err != nil {
			return err
		}
	}
	p.read += len(members)
	if !whole {
		return nil
	}
	return p.addEdge(group, directory.Anchor{}, 0, markComplete)
}

// consequences sees to it that a departing object takes its memberships and its reports' references with it: no delta ever
// names the groups and people that held them. An account that is kept, blocked, keeps its memberships; it manages nobody.
func (p *Planner) consequences(c *Change) error {
	if !c.Keep {
		err := p.snapshot.MemberOf(c.Anchor, func(group directory.Anchor) error {
			return p.addEdge(group, c.Anchor, 0, markVisit)
		})
		if err != nil {
			return err
		}
	}
	return p.snapshot.Reports(c.Anchor, func(report directory.Anchor) error {
		return p.addReference(report, directory.Anchor{}, 0, 0)
	})
}

// planEdges compares what was learnt about memberships with the snapshot.
func (p *Planner) planEdges() error {
	var g groupEdges
	err := p.edges.each(func(record []byte) error {
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
	member   directory.Anchor
	mark     byte
	changed  time.Time // of that edge
	has      bool
}

func (p *Planner) openGroup(g *groupEdges, group directory.Anchor, complete bool) (err error) {
	*g = groupEdges{group: group, complete: complete}
	if g.relevant, err = p.online(group); err != nil || !g.relevant || !complete {
		return err
	}
	return p.snapshot.Members(group, func(member directory.Anchor, certain bool) error {
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
	certain = certain && !p.anew[g.group] && !p.anew[g.member]
	switch {
	case stored && (g.mark == markRemoved || p.departs(g.member)):
		return p.removeEdge(edge, g.changed)
	case g.mark == markPresent && (!stored || !certain):
		ok, err := p.online(g.member)
		if err != nil || !ok || p.heldBack[g.group] || p.heldBack[g.member] { // what is held gets nothing more
			return err
		}
		return p.plan.spool.add(&Change{Op: AddMember, Kind: directory.Group, Anchor: edge.Group, Other: edge.Member, Changed: g.changed})
	}
	return nil
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
		if err := p.removeEdge(directory.Edge{Group: g.group, Member: m}, time.Time{}); err != nil {
			return err
		}
	}
	g.stored = g.stored[i:]
	return nil
}

// keepsEdges reports whether an acknowledged member stays online although it is no longer part of what is synchronised.
func (p *Planner) keepsEdges(member directory.Anchor) (bool, error) {
	if p.heldBack[member] || p.fates[member] == isKept {
		return true, nil
	}
	if p.fates[member] != 0 {
		return false, nil
	}
	found, departed, err := p.snapshot.Online(member)
	return !found || departed, err
}

// removeEdge plans the end of an acknowledged membership.
func (p *Planner) removeEdge(e directory.Edge, changed time.Time) error {
	return p.plan.spool.add(&Change{Op: RemoveMember, Kind: directory.Group, Anchor: e.Group, Other: e.Member, Changed: changed})
}

func (p *Planner) closeGroup(g *groupEdges) error {
	if !g.relevant {
		return nil
	}
	if err := p.closeEdge(g); err != nil || !g.complete {
		return err
	}
	return p.dropStored(g, func(directory.Anchor) bool { return true })
}
