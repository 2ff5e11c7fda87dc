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
	markHeld     = 1 // an earlier pass found that the group lost this member, and the end of the membership is held
	markPresent  = 2 // the group has this member
	markRemoved  = 3 // the group lost this member
	markComplete = 4 // the group's whole membership is among the records
)

// strongest is the sequence of a membership through primaryGroupID: Active Directory takes the value out of the group's members when a
// group becomes somebody's primary one (MS-SAMR 3.1.1.8.2), which a delta reports as a link that was removed.
const strongest = 1<<32 - 1

func (p *Planner) addEdge(group, member directory.Anchor, sequence uint32, mark byte) error {
	return p.addEdgeAt(group, member, sequence, mark, time.Time{})
}

// addEdgeAt also tells when the membership changed, which is kept in seconds since 1970; the zero time is 0.
func (p *Planner) addEdgeAt(group, member directory.Anchor, sequence uint32, mark byte, changed time.Time) error {
	var record [edgeRecord]byte
	copy(record[:], group[:])
	copy(record[16:], member[:])
	binary.BigEndian.PutUint32(record[32:], sequence)
	record[36] = mark
	binary.BigEndian.PutUint32(record[37:], uint32(max(0, changed.Unix())))
	return p.edges.add(record[:])
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
	waited := p.settings.Interrupted || p.is(o.Anchor, hasWaited) || e.Departed || e.Uncertain()
	if !o.PrimaryGroup.IsZero() {
		if err := p.addEdge(o.PrimaryGroup, o.Anchor, strongest, markPresent); err != nil {
			return err
		}
	}
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
	if err := p.addGroups(o); err != nil || !waited {
		return err
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
	p.parts += len(members)
	for _, m := range members {
		if err := p.addEdge(group, m, 0, markPresent); err != nil {
			return err
		}
	}
	p.read += len(members)
	if !whole {
		return nil
	}
	if p.parts == 0 {
		p.bare = append(p.bare, group)
	}
	p.parts = 0
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
	return p.takeReports(c.Anchor)
}
