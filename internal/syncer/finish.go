package syncer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.uber.org/zap"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// commit ends a pass whose plan has been applied: the watermark moves, together with everything that waits.
func (s *Syncer) commit(ctx context.Context, p *pass) error {
	final := &diff.Final{
		State: p.next(),
		Held:  p.plan.EachHeld, Refused: p.plan.EachRefused,
		Retried: p.plan.Retried, RetriedAll: p.full, Now: p.started,
	}
	s.settle(p)
	final.Pass = p.record
	if err := s.timed(p, "commit", func() error { return s.Store.Finish(final) }); err != nil {
		return err
	}
	if err := s.Store.Compact(ctx); err != nil && ctx.Err() == nil { // the pass has ended, and nothing is lost
		p.log.Warn("the state file stays larger than it has to be", zap.Error(err))
	}
	return nil
}

// next is the state that the pass leaves behind.
func (p *pass) next() diff.State {
	state := diff.State{
		Origin: p.state.Origin, Watermark: p.watermark, Containers: p.containers, Fingerprint: p.fingerprint, SyncedTo: p.state.SyncedTo, FullAt: p.state.FullAt,
	}
	if p.plan.HeldCount() == 0 {
		state.SyncedTo = p.watermark.ReadAt
	}
	if p.full {
		state.FullAt = p.started
	}
	state.Unseen = p.unseen
	state.Veiled = p.veiled || p.state.Veiled && !p.full
	state.Blind = p.blind || p.state.Blind && !p.full
	return state
}

// settle writes status, message and duration of a pass that was applied.
func (s *Syncer) settle(p *pass) {
	r := &p.record
	r.Seconds = s.Now().Sub(r.Started).Seconds()
	r.Status = directory.Done
	switch {
	case r.Held > 0:
		r.Status = directory.SomeHeld
	case r.Refused > 0:
		r.Status = directory.SomeRefused
	}
	r.Message = sentences(append(p.warnings, s.words(p)...)...)
	r.Detail = p.detail()
}

// words is what a pass has to say beyond its counts, in sentences.
func (s *Syncer) words(p *pass) []string {
	var said []string
	say := func(applies bool, format string, values ...any) {
		if applies {
			said = append(said, fmt.Sprintf(format, values...))
		}
	}
	r := &p.record
	say(r.DryRun, "dry run: nothing was written, this is what a pass would do")
	for _, limit := range p.plan.TooMany {
		say(true, "%s: they are held, everything else goes on", limit.Error())
	}
	say(r.Held > 0, "held until an operator decides: %s", heldWords(p.plan.Causes()))
	say(p.plan.KeptCount() > 0, "rejected and not made: %d", p.plan.KeptCount())
	say(r.Refused > 0, "refused and tried again: %d", r.Refused)
	say(p.adopted > 0, "online already and adopted: %d", p.adopted)
	say(p.foreign > 0, "memberships of people from other domains that are skipped: %d (%s)", p.foreign, strings.Join(p.foreigners, "; "))
	if p.drift != nil && (p.request.Verify || p.drift.Repairs() > 0) {
		said = append(said, driftInWords(p.drift, p.firstEver(), r.DryRun))
	}
	return said
}

// heldWords is "409 left scope with OU=Sales, 3 deleted in Active Directory".
func heldWords(causes []directory.HeldCause) string {
	var parts []string
	for _, c := range causes {
		parts = append(parts, fmt.Sprintf("%d %s", c.Count, c.Cause))
	}
	return strings.Join(parts, ", ")
}

// sentences joins what is not empty.
func sentences(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ". ")
}

// end completes the record of a pass and, unless commit has done it, enters it into the history.
func (s *Syncer) end(ctx context.Context, p *pass, err error) (directory.PassRecord, error) {
	r := &p.record
	level := zap.InfoLevel
	switch {
	case err != nil:
		r.Seconds = s.Now().Sub(r.Started).Seconds()
		r.Detail = p.detail()
		r.Status, r.Message, r.Class = directory.PassFailed, failure(ctx, err), directory.ClassOf(err)
		level = zap.ErrorLevel
		if r.Class == directory.Held {
			r.Status = directory.SomeHeld
		}
		if r.Kind == "" {
			p.setKind(p.request.Full || p.state.Watermark.IsZero())
		}
		err = errors.Join(err, s.record(p))
	case r.DryRun:
		s.settle(p)
		err = s.record(p)
	}
	s.Metrics.PassEnded(r)
	p.log.Log(level, "pass ended", zap.String("kind", r.Kind), zap.String("status", string(r.Status)), zap.String("message", r.Message),
		zap.Int("read", r.Read), zap.Int("created", r.Created), zap.Int("updated", r.Updated), zap.Int("blocked", r.Blocked),
		zap.Int("departed", r.Departed), zap.Int("edges_added", r.EdgesAdded), zap.Int("edges_removed", r.EdgesRemoved),
		zap.Int("unchanged", r.Unchanged), zap.Int("refused", r.Refused), zap.Int("held", r.Held), zap.Float64("seconds", r.Seconds))
	return *r, err
}

// failure is what an operator reads of the error that ended a pass: one that comes from the end of ctx is an interruption.
func failure(ctx context.Context, err error) string {
	const word = "interrupted"
	said := err.Error()
	for _, end := range []error{context.Cause(ctx), context.Canceled} {
		if end != nil {
			said = strings.ReplaceAll(said, end.Error(), word)
		}
	}
	if said == word {
		said += "; what was not acknowledged is repeated by the next pass"
	}
	return said
}

// record enters a pass into the history that did not end with a commit. Without it nobody who waits for the pass learns its end, so
// the log has to tell.
func (s *Syncer) record(p *pass) error {
	err := s.Store.Record(&p.record)
	if err != nil {
		p.log.Error("the pass cannot be entered into the history", zap.Error(err))
	}
	return err
}
