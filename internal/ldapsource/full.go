package ldapsource

import (
	"context"
	"slices"

	"syncd/internal/directory"
)

// Full reads every object of the wanted kinds below the included containers that matches the configured filter; groups come with
// their complete membership. Excluded containers are read too: that an object is excluded is for mapping to say, with evidence.
// emit is called once for each object, or twice for one that moves meanwhile, after its page has proved complete; its error
// ends the read and is returned.
//
// The watermark says how far the source had been read when the read began, so that a delta from it repeats whatever changed
// meanwhile. Its strategy is the best that the server and the account can do now (see Strategy).
func (s *Session) Full(ctx context.Context, emit func(*directory.Object) error) (directory.Watermark, error) {
	if err := s.refresh(ctx); err != nil {
		return directory.Watermark{}, err
	}
	mark, err := s.choose(ctx)
	if err != nil {
		return directory.Watermark{}, err
	}
	if err := s.sweepClaims(ctx); err != nil {
		return directory.Watermark{}, s.fault(ctx, err, "reading the anchors")
	}
	for _, c := range topmost(s.include) {
		q := query{op: "page", base: baseOf(c.Anchor), filter: s.source.liveFilter(), attributes: s.wanted("member")}
		err := s.objects(ctx, q, nil, func(p *entry) error {
			p.object.MembersRead = p.object.Kind == directory.Group
			return consumer(emit(&p.object))
		})
		if err != nil {
			return directory.Watermark{}, s.fault(ctx, err, "reading "+c.DN)
		}
	}
	return s.witnessed(ctx, mark)
}

// wanted are the attributes to ask for: what the reader needs on its own account, what mapping wants, and more.
func (s *Session) wanted(more ...string) []string {
	own := []string{"objectClass", "sAMAccountType", "uSNChanged", "whenChanged", "manager", "primaryGroupID"}
	return s.parser.wanted.attributes(slices.Concat(own, s.identity(), more)...)
}

// objects pages through a search, completes what the server truncated, and hands each object on with its references as anchors.
// before, which may be nil, sees each page first. An object that disappears between its page and the rest of its values is left out: it
// was deleted.
func (s *Session) objects(ctx context.Context, q query, before func([]*entry) error, each func(*entry) error) error {
	var batch []*entry
	take := func(e *answer) error {
		p := s.parser.parse(e)
		if p.object.GUID.IsZero() {
			return unreachable(nil, s.server+" does not tell the GUID of "+p.object.DN, "let the account read the attribute objectGUID")
		}
		s.see(&p.object)
		batch = append(batch, p)
		return nil
	}
	return s.search(ctx, q, take, func() error {
		if before != nil {
			if err := before(batch); err != nil {
				return err
			}
		}
		if err := s.learnReferences(ctx, batch...); err != nil {
			return err
		}
		for i, p := range batch {
			batch[i] = nil
			exists, err := s.finish(ctx, p)
			if err != nil {
				return err
			}
			if !exists {
				continue
			}
			if err := each(p); err != nil {
				return err
			}
		}
		batch = batch[:0]
		return nil
	})
}

// finish adds to an object what needs requests of its own.
func (s *Session) finish(ctx context.Context, p *entry) (exists bool, err error) {
	truncated := len(p.rest) > 0
	if exists, err = s.complete(ctx, p); err != nil || !exists {
		return exists, err
	}
	if truncated {
		if err := s.learnReferences(ctx, p); err != nil {
			return false, err
		}
	}
	s.translate(&p.object)
	if p.object.Kind == directory.User {
		p.object.PrimaryGroup, err = s.primaryGroup(ctx, p.group)
	}
	return true, err
}
