package ldapsource

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/go-ldap/ldap/v3"
	"go.uber.org/zap"

	"syncd/internal/directory"
)

// dirSyncBytes is how much a domain controller may put into one batch of changes.
const dirSyncBytes = 4 << 20

// firstCookie asks DirSync about the head of the domain alone, to learn where the stream of changes stands. A server walks its
// whole database for that, in batches, but sends next to nothing. Where even the head is missing the right to replicate is, too:
// some servers answer that with an empty stream instead of an error.
func (s *Session) firstCookie(ctx context.Context) ([]byte, error) {
	heads := 0
	cookie, err := s.dirSync(ctx, nil, "(objectClass=domainDNS)", []string{"objectClass"}, func() taker {
		return func(*answer) error { heads++; return nil }
	})
	if err == nil && heads == 0 {
		return nil, s.missingRight(nil)
	}
	return cookie, s.dirSyncFault(ctx, err, false)
}

// dirSync follows the stream of changes from the cookie to its end (MS-ADTS 3.1.1.3.4.1.3) and returns the cookie of the end. begin
// makes the receiver of the entries; it is called again when the server turns out not to know incremental link values and the
// stream is followed anew without them. Nothing that a receiver was given counts unless dirSync succeeds.
func (s *Session) dirSync(ctx context.Context, cookie []byte, filter string, attributes []string, begin func() taker) ([]byte, error) {
	q := query{op: "dirsync", base: s.domain(), filter: filter, attributes: attributes}
	if s.wholeLinks {
		return s.follow(ctx, q, 0, cookie, begin())
	}
	next, err := s.follow(ctx, q, ldap.DirSyncIncrementalValues, cookie, begin())
	if !ldap.IsErrorWithCode(err, ldap.LDAPResultUnavailableCriticalExtension) {
		return next, err
	}
	if next, err = s.follow(ctx, q, 0, cookie, begin()); err == nil {
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

// dirSyncFault explains an error of DirSync; resumed says that a stored cookie had been sent.
func (s *Session) dirSyncFault(ctx context.Context, err error, resumed bool) error {
	switch {
	case err == nil:
		return nil
	case ldap.IsErrorWithCode(err, ldap.LDAPResultInsufficientAccessRights):
		return s.missingRight(err)
	case !s.root.supports(ldap.ControlTypeDirSync), !resumed && ldap.IsErrorWithCode(err, ldap.LDAPResultUnavailableCriticalExtension):
		return unreachable(err, s.server+" does not offer DirSync", "name domain controllers of Active Directory in source.servers, or set source.changes to full")
	case resumed && ldap.IsErrorAnyOf(err, ldap.LDAPResultOperationsError, ldap.LDAPResultProtocolError,
		ldap.LDAPResultUnavailableCriticalExtension, ldap.LDAPResultUnwillingToPerform, ldap.LDAPResultOther):
		return fmt.Errorf("%w: %s rejects the cookie (%w)", directory.ErrWatermark, s.server, err)
	}
	return s.fault(ctx, err, "reading the changes")
}

func (s *Session) missingRight(err error) error {
	user, domain := s.source.cfg.Bind.User, s.domain()
	return unreachable(err,
		fmt.Sprintf("%s lacks the right \"Replicating Directory Changes\" on %s", user, domain),
		fmt.Sprintf("grant it on Windows with: dsacls \"%s\" /G \"%s:CA;Replicating Directory Changes\"; on Samba with: samba-tool dsacl set --objectdn=\"%s\" "+
			"--car=get-changes --action=allow --trusteedn=\"DN of the account\"; never grant \"Replicating Directory Changes All\", which reveals password hashes",
			domain, user, domain))
}
