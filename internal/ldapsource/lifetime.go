package ldapsource

import (
	"context"
	"strconv"
	"time"

	"github.com/go-ldap/ldap/v3"
	"go.uber.org/zap"
)

// defaultLifetime is the lifetime of tombstones where none is set (MS-ADTS 6.1.1.2.4.1.1).
const defaultLifetime = 60 * 24 * time.Hour

// readLifetime reads for how many days the forest keeps deleted objects: tombstones, or with the recycle bin what can be restored,
// whichever is shorter.
func (s *Session) readLifetime(ctx context.Context) error {
	s.lifetime = defaultLifetime
	e, err := s.read(ctx, "CN=Directory Service,CN=Windows NT,CN=Services,"+s.root.configNC, anyObject, []string{"tombstoneLifetime", "msDS-DeletedObjectLifetime"})
	if err != nil && !ldap.IsErrorWithCode(err, ldap.LDAPResultInsufficientAccessRights) {
		return s.fault(ctx, err, "reading the lifetime of tombstones")
	}
	if e == nil {
		s.source.log.Warn("the lifetime of tombstones cannot be read: it is taken to be the shortest that is usual",
			zap.Duration("lifetime", s.lifetime), zap.String("server", s.server))
		return nil
	}
	if days, ok := positive(e.GetEqualFoldAttributeValue("tombstoneLifetime")); ok {
		s.lifetime = days
	}
	if days, ok := positive(e.GetEqualFoldAttributeValue("msDS-DeletedObjectLifetime")); ok {
		s.lifetime = min(s.lifetime, days)
	}
	return nil
}

// positive reads a number of days.
func positive(text string) (time.Duration, bool) {
	n, err := strconv.ParseInt(text, 10, 32)
	return time.Duration(n) * 24 * time.Hour, err == nil && n > 0
}
