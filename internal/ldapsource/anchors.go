package ldapsource

import (
	"context"
	"slices"
	"strings"

	"syncd/internal/directory"
)

// The attributes that an anchor may come from, in the spelling of the schema.
const (
	anchorGUID        = "objectGUID"
	anchorConsistency = "mS-DS-ConsistencyGuid"
)

// sweepAbove is how many unknown references are asked for one batch at a time; for more of them one look at all is cheaper.
const sweepAbove = 20 * lookupBatch

// anchorAttribute reads Options.Anchor.
func anchorAttribute(name string) (consistency bool, err error) {
	switch {
	case name == "", strings.EqualFold(name, anchorGUID):
		return false, nil
	case strings.EqualFold(name, anchorConsistency), strings.EqualFold(name, "ms-DS-ConsistencyGuid"):
		return true, nil
	}
	return false, usage(nil, name+" is no attribute that an anchor can come from", "set mapping.anchor to objectGUID or ms-DS-ConsistencyGuid")
}

// anchors translates objectGUIDs, which is what references consist of, where anchors come from mS-DS-ConsistencyGuid. It keeps only
// what differs: in most forests next to nothing.
type anchors struct {
	differs  map[directory.Anchor]directory.Anchor // from objectGUID
	asked    map[directory.Anchor]struct{}         // objectGUIDs of which it is known whether they differ
	all      bool                                  // it is known of every one
	problems map[directory.Anchor]string           // objects that share their anchor with another one, by objectGUID
}

func newAnchors() *anchors {
	return &anchors{
		differs: map[directory.Anchor]directory.Anchor{}, asked: map[directory.Anchor]struct{}{}, problems: map[directory.Anchor]string{},
	}
}

// anchorOf is the anchor of an object of which learn has been told.
func (s *Session) anchorOf(guid directory.Anchor) directory.Anchor {
	if s.anchors != nil {
		if a, ok := s.anchors.differs[guid]; ok {
			return a
		}
	}
	return guid
}

// note keeps what an object itself tells.
func (a *anchors) note(o *directory.Object) {
	if !a.all {
		a.asked[o.GUID] = struct{}{}
	}
	if o.Anchor != o.GUID {
		a.differs[o.GUID] = o.Anchor
	} else {
		delete(a.differs, o.GUID)
	}
}

// identity are the attributes that tell the anchor of an object.
func (s *Session) identity() []string {
	if s.anchors == nil {
		return []string{anchorGUID}
	}
	return []string{anchorGUID, anchorConsistency}
}

// learn finds out which of the objects have another anchor than their objectGUID.
func (s *Session) learn(ctx context.Context, guids []directory.Anchor) error {
	if s.anchors == nil || s.anchors.all {
		return nil
	}
	unknown := make([]directory.Anchor, 0, len(guids))
	for _, g := range guids {
		if _, ok := s.anchors.asked[g]; !ok && !g.IsZero() {
			s.anchors.asked[g] = struct{}{}
			unknown = append(unknown, g)
		}
	}
	if len(unknown) > sweepAbove {
		return s.sweep(ctx, func(*directory.Object) {})
	}
	for batch := range slices.Chunk(unknown, lookupBatch) {
		if err := s.differing(ctx, "(&("+anchorConsistency+"=*)"+anchorsFilter(batch)+")", func(*directory.Object) {}); err != nil {
			return err
		}
	}
	return nil
}

// sweep learns every anchor that differs, and shows each object that has its own.
func (s *Session) sweep(ctx context.Context, each func(*directory.Object)) error {
	err := s.differing(ctx, "(&("+anchorConsistency+"=*)"+kindsFilter(directory.Kinds())+")", each)
	s.anchors.all = err == nil
	return err
}

func (s *Session) differing(ctx context.Context, filter string, each func(*directory.Object)) error {
	q := query{op: "anchor", base: s.domain(), filter: filter, attributes: s.identity()}
	return s.search(ctx, q, func(e *answer) error {
		p := s.parser.parse(e)
		s.anchors.note(&p.object)
		each(&p.object)
		return nil
	}, nil)
}

// learnReferences learns about every object that the entries name.
func (s *Session) learnReferences(ctx context.Context, list ...*entry) error {
	if s.anchors == nil || s.anchors.all {
		return nil
	}
	var named []directory.Anchor
	for _, p := range list {
		o := &p.object
		named = append(named, o.Manager)
		named = append(append(append(named, o.Members...), o.MemberOf...), o.Reports...)
	}
	return s.learn(ctx, named)
}

// guidOf is the objectGUID of the object with the anchor; the anchor itself where nothing has it for another one.
func (s *Session) guidOf(ctx context.Context, anchor directory.Anchor) (directory.Anchor, error) {
	if s.anchors == nil {
		return anchor, nil
	}
	found, err := s.live(ctx, identityFilter([]directory.Anchor{anchor}))
	for _, o := range found {
		if o.Anchor == anchor {
			return o.GUID, err
		}
	}
	return anchor, err
}

// translate turns the references of an object into anchors; learn must have been told of them.
func (s *Session) translate(o *directory.Object) {
	if s.anchors == nil {
		return
	}
	if len(s.anchors.differs) > 0 {
		o.Manager = s.anchorOf(o.Manager)
		for _, list := range [][]directory.Anchor{o.Members, o.MemberOf, o.Reports} {
			for i, guid := range list {
				list[i] = s.anchorOf(guid)
			}
		}
	}
	if why, ok := s.anchors.problems[o.GUID]; ok && !o.Deleted {
		o.Problem = why
	}
}
