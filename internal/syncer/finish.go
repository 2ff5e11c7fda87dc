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
func (s *Syncer) commit(_ context.Context, p *pass) error {
	include, exclude := p.session.Containers()
	final := &diff.Final{
		State: diff.State{
			Watermark: p.watermark, Containers: append(include[:len(include):len(include)], exclude...),
			Fingerprint: s.Fingerprint, SyncedTo: p.state.SyncedTo, FullAt: p.state.FullAt,
		},
		Retried: p.retried, RetriedAll: p.full, Now: p.started,
	}
	now := s.Now()
	err := p.plan.EachHeld(func(h diff.Held) error {
		final.Held = append(final.Held, directory.HeldObject{
			Anchor: h.Anchor, Kind: h.Kind.String(), Name: h.Name, Evidence: h.Evidence, Op: diff.Depart.String(), Plan: p.record.ID, Since: now,
		})
		return nil
	})
	if err != nil {
		return err
	}
	s.settle(p)
	if p.record.Held == 0 {
		final.State.SyncedTo = p.watermark.ReadAt
	}
	if p.full {
		final.State.FullAt = p.started
	}
	final.Pass = p.record
	return s.timed("commit", func() error { return s.Store.Finish(final) })
}

// settle writes status, message and duration of a pass that was applied.
func (s *Syncer) settle(p *pass) {
	r := &p.record
	r.Seconds = s.Now().Sub(p.started).Seconds()
	r.Status, r.Message = directory.Done, ""
	switch {
	case p.plan.TooMany != nil:
		r.Status, r.Message = directory.SomeHeld, p.plan.TooMany.Error()+": they stay online, everything else goes on"
	case r.Held > 0:
		r.Status = directory.SomeHeld
		r.Message = fmt.Sprintf("%d objects cannot be found, or not be read, in Active Directory, and nothing shows that they were deleted: they stay online", r.Held)
	case r.Refused > 0:
		r.Status = directory.SomeRefused
	}
	if r.Refused > 0 {
		r.Message = sentences(r.Message, fmt.Sprintf("the online directory refused %d changes; they are tried again", r.Refused))
	}
	if p.adopted > 0 {
		r.Message = sentences(r.Message, fmt.Sprintf("%d were online already under their anchors and were adopted", p.adopted))
	}
	r.Message = sentences(append(p.warnings, r.Message)...)
	if r.DryRun {
		r.Message = sentences("dry run: nothing was written, this is what a pass would do", r.Message)
	}
}

// sentences joins what is not empty.
func sentences(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ". ")
}

// end completes the record of a pass and, unless commit has done it, enters it into the history.
func (s *Syncer) end(p *pass, err error) (directory.PassRecord, error) {
	r := &p.record
	level := zap.InfoLevel
	switch {
	case err != nil:
		r.Seconds = s.Now().Sub(p.started).Seconds()
		r.Status, r.Message, r.Class = directory.PassFailed, strings.ReplaceAll(err.Error(), context.Canceled.Error(), "interrupted"), directory.ClassOf(err)
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

// record enters a pass into the history that did not end with a commit. Without it nobody who waits for the pass learns its end, so
// the log has to tell.
func (s *Syncer) record(p *pass) error {
	err := s.Store.Record(&p.record)
	if err != nil {
		p.log.Error("the pass cannot be entered into the history", zap.Error(err))
	}
	return err
}
