package syncer

import (
	"syncd/internal/directory"
)

// waiting is what a delta must look at although nothing changed in Active Directory, or what an interrupted one had to.
type waiting struct{ held, others, members []directory.Anchor }

func (s *Syncer) waiting(p *pass) (w waiting, err error) {
	if w.held, err = p.store.HeldAnchors(); err != nil {
		return w, err
	}
	if w.members, err = p.heldMembers(); err != nil {
		return w, err
	}
	if w.others, err = p.store.Expired(p.started); err != nil {
		return w, err
	}
	if p.interrupted != nil {
		w.others = append(w.others, p.interrupted.Again...)
	}
	due, _, err := p.store.Due(p.started)
	if err != nil {
		return w, err
	}
	w.others = append(w.others, due...)
	joined, left, err := p.pilotChanges()
	w.others = append(append(w.others, joined...), left...)
	return w, err
}

// heldMembers are those whose membership in a group ends, as soon as an operator lets it: they tell themselves whether they are in the group
// again, of which no delta speaks if the group could not be read for a while.
func (p *pass) heldMembers() (list []directory.Anchor, err error) {
	known := map[directory.Anchor]bool{}
	err = p.store.HeldEdges(func(e directory.Edge) error {
		if !known[e.Member] {
			known[e.Member] = true
			list = append(list, e.Member)
		}
		return nil
	})
	return list, err
}

// pilotChanges are those who came into the groups of the scope, or left them: their objects did not change, so no delta names them.
func (p *pass) pilotChanges() (joined, left []directory.Anchor, err error) {
	if p.pilot == nil {
		return nil, nil, nil
	}
	err = p.store.Anchors(func(a directory.Anchor, departed bool) error {
		if _, in := p.pilot[a]; !in && !departed {
			left = append(left, a)
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	for a := range p.pilot {
		found, departed, err := p.store.Online(a)
		if err != nil {
			return nil, nil, err
		}
		if !found || departed {
			joined = append(joined, a)
		}
	}
	return joined, left, nil
}

// namesOf are the anchors by which the source is asked for objects: for one whose anchor is not its objectGUID that GUID too, because a
// tombstone may show no other.
func (s *Syncer) namesOf(p *pass, anchors []directory.Anchor) ([]directory.Anchor, error) {
	if !s.OwnAnchors {
		return anchors, nil
	}
	names := anchors[:len(anchors):len(anchors)]
	for _, a := range anchors {
		e, _, err := p.store.Entry(a)
		if err != nil {
			return nil, err
		}
		if !e.Resource.GUID.IsZero() {
			names = append(names, e.Resource.GUID)
		}
	}
	return names, nil
}
