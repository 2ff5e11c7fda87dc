package ldapsource

import (
	"context"
	"slices"

	"syncd/internal/directory"
)

// lookupBatch is how many objects one request names: the filter of 200 anchors has some 15 KB.
const lookupBatch = 200

// Lookup reads the state of each object as it is now, or its tombstone, wherever in the domain it is; FilterMiss says that a full
// read would not find it because of the configured filter or kinds. An object may be named by its anchor or by its objectGUID. Members
// are not read, back links are. What is not emitted was not found: without evidence that is no deletion. An error of emit ends the
// look-up and is returned.
func (s *Session) Lookup(ctx context.Context, anchors []directory.Anchor, emit func(*directory.Object) error) error {
	err := s.lookup(ctx, anchors, true, func(_ context.Context, p *entry) error {
		p.keepFormerUser()
		if p.object.Kind == 0 && !p.object.Deleted {
			return nil
		}
		return consumer(emit(&p.object))
	}, func(directory.Anchor) error { return nil })
	if err != nil {
		return s.fault(ctx, err, "looking up objects")
	}
	return nil
}

// lookup reads the objects in batches, named by objectGUID or, with anchored, by anchor too. found receives every object, containers too;
// missing, after each batch, what was not there.
func (s *Session) lookup(ctx context.Context, names []directory.Anchor, anchored bool,
	found func(context.Context, *entry) error, missing func(directory.Anchor) error,
) error {
	size, filterOf := lookupBatch, anchorsFilter
	if anchored && s.anchors != nil {
		size, filterOf = claimsBatch, identityFilter
	}
	for batch := range slices.Chunk(names, size) {
		filter := filterOf(batch)
		matches, err := s.matching(ctx, filter)
		if err != nil {
			return err
		}
		absent := make(map[directory.Anchor]struct{}, len(batch))
		for _, a := range batch {
			absent[a] = struct{}{}
		}
		q := query{op: "lookup", base: s.domain(), filter: filter, attributes: s.rereadAttributes(), controls: s.withDeleted()}
		err = s.objects(ctx, q, s.claimed(ctx), func(p *entry) error {
			delete(absent, p.object.GUID)
			delete(absent, p.object.Anchor)
			if !p.object.Deleted && p.object.Kind != 0 {
				p.object.FilterMiss = !matches(&p.object)
			}
			return found(ctx, p)
		})
		if err != nil {
			return err
		}
		for _, a := range batch {
			if _, ok := absent[a]; !ok {
				continue
			}
			if err := missing(a); err != nil {
				return err
			}
		}
	}
	return nil
}

// claimed finds out, for each page, whether somebody else claims an anchor of it; nil where anchors cannot be claimed twice.
func (s *Session) claimed(ctx context.Context) func([]*entry) error {
	if s.anchors == nil {
		return nil
	}
	return func(page []*entry) error {
		var live []directory.Anchor
		for _, p := range page {
			s.anchors.note(&p.object)
			if !p.object.Deleted && p.object.Kind != 0 {
				live = append(live, p.object.Anchor)
			}
		}
		parties, err := s.disputes(ctx, live)
		s.parties = append(s.parties, parties...)
		return err
	}
}

// matching asks which of the objects that filter finds match the configured one. The server decides, because only it knows how its
// attributes compare; asking before the objects are read means that whatever changes in between is in the next delta.
func (s *Session) matching(ctx context.Context, filter string) (func(*directory.Object) bool, error) {
	wanted := func(o *directory.Object) bool { return slices.Contains(s.source.kinds, o.Kind) }
	if s.source.cfg.Scope.Filter == "" {
		return wanted, nil
	}
	matches := map[directory.Anchor]struct{}{}
	q := query{op: "lookup", base: s.domain(), filter: "(&" + s.source.cfg.Scope.Filter + filter + ")", attributes: []string{anchorGUID}}
	err := s.search(ctx, q, func(e *answer) error {
		if a, _, ok := splitExtended(e.dn); ok {
			matches[a] = struct{}{}
		}
		return nil
	}, nil)
	return func(o *directory.Object) bool {
		_, ok := matches[o.GUID]
		return ok && wanted(o)
	}, err
}

// rereadAttributes leaves member out, which DirSync reports by single values, and has the back links instead.
func (s *Session) rereadAttributes() []string {
	return s.wanted("isDeleted", "lastKnownParent", "memberOf", "directReports")
}
