package ldapsource

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"syncd/internal/directory"
)

// Strategy is how the next delta will learn what changed, once Full or Delta has begun, and one sentence that says why it is no better
// one, with the remedy where there is any. It is empty before.
//
// With changes: auto every full read takes the best strategy that the server and the account can do at that moment: DirSync with the
// right to replicate, DirSync with the flag ObjectSecurity (MS-ADTS 3.1.1.3.4.1.3), polling by uSNChanged. A delta keeps the strategy of
// its watermark, as long as source.changes is what it was.
func (s *Session) Strategy() (strategy directory.Strategy, why string) { return s.strategy, s.why }

// choose makes the watermark of a full read that begins now.
func (s *Session) choose(ctx context.Context) (directory.Watermark, error) {
	mark := s.mark()
	cookie, err := s.best(ctx)
	if err != nil {
		return mark, err
	}
	s.source.log.Info("how deltas will learn what changed", zap.String("strategy", string(s.strategy)), zap.String("why", s.why), zap.String("server", s.server))
	mark.Strategy, mark.Configured, mark.Cookie = s.strategy, string(s.source.cfg.Changes), cookie
	return s.after(ctx, mark)
}

// best decides on the strategy and returns its first cookie, where it has one. Only a definite "no" of the server leads to a lesser
// one: whoever is overloaded for a moment must not lose its deltas.
func (s *Session) best(ctx context.Context) ([]byte, error) {
	switch s.source.cfg.Changes {
	case ChangesFull:
		s.strategy, s.why = directory.FullReads, "source.changes is full"
		return nil, nil
	case ChangesUSN:
		s.strategy, s.why = directory.USNPolling, "source.changes is usn: changes are found by uSNChanged, and "+s.deletionsFound()
		return nil, nil
	}
	cookie, err := s.firstCookie(ctx, directory.DirSync)
	if err == nil {
		s.strategy, s.why = directory.DirSync, s.source.cfg.Bind.User+" has the right to replicate: DirSync shows every change"
		return cookie, nil
	}
	if s.source.cfg.Changes != ChangesAuto {
		return nil, s.beginFault(ctx, err)
	}
	if lacksRight(err) {
		if cookie, err = s.firstCookie(ctx, directory.DirSyncReadable); err == nil {
			s.strategy = directory.DirSyncReadable
			s.why = fmt.Sprintf("%s lacks the right \"Replicating Directory Changes\": DirSync shows what it may read, and %s; %s",
				s.source.cfg.Bind.User, s.deletionsFound(), s.grantRight())
			return cookie, nil
		}
	}
	switch {
	case s.lacksDirSync(err):
		s.why = s.server + " does not offer DirSync: changes are found by uSNChanged, and " + s.deletionsFound()
	case lacksRight(err):
		s.why = fmt.Sprintf("%s may not use DirSync on %s: changes are found by uSNChanged, and %s; %s", s.source.cfg.Bind.User, s.domain(), s.deletionsFound(), s.grantRight())
	default:
		return nil, s.fault(ctx, err, "reading the changes")
	}
	s.strategy = directory.USNPolling
	return nil, nil
}

// deletionsFound says how deletions are found where DirSync does not tell them.
func (s *Session) deletionsFound() string {
	if s.tombstones {
		return "deletions are found by a search among the deleted objects"
	}
	return "deletions are not found before a full pass, because the account may not see the deleted objects either"
}

// after ends the making of a DirSync watermark. Its HighestUSN is from after the cookie, so that whatever is created above it is
// certain to be in the changes that follow the cookie. Polling wants the number from before the read, which the watermark has already.
func (s *Session) after(ctx context.Context, mark directory.Watermark) (directory.Watermark, error) {
	if len(mark.Cookie) == 0 {
		return mark, nil
	}
	if err := s.refresh(ctx); err != nil {
		return mark, err
	}
	mark.HighestUSN = s.root.highestUSN
	return mark, nil
}
