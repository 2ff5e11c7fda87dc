package ldapsource

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"syncd/internal/directory"
)

// neverHoldsPeople matches what changes often and holds neither people nor groups: accounts of machines, and what machines publish.
const neverHoldsPeople = "(|(objectClass=computer)(objectClass=dnsNode)(objectClass=serviceConnectionPoint)(objectClass=printQueue))"

// polled finds what changed by uSNChanged (MS-ADTS 3.1.1.1.9). The number does not say what of an object changed, so memberships are
// compared as a whole in both directions, and what is below a container is read again.
func (s *Session) polled(ctx context.Context, floor uint64) (*changeSet, error) {
	set := newChangeSet(s.domain())
	q := query{
		op: "poll", base: s.domain(), filter: fmt.Sprintf("(&(uSNChanged>=%d)(!%s))", floor+1, neverHoldsPeople),
		attributes: []string{anchorGUID, "objectClass", "uSNChanged", "whenChanged"},
	}
	err := s.search(ctx, q, func(e *answer) error {
		p := s.parser.parse(e)
		s.see(&p.object)
		if strings.EqualFold(p.object.DN, q.base) {
			return nil // the head of the domain changes for reasons of its own, and its name never does
		}
		set.add(p.object.GUID)
		set.revive(p.object.GUID) // that it was deleted and restored in between does not show
		set.moved[p.object.GUID] = struct{}{}
		return nil
	}, nil)
	if err != nil {
		return nil, s.fault(ctx, err, "asking for what changed")
	}
	return set, s.deletionsSince(ctx, floor, set)
}

// deletionsSince finds what was deleted by uSNChanged. DirSync with the flag ObjectSecurity needs it too: its stream can lack the
// tombstones without any error.
func (s *Session) deletionsSince(ctx context.Context, floor uint64, set *changeSet) error {
	q := query{
		op: "poll", base: s.domain(), filter: fmt.Sprintf("(&(isDeleted=TRUE)(uSNChanged>=%d))", floor+1),
		attributes: []string{anchorGUID, "lastKnownParent", "uSNChanged", "whenChanged"}, controls: s.withDeleted(),
	}
	err := s.search(ctx, q, func(e *answer) error {
		p := s.parser.parse(e)
		s.see(&p.object)
		set.add(p.object.GUID)
		set.deleted[p.object.GUID] = p.object.LastKnownParent
		return nil
	}, nil)
	if err != nil {
		return s.fault(ctx, err, "asking for what was deleted")
	}
	return nil
}

// changesSince finds what changed since the watermark, and completes the watermark of now.
func (s *Session) changesSince(ctx context.Context, from, mark directory.Watermark) (*changeSet, directory.Watermark, error) {
	s.strategy, s.why = strategyOf(from), "the last pass went by it"
	mark.Strategy, mark.Configured = s.strategy, from.Configured
	if s.strategy == directory.USNPolling {
		set, err := s.polled(ctx, from.HighestUSN)
		return set, mark, err
	}
	set, cookie, err := s.streamed(ctx, from.Cookie)
	if err != nil {
		return nil, mark, err
	}
	if err := s.crossCheck(ctx, from, mark.HighestUSN, set); err != nil {
		return nil, mark, err
	}
	mark.Cookie = slices.Clone(cookie)
	if mark, err = s.after(ctx, mark); err != nil {
		return nil, mark, err
	}
	if s.strategy == directory.DirSyncReadable {
		floor := from.HighestUSN
		if from.Server != s.server {
			floor = 0 // the number is another server's
		}
		err = s.deletionsSince(ctx, floor, set)
	}
	return set, mark, err
}
