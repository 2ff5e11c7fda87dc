package ldapsource

import (
	"context"
	"time"

	"go.uber.org/zap"

	"syncd/internal/directory"
)

// Session is one connection to one domain controller, for one pass. It serves one goroutine. When the context of a call ends, the
// connection is closed and every later call fails.
type Session struct {
	source *Source
	link   *link
	server string // the address until the root DSE has told the name, then dnsHostName

	root       rootDSE
	base       string // the base DN
	include    []directory.Container
	exclude    []directory.Container
	own        directory.Anchor
	tombstones bool
	wholeLinks bool // the server does not know incremental link values
}

// Server is the dnsHostName of the domain controller.
func (s *Session) Server() string { return s.server }

// BaseDN is the configured base DN, or the domain controller's defaultNamingContext.
func (s *Session) BaseDN() string { return s.base }

// Containers are the containers of the scope where they are now; include is the base DN where nothing is configured. Hand both to
// the next Open, so that a rename is followed.
func (s *Session) Containers() (include, exclude []directory.Container) { return s.include, s.exclude }

// DeletionsVisible says whether the account may read the container of deleted objects. Where it may not, a delta can miss
// deletions without any error (Samba leaves them out, even with the right to replicate).
func (s *Session) DeletionsVisible() bool { return s.tombstones }

// OwnAccount is the account that syncd itself binds with; zero where it could not be found.
func (s *Session) OwnAccount() directory.Anchor { return s.own }

// Close ends the connection. It may be called more than once.
func (s *Session) Close() { s.link.close() }

// during closes the session when ctx ends before the returned function is called.
func (s *Session) during(ctx context.Context) (done func()) {
	stop := context.AfterFunc(ctx, s.Close)
	return func() { stop() }
}

// prepare resolves and checks everything that a read relies on.
func (s *Session) prepare(ctx context.Context, known []directory.Container) error {
	defer s.during(ctx)()
	start := time.Now()
	defer s.source.observe("scope", start)
	if err := s.findBase(ctx); err != nil {
		return err
	}
	if err := s.findContainers(ctx, known); err != nil {
		return err
	}
	if err := s.checkCanaries(ctx); err != nil {
		return err
	}
	if err := s.findOwnAccount(ctx); err != nil {
		return err
	}
	visible, err := s.seesDeleted(ctx)
	if err != nil {
		return err
	}
	s.tombstones = visible
	if !visible {
		s.source.log.Warn("deleted objects are not visible to this account: deletions may go unnoticed until a full pass",
			zap.String("server", s.server), zap.String("account", s.source.cfg.Bind.User))
	}
	return nil
}

// mark is a watermark without a cookie: what the domain controller says about itself now.
func (s *Session) mark() directory.Watermark {
	return directory.Watermark{Server: s.server, InvocationID: s.root.invocation, HighestUSN: s.root.highestUSN, ReadAt: s.root.readAt}
}
