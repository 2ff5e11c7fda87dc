package ldapsource

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"
	"go.uber.org/zap"

	"syncd/internal/directory"
)

// wellKnownDeleted is the well-known GUID of the container of deleted objects (MS-ADTS 6.1.1.4).
const wellKnownDeleted = "18E2EA80684F11D2B9AA00C04F79F805"

func (s *Session) findBase(ctx context.Context) error {
	s.base = s.source.cfg.BaseDN
	if s.base == "" {
		s.base = s.root.defaultNC
	}
	c, found, err := s.container(ctx, s.base)
	if err != nil {
		return err
	}
	if !found {
		return usage(nil, fmt.Sprintf("the base DN %s does not exist on %s, or %s may not see it", s.base, s.server, s.source.cfg.Bind.User),
			"correct source.base_dn; the domain itself is "+s.root.defaultNC)
	}
	s.base = c.DN
	return nil
}

func (s *Session) findContainers(ctx context.Context, known []directory.Container) error {
	include := s.source.cfg.Scope.Include
	if len(include) == 0 {
		include = []string{s.base}
	}
	var err error
	if s.include, err = s.resolve(ctx, "include", include, known); err != nil {
		return err
	}
	s.exclude, err = s.resolve(ctx, "exclude", s.source.cfg.Scope.Exclude, known)
	return err
}

// resolve finds each configured container by its name or, when nothing has that name any more, by the anchor it had.
func (s *Session) resolve(ctx context.Context, key string, names []string, known []directory.Container) ([]directory.Container, error) {
	list := make([]directory.Container, 0, len(names))
	for _, name := range names {
		c, found, err := s.container(ctx, name)
		if err != nil {
			return nil, err
		}
		was := remembered(known, name)
		if !found && !was.IsZero() {
			if c, found, err = s.container(ctx, baseOf(was)); err != nil {
				return nil, err
			}
			if found {
				s.source.log.Info("a container of the scope was renamed or moved and is followed",
					zap.String("configured", name), zap.String("now", c.DN))
			}
		}
		if !found {
			return nil, usage(nil, fmt.Sprintf("the container %s (scope.%s) does not exist on %s, or %s may not see it", name, key, s.server, s.source.cfg.Bind.User),
				"correct source.scope."+key+", or restore the container")
		}
		if !sameDN(c.DN, s.base) && !below(s.base, c.DN) {
			return nil, usage(nil, fmt.Sprintf("the container %s (scope.%s) is not below the base DN %s", c.DN, key, s.base),
				"correct source.scope."+key+" or source.base_dn")
		}
		if !was.IsZero() && was != c.Anchor {
			s.source.log.Warn("a container of the scope was replaced by another one of the same name", zap.String("container", name),
				zap.String("was", was.GUID()), zap.String("now", c.Anchor.GUID()))
		}
		c.Configured = name
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

// sameDN compares names as Active Directory does: without regard to case and to how they are escaped.
func sameDN(a, b string) bool {
	x, errX := ldap.ParseDN(a)
	y, errY := ldap.ParseDN(b)
	if errX != nil || errY != nil {
		return strings.EqualFold(a, b)
	}
	return x.EqualFold(y)
}

// container reads one entry by DN or <GUID=...>.
func (s *Session) container(ctx context.Context, base string) (directory.Container, bool, error) {
	e, err := s.read(ctx, base, "(objectClass=*)", []string{"objectGUID"}, extendedDN())
	if err != nil {
		return directory.Container{}, false, s.fault(ctx, err, "reading "+base)
	}
	if e == nil {
		return directory.Container{}, false, nil
	}
	anchor, dn, ok := splitExtended(e.DN)
	if !ok {
		return directory.Container{}, false, unreachable(nil, fmt.Sprintf("%s does not tell the GUID of %s", s.server, base),
			"let the account read the attribute objectGUID")
	}
	return directory.Container{Anchor: anchor, DN: dn}, true, nil
}

func (s *Session) checkCanaries(ctx context.Context) error {
	for _, canary := range s.source.options.Canaries {
		base, err := canaryBase(canary)
		if err != nil {
			return err
		}
		_, found, err := s.container(ctx, base)
		if err != nil {
			return err
		}
		if !found {
			return &directory.Fault{
				Class:  directory.Held,
				Cause:  fmt.Sprintf("the canary %s is not visible on %s, so what can be read there is not everything", canary, s.server),
				Remedy: "restore the account's right to read, or correct safety.canaries",
			}
		}
	}
	return nil
}

// findOwnAccount looks the bind name up. Not finding it is no error: it may be an account of another domain.
func (s *Session) findOwnAccount(ctx context.Context) error {
	user := s.source.cfg.Bind.User
	q := query{op: "scope", base: user, baseOnly: true, filter: "(objectClass=*)", attributes: []string{"objectGUID"}}
	if _, err := ldap.ParseDN(user); err != nil {
		q.base, q.baseOnly, q.filter = s.root.defaultNC, false, accountFilter(user)
	}
	var found []directory.Anchor
	err := s.search(ctx, q, func(e *answer) error {
		if a, _, ok := splitExtended(e.dn); ok {
			found = append(found, a)
		}
		return nil
	}, nil)
	if err != nil && !ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
		return s.fault(ctx, err, "looking up its own account")
	}
	if len(found) == 1 {
		s.own = found[0]
	}
	return nil
}

// accountFilter finds user@domain and DOMAIN\user. The part before the @ is tried as account name too, because every account may
// log on as sAMAccountName@domain, whatever its userPrincipalName (MS-ADTS 5.1.1.1.1).
func accountFilter(user string) string {
	if _, name, ok := strings.Cut(user, `\`); ok {
		return "(sAMAccountName=" + ldap.EscapeFilter(name) + ")"
	}
	name, _, _ := strings.Cut(user, "@")
	return "(|(userPrincipalName=" + ldap.EscapeFilter(user) + ")(sAMAccountName=" + ldap.EscapeFilter(name) + "))"
}

// seesDeleted reads the container of deleted objects. Its name is shown to everybody who asks with Show Deleted; its attributes
// only to who may read it, and the right is granted together with the one to list what it holds.
func (s *Session) seesDeleted(ctx context.Context) (bool, error) {
	e, err := s.read(ctx, "<WKGUID="+wellKnownDeleted+","+s.domain()+">", "(objectClass=*)", []string{"isDeleted"}, showDeleted())
	if ldap.IsErrorWithCode(err, ldap.LDAPResultInsufficientAccessRights) {
		return false, nil
	}
	if err != nil {
		return false, s.fault(ctx, err, "reading the container of deleted objects")
	}
	return e != nil && e.GetAttributeValue("isDeleted") == "TRUE", nil
}
