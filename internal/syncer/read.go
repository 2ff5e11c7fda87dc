package syncer

import (
	"context"
	"errors"
	"slices"

	"go.uber.org/zap"

	"syncd/internal/diff"
	"syncd/internal/directory"
	"syncd/internal/mapping"
)

// reportEvery is how many objects pass between two reports of progress.
const reportEvery = 200

// connect opens both sides and decides between a delta and a full read.
func (s *Syncer) connect(ctx context.Context, p *pass) error {
	return s.timed("connect", func() (err error) {
		if err := s.Target.Open(ctx); err != nil {
			return err
		}
		if p.state, err = s.Store.State(); err != nil {
			return err
		}
		if p.interrupted, err = s.Store.Interrupted(); err != nil {
			return err
		}
		if p.session, err = s.Open(ctx, p.state.Containers); err != nil {
			return err
		}
		p.record.Server = p.session.Server()
		if !p.session.DeletionsVisible() {
			p.warn("deletions cannot be seen: what is deleted in Active Directory stays online until the account may list and read CN=Deleted Objects " +
				"(docs/configuration.md, What the account needs)")
		}
		p.decide(s.Fingerprint, s.Schedule.FullDue(p.state.FullAt, p.started))
		return nil
	})
}

// decide chooses a full read where it is asked for or where a delta would not be enough.
func (p *pass) decide(fingerprint string, due bool) {
	reason := ""
	switch {
	case p.request.Full:
		reason = "asked for"
	case p.state.Watermark.IsZero():
		reason = "no watermark yet"
	case due:
		reason = "the schedule asked for a full pass since the last one"
	case p.state.Fingerprint != fingerprint:
		reason = "the configuration or the built-in mapping changed"
	case p.interrupted != nil && p.interrupted.Full:
		reason = "the last full pass was interrupted"
	}
	p.setKind(reason != "")
	p.log.Info("pass begins", zap.String("kind", p.record.Kind), zap.String("server", p.record.Server), zap.String("why", reason))
}

func (p *pass) setKind(full bool) {
	p.full, p.record.Kind = full, "delta"
	if full {
		p.record.Kind = "full"
	}
}

// read makes the plan: a delta, or a full read, also where the domain controller rejects the watermark.
func (s *Syncer) read(ctx context.Context, p *pass) error {
	return s.timed("read", func() error {
		if !p.full {
			err := s.planFrom(ctx, p, s.readDelta)
			if !errors.Is(err, directory.ErrWatermark) {
				return err
			}
			p.log.Warn("the delta cannot continue from the last pass: reading everything instead", zap.Error(err))
			p.setKind(true)
		}
		return s.planFrom(ctx, p, s.readFull)
	})
}

// planFrom feeds a planner with what reader reads, and keeps its plan.
func (s *Syncer) planFrom(ctx context.Context, p *pass, reader func(context.Context, *pass, *intake) error) (err error) {
	include, exclude := p.session.Containers()
	held, err := s.heldBefore()
	if err != nil {
		return err
	}
	in := &intake{
		syncer: s, pass: p,
		mapper: mapping.New(mapping.Scope{Include: include, Exclude: exclude, Kinds: s.Kinds, OwnAccount: p.session.OwnAccount()}),
		planner: diff.NewPlanner(diff.Settings{
			Full: p.full, Interrupted: p.interrupted != nil, Dir: s.Store.TempDir(), Supports: s.Target.Supports,
			Limits:       diff.Limits{MaxDepartures: s.Safety.MaxDepartures, MaxPercent: s.Safety.MaxDeparturesPercent},
			KeepDeparted: s.Safety.OnDeparture == BlockDeparted, Reactivate: s.Safety.Reactivate, Held: held,
		}, s.Store),
	}
	defer func() { err = errors.Join(err, in.planner.Close()) }()
	if err := reader(ctx, p, in); err != nil {
		return errors.Join(err, in.planner.Abandon())
	}
	s.report(p, "plan", in.read, in.read)
	if p.plan, err = in.planner.Finish(); err != nil {
		return errors.Join(err, in.planner.Abandon())
	}
	p.record.Read, p.record.Unchanged, p.record.Held = p.plan.Read, p.plan.Unchanged, p.plan.HeldCount()
	return nil
}

// heldBefore is what the last pass held.
func (s *Syncer) heldBefore() (map[directory.Anchor]bool, error) {
	held, err := s.Store.Held()
	if err != nil {
		return nil, err
	}
	anchors := make(map[directory.Anchor]bool, len(held))
	for _, h := range held {
		anchors[h.Anchor] = true
	}
	return anchors, nil
}

// readFull reads everything, then looks for each object that was not seen before anything is said about it.
func (s *Syncer) readFull(ctx context.Context, p *pass, in *intake) (err error) {
	if p.watermark, err = p.session.Full(ctx, in.add); err != nil {
		return err
	}
	err = in.planner.Missing(func(anchors []directory.Anchor) error {
		return in.prove(anchors, func() error { return p.session.Lookup(ctx, anchors, in.add) })
	})
	if err != nil {
		return err
	}
	return s.readMembers(ctx, p, in)
}

// readDelta reads what changed, and again what waits: refused objects whose time has come, accounts that expired, and what is held.
func (s *Syncer) readDelta(ctx context.Context, p *pass, in *intake) error {
	waiting, err := s.waiting(p)
	if err != nil {
		return err
	}
	in.planner.Recheck(waiting.held)
	in.planner.Recheck(p.retried)
	p.again = waiting.others
	also := slices.Concat(waiting.held, waiting.others)
	err = in.prove(also, func() (err error) {
		p.watermark, err = p.session.Delta(ctx, p.state.Watermark, also, in.add, in.planner.Link)
		return err
	})
	if err != nil {
		return err
	}
	return s.readMembers(ctx, p, in)
}

// readMembers reads the groups whose membership came with nothing else.
func (s *Syncer) readMembers(ctx context.Context, p *pass, in *intake) error {
	for _, group := range in.planner.NeedMembers() {
		err := p.session.Members(ctx, group, func(members []directory.Anchor) error {
			return in.planner.Members(group, members, false)
		})
		if err != nil {
			return err
		}
		if err := in.planner.Members(group, nil, true); err != nil {
			return err
		}
	}
	return nil
}

// waiting is what a delta must look at although nothing changed in Active Directory, or what an interrupted one had to.
type waiting struct{ held, others []directory.Anchor }

func (s *Syncer) waiting(p *pass) (w waiting, err error) {
	held, err := s.Store.Held()
	if err != nil {
		return w, err
	}
	for _, h := range held {
		w.held = append(w.held, h.Anchor)
	}
	if w.others, err = s.Store.Expired(p.started); err != nil {
		return w, err
	}
	if p.interrupted != nil {
		w.others = append(w.others, p.interrupted.Again...)
	}
	refused, err := s.Store.Refused()
	if err != nil {
		return w, err
	}
	for _, r := range refused {
		if !p.started.Before(r.Next) {
			w.others = append(w.others, r.Anchor)
			p.retried = append(p.retried, r.Anchor)
		}
	}
	return w, nil
}

// intake maps what is read and hands it to the planner.
type intake struct {
	syncer  *Syncer
	pass    *pass
	mapper  *mapping.Mapper
	planner *diff.Planner
	read    int
	proving map[directory.Anchor]bool // anchors that nothing has been read of yet
}

func (in *intake) add(o *directory.Object) error {
	in.read++
	if in.read%reportEvery == 1 {
		in.syncer.report(in.pass, "read", in.read, 0)
	}
	delete(in.proving, o.Anchor)
	resource, out := in.mapper.Map(o, in.pass.started)
	return in.planner.Add(o, resource, out)
}

// prove runs a read that should find each of the anchors, alive or deleted. Those that it does not find stay unexplained.
func (in *intake) prove(anchors []directory.Anchor, read func() error) error {
	in.proving = make(map[directory.Anchor]bool, len(anchors))
	for _, a := range anchors {
		in.proving[a] = true
	}
	if err := read(); err != nil {
		return err
	}
	for a := range in.proving {
		if err := in.planner.Unexplained(a); err != nil {
			return err
		}
	}
	in.proving = nil
	return nil
}
