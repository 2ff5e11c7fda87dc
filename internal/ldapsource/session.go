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
	groups     []directory.Container
	own        directory.Anchor
	ownGUID    directory.Anchor
	tombstones bool
	lifetime   time.Duration // of tombstones
	wholeLinks bool          // the server does not know incremental link values

	parser    parser
	anchors   *anchors // nil where objectGUID is the anchor
	primary   primaryGroups
	witnesses witnesses
	parties   []directory.Anchor // that claim an anchor together with another object, by objectGUID
	foreign   []string           // members of the group that Members read last
	unseen    []directory.Anchor // changed, and cannot be read
	ahead     *page              // that was asked for and that nobody has waited for yet

	strategy directory.Strategy
	why      string
}

func (s *Source) newSession(link *link, server string) *Session {
	session := &Session{source: s, link: link, server: server, parser: parser{wanted: s.wanted, consistency: s.consistency}}
	if s.consistency {
		session.anchors = newAnchors()
	}
	return session
}

// Server is the dnsHostName of the domain controller.
func (s *Session) Server() string { return s.server }

// BaseDN is the configured base DN, or the domain controller's defaultNamingContext.
func (s *Session) BaseDN() string { return s.base }

// Containers are the containers of the scope where they are now; include is the base DN where nothing is configured. Hand both to
// the next Open, so that a rename is followed.
func (s *Session) Containers() (include, exclude []directory.Container) { return s.include, s.exclude }

// Groups are the scoping groups where they are now, none where no scope.groups is configured. Hand them to the next Open together with
// Containers. Their Anchor is their objectGUID, as a container's is.
func (s *Session) Groups() []directory.Container { return s.groups }

// TombstoneLifetime is how long the domain keeps what tells of a deletion: a watermark that is older may have missed some.
func (s *Session) TombstoneLifetime() time.Duration { return s.lifetime }

// Unseen are the objects, by objectGUID, that changed according to the last Delta and that can neither be read nor were called deleted: a
// right to read them is missing. No later delta names them when the right comes back, so whoever knows them should ask for them again.
func (s *Session) Unseen() []directory.Anchor { return s.unseen }

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
	s.parser.domain = s.domain()
	for _, step := range []func(context.Context) error{
		func(ctx context.Context) error { return s.findContainers(ctx, known) },
		s.checkCanaries, s.findOwnAccount, s.checkFilter, s.readLifetime,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if s.root.invocation.IsZero() {
		s.source.log.Warn("the invocation id of the domain controller cannot be read: that it was restored from a backup may go unnoticed",
			zap.String("server", s.server), zap.String("account", s.source.cfg.Bind.User))
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
	return directory.Watermark{Server: s.server, InvocationID: s.root.invocation, HighestUSN: s.root.highestUSN, ReadAt: s.root.readAt, Lifetime: s.lifetime}
}
