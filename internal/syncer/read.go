package syncer

import (
	"context"
	"errors"
	"slices"

	"go.uber.org/zap"

	"syncd/internal/directory"
	"syncd/internal/mapping"
)

// reportEvery is how many objects pass between two reports of progress.
const reportEvery = 200

// connect opens both sides and decides between a delta and a full read.
func (s *Syncer) connect(ctx context.Context, p *pass) error {
	return s.timed(p, "connect", func() (err error) {
		if err := s.begun(ctx, p); err != nil {
			return err
		}
		if p.session, err = s.Open(ctx, p.state.Containers); err != nil {
			return err
		}
		p.record.Server = p.session.Server()
		include, exclude := p.session.Containers()
		p.containers = slices.Concat(include, exclude, p.session.Groups())
		if p.blind = !p.session.DeletionsVisible(); p.blind {
			p.warn("deletions cannot be seen: what is deleted in Active Directory stays online until the account may list and read CN=Deleted Objects " +
				"(docs/configuration.md, What the account needs)")
		}
		if err := s.showsAnchors(ctx, p); err != nil {
			return err
		}
		lifted, err := s.unveiled(ctx, p)
		if err != nil {
			return err
		}
		p.decide(s.Schedule.Verify, s.Schedule.FullDue(p.state.FullAt, p.started), lifted)
		p.pilot, err = p.session.Pilot(ctx)
		return err
	})
}

// showsAnchors refuses to read where anchors of their own are known, and their attribute cannot be seen on any object: everybody would
// be taken for somebody else.
func (s *Syncer) showsAnchors(ctx context.Context, p *pass) error {
	if !s.OwnAnchors {
		return nil
	}
	known, err := s.Store.HasOwnAnchors()
	if err != nil || !known {
		return err
	}
	shown, err := p.session.Readable(ctx, "mS-DS-ConsistencyGuid")
	if err != nil || shown {
		return err
	}
	return &directory.Fault{
		Class: directory.Held, Cause: "Active Directory shows mS-DS-ConsistencyGuid of nobody, but objects are known by it: the read counts as partial and nothing was changed",
		Remedy: "let the account read that attribute again (mapping.anchor)",
	}
}

// unveiled reports whether the attributes of the scope's filter can be seen again that could not be in an earlier pass.
func (s *Syncer) unveiled(ctx context.Context, p *pass) (bool, error) {
	if !p.state.Veiled {
		return false, nil
	}
	for _, attribute := range s.FilterAttributes {
		if shown, err := p.session.Readable(ctx, attribute); err != nil || !shown {
			return false, err
		}
	}
	return true, nil
}

// begun opens the online directory and reads what the last pass left.
func (s *Syncer) begun(ctx context.Context, p *pass) (err error) {
	if err := s.Target.Open(ctx); err != nil {
		return err
	}
	p.opened = true
	verified, routing := s.Target.Domains()
	p.domains = s.Domains(mapping.Domains{Verified: verified, Routing: routing})
	if p.state, err = s.Store.State(); err != nil {
		return err
	}
	p.fingerprint = s.fingerprint(p)
	if p.expected, err = s.Store.Population(); err != nil {
		return err
	}
	p.interrupted, err = s.unfinished()
	return err
}

// decide chooses a full read where it is asked for or where a delta would not be enough.
func (p *pass) decide(verify, due, lifted bool) {
	p.request.Verify = p.request.Verify || verify && due
	reason := ""
	switch {
	case p.request.Verify:
		reason = "it verifies what is online"
	case p.request.Full:
		reason = "asked for"
	case p.state.Watermark.IsZero():
		reason = "no watermark yet"
	case due:
		reason = "the schedule asked for a full pass since the last one"
	case p.state.Fingerprint != p.fingerprint:
		reason = "the configuration, the built-in mapping or the verified domains changed"
	case p.interrupted != nil && p.interrupted.Full:
		reason = "the last full pass was interrupted"
	case p.state.Blind && p.session.DeletionsVisible():
		reason = "deletions can be seen again, and some may have been missed"
	case lifted:
		reason = "the attributes of the scope's filter can be seen again"
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
	return s.timed(p, "read", func() error {
		if !p.full {
			err := s.planFrom(ctx, p, s.readDelta)
			if !errors.Is(err, directory.ErrWatermark) {
				if err == nil {
					p.tellStrategy()
				}
				return err
			}
			p.log.Warn("the delta cannot continue from the last pass: reading everything instead", zap.Error(err))
			p.setKind(true)
		}
		if err := s.planFrom(ctx, p, s.readFull); err != nil {
			return err
		}
		p.tellStrategy()
		return nil
	})
}

// tellStrategy says how changes are found. After a full pass the report says so too where there is a better way.
func (p *pass) tellStrategy() {
	strategy, why := p.session.Strategy()
	p.log.Info("read", zap.String("changes", string(strategy)), zap.String("because", why), zap.Int("objects", p.record.Read))
	if p.full && (strategy == directory.DirSyncReadable || strategy == directory.USNPolling) {
		p.warnings = append(p.warnings, why)
	}
}

// planFrom feeds a planner with what reader reads, and keeps its plan.
func (s *Syncer) planFrom(ctx context.Context, p *pass, reader func(context.Context, *pass, *intake) error) (err error) {
	in := s.newIntake(ctx, p)
	defer func() { err = errors.Join(err, in.planner.Close()) }()
	for _, step := range []func(context.Context, *pass, *intake) error{reader, s.readSuccessors, s.readMembers, s.askMembers} {
		if err := step(ctx, p, in); err != nil {
			return errors.Join(err, in.planner.Abandon())
		}
	}
	p.foreign, p.foreigners, p.unseen, p.veiled = in.skipped, in.foreign, in.stillUnseen(), in.veiled()
	if err := in.planner.Emptied(func(kind directory.Kind, a directory.Attribute) (bool, error) { return in.visible(ctx, kind, a) }); err != nil {
		return errors.Join(err, in.planner.Abandon())
	}
	s.report(p, "plan", in.read, in.read)
	if p.plan, err = in.planner.Finish(); err != nil {
		return errors.Join(err, in.planner.Abandon())
	}
	p.record.Read, p.record.Unchanged, p.record.Held = p.plan.Read, p.plan.Unchanged, p.plan.HeldCount()
	return nil
}

// readFull reads everything, then looks for each object that was not seen before anything is said about it.
func (s *Syncer) readFull(ctx context.Context, p *pass, in *intake) (err error) {
	for _, attribute := range s.FilterAttributes { // who does not match is not even read
		if !in.readable(ctx, attribute) && in.failed == nil {
			p.warn("no object shows the attribute " + attribute + ", which source.scope.filter names: nobody has it, or the account may not read it")
		}
	}
	if in.failed != nil {
		return in.failed
	}
	if p.watermark, err = p.session.Full(ctx, in.add); err != nil {
		return err
	}
	return in.planner.Missing(func(anchors []directory.Anchor) error {
		names, err := s.namesOf(p, anchors)
		if err != nil {
			return err
		}
		return in.prove(anchors, func() error { return p.session.Lookup(ctx, names, in.add) })
	})
}

// readDelta reads what changed, and again what waits: refused objects whose time has come, accounts that expired, and what is held.
func (s *Syncer) readDelta(ctx context.Context, p *pass, in *intake) error {
	waiting, err := s.waiting(p)
	if err != nil {
		return err
	}
	p.again = waiting.others
	also := slices.Concat(waiting.held, waiting.others)
	names, err := s.namesOf(p, slices.Concat(also, waiting.members))
	if err != nil {
		return err
	}
	names = append(names[:len(names):len(names)], p.state.Unseen...)
	err = in.prove(also, func() (err error) {
		p.watermark, err = p.session.Delta(ctx, p.state.Watermark, names, in.add, in.planner.Link)
		return err
	})
	in.see(p.session.Unseen())
	return err
}

// readSuccessors looks up who has the anchors of those who would depart. An object that was given one while the pass read, as its holder
// was deleted, may not have been read.
func (s *Syncer) readSuccessors(ctx context.Context, p *pass, in *intake) error {
	if !s.OwnAnchors {
		return nil
	}
	anchors, err := in.planner.Departing()
	if err != nil || len(anchors) == 0 {
		return err
	}
	return p.session.Lookup(ctx, anchors, in.add)
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
		in.name(group.GUID(), p.session.ForeignMembers())
	}
	return nil
}

// askMembers asks the members of groups that show nobody whether they are in them: the right to read a group's members may be lost.
func (s *Syncer) askMembers(ctx context.Context, p *pass, in *intake) error {
	return in.planner.Bare(func(group directory.Anchor, members []directory.Anchor) (witness directory.Anchor, inside bool, err error) {
		err = p.session.Lookup(ctx, members, func(o *directory.Object) error {
			if slices.Contains(o.MemberOf, group) {
				witness, inside = o.Anchor, true
			}
			return nil
		})
		return witness, inside, err
	})
}
