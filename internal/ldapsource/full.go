package ldapsource

import (
	"context"
	"slices"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/directory"
)

// Full reads every object of the wanted kinds below the included containers that matches the configured filter; groups come with
// their complete membership. Excluded containers are read too: that an object is excluded is for mapping to say, with evidence.
// emit is called once for each object, or twice for one that moves meanwhile, after its page has proved complete; its error
// ends the read and is returned.
//
// The watermark says how far the source had been read when the read began, so that a delta from it repeats whatever changed
// meanwhile. With changes: full it has no cookie.
func (s *Session) Full(ctx context.Context, emit func(*directory.Object) error) (directory.Watermark, error) {
	if err := s.refresh(ctx); err != nil {
		return directory.Watermark{}, err
	}
	mark := s.mark()
	if s.source.cfg.Changes != ChangesFull {
		cookie, err := s.firstCookie(ctx)
		if err != nil {
			return directory.Watermark{}, err
		}
		mark.Cookie = cookie
	}
	own := append(ownAttributes(), "member")
	for _, c := range topmost(s.include) {
		q := query{op: "page", base: baseOf(c.Anchor), filter: s.source.liveFilter(), attributes: s.source.wanted.attributes(own...)}
		err := s.objects(ctx, q, func(p *entry) error {
			p.object.MembersRead = p.object.Kind == directory.Group
			return consumer(emit(&p.object))
		})
		if err != nil {
			return directory.Watermark{}, s.fault(ctx, err, "reading "+c.DN)
		}
	}
	return mark, nil
}

// ownAttributes are what every read of objects asks for on its own account.
func ownAttributes() []string {
	return []string{"objectGUID", "objectClass", "sAMAccountType", "uSNChanged", "whenChanged", "manager"}
}

// objects pages through a search, completes what the server truncated, and hands each object on. An object that disappears
// between its page and the rest of its values is left out: it was deleted.
func (s *Session) objects(ctx context.Context, q query, each func(*entry) error) error {
	var batch []*entry
	take := func(e *answer) error {
		p := s.source.wanted.parse(e)
		if p.object.Anchor.IsZero() {
			return unreachable(nil, s.server+" does not tell the GUID of "+p.object.DN, "let the account read the attribute objectGUID")
		}
		batch = append(batch, p)
		return nil
	}
	return s.search(ctx, q, take, func() error {
		for i, p := range batch {
			batch[i] = nil
			exists, err := s.complete(ctx, p)
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

// topmost drops containers that lie in another one of the list.
func topmost(list []directory.Container) []directory.Container {
	var top []directory.Container
	for i, c := range list {
		covered := slices.ContainsFunc(list, func(o directory.Container) bool { return o.Anchor != c.Anchor && below(o.DN, c.DN) })
		repeated := slices.ContainsFunc(list[:i], func(o directory.Container) bool { return o.Anchor == c.Anchor })
		if !covered && !repeated {
			top = append(top, c)
		}
	}
	return top
}

// below reports whether dn lies below base.
func below(base, dn string) bool {
	b, errBase := ldap.ParseDN(base)
	d, errDN := ldap.ParseDN(dn)
	return errBase == nil && errDN == nil && b.AncestorOfFold(d)
}
