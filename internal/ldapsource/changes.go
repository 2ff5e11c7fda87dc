package ldapsource

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"syncd/internal/directory"
)

// changeSet is what a delta learns of the domain controller: which objects changed, and which memberships. Everything in it is named by
// objectGUID.
type changeSet struct {
	order    []directory.Anchor            // each once, in the order of their first appearance
	seen     map[directory.Anchor]struct{} // what order holds
	moved    map[directory.Anchor]struct{} // existed before and has another name or parent now
	deleted  map[directory.Anchor]string   // with the last known parent
	whole    map[directory.Anchor]struct{} // groups whose membership has to be read whole
	restored map[directory.Anchor]struct{} // were deleted before, maybe since the last pass
	links    []directory.Link              // each edge once, as it was last seen
	linkAt   map[directory.Edge]int
	linked   map[directory.Anchor]time.Time // groups with links, and when they changed last, once known
	domain   string                         // whose members count
}

func newChangeSet(domain string) *changeSet {
	return &changeSet{
		seen: map[directory.Anchor]struct{}{}, moved: map[directory.Anchor]struct{}{}, deleted: map[directory.Anchor]string{},
		whole: map[directory.Anchor]struct{}{}, restored: map[directory.Anchor]struct{}{}, linkAt: map[directory.Edge]int{}, linked: map[directory.Anchor]time.Time{},
		domain: domain,
	}
}

// streamed follows DirSync from the cookie to its end.
func (s *Session) streamed(ctx context.Context, cookie []byte) (*changeSet, []byte, error) {
	var set *changeSet
	next, err := s.dirSync(ctx, s.strategy, cookie, "(objectClass=*)", s.watched(), func() taker {
		set = newChangeSet(s.domain())
		return set.take
	})
	return set, next, s.resumeFault(ctx, err)
}

// watched are the attributes whose changes matter. Objects of which only others changed come back empty, if at all: among those is
// syncd's own account, whose lastLogonTimestamp changes with its binds.
func (s *Session) watched() []string {
	own := slices.Concat(s.identity(), []string{"name", "parentGUID", "isDeleted", "lastKnownParent", "objectClass", "sAMAccountType", "manager", "member", "primaryGroupID"})
	for _, name := range filterAttributes(s.source.cfg.Scope.Filter) {
		if !slices.ContainsFunc(own, func(o string) bool { return strings.EqualFold(o, name) }) {
			own = append(own, name)
		}
	}
	return s.parser.wanted.attributes(own...)
}

// add makes sure that the object is read again.
func (c *changeSet) add(a directory.Anchor) {
	if _, ok := c.seen[a]; !ok {
		c.seen[a] = struct{}{}
		c.order = append(c.order, a)
	}
}

// take notes one entry of DirSync, which holds the attributes that changed; one that lost its last value comes without values.
func (c *changeSet) take(e *answer) error {
	anchor, err := directory.AnchorFromBytes([]byte(e.first(attrGUID)))
	if err != nil {
		return fmt.Errorf("a change without the GUID of its object (%s): %w", e.dn, err)
	}
	fresh, renamed := false, false
	for _, a := range e.attributes {
		name, option, _ := strings.Cut(strings.ToLower(a.name), ";")
		switch name {
		case attrGUID, attrInstance, "distinguishedname":
			continue // always there, or no more than name and parent say
		case attrName, attrParentID:
			renamed = true
		case attrClass:
			fresh = true
		case attrDeleted:
			if slices.Contains(a.values, "TRUE") {
				_, parent, _ := splitExtended(e.first(attrParent))
				c.deleted[anchor] = strings.Clone(parent)
			} else {
				c.revive(anchor)
			}
		case attrMember:
			c.takeMembers(anchor, option, a.values)
		}
		c.add(anchor)
	}
	if renamed && !fresh {
		c.moved[anchor] = struct{}{}
	}
	return nil
}

// takeMembers notes changed memberships: added ones come as member;range=1-1, removed ones as member;range=0-0. A plain member is
// the whole attribute, truncated at the server's limit, so it is read on its own; so is a group with a member whose anchor the
// server does not tell.
func (c *changeSet) takeMembers(group directory.Anchor, option string, values []string) {
	var removed bool
	switch option {
	case "range=1-1":
	case "range=0-0":
		removed = true
	default:
		c.whole[group] = struct{}{}
		return
	}
	c.linked[group] = time.Time{}
	for _, v := range values {
		member, dn, ok := splitExtended(v)
		if foreign(c.domain, dn) != "" {
			continue
		}
		if !ok {
			c.whole[group] = struct{}{}
			continue
		}
		edge := directory.Edge{Group: group, Member: member}
		link := directory.Link{Edge: edge, Removed: removed}
		if i, ok := c.linkAt[edge]; ok {
			c.links[i] = link
			continue
		}
		c.linkAt[edge] = len(c.links)
		c.links = append(c.links, link)
	}
}
