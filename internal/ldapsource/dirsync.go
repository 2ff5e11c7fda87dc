package ldapsource

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-ldap/ldap/v3"
	"go.uber.org/zap"

	"syncd/internal/directory"
)

// dirSyncBytes is how much a domain controller may put into one batch of changes.
const dirSyncBytes = 4 << 20

// errNoHead is a stream of changes in which not even the head of the domain is. Some servers answer so instead of saying that a right
// is missing.
var errNoHead = errors.New("the changes lack the head of the domain")

// firstCookie asks DirSync about the head of the domain alone, to learn where the stream of changes stands. A server walks its
// whole database for that, in batches, but sends next to nothing.
func (s *Session) firstCookie(ctx context.Context, strategy directory.Strategy) ([]byte, error) {
	heads := 0
	cookie, err := s.dirSync(ctx, strategy, nil, "(objectClass=domainDNS)", []string{"objectClass"}, func() taker {
		return func(*answer) error { heads++; return nil }
	})
	if err == nil && heads == 0 {
		return nil, errNoHead
	}
	return cookie, err
}

// dirSync follows the stream of changes from the cookie to its end (MS-ADTS 3.1.1.3.4.1.3) and returns the cookie of the end. begin
// makes the receiver of the entries; it is called again when the server turns out not to know incremental link values and the
// stream is followed anew without them. Nothing that a receiver was given counts unless dirSync succeeds.
func (s *Session) dirSync(ctx context.Context, strategy directory.Strategy, cookie []byte, filter string, attributes []string, begin func() taker) ([]byte, error) {
	q := query{op: "dirsync", base: s.domain(), filter: filter, attributes: attributes}
	var flags int64
	if strategy == directory.DirSyncReadable {
		flags = ldap.DirSyncObjectSecurity
	}
	if s.wholeLinks {
		return s.follow(ctx, q, flags, cookie, begin())
	}
	next, err := s.follow(ctx, q, flags|ldap.DirSyncIncrementalValues, cookie, begin())
	if !ldap.IsErrorWithCode(err, ldap.LDAPResultUnavailableCriticalExtension) {
		return next, err
	}
	if next, err = s.follow(ctx, q, flags, cookie, begin()); err == nil {
		s.wholeLinks = true
		s.source.log.Info("no incremental link values here: changed groups are read whole", zap.String("server", s.server))
	}
	return next, err
}

// follow makes a request for every batch; each needs a fresh control, because the library keeps the cookie of the first.
func (s *Session) follow(ctx context.Context, q query, flags int64, cookie []byte, take taker) ([]byte, error) {
	for {
		start := time.Now()
		controls, err := s.stream(ctx, q.request(ldap.NewRequestControlDirSync(flags, dirSyncBytes, cookie)), take)
		s.source.observe(q.op, start)
		if err != nil {
			return nil, err
		}
		answer, ok := ldap.FindControl(controls, ldap.ControlTypeDirSync).(*ldap.ControlDirSync)
		if !ok || len(answer.Cookie) == 0 {
			return nil, errUnfinished
		}
		next := bytes.Clone(answer.Cookie)
		if answer.Flags == 0 { // in an answer this field says whether there is more
			return next, nil
		}
		if bytes.Equal(next, cookie) {
			return nil, fmt.Errorf("the server promises more changes but does not move on: %w", errUnfinished)
		}
		cookie = next
	}
}

// lacksRight reports whether the account may not follow the stream of changes.
func lacksRight(err error) bool {
	return errors.Is(err, errNoHead) || ldap.IsErrorWithCode(err, ldap.LDAPResultInsufficientAccessRights)
}

// lacksDirSync reports whether the server knows no DirSync.
func (s *Session) lacksDirSync(err error) bool {
	return err != nil && (!s.root.supports(ldap.ControlTypeDirSync) || ldap.IsErrorWithCode(err, ldap.LDAPResultUnavailableCriticalExtension))
}

// beginFault explains an error of the first request to DirSync.
func (s *Session) beginFault(ctx context.Context, err error) error {
	switch {
	case lacksRight(err):
		return s.missingRight(err)
	case s.lacksDirSync(err):
		return unreachable(err, s.server+" does not offer DirSync", "name domain controllers of Active Directory in source.servers, or set source.changes to auto")
	}
	return s.fault(ctx, err, "reading the changes")
}

// resumeFault explains an error of DirSync after a stored cookie had been sent. Where the strategy may be chosen anew, a right that was
// taken away asks for a full pass.
func (s *Session) resumeFault(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case lacksRight(err) && s.source.cfg.Changes == ChangesAuto:
		return distrust("%s may not follow the changes on %s any more (%w)", s.source.cfg.Bind.User, s.domain(), err)
	case lacksRight(err), !s.root.supports(ldap.ControlTypeDirSync) && s.source.cfg.Changes != ChangesAuto:
		return s.beginFault(ctx, err)
	case ldap.IsErrorAnyOf(err, ldap.LDAPResultOperationsError, ldap.LDAPResultProtocolError,
		ldap.LDAPResultUnavailableCriticalExtension, ldap.LDAPResultUnwillingToPerform, ldap.LDAPResultOther):
		return distrust("%s rejects the cookie (%w)", s.server, err)
	}
	return s.fault(ctx, err, "reading the changes")
}

func (s *Session) missingRight(err error) error {
	return unreachable(err, fmt.Sprintf("%s lacks the right \"Replicating Directory Changes\" on %s", s.source.cfg.Bind.User, s.domain()),
		s.grantRight()+"; never grant \"Replicating Directory Changes All\", which reveals password hashes")
}

// grantRight says how to give the account the right to replicate.
func (s *Session) grantRight() string {
	user, domain := s.source.cfg.Bind.User, s.domain()
	return fmt.Sprintf("grant it on Windows with: dsacls \"%s\" /G \"%s:CA;Replicating Directory Changes\"; on Samba with: samba-tool dsacl set --objectdn=\"%s\" "+
		"--car=get-changes --action=allow --trusteedn=\"DN of the account\"", domain, user, domain)
}
