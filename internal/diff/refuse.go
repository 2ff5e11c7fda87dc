package diff

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"

	"syncd/internal/directory"
)

// Refuse takes an object of the scope that a local rule refuses, with the reason. r says what is certain about it, or is nil. One that
// is online keeps its attributes; it was seen, so it is not missing; a leaver is blocked (law 5), and its memberships and its manager follow
// Active Directory: a bad address keeps nobody in a group. Where it is not certain which object it is, all of it stands still. One that is
// not online is not created. When it is in order again, it is compared as a whole.
func (p *Planner) Refuse(o *directory.Object, r *directory.Resource, reason string) error {
	p.plan.Read++
	a := o.Anchor
	e, found, err := p.snapshot.Entry(a)
	switch {
	case err != nil:
		return err
	case p.departing(a) && !e.is(o):
		p.succeed(o)
	case p.still[a], p.fates[a] != 0 && !p.contested(o):
		return nil
	}
	p.total++
	if p.settings.Full {
		if err := p.seen.add(a[:]); err != nil {
			return err
		}
	}
	if err := p.recall(a); err != nil {
		return err
	}
	// Who claims another's anchor says nothing about the one who is online.
	owner := found && e.is(o) && !e.Departed && e.ID != ""
	if owner && r != nil && !r.Enabled && e.Resource.Enabled {
		c := &Change{Op: Block, Kind: r.Kind, Anchor: a, Before: &e.Resource, After: r, Why: becauseDisabled, Changed: o.Changed}
		if err := p.pending.add(c); err != nil {
			return err
		}
	}
	contested := o.Problem != "" || r == nil || found && !e.is(o)
	if !contested && owner && !e.Uncertain() {
		p.fates[a] = isBad
		err = errors.Join(p.reference(o, r, &e), p.addMembers(o, &e, true))
	} else {
		p.still[a] = true
	}
	if err != nil {
		return err
	}
	refused := directory.RefusedObject{Anchor: a, Kind: o.Kind.String(), Name: e.Resource.Name(), Op: Create.String(), Reason: reason, Contested: contested}
	if contested {
		refused.Other = identity(o) // several may claim the anchor
	}
	if found {
		refused.Op = Update.String()
	} else if r != nil {
		refused.Name = r.Name()
	}
	if refused.Name == "" {
		refused.Name = o.DN
	}
	line, err := json.Marshal(&refused)
	if err != nil {
		return fmt.Errorf("what is refused: %w", err)
	}
	return p.plan.refused.add(p.settings.Dir, line)
}

// standsStill reports whether it is not certain which object this is: in this pass, or in an earlier one if this one has not looked at it.
// What it is a member of, who its members are and who its manager is then stays as it is, because it is compared as a whole later.
func (p *Planner) standsStill(a directory.Anchor) (bool, error) {
	if p.still[a] || p.waited[a] || p.fates[a] != 0 {
		return p.still[a], nil
	}
	w, err := p.snapshot.Waits(a)
	return w.Contested, err
}

// identity is the object that stands behind an anchor: its objectGUID.
func identity(o *directory.Object) directory.Anchor { return cmp.Or(o.GUID, o.Anchor) }

// behind is the object that a resource is about.
func behind(r *directory.Resource) directory.Anchor { return cmp.Or(r.GUID, r.Anchor) }

// is reports whether an entry is about an object.
func (e *Entry) is(o *directory.Object) bool {
	return e.Unidentified || behind(&e.Resource) == identity(o)
}

// contested reports whether another object than this one came with the same anchor in this pass. Only objects whose anchor is not their
// objectGUID are remembered for that: the reader looks for the others.
func (p *Planner) contested(o *directory.Object) bool {
	first, known := p.claims[o.Anchor]
	if known {
		return first != identity(o)
	}
	if identity(o) != o.Anchor {
		p.claims[o.Anchor] = identity(o)
	}
	return false
}
