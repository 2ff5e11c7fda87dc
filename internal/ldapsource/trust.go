package ldapsource

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

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
	case from.Configured != "" && from.Configured != string(configured):
		return distrust("source.changes is %s now, and was %s when everything was read last", configured, from.Configured)
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

// hear looks at the witnesses again, also at deleted ones, and for objects that hold one of the last numbers now and did not before.
func (s *Session) hear(ctx context.Context, from directory.Watermark) error {
	guids, listed := make([]directory.Anchor, len(from.Witnesses)), map[directory.Anchor]bool{s.ownGUID: true}
	for i, w := range from.Witnesses {
		guids[i], listed[w.Object] = w.Object, true
	}
	now, err := s.changeNumbers(ctx, "(|"+anchorsFilter(guids)+lastNumbers(from.HighestUSN)+")")
	if err != nil {
		return s.fault(ctx, err, "reading the objects that changed last")
	}
	for _, w := range from.Witnesses {
		is, found := now[w.Object]
		switch {
		case found && is.USN < w.USN:
			return distrust("%s was put back to an earlier state (the uSNChanged of the object %s fell from %d to %d)", s.server, w.Object.GUID(), w.USN, is.USN)
		case found && is.USN == w.USN && !w.Changed.IsZero() && !is.Changed.Equal(w.Changed):
			return distrust("%s was put back to an earlier state (the object %s changed anew under the uSNChanged %d)", s.server, w.Object.GUID(), w.USN)
		case found && is.USN > w.USN && is.USN <= from.HighestUSN: // that number had been given out when the object was read
			return distrust("%s was put back to an earlier state (the object %s changed under the uSNChanged %d, which is not new)", s.server, w.Object.GUID(), is.USN)
		case !found && s.tombstones:
			return distrust("%s was put back to an earlier state, or hides what it showed (the object %s is gone without a tombstone)", s.server, w.Object.GUID())
		case found:
			s.witnesses.add(is)
		}
	}
	for guid, is := range now {
		if !listed[guid] && !is.Changed.Before(from.ReadAt.Add(-clockDifference)) { // else it was hidden, and is shown now
			return distrust("%s was put back to an earlier state, or shows what it hid (the object %s changed under the uSNChanged %d, which is not new)",
				s.server, guid.GUID(), is.USN)
		}
	}
	return nil
}

// lastNumbers matches whatever changed under one of the last numbers up to the highest.
func lastNumbers(highest uint64) string {
	return fmt.Sprintf("(&(uSNChanged>=%d)(uSNChanged<=%d))", max(highest, numbersKept)-numbersKept+1, highest)
}

// changeNumbers reads how objects are that may be witnesses, also deleted ones; what is hidden is as good as not there.
func (s *Session) changeNumbers(ctx context.Context, filter string) (map[directory.Anchor]directory.Witness, error) {
	now := map[directory.Anchor]directory.Witness{}
	q := query{op: "lookup", base: s.domain(), filter: filter, attributes: []string{anchorGUID, "uSNChanged", "whenChanged"}, controls: s.withDeleted()}
	err := s.search(ctx, q, func(e *answer) error {
		guid, errGUID := directory.AnchorFromBytes([]byte(e.first(attrGUID)))
		usn, errUSN := strconv.ParseUint(e.first(attrUSN), 10, 64)
		if errGUID == nil && errUSN == nil {
			now[guid] = directory.Witness{Object: guid, USN: usn, Changed: moment(e.first(attrChanged))}
		}
		return nil
	}, nil)
	return now, err
}

// clockDifference is how far the clocks of the domain controller and of this machine may be apart: Kerberos allows as much.
const clockDifference = 5 * time.Minute

// A watermark keeps whatever changed under one of the last numbersKept numbers, be it in scope or not: a domain controller that is put
// back gives these numbers out again, to other objects. The last numbers may all be those of changes that nobody can see, so it keeps
// the mostWitnesses that were read last as well. One would not do: a logon changes an object too, and somebody who logs on again after
// the domain controller was put back gets a higher number than before.
const (
	numbersKept   = 100
	mostWitnesses = 5
)

// witnesses are the objects with the highest uSNChanged that were read, the highest first.
type witnesses []directory.Witness

func (w *witnesses) add(one directory.Witness) {
	list := slices.DeleteFunc(*w, func(k directory.Witness) bool { return k.Object == one.Object })
	at, _ := slices.BinarySearchFunc(list, one.USN, func(k directory.Witness, usn uint64) int { return cmp.Compare(usn, k.USN) })
	if list = slices.Insert(list, at, one); len(list) > mostWitnesses {
		list = list[:mostWitnesses]
	}
	*w = list
}

// see takes an object that was read. The own account is no witness: every bind changes it. Nor is one whose number cannot be read.
func (s *Session) see(o *directory.Object) {
	if o.USN > 0 && o.GUID != s.ownGUID && (len(s.witnesses) < mostWitnesses || o.USN > s.witnesses[len(s.witnesses)-1].USN) {
		s.witnesses.add(directory.Witness{Object: o.GUID, USN: o.USN, Changed: o.Changed})
	}
}

// witnessed adds the witnesses to a watermark.
func (s *Session) witnessed(ctx context.Context, mark directory.Watermark) (directory.Watermark, error) {
	last, err := s.changeNumbers(ctx, lastNumbers(mark.HighestUSN))
	if err != nil {
		return directory.Watermark{}, s.fault(ctx, err, "reading the objects that changed last")
	}
	mark.Witnesses = slices.Clone(s.witnesses)
	for _, w := range mark.Witnesses {
		delete(last, w.Object)
	}
	delete(last, s.ownGUID)
	rest := slices.SortedFunc(maps.Values(last), func(a, b directory.Witness) int { return cmp.Compare(b.USN, a.USN) })
	mark.Witnesses = append(mark.Witnesses, rest...)
	return mark, nil
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
