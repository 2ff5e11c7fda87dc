package ldapsource

import (
	"context"
	"fmt"
	"slices"

	"go.uber.org/zap"

	"syncd/internal/directory"
)

const (
	anyObject  = "(objectClass=*)"
	groupsOnly = "(objectClass=group)"
)

// findContainers finds everything that the scope names.
func (s *Session) findContainers(ctx context.Context, known []directory.Container) (err error) {
	include := s.source.cfg.Scope.Include
	if len(include) == 0 {
		include = []string{s.base}
	}
	if s.include, err = s.resolveAll(ctx, "include", include, known); err != nil {
		return err
	}
	if s.exclude, err = s.resolveAll(ctx, "exclude", s.source.cfg.Scope.Exclude, known); err != nil {
		return err
	}
	for _, name := range s.source.cfg.Scope.Groups {
		g, err := s.resolve(ctx, "groups", name, groupsOnly, remembered(known, name))
		if err != nil {
			return err
		}
		s.groups = append(s.groups, g)
	}
	return nil
}

func (s *Session) resolveAll(ctx context.Context, key string, names []string, known []directory.Container) ([]directory.Container, error) {
	list := make([]directory.Container, 0, len(names))
	for _, name := range names {
		was := remembered(known, name)
		c, err := s.resolve(ctx, key, name, anyObject, was)
		if err != nil {
			return nil, err
		}
		if !sameDN(c.DN, s.base) && !below(s.base, c.DN) {
			f := usage(nil, fmt.Sprintf("the container %s (scope.%s) is not below the base DN %s", c.DN, key, s.base),
				"correct source.scope."+key+" or source.base_dn")
			if !was.IsZero() {
				f.Class = directory.Held // it was moved there
			}
			return nil, f
		}
		list = append(list, c)
	}
	return list, nil
}

func remembered(known []directory.Container, name string) directory.Anchor {
	i := slices.IndexFunc(known, func(c directory.Container) bool { return sameDN(c.Configured, name) })
	if i < 0 {
		return directory.Anchor{}
	}
	return known[i].Anchor
}

// resolve finds what the scope names: first by the objectGUID that it had last time, wherever it is now and whatever else has taken its
// name meanwhile, then by name. What was there last time and is gone keeps everything back: nobody configured that.
func (s *Session) resolve(ctx context.Context, key, name, filter string, was directory.Anchor) (directory.Container, error) {
	if !was.IsZero() {
		c, found, err := s.container(ctx, baseOf(was), filter)
		if err != nil {
			return c, err
		}
		if found {
			c.Configured = name
			return c, s.tellMoved(ctx, c, filter)
		}
	}
	c, found, err := s.named(ctx, name, filter)
	switch {
	case err != nil:
		return c, err
	case !found && !was.IsZero():
		return c, s.lost(ctx, key, name, was)
	case !found:
		return c, usage(nil, fmt.Sprintf("%s (scope.%s) does not exist on %s, or %s may not see it", name, key, s.server, s.source.cfg.Bind.User),
			"correct source.scope."+key+", or give the account the right to read it")
	case !was.IsZero():
		s.source.log.Warn("what the scope names was replaced by another object of the same name", zap.String("name", name),
			zap.String("was", was.GUID()), zap.String("now", c.Anchor.GUID()))
	}
	c.Configured = name
	return c, nil
}

// tellMoved logs that something is not where the configuration says, and who is there instead.
func (s *Session) tellMoved(ctx context.Context, c directory.Container, filter string) error {
	if _, err := directory.ParseAnchor(c.Configured); err == nil || sameDN(c.DN, c.Configured) {
		return nil
	}
	other, found, err := s.named(ctx, c.Configured, filter)
	if err != nil {
		return err
	}
	if found {
		s.source.log.Warn("what the scope names was renamed or moved and is followed; the object that has taken its name is not in scope by that",
			zap.String("configured", c.Configured), zap.String("now", c.DN), zap.String("followed", c.Anchor.GUID()), zap.String("newcomer", other.Anchor.GUID()))
		return nil
	}
	s.source.log.Info("what the scope names was renamed or moved and is followed", zap.String("configured", c.Configured), zap.String("now", c.DN))
	return nil
}

// lost explains that something of the scope is gone that was there last time.
func (s *Session) lost(ctx context.Context, key, name string, was directory.Anchor) error {
	there := false
	q := query{op: "lookup", base: s.domain(), filter: anchorsFilter([]directory.Anchor{was}), attributes: []string{anchorGUID}, controls: s.withDeleted()}
	err := s.search(ctx, q, func(*answer) error { there = true; return nil }, nil)
	if err != nil {
		return s.fault(ctx, err, "looking for what became of "+name)
	}
	what := "is not visible to " + s.source.cfg.Bind.User + " any more"
	if there {
		what = "was deleted"
	}
	return &directory.Fault{
		Class: directory.Held, Cause: fmt.Sprintf("%s (scope.%s) %s, so it cannot be told who is in scope and nothing is changed", name, key, what),
		Remedy: "restore it or the right to read it, or correct source.scope." + key,
	}
}

// named reads what the configuration names by distinguished name or by anchor.
func (s *Session) named(ctx context.Context, name, filter string) (c directory.Container, found bool, err error) {
	base, err := baseNamed(name)
	if err != nil {
		return c, false, err
	}
	if a, err := directory.ParseAnchor(name); err == nil {
		guid, err := s.guidOf(ctx, a)
		if err != nil {
			return c, false, s.fault(ctx, err, "looking for "+name)
		}
		base = baseOf(guid)
	}
	return s.container(ctx, base, filter)
}

// container reads one entry by DN or <GUID=...>, if it matches.
func (s *Session) container(ctx context.Context, base, filter string) (directory.Container, bool, error) {
	e, err := s.read(ctx, base, filter, []string{anchorGUID}, extendedDN())
	if err != nil {
		return directory.Container{}, false, s.fault(ctx, err, "reading "+base)
	}
	if e == nil {
		return directory.Container{}, false, nil
	}
	guid, dn, ok := splitExtended(e.DN)
	if !ok {
		return directory.Container{}, false, unreachable(nil, fmt.Sprintf("%s does not tell the GUID of %s", s.server, base),
			"let the account read the attribute objectGUID")
	}
	return directory.Container{Anchor: guid, DN: dn}, true, nil
}
