package ldapsource

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"syncd/internal/directory"
)

// Open connects to the first domain controller that answers, the one that answered last time first; binds; and checks what every
// read relies on: the base DN, the containers and groups of the scope, the canaries, the filter, and whether deletions are visible.
//
// known are the containers and groups as they were last time: they are followed by anchor, wherever they were moved since. A *directory.Fault
// says what is wrong: Usage for a base DN, container or group that never existed and for a filter with an unknown attribute, Held for a canary
// that is not visible and for a container or group that was there last time, Unreachable for everything else. A refused password ends the search for a server at once, because every attempt counts towards the
// account's lock-out.
func (s *Source) Open(ctx context.Context, known []directory.Container) (*Session, error) {
	session, err := s.connect(ctx)
	if err != nil {
		return nil, err
	}
	if err := session.prepare(ctx, known); err != nil {
		session.Close()
		return nil, err
	}
	return session, nil
}

func (s *Source) connect(ctx context.Context) (*Session, error) {
	servers, err := s.servers(ctx)
	if err != nil {
		return nil, err
	}
	var failed []error
	for _, server := range s.preferred(servers) {
		session, err := s.bound(ctx, server)
		if err == nil {
			s.answered(server)
			if len(failed) > 0 {
				s.log.Warn("another domain controller had to be used", zap.String("server", session.server), zap.Errors("because", failed))
			}
			return session, nil
		}
		if final, ok := errors.AsType[*refusedError](err); ok {
			return nil, final.error
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		failed = append(failed, err)
	}
	return nil, noServer(failed)
}

// refusedError is a bind that was answered with "no": another domain controller would say the same.
type refusedError struct{ error }

func (s *Source) bound(ctx context.Context, server string) (*Session, error) {
	start := time.Now()
	link, err := s.dial(ctx, server)
	s.observe("connect", start)
	if err != nil {
		return nil, s.dialFault(ctx, server, err)
	}
	session := s.newSession(link, server)
	defer session.during(ctx)()
	password, err := directory.ReadSecret(s.cfg.Bind.PasswordFile)
	if err != nil {
		session.Close()
		return nil, &refusedError{usage(err, err.Error(), "put the password of "+s.cfg.Bind.User+" there (source.bind.password_file)")}
	}
	start = time.Now()
	err = link.conn.Bind(s.cfg.Bind.User, password.Reveal())
	s.observe("bind", start)
	if err != nil {
		session.Close()
		if f := s.bindFault(server, err); f != nil {
			return nil, &refusedError{f}
		}
		return nil, session.fault(ctx, err, "the bind")
	}
	if err := session.identify(ctx); err != nil {
		session.Close()
		return nil, err
	}
	return session, nil
}

func noServer(failed []error) error {
	if len(failed) == 1 {
		return failed[0]
	}
	reasons := make([]string, 0, len(failed))
	remedy := ""
	for _, err := range failed {
		f, ok := errors.AsType[*directory.Fault](err)
		if !ok {
			reasons = append(reasons, err.Error())
			continue
		}
		reasons = append(reasons, f.Cause)
		remedy = cmp.Or(remedy, f.Remedy)
	}
	return unreachable(errors.Join(failed...), "no domain controller can be used: "+strings.Join(reasons, "; "), remedy)
}

// servers is the configured list, or what DNS says about the domain (MS-ADTS 6.3.2.3), in the order of its priorities.
func (s *Source) servers(ctx context.Context) ([]string, error) {
	if len(s.cfg.Servers) > 0 {
		return s.cfg.Servers, nil
	}
	_, records, err := net.DefaultResolver.LookupSRV(ctx, "ldap", "tcp", "dc._msdcs."+s.cfg.Domain)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil || len(records) == 0 {
		return nil, unreachable(err, fmt.Sprintf("DNS names no domain controller of %s", s.cfg.Domain),
			"list them in source.servers, or let this machine use the DNS servers of the domain")
	}
	return serversOf(records, s.cfg.TLS.StartTLS), nil
}

// serversOf takes names and order from the records. The port in them is that of plain LDAP, so it serves only StartTLS.
func serversOf(records []*net.SRV, startTLS bool) []string {
	var list []string
	for _, r := range records {
		host := strings.TrimSuffix(r.Target, ".")
		server := schemeTLS + "://" + host
		if startTLS {
			server = schemePlain + "://" + net.JoinHostPort(host, strconv.Itoa(int(r.Port)))
		}
		if !slices.Contains(list, server) {
			list = append(list, server)
		}
	}
	return list
}
