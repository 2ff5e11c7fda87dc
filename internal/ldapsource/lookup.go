package ldapsource

import (
	"context"
	"slices"

	"syncd/internal/directory"
)

// lookupBatch is how many objects one request names: the filter of 200 anchors has some 15 KB.
const lookupBatch = 200

// Lookup reads the state of each object as it is now, or its tombstone, wherever in the domain it is; FilterMiss says that a full
// read would not find it because of the configured filter or kinds. Members are not read, back links are. What is not emitted was
// not found: without evidence that is no deletion. An error of emit ends the look-up and is returned.
func (s *Session) Lookup(ctx context.Context, anchors []directory.Anchor, emit func(*directory.Object) error) error {
	err := s.lookup(ctx, anchors, func(_ context.Context, p *entry) error {
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

// lookup reads the objects in batches. found receives every object, containers too; missing, after each batch, what was not there.
func (s *Session) lookup(ctx context.Context, anchors []directory.Anchor, found func(context.Context, *entry) error, missing func(directory.Anchor) error) error {
	for batch := range slices.Chunk(anchors, lookupBatch) {
		matches, err := s.matching(ctx, batch)
		if err != nil {
			return err
		}
		absent := make(map[directory.Anchor]struct{}, len(batch))
		for _, a := range batch {
			absent[a] = struct{}{}
		}
		q := query{op: "lookup", base: s.domain(), filter: anchorsFilter(batch), attributes: s.source.rereadAttributes(), controls: s.withDeleted()}
		err = s.objects(ctx, q, func(p *entry) error {
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

// matching asks which of the objects match the configured filter. The server decides, because only it knows how its attributes
// compare; asking before the objects are read means that whatever changes in between is in the next delta.
func (s *Session) matching(ctx context.Context, batch []directory.Anchor) (func(*directory.Object) bool, error) {
	wanted := func(o *directory.Object) bool { return slices.Contains(s.source.kinds, o.Kind) }
	if s.source.cfg.Scope.Filter == "" {
		return wanted, nil
	}
	matches := make(map[directory.Anchor]struct{}, len(batch))
	q := query{op: "lookup", base: s.domain(), filter: "(&" + s.source.cfg.Scope.Filter + anchorsFilter(batch) + ")", attributes: []string{"objectGUID"}}
	err := s.search(ctx, q, func(e *answer) error {
		if a, _, ok := splitExtended(e.dn); ok {
			matches[a] = struct{}{}
		}
		return nil
	}, nil)
	return func(o *directory.Object) bool {
		_, ok := matches[o.Anchor]
		return ok && wanted(o)
	}, err
}

// rereadAttributes leaves member out, which DirSync reports by single values, and has the back links instead.
func (s *Source) rereadAttributes() []string {
	return s.wanted.attributes(append(ownAttributes(), "isDeleted", "lastKnownParent", "memberOf", "directReports")...)
}
