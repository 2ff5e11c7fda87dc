package diff

import (
	"errors"
	"fmt"

	"syncd/internal/directory"
)

// partialFloor is how many objects something may happen to before their share matters: in a directory of five, one that cannot be found
// says little about the read.
const partialFloor = 10

// emptyRead is the answer to a full read that found nobody where somebody is online.
func emptyRead(population int) error {
	return partial(
		fmt.Sprintf("Active Directory answered without a single object in scope, but %d are known online", population),
		"check that the account may still read the containers of source.scope, and that the scope and its filter are right",
	)
}

// lostSight is the answer to more unexplained absences than may depart.
func lostSight(n, population int) error {
	return partial(
		fmt.Sprintf("at least %d of %d objects were neither seen nor found among the deleted", n, population),
		"check that the account may still read every container of source.scope and CN=Deleted Objects",
	)
}

// noMembers is the answer to a full read in which no group has a member any more.
func noMembers(n int) error {
	return partial(
		fmt.Sprintf("Active Directory answered without a single membership, but %d are known online", n),
		"check that the account may read the attribute member of groups",
	)
}

func partial(cause, remedy string) error {
	return &directory.Fault{Class: directory.Held, Cause: cause + ": the read counts as partial and nothing was changed", Remedy: remedy}
}

// sights counts which attributes the objects of a kind show, and which ones they had and show no longer: an attribute
// that everybody loses at once is a right to read that was lost.
type sights [directory.Group + 1][256]struct {
	shown   bool
	emptied int
}

func (s *sights) look(r, before *directory.Resource) {
	kind := &s[r.Kind]
	for _, v := range r.Values {
		kind[v.Attribute].shown = true
	}
	if before == nil {
		return
	}
	rest := r.Values // both are sorted by attribute
	for _, v := range before.Values {
		for len(rest) > 0 && rest[0].Attribute < v.Attribute {
			rest = rest[1:]
		}
		if len(rest) == 0 || rest[0].Attribute != v.Attribute {
			kind[v.Attribute].emptied++
		}
	}
}

// check refuses a full read in which an attribute disappeared from everybody.
func (s *sights) check() error {
	return s.each(func(kind directory.Kind, a directory.Attribute, emptied int) error {
		if emptied > partialFloor {
			return noAttribute(kind, a, emptied)
		}
		return nil
	})
}

// each visits the attributes that somebody lost and nobody showed.
func (s *sights) each(visit func(kind directory.Kind, a directory.Attribute, emptied int) error) error {
	for _, kind := range directory.Kinds() {
		for _, a := range directory.Masters() {
			if at := s[kind][a]; at.emptied > 0 && !at.shown {
				if err := visit(kind, a, at.emptied); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func noAttribute(kind directory.Kind, a directory.Attribute, online int) error {
	return partial(
		fmt.Sprintf("Active Directory showed no %s of any %s, but %d or more have one online", a.Path(), kind, online),
		fmt.Sprintf("let the account read again what fills it; if it is meant to be emptied, map it to nothing under mapping.%s", kind),
	)
}

// Emptied asks about each attribute that a delta would take away from somebody, and that nobody showed, whether what fills it can be seen on
// any object at all. Where it cannot, although more than a few have it online, the right to read it was lost, and the read is refused.
func (p *Planner) Emptied(visible func(directory.Kind, directory.Attribute) (bool, error)) error {
	if p.settings.Full || !p.settings.SameRules {
		return nil
	}
	return p.sights.each(func(kind directory.Kind, a directory.Attribute, _ int) error {
		ok, err := visible(kind, a)
		if err != nil || ok {
			return err
		}
		n, err := p.holders(kind, a)
		if err == nil && n > partialFloor {
			err = noAttribute(kind, a, n)
		}
		return err
	})
}

// holders counts who has an attribute online, as far as it matters.
func (p *Planner) holders(kind directory.Kind, a directory.Attribute) (n int, err error) {
	all := newSorter(p.settings.Dir, len(directory.Anchor{}))
	err = p.snapshot.Anchors(func(anchor directory.Anchor, _ bool) error { return all.add(anchor[:]) })
	if err == nil {
		err = all.each(func(record []byte) error {
			if n > partialFloor {
				return nil
			}
			e, _, err := p.snapshot.Entry(directory.Anchor(record))
			if e.Resource.Kind == kind && e.Resource.Get(a) != nil {
				n++
			}
			return err
		})
	}
	return n, errors.Join(err, all.Close())
}
