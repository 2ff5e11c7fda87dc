package syncer

import (
	"context"
	"hash/maphash"
	"slices"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

const (
	mostRounds = 12   // as many levels as a company has between anybody and the top, and some
	mostKnown  = 4096 // managers whose online ids are kept at hand
)

// managers are the references of a plan that creations can have in them: of people without an acknowledged manager. A reference costs a request
// of its own otherwise, which in a first pass is as many requests as there are people. It takes eight bytes for each.
type managers struct {
	seed  maphash.Seed
	pairs []uint64                    // of report and manager, hashed, in ascending order
	known map[directory.Anchor]string // online ids, the last ones that were needed
}

// managersOf reads the references of a plan, if it creates anybody and the online directory may take them so.
func managersOf(plan *diff.Plan, carries bool) (*managers, error) {
	m := &managers{seed: maphash.MakeSeed(), known: map[directory.Anchor]string{}}
	if plan.Count(diff.Create) == 0 || !carries {
		return m, nil
	}
	m.pairs = make([]uint64, 0, plan.Count(diff.SetManager))
	err := plan.Each(diff.SetManager, func(c *diff.Change) error {
		if c.Was.IsZero() && !c.Other.IsZero() {
			m.pairs = append(m.pairs, m.pair(c.Anchor, c.Other))
		}
		return nil
	})
	slices.Sort(m.pairs)
	return m, err
}

func (m *managers) pair(report, manager directory.Anchor) uint64 {
	both := [2]directory.Anchor{report, manager}
	return maphash.Comparable(m.seed, both)
}

// wanted reports whether the plan gives to a creation's object the manager that it names.
func (m *managers) wanted(c *diff.Change) bool {
	if c.Op != diff.Create || c.Undo || c.After.Manager.IsZero() {
		return false
	}
	_, there := slices.BinarySearch(m.pairs, m.pair(c.Anchor, c.After.Manager))
	return there
}

// id is the online id of a manager, "" where nothing certain is acknowledged of one: who is about to be created is not there yet, or another one
// will be.
func (m *managers) id(store Store, manager directory.Anchor) (string, error) {
	if id, ok := m.known[manager]; ok {
		return id, nil
	}
	e, found, err := store.Entry(manager)
	if err != nil || !found || e.Uncertain() || e.IDInDoubt {
		return "", err
	}
	if len(m.known) == mostKnown {
		clear(m.known)
	}
	m.known[manager] = e.ID
	return e.ID, nil
}

// carry fills in the manager of a creation, if it can have one in it.
func (s *Syncer) carry(p *pass, c *diff.Change) (err error) {
	c.ManagerID = ""
	if p.managers.wanted(c) {
		c.ManagerID, err = p.managers.id(s.Store, c.After.Manager)
	}
	return err
}

// carried reports whether a reference came with the creation: the plan knows of no manager before, and by now this one is acknowledged.
func carried(c *diff.Change, e *diff.Entry) bool {
	return c.Op == diff.SetManager && c.Was.IsZero() && !c.Other.IsZero() && e.Resource.Manager == c.Other && !e.ManagerInDoubt
}

// applyCreations sends the creations of people in rounds: first those whose manager is there already or will not come, then those whose manager
// the round before has brought, so that creations can have their managers in them. Who waits longest goes without.
func (s *Syncer) applyCreations(ctx context.Context, p *pass, sent func(n int)) error {
	defer clear(p.managers.known)                          // what comes later may find that one of them is not there any more
	gone := make([]uint64, p.plan.Count(diff.Create)/64+1) // a bit for each, by its place in the plan
	for round, last := 1, len(p.managers.pairs) == 0; ; round++ {
		place, went, waiting := -1, 0, 0
		err := s.applyEach(ctx, p, diff.Create, func(c *diff.Change) (bool, error) {
			place++
			if word, bit := &gone[place/64], uint64(1)<<(place%64); *word&bit != 0 {
				return false, nil
			} else if waits, err := s.waits(p, c); err != nil || waits && !last {
				waiting++
				return false, err
			} else {
				*word |= bit
			}
			went++
			return true, nil
		}, sent)
		if err != nil || waiting == 0 {
			return err
		}
		last = round == mostRounds || went == 0 // the managers of the others were refused, or manage each other
	}
}

// waits reports whether the manager of a creation may still come.
func (s *Syncer) waits(p *pass, c *diff.Change) (bool, error) {
	if !p.managers.wanted(c) {
		return false, nil
	}
	id, err := p.managers.id(s.Store, c.After.Manager)
	return id == "", err
}
