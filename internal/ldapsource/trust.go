package ldapsource

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/go-ldap/ldap/v3"
	"go.uber.org/zap"

	"syncd/internal/directory"
)

// distrust says why a delta cannot go on from the watermark.
func distrust(format string, values ...any) error {
	return fmt.Errorf("%w: %w", directory.ErrWatermark, fmt.Errorf(format, values...))
}

// trust refuses a watermark that this domain controller cannot continue. A cookie that is wrong is often accepted without error
// and answered with nothing, so what the domain controller says about itself, and shows of what was read, decides.
func (s *Session) trust(ctx context.Context, from directory.Watermark) error {
	if err := s.continues(from); err != nil {
		return err
	}
	if age := s.root.readAt.Sub(from.ReadAt); age > s.lifetime {
		return distrust("it is %d days old, and deleted objects are kept for %d days: deletions since then may be unknowable", days(age), days(s.lifetime))
	}
	if from.Server != s.server {
		if strategyOf(from) == directory.USNPolling {
			return distrust("it was read from %s, and now %s answers, which counts its changes by itself", from.Server, s.server)
		}
		s.source.log.Info("another domain controller answers: the changes are followed there from the same cookie",
			zap.String("was", from.Server), zap.String("now", s.server))
		return nil
	}
	return s.unharmed(ctx, from)
}

// continues compares the strategy of the watermark with the configured one.
func (s *Session) continues(from directory.Watermark) error {
	configured, strategy := s.source.cfg.Changes, strategyOf(from)
	switch {
	case configured == ChangesFull:
		return distrust("source.changes is full, so every pass is a full one")
	case from.IsZero():
		return distrust("there is nothing to go on from")
	case configured == ChangesDirSync && strategy != directory.DirSync, configured == ChangesUSN && strategy != directory.USNPolling:
		return distrust("source.changes is %s now, and the last pass went by %s", configured, strategy)
	case strategy == directory.USNPolling && from.HighestUSN == 0:
		return distrust("it does not say how far the last pass had read")
	}
	return nil
}

// strategyOf knows the watermarks of versions that had DirSync alone.
func strategyOf(from directory.Watermark) directory.Strategy {
	if from.Strategy == "" {
		return directory.DirSync
	}
	return from.Strategy
}

// unharmed looks for signs that the domain controller's database is not the one any more that was read, or an earlier state of it.
func (s *Session) unharmed(ctx context.Context, from directory.Watermark) error {
	switch {
	case from.InvocationID != s.root.invocation && !from.InvocationID.IsZero() && !s.root.invocation.IsZero():
		return distrust("%s was restored from a backup or set up anew (its invocation id changed)", s.server)
	case from.HighestUSN > s.root.highestUSN:
		return distrust("%s was put back to an earlier state (its highestCommittedUSN fell from %d to %d)", s.server, from.HighestUSN, s.root.highestUSN)
	case from.Witness.IsZero():
		return nil
	}
	usn, found, err := s.changeNumber(ctx, from.Witness)
	switch {
	case err != nil:
		return s.fault(ctx, err, "reading the object that changed last")
	case found && usn < from.WitnessUSN:
		return distrust("%s was put back to an earlier state (the uSNChanged of the object %s fell from %d to %d)", s.server, from.Witness.GUID(), from.WitnessUSN, usn)
	case !found && s.tombstones:
		return distrust("%s was put back to an earlier state, or hides what it showed (the object %s is gone without a tombstone)", s.server, from.Witness.GUID())
	case found:
		s.witness = witness{guid: from.Witness, usn: usn}
	}
	return nil
}

// changeNumber reads the uSNChanged of an object, also of a deleted one.
func (s *Session) changeNumber(ctx context.Context, guid directory.Anchor) (usn uint64, found bool, err error) {
	q := query{op: "lookup", base: baseOf(guid), baseOnly: true, filter: "(objectClass=*)", attributes: []string{"uSNChanged"}, controls: s.withDeleted()}
	err = s.search(ctx, q, func(e *answer) (err error) {
		usn, err = strconv.ParseUint(e.first(attrUSN), 10, 64)
		found = err == nil // hidden: as good as not there
		return nil
	}, nil)
	if ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
		err = nil
	}
	return usn, found, err
}

// witness is the object with the highest uSNChanged of all that were read.
type witness struct {
	guid directory.Anchor
	usn  uint64
}

func (w *witness) see(o *directory.Object) {
	if o.USN > w.usn {
		w.guid, w.usn = o.GUID, o.USN
	}
}

// witnessed adds the witness to a watermark.
func (s *Session) witnessed(mark directory.Watermark) directory.Watermark {
	mark.Witness, mark.WitnessUSN = s.witness.guid, s.witness.usn
	return mark
}

// days rounds down.
func days(d time.Duration) int { return int(d / (24 * time.Hour)) }

// crossCheck proves that a DirSync answer is not silently short: whatever was created between two watermarks of one domain controller
// must be among the changes. A cookie that lies in the future, for example, is answered with nothing and without error.
func (s *Session) crossCheck(ctx context.Context, from directory.Watermark, highest uint64, set *changeSet) error {
	if from.Server != s.server || from.HighestUSN == 0 || from.HighestUSN >= highest {
		return nil
	}
	q := query{op: "lookup", base: s.domain(), attributes: []string{anchorGUID}, filter: fmt.Sprintf("(&(uSNChanged>=%d)(uSNCreated>=%d)(uSNCreated<=%d)%s)",
		from.HighestUSN+1, from.HighestUSN+1, highest, kindsFilter(directory.Kinds()))}
	short, example := 0, ""
	err := s.search(ctx, q, func(e *answer) error {
		guid, dn, _ := splitExtended(e.dn)
		if _, told := set.seen[guid]; !told {
			short, example = short+1, dn
		}
		return nil
	}, nil)
	if err != nil {
		return s.fault(ctx, err, "checking the changes")
	}
	if short > 0 {
		return distrust("the changes that %s tells lack %d objects that were created since, such as %s", s.server, short, example)
	}
	return nil
}
