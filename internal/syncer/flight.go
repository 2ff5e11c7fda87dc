package syncer

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"syncd/internal/diff"
)

// flight is a batch that is noted in the snapshot as intended, and then on its way to the online directory.
type flight struct {
	planned  int           // changes of the plan
	changes  []diff.Change // of those that are left
	names    []string
	landed   chan struct{} // closed when outcomes and err are there; nil before it is sent
	outcomes []diff.Outcome
	err      error
}

// prepare fills in what only the snapshot knows, and notes there what is about to be sent. A batch of which nothing is left has no changes.
func (s *Syncer) prepare(ctx context.Context, p *pass, planned []diff.Change) (*flight, error) {
	changes, names, err := s.resolve(p, planned)
	f := &flight{planned: len(planned), changes: changes, names: names}
	if err != nil || len(changes) == 0 {
		return f, err
	}
	active, err := s.activeAmong(ctx, changes)
	if err != nil {
		return nil, err
	}
	return f, s.timed(p, "commit", func() error { return s.Store.Intend(changes, active) })
}

// launch sends a batch, without waiting for the answers.
func (s *Syncer) launch(ctx context.Context, f *flight) {
	f.landed = make(chan struct{})
	go func() {
		defer close(f.landed)
		if len(f.changes) > 0 {
			f.outcomes, f.err = s.Target.Apply(ctx, f.changes)
		}
	}()
}

// wait returns when the answers are there.
func (f *flight) wait() error {
	<-f.landed
	if f.err == nil && len(f.outcomes) != len(f.changes) {
		return fmt.Errorf("the online directory gave %d answers to %d changes", len(f.outcomes), len(f.changes))
	}
	return f.err
}

// acknowledge waits for the answers and keeps them. It returns what has to be sent next because of them.
func (s *Syncer) acknowledge(p *pass, f *flight) (next []diff.Change, err error) {
	if err := f.wait(); err != nil || len(f.changes) == 0 {
		return nil, err
	}
	now := s.Now()
	answers := make([]diff.Answer, len(f.changes))
	for i := range f.changes {
		answers[i] = diff.Answer{Change: f.changes[i], Outcome: f.outcomes[i], Name: f.names[i]}
	}
	p.putOff(answers)
	if err := s.timed(p, "commit", func() error { return s.Store.Acknowledge(p.record.ID, now, answers) }); err != nil {
		return nil, err
	}
	for i := range answers {
		if !answers[i].PutOff {
			s.count(p, &answers[i], now)
		}
	}
	return adoptedLeavers(answers), nil
}

// applyBatch sends changes of one operation and keeps the answers.
func (s *Syncer) applyBatch(ctx context.Context, p *pass, planned []diff.Change) error {
	for len(planned) > 0 {
		f, err := s.prepare(ctx, p, planned)
		if err != nil {
			return err
		}
		s.launch(ctx, f)
		if planned, err = s.acknowledge(p, f); err != nil {
			return err
		}
	}
	return nil
}

// convoy sends the batches of one operation one after the other, and lets this side work while the other one does: while a batch is on its way,
// the next one is prepared and the answers of the one before are kept. A crash repeats two batches at most. Blocks and departures
// overlap with nothing: which accounts are active is asked right before they are sent (see activeAmong).
type convoy struct {
	s     *Syncer
	p     *pass
	alone bool    // nothing overlaps
	away  *flight // nil for none

	acknowledged func(planned int)
}

// send sends a batch after the one that is on its way, whose answers it keeps.
func (c *convoy) send(ctx context.Context, planned []diff.Change) error {
	if c.alone {
		err := c.s.applyBatch(ctx, c.p, planned)
		if err == nil {
			c.acknowledged(len(planned))
		}
		return err
	}
	next, err := c.s.prepare(ctx, c.p, planned)
	if err != nil {
		return err
	}
	before := c.away
	if before != nil {
		if err := before.wait(); err != nil {
			return err
		}
	}
	c.s.launch(ctx, next)
	c.away = next
	if before == nil {
		return nil
	}
	more, err := c.keep(before)
	if err != nil || len(more) == 0 {
		return err
	}
	<-next.landed // nothing else is on its way then
	return c.s.applyBatch(ctx, c.p, more)
}

// keep keeps the answers of a batch and tells so. It returns what has to be sent because of them.
func (c *convoy) keep(f *flight) ([]diff.Change, error) {
	more, err := c.s.acknowledge(c.p, f)
	if err == nil {
		c.acknowledged(f.planned)
	}
	return more, err
}

// end waits for what is on its way and keeps its answers. After an error nothing more is sent but the blocks that they ask for (law 5).
func (c *convoy) end(ctx context.Context, cause error) error {
	if c.away == nil {
		return cause
	}
	more, err := c.keep(c.away)
	if err == nil {
		err = c.s.applyBatch(ctx, c.p, more)
	}
	if cause == nil {
		return err
	}
	if err != nil && !errors.Is(cause, err) {
		c.p.log.Warn("the answers that were still to come could not be kept; the next pass asks again", zap.Error(err))
	}
	return cause
}
