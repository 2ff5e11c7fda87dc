package ldapsource

import (
	"context"
	"fmt"
	"strings"

	"syncd/internal/directory"
)

// Scope looks at who would be synchronised: the filter, the canaries, the containers and groups, and how many objects they hold. The census
// is empty where that cannot be told.
func (c *Checkup) Scope(ctx context.Context) Census {
	s := c.session
	selective := c.oneOf(checkFilterName, s.source.cfg.Scope.Filter, "every attribute of %s exists", "none is configured", s.checkFilter(ctx))
	canaries := ""
	if n := len(s.source.options.Canaries); n > 0 {
		canaries = plural(n, "object")
	}
	c.oneOf(checkCanaryName, canaries, "%s of safety.canaries can be seen", "none is configured", s.checkCanaries(ctx))
	if !selective { // it would match nobody
		return Census{}
	}
	if err := s.findContainers(ctx, c.Known); err != nil {
		c.failed(checkScopeName, err)
		return Census{}
	}
	census, err := c.count(ctx)
	if err != nil {
		c.failed(checkScopeName, s.fault(ctx, err, "counting the scope"))
		return Census{}
	}
	c.tellScope(&census)
	return census
}

// oneOf reports something that need not be configured, and whether it is in order.
func (c *Checkup) oneOf(name, configured, there, none string, err error) bool {
	switch {
	case err != nil:
		c.failed(name, err)
	case configured == "":
		c.fine(name, "%s", none)
	default:
		c.fine(name, there, configured)
	}
	return err == nil
}

// count reads the name of everything in scope, as a full read would find it.
func (c *Checkup) count(ctx context.Context) (Census, error) {
	s := c.session
	pilot, err := s.Pilot(ctx)
	if err != nil {
		return Census{}, err
	}
	census := Census{Objects: map[directory.Kind]int{}, Suffixes: map[string]int{}}
	q := query{op: "page", filter: s.source.liveFilter(), attributes: append(s.identity(), "objectClass", "sAMAccountType", "userPrincipalName", "isCriticalSystemObject")}
	for _, container := range topmost(s.include) {
		q.base = baseOf(container.Anchor)
		err := s.search(ctx, q, func(e *answer) error {
			o := &s.parser.parse(e).object
			_, in := pilot[o.Anchor]
			if pilot != nil && !in || c.left(o.DN) || o.GUID == s.ownGUID || strings.EqualFold(e.first("isCriticalSystemObject"), "TRUE") {
				return nil
			}
			census.Objects[o.Kind]++
			if _, suffix, found := strings.Cut(e.first("userPrincipalName"), "@"); found && o.Kind == directory.User {
				census.Suffixes[strings.ToLower(strings.TrimSpace(strings.Clone(suffix)))]++
			}
			return nil
		}, nil)
		if err != nil {
			return Census{}, err
		}
	}
	return census, nil
}

// left reports whether an object lies in an excluded container that is nearer to it than an included one.
func (c *Checkup) left(dn string) bool {
	return longest(c.session.exclude, dn) > 0 && longest(c.session.exclude, dn) >= longest(c.session.include, dn)
}

// longest is the length of the longest name of a container above dn, 0 where there is none.
func longest(list []directory.Container, dn string) int {
	most := 0
	for _, c := range list {
		if len(c.DN) > most && below(c.DN, dn) {
			most = len(c.DN)
		}
	}
	return most
}

func (c *Checkup) tellScope(census *Census) {
	users, groups, contacts := census.Objects[directory.User], census.Objects[directory.Group], census.Objects[directory.Contact]
	found := fmt.Sprintf("%s, %s, %s", plural(users, "user"), plural(groups, "group"), plural(contacts, "contact"))
	wantsUsers := false
	for _, k := range c.session.source.kinds {
		wantsUsers = wantsUsers || k == directory.User
	}
	const remedy = "correct source.scope: include, exclude, filter and groups decide together who is in it"
	switch {
	case users+groups+contacts == 0:
		c.fail(checkScopeName, "nothing is in scope: no user, no group and no contact", remedy)
	case users == 0 && wantsUsers:
		c.warn(checkScopeName, found+": nobody would be synchronised", remedy)
	default:
		c.fine(checkScopeName, "%s", found)
	}
}
