package ldapsource

import (
	"context"
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/directory"
)

// wellKnownDeleted is the well-known GUID of the container of deleted objects (MS-ADTS 6.1.1.4).
const wellKnownDeleted = "18E2EA80684F11D2B9AA00C04F79F805"

func (s *Session) findBase(ctx context.Context) error {
	s.base = s.source.cfg.BaseDN
	if s.base == "" {
		s.base = s.root.defaultNC
	}
	c, found, err := s.container(ctx, s.base, anyObject)
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

func (s *Session) checkCanaries(ctx context.Context) error {
	for _, canary := range s.source.options.Canaries {
		_, found, err := s.named(ctx, canary, anyObject)
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
	q := query{op: "scope", base: user, baseOnly: true, filter: anyObject, attributes: s.identity()}
	if _, err := ldap.ParseDN(user); err != nil {
		q.base, q.baseOnly, q.filter = s.root.defaultNC, false, accountFilter(user)
	}
	var found []directory.Object
	err := s.search(ctx, q, func(e *answer) error {
		found = append(found, s.parser.parse(e).object)
		return nil
	}, nil)
	if err != nil && !ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
		return s.fault(ctx, err, "looking up its own account")
	}
	if len(found) == 1 {
		s.own, s.ownGUID = found[0].Anchor, found[0].GUID
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
	e, err := s.read(ctx, "<WKGUID="+wellKnownDeleted+","+s.domain()+">", anyObject, []string{"isDeleted"}, showDeleted())
	if ldap.IsErrorWithCode(err, ldap.LDAPResultInsufficientAccessRights) {
		return false, nil
	}
	if err != nil {
		return false, s.fault(ctx, err, "reading the container of deleted objects")
	}
	return e != nil && e.GetAttributeValue("isDeleted") == "TRUE", nil
}
