package ldapsource

import (
	"context"
	"fmt"
	"slices"

	"syncd/internal/directory"
)

// claimsBatch is how many anchors one request asks about by two attributes.
const claimsBatch = lookupBatch / 2

// sweepClaims learns every anchor that differs from its objectGUID, and which of them are claimed more than once: by two
// mS-DS-ConsistencyGuids, or by one and by the object whose objectGUID it is.
func (s *Session) sweepClaims(ctx context.Context) error {
	if s.anchors == nil {
		return nil
	}
	s.anchors = newAnchors()
	claimed := map[directory.Anchor]int{}
	err := s.sweep(ctx, func(o *directory.Object) {
		if o.Anchor != o.GUID {
			claimed[o.Anchor]++
		}
	})
	if err != nil {
		return err
	}
	all := make([]directory.Anchor, 0, len(claimed))
	var suspects []directory.Anchor
	for a, times := range claimed {
		all = append(all, a)
		if times > 1 {
			suspects = append(suspects, a)
		}
	}
	for batch := range slices.Chunk(all, lookupBatch) {
		owners, err := s.live(ctx, anchorsFilter(batch))
		if err != nil {
			return err
		}
		for _, o := range owners {
			if o.Anchor == o.GUID {
				suspects = append(suspects, o.Anchor)
			}
		}
	}
	_, err = s.disputes(ctx, suspects)
	return err
}

// disputes finds out which of the anchors are claimed by more than one live object, and notes it as the problem of each. It returns
// the objectGUIDs of all that are party to a dispute. The server walks through all objects for it, because mS-DS-ConsistencyGuid has no
// index in the schema that Microsoft ships.
func (s *Session) disputes(ctx context.Context, anchors []directory.Anchor) (parties []directory.Anchor, err error) {
	for batch := range slices.Chunk(anchors, claimsBatch) {
		found, err := s.live(ctx, identityFilter(batch))
		if err != nil {
			return nil, err
		}
		claims := map[directory.Anchor][]directory.Object{}
		for _, o := range found {
			claims[o.Anchor] = append(claims[o.Anchor], o)
		}
		for _, list := range claims {
			for i, o := range list {
				if len(list) == 1 {
					delete(s.anchors.problems, o.GUID)
					continue
				}
				other := list[(i+1)%len(list)].DN
				s.anchors.problems[o.GUID] = fmt.Sprintf("%s and another object, %s, claim the same anchor %s", o.DN, other, o.Anchor)
				parties = append(parties, o.GUID)
			}
		}
	}
	return parties, nil
}

// live reads who the objects are that match and are not deleted.
func (s *Session) live(ctx context.Context, filter string) (list []directory.Object, err error) {
	q := query{op: "anchor", base: s.domain(), filter: "(&" + kindsFilter(directory.Kinds()) + filter + ")", attributes: s.identity()}
	err = s.search(ctx, q, func(e *answer) error {
		p := s.parser.parse(e)
		s.anchors.note(&p.object)
		list = append(list, p.object)
		return nil
	}, nil)
	return list, err
}
