package syncer

import (
	"bytes"
	"context"
	"slices"

	"syncd/internal/diff"
	"syncd/internal/directory"
	"syncd/internal/mapping"
)

// intake maps what is read and hands it to the planner.
type intake struct {
	syncer  *Syncer
	pass    *pass
	mapper  *mapping.Mapper
	planner *diff.Planner
	read    int
	foreign []string                  // memberships that belong to other domains, the first ones
	skipped int                       // how many there are
	proving map[directory.Anchor]bool // anchors that nothing has been read of yet
	shown   map[string]bool           // what readable learnt
	failed  error                     // of readable
	unseen  map[directory.Anchor]bool // changed while the account could not read them
}

func (s *Syncer) newIntake(ctx context.Context, p *pass) *intake {
	scope := s.Scope(p.session, p.pilot)
	in := &intake{syncer: s, pass: p, shown: map[string]bool{}, unseen: map[directory.Anchor]bool{}}
	for _, a := range p.state.Unseen {
		in.unseen[a] = !p.full // a full pass looks at everything
	}
	scope.Readable = func(attribute string) bool { return in.readable(ctx, attribute) }
	in.mapper = mapping.New(s.Rules, scope, p.domains)
	in.planner = diff.NewPlanner(diff.Settings{
		Full: p.full, Interrupted: p.interrupted != nil, Dir: p.store.TempDir(), Supports: s.Target.Supports, Limits: s.Safety.limits(),
		KeepDeparted: s.Safety.OnDeparture == BlockDeparted, Reactivate: s.Safety.Reactivate, SameRules: p.state.Fingerprint == p.fingerprint,
		Pass: p.record.ID, Now: p.started, Strange: p.strange, FirstEver: p.firstEver(),
	}, p.store)
	return in
}

// Scope is what is synchronised of what a session can read. pilot is what its Pilot answers. Readable is left to the caller.
func (s *Syncer) Scope(session Session, pilot map[directory.Anchor]struct{}) mapping.Scope {
	include, exclude := session.Containers()
	return mapping.Scope{
		Include: include, Exclude: exclude, Kinds: s.Kinds, OwnAccount: session.OwnAccount(),
		Pilot: pilot, Groups: session.Groups(), FilterAttributes: s.FilterAttributes,
	}
}

func (in *intake) add(o *directory.Object) error {
	in.read++
	if in.read%reportEvery == 1 {
		in.syncer.report(in.pass, "read", in.read, 0)
	}
	if err := Recognise(in.pass.store, in.syncer.OwnAnchors, o); err != nil {
		return err
	}
	in.name(o.Attributes.First("sAMAccountName"), o.Foreign)
	delete(in.proving, o.Anchor)
	delete(in.unseen, o.Anchor)
	delete(in.unseen, o.GUID)
	v := in.mapper.Map(o, in.pass.started)
	if in.failed != nil {
		return in.failed
	}
	if v.Refused != "" {
		return in.planner.Refuse(o, v.Resource, v.Refused)
	}
	return in.planner.Add(o, v.Resource, v.Out)
}

// readable asks, once in a pass, whether an attribute can be seen on any object. After an error, which is kept, nothing counts.
func (in *intake) readable(ctx context.Context, attribute string) bool {
	shown, known := in.shown[attribute]
	if !known && in.failed == nil {
		shown, in.failed = in.pass.session.Readable(ctx, attribute)
		in.shown[attribute] = shown
	}
	return shown
}

// veiled reports whether an attribute of the scope's filter could not be seen.
func (in *intake) veiled() bool {
	return slices.ContainsFunc(in.syncer.FilterAttributes, func(attribute string) bool {
		shown, asked := in.shown[attribute]
		return asked && !shown
	})
}

// visible reports whether anything that fills an online attribute can be seen on any object.
func (in *intake) visible(ctx context.Context, kind directory.Kind, a directory.Attribute) (bool, error) {
	for _, attribute := range in.syncer.Rules.Reads(kind, a) {
		if in.readable(ctx, attribute) {
			return true, nil
		}
	}
	return false, in.failed
}

// mostForeign is how many skipped memberships are named in the report.
const mostForeign = 5

// name notes the members of a group that belong to other domains.
func (in *intake) name(group string, foreign []string) {
	for _, member := range foreign {
		if in.skipped++; len(in.foreign) < mostForeign {
			in.foreign = append(in.foreign, group+": "+member)
		}
	}
}

// mostUnseen is how many objects that cannot be read are asked for in every delta. The others wait for the next full pass.
const mostUnseen = 1000

// see takes the objects that a delta named and could not read; those of earlier passes that have been read since are out already.
func (in *intake) see(unseen []directory.Anchor) {
	for _, a := range unseen {
		if len(in.unseen) < mostUnseen {
			in.unseen[a] = true
		}
	}
}

// stillUnseen lists them.
func (in *intake) stillUnseen() (list []directory.Anchor) {
	for a, waits := range in.unseen {
		if waits {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b directory.Anchor) int { return bytes.Compare(a[:], b[:]) })
	return list
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
