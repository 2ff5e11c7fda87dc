package syncer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.uber.org/zap"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// verify reads what is really online and corrects the snapshot by it, so that the full pass that follows repairs what differs. What is
// online under an anchor that nobody acknowledged, as after the loss of the state file, enters the snapshot too: if Active Directory
// does not have it any more, it is looked for like everything else that is missing. A dry run corrects a copy.
func (s *Syncer) verify(ctx context.Context, p *pass) error {
	if !p.verifies() {
		return nil
	}
	return s.timed(p, "verify", func() (err error) {
		if p.request.DryRun {
			if p.store, p.release, err = s.Fork(); err != nil {
				return err
			}
		} else if err := s.Store.Begin(diff.Interrupted{Pass: p.record.ID, Full: true}); err != nil {
			return err
		}
		audit := diff.NewAudit(p.store.TempDir(), p.store, s.shows)
		defer func() { err = errors.Join(err, audit.Close()) }()
		if !slices.ContainsFunc(besideManagers(), func(a directory.Attribute) bool { return s.Target.Shows(directory.User, a) }) {
			audit.Unmanaged()
		}
		if err := s.readBack(ctx, p, audit); err != nil {
			return err
		}
		p.drift = &audit.Drift
		slices.SortFunc(p.strange, func(a, b directory.Anchor) int { return bytes.Compare(a[:], b[:]) })
		return nil
	})
}

// verifies reports whether the pass reads back what is online: where that is asked for, and where nothing is known, because the state file
// may have been lost.
func (p *pass) verifies() bool { return p.request.Verify || p.firstEver() }

// firstEver reports whether no pass has ever ended, as far as the state knows.
func (p *pass) firstEver() bool { return p.state.Watermark.IsZero() && p.state.FullAt.IsZero() }

// readBack lists everything online, then the members of every group.
func (s *Syncer) readBack(ctx context.Context, p *pass, audit *diff.Audit) error {
	found := &findings{syncer: s, pass: p, audit: audit, missing: map[directory.Kind][]diff.Observation{}}
	if err := s.Target.List(ctx, found.online); err != nil {
		return err
	}
	for _, g := range found.groups {
		readable, err := s.Target.Members(ctx, g.ID, func(ids []string) error { return audit.Members(g.Anchor, ids) })
		if err == nil && readable {
			err = audit.Members(g.Anchor, nil) // it may have none
		}
		if err != nil {
			return err
		}
	}
	if err := found.correct(); err != nil {
		return err
	}
	err := audit.Finish(func(o diff.Observation) error { return found.observe(ctx, o) }, found.members)
	for kind := range found.missing {
		if err == nil {
			err = found.prove(ctx, kind)
		}
	}
	if err != nil {
		return err
	}
	return found.correct()
}

// besideManagers are the attributes of the schema that managers belong to (RFC 7643 §4.3): a service without all of them is without it.
func besideManagers() []directory.Attribute {
	return []directory.Attribute{directory.EmployeeNumber, directory.Department, directory.Organization, directory.Division}
}

// shows reports whether an attribute can be compared: a flow fills it, and the service returns it.
func (s *Syncer) shows(kind directory.Kind, a directory.Attribute) bool {
	return s.Rules.Fills(kind, a) && s.Target.Shows(kind, a)
}

// provenAtOnce is how many resources that the list did not show are asked for at once.
const provenAtOnce = 100

// findings are what an audit finds, on their way into the snapshot in batches.
type findings struct {
	syncer  *Syncer
	pass    *pass
	audit   *diff.Audit
	read    int
	marks   bool          // the service shows externalId
	groups  []diff.Online // their ids and anchors
	batch   []diff.Observation
	missing map[directory.Kind][]diff.Observation // what was not in the list
}

// online takes one resource of the list.
func (f *findings) online(o diff.Online) error {
	if f.read++; f.read%reportEvery == 1 {
		f.syncer.report(f.pass, "verify", f.read, 0)
	}
	f.marks = f.marks || !o.Anchor.IsZero()
	if o.Resource.Kind == directory.Group && !o.Anchor.IsZero() {
		f.groups = append(f.groups, diff.Online{ID: o.ID, Anchor: o.Anchor})
	}
	strange := f.audit.Drift.Strange
	observed, differ, err := f.audit.Add(&o)
	if err != nil || observed == nil {
		return err
	}
	if f.audit.Drift.Strange > strange {
		f.pass.strange = append(f.pass.strange, o.Anchor)
	}
	if len(differ) > 0 {
		f.pass.log.Warn("changed online by somebody else", zap.Stringer("anchor", o.Anchor), zap.String("name", o.Resource.Name()), zap.Strings("attributes", paths(differ)))
	}
	return f.add(*observed)
}

func (f *findings) members(group directory.Anchor, added, gone []directory.Anchor) error {
	if f.pass.firstEver() {
		return f.pass.store.ObserveMembers(group, added, gone)
	}
	f.pass.log.Warn("memberships changed online by somebody else", zap.Stringer("group", group), zap.Int("added", len(added)), zap.Int("removed", len(gone)))
	return f.pass.store.ObserveMembers(group, added, gone)
}

// observe takes what the audit finds at its end. What the list did not show is asked for before it is believed to be gone.
func (f *findings) observe(ctx context.Context, o diff.Observation) error {
	if !o.Gone {
		return f.add(o)
	}
	kind := o.Resource.Kind
	if f.missing[kind] = append(f.missing[kind], o); len(f.missing[kind]) < provenAtOnce {
		return nil
	}
	return f.prove(ctx, kind)
}

func (f *findings) prove(ctx context.Context, kind directory.Kind) error {
	missing := f.missing[kind]
	f.missing[kind] = nil
	ids := make([]string, len(missing))
	for i, o := range missing {
		ids[i] = o.ID
	}
	owners, err := f.syncer.Target.Owners(ctx, kind, ids)
	if err != nil {
		return err
	}
	for i, o := range missing {
		if !owners[i].Lost(o.Anchor, f.marks) {
			continue
		}
		f.audit.Drift.Gone++
		f.pass.log.Warn("deleted online by somebody else, or not syncd's any more", zap.Stringer("anchor", o.Anchor), zap.String("id", o.ID),
			zap.Bool("there", owners[i].There), zap.String("externalId", owners[i].ExternalID))
		if err := f.add(o); err != nil {
			return err
		}
	}
	return nil
}

func (f *findings) add(o diff.Observation) error {
	if f.batch = append(f.batch, o); len(f.batch) < f.syncer.Batch {
		return nil
	}
	return f.correct()
}

// correct writes the batch into the snapshot.
func (f *findings) correct() error {
	if len(f.batch) == 0 {
		return nil
	}
	err := f.pass.store.Observe(f.batch)
	f.batch = f.batch[:0]
	return err
}

func paths(attributes []directory.Attribute) []string {
	names := make([]string, len(attributes))
	for i, a := range attributes {
		names[i] = a.Path()
	}
	return names
}

// driftInWords says what was found online; unknown says that nobody knew what to expect there.
func driftInWords(d *diff.Drift, unknown, dry bool) string {
	if unknown {
		return fmt.Sprintf("%d were online already under their anchors and are known again", d.Strange)
	}
	var parts []string
	for _, part := range []struct {
		n    int
		what string
	}{
		{d.Changed, "with attributes that somebody else changed"},
		{d.Gone, "deleted online, or not syncd's any more"},
		{d.Strange, "online without being known"},
		{d.Active, "activated although they may not be used on premises"},
		{d.Managers, "with another manager"},
		{d.Edges, "memberships that somebody else changed"},
	} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	words := strings.Join(parts, ", ")
	switch {
	case words == "":
		return "what is online is as it was left"
	case dry:
		return "online differs: " + words
	}
	return "online differed, and what syncd masters was repaired: " + words
}
