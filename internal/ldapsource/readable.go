package ldapsource

import (
	"context"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// FilterAttributes are the attributes that scope.filter names, each as it is spelled there.
func (c *Config) FilterAttributes() []string { return filterAttributes(c.Scope.Filter) }

// Readable reports whether the account can see an attribute on any object of the wanted kinds. Where it cannot, nobody has a value, or the
// right to read it was lost: an attribute that may not be read does not match, and does not show (MS-ADTS 3.1.1.3.1.3.1).
func (s *Session) Readable(ctx context.Context, attribute string) (bool, error) {
	s.settle()
	defer s.during(ctx)()
	start := time.Now()
	defer s.source.observe("lookup", start)
	request := ldap.NewSearchRequest(s.domain(), ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 1, 0, false,
		"(&"+kindsFilter(s.source.kinds)+"("+attribute+"=*))", []string{"1.1"}, nil)
	result, err := s.link.conn.Search(request)
	switch {
	case ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded): // there are more than the one that was asked for
		return true, nil
	case err != nil:
		return false, s.fault(ctx, err, "looking for the attribute "+attribute)
	}
	return len(result.Entries) > 0, nil
}
