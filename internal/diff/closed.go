package diff

import (
	"errors"
	"fmt"

	"syncd/internal/directory"
)

// mostWitnesses is how many members of one group are asked whether they are still in it.
const mostWitnesses = 5

// Bare finds the groups that show no member at all and have some online. It hands over a few of these members: inside reports whether one of
// them says itself that it is in the group. Then the group's members cannot be read, and it keeps them (law 3).
func (p *Planner) Bare(inside func(group directory.Anchor, members []directory.Anchor) (directory.Anchor, bool, error)) error {
	for _, group := range p.bare {
		witnesses, err := p.witnesses(group)
		if err != nil {
			return err
		}
		if len(witnesses) == 0 {
			continue
		}
		witness, is, err := inside(group, witnesses)
		if err == nil && is {
			err = p.close(group, witness)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// witnesses are the first members that a group has online and that stay there.
func (p *Planner) witnesses(group directory.Anchor) (list []directory.Anchor, err error) {
	err = p.snapshot.Members(group, func(m directory.Anchor, certain bool) error {
		if certain && p.fate(m) != leaves && p.fate(m) != isKept && !p.is(m, heldBack) {
			list = append(list, m)
		}
		if len(list) == mostWitnesses {
			return errStopped
		}
		return nil
	})
	if errors.Is(err, errStopped) {
		err = nil
	}
	return list, err
}

// close keeps a group's members as they are online, and lists the group, so that it is read as a whole until they can be read again.
func (p *Planner) close(group, witness directory.Anchor) error {
	p.closed[group] = true
	name, err := p.nameOf(group)
	if err != nil {
		return err
	}
	member, err := p.nameOf(witness)
	if err != nil {
		return err
	}
	return p.list(&directory.RefusedObject{
		Anchor: group, Kind: directory.Group.String(), Name: name, Op: RemoveMember.String(),
		Reason: fmt.Sprintf("its members cannot be read: it shows nobody, and %s is in it; let the account read the attribute member of this group", member),
	})
}
