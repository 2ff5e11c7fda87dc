package ldapsource

import (
	"context"
	"slices"

	"syncd/internal/directory"
)

// Full reads every object of the wanted kinds below the included containers that matches the configured filter; groups come with
// their complete membership. Excluded containers are read too: that an object is excluded is for mapping to say, with evidence.
// emit is called once for each object, or twice for one that moves meanwhile, after its page has proved complete; its error
// ends the read and is returned. What is emitted is filled anew when emit has returned: who keeps more of it than texts copies it.
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
		q := query{op: "page", base: baseOf(c.Anchor), filter: s.source.liveFilter(), attributes: s.wanted("member"), passing: true}
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
