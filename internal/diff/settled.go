package diff

import (
	"errors"

	"syncd/internal/directory"
)

// settled takes an object of which nothing has changed, and is false for every other one. Most objects of a full pass are such: their entries are
// not read. What Add asks of an entry is certain of one that is the resource itself.
func (p *Planner) settled(o *directory.Object, r *directory.Resource, out *directory.Evidence) (bool, error) {
	a := o.Anchor
	if out != nil || r.Anchor != a || r.Kind != o.Kind || r.Identity() != identity(o) || !p.settings.Supports(r.Kind) {
		return false, nil
	}
	// What came before it in this pass, or what an earlier pass left open, may concern its memberships and whoever reports to it.
	if p.settings.Interrupted || o.Restored || p.fate(a) != 0 || p.is(a, stands) || p.is(a, hasWaited) {
		return false, nil
	}
	if settled, err := p.snapshot.Settled(r); err != nil || !settled || p.contested(o) {
		return false, err
	}
	p.plan.Read++
	p.plan.Unchanged++
	p.total++
	p.sights.look(r, nil) // it lost no attribute
	var err error
	if p.settings.Full {
		err = p.seen.add(a[:])
	}
	return true, errors.Join(err, p.addMembers(o, &Entry{Resource: *r}, true))
}
