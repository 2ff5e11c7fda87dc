package diff

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"syncd/internal/directory"
)

// Refuse takes an object of the scope that a local rule refuses, with the reason. r says what is certain about it, or is nil. One that
// is online keeps what the rule refuses as it was acknowledged; it was seen, so it is not missing; a leaver is blocked (law 5) and unblocked,
// and its memberships and its manager follow Active Directory: a bad address keeps nobody in a group. Where it is not certain which object it
// is, all of it stands still. One that is not online is not created. When it is in order again, it is compared as a whole.
func (p *Planner) Refuse(o *directory.Object, r *directory.Resource, reason string) error {
	p.plan.Read++
	a := o.Anchor
	e, found, err := p.snapshot.Entry(a)
	switch {
	case err != nil:
		return err
	case e.otherKind(o, found):
		return p.refuseKind(o, &e)
	case p.departing(a) && !e.is(o):
		p.succeed(o)
	case p.is(a, stands):
		return p.stand(o, r, &e, found)
	case p.fate(a) != 0 && !p.contested(o):
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
	owner := e.owns(o, found)
	contested := o.Problem != "" || r == nil || found && !e.is(o)
	if !contested && owner {
		p.setFate(a, isBad)
		_, err = p.equalise(o, e.certainly(r), &e)
		err = errors.Join(err, p.addMembers(o, &e, true))
	} else {
		p.becomes(a, stands)
		err = p.stand(o, r, &e, found)
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
	return p.list(&refused)
}

func (p *Planner) list(refused *directory.RefusedObject) error {
	line, err := json.Marshal(refused)
	if err != nil {
		return fmt.Errorf("what is refused: %w", err)
	}
	return p.plan.refused.add(p.settings.Dir, line)
}

// otherKind reports whether an object has the anchor of one of another kind: a contact cannot take over the account of a user.
func (e *Entry) otherKind(o *directory.Object, found bool) bool {
	return found && e.ID != "" && o.Kind != e.Resource.Kind
}

// refuseKind lets an object wait until whoever has its anchor online has departed: what becomes of that one is decided as if it had not come.
func (p *Planner) refuseKind(o *directory.Object, e *Entry) error {
	p.total++
	if err := p.recall(o.Anchor); err != nil {
		return err
	}
	return p.list(&directory.RefusedObject{
		Anchor: o.Anchor, Other: identity(o), Kind: o.Kind.String(), Name: o.DN, Op: Create.String(), Contested: true,
		Reason: fmt.Sprintf("%s has the anchor %s, under which the %s %s is online: it comes when that one has departed", o.DN, o.Anchor, e.Resource.Kind, e.Resource.Name()),
	})
}

// standsStill reports whether it is not certain which object this is: in this pass, or in an earlier one if this one has not looked at it.
// What it is a member of, who its members are and who its manager is then stays as it is, because it is compared as a whole later.
func (p *Planner) standsStill(a directory.Anchor) (bool, error) {
	if p.is(a, stands) || p.is(a, hasWaited) || p.fate(a) != 0 {
		return p.is(a, stands), nil
	}
	w, err := p.snapshot.Waits(a)
	return w.Contested, err
}

// identity is the object that stands behind an anchor: its objectGUID.
func identity(o *directory.Object) directory.Anchor { return cmp.Or(o.GUID, o.Anchor) }

// is reports whether an entry is about an object.
func (e *Entry) is(o *directory.Object) bool {
	return e.Unidentified || e.Resource.Identity() == identity(o)
}

// contested reports whether another object than this one came with the same anchor in this pass. Only objects whose anchor is not their
// objectGUID are remembered for that: the reader looks for the others.
func (p *Planner) contested(o *directory.Object) bool {
	first := directory.Anchor(p.claims.get(o.Anchor))
	if !first.IsZero() {
		return first != identity(o)
	}
	if identity(o) != o.Anchor {
		p.claims.set(o.Anchor, note(identity(o)))
	}
	return false
}

// owns reports whether an object is the one that is online. Who claims another's anchor says nothing about that one.
func (e *Entry) owns(o *directory.Object, found bool) bool {
	return found && e.is(o) && !e.Departed && e.ID != ""
}

// certainly is what is online, with what is certain of the object all the same: the state of its account, and its manager.
func (e *Entry) certainly(r *directory.Resource) *directory.Resource {
	known := e.Resource
	known.Enabled, known.Expires, known.Manager = r.Enabled, r.Expires, r.Manager
	known.Values = slices.Clone(known.Values)
	for _, v := range r.Values {
		i, found := slices.BinarySearchFunc(known.Values, v.Attribute, func(have directory.Value, a directory.Attribute) int { return cmp.Compare(have.Attribute, a) })
		if found {
			known.Values[i] = v
		} else {
			known.Values = slices.Insert(known.Values, i, v)
		}
	}
	return &known
}

// stand lets one of those that may be behind an anchor stand still: no more than a leaver is blocked. Whose manager they are is the affair
// of their reports, whom a delta does not name when a deletion in between took the manager away.
func (p *Planner) stand(o *directory.Object, r *directory.Resource, e *Entry, found bool) error {
	return errors.Join(p.blockRefused(o, r, e, found), p.addReports(o), p.addFormerReports(o))
}

// blockRefused blocks a leaver whom a rule refuses, once, whoever else came with the same anchor before (law 5).
func (p *Planner) blockRefused(o *directory.Object, r *directory.Resource, e *Entry, found bool) error {
	if !e.owns(o, found) || r == nil || r.Enabled || !e.Resource.Enabled || p.is(o.Anchor, leftBlocked) {
		return nil
	}
	p.becomes(o.Anchor, leftBlocked)
	return p.pending.add(&Change{Op: Block, Kind: r.Kind, Anchor: o.Anchor, Before: &e.Resource, After: r, Why: becauseDisabled, Changed: o.Changed})
}
