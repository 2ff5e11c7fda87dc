package syncer

import (
	"context"
	"errors"
	"strings"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// recheck asks Active Directory about those whom a saved plan makes usable or lets go: since it was made one may have been disabled, the other
// have come back. The next pass mends everything else that a plan does too late, but not that a leaver was let in or a colleague removed.
func (s *Syncer) recheck(ctx context.Context, p *pass, h *diff.Header) (err error) {
	ops, anchors, err := p.grave()
	if err != nil || len(anchors) == 0 {
		return err
	}
	names, err := s.namesOf(p, anchors)
	if err != nil {
		return err
	}
	if p.session, err = s.Open(ctx, p.state.Containers); err != nil {
		return err
	}
	if p.pilot, err = p.session.Pilot(ctx); err != nil {
		return err
	}
	in := s.newIntake(ctx, p)
	defer func() { err = errors.Join(err, in.planner.Close(), in.planner.Abandon()) }()
	var changed []string
	err = p.session.Lookup(ctx, names, func(o *directory.Object) error {
		said, err := in.contradicts(o, ops)
		if said != "" {
			changed = append(changed, said)
		}
		return err
	})
	if err == nil && len(changed) > 0 {
		return stale(h, strings.Join(changed, "; "))
	}
	return err
}

// grave are the objects that a plan unblocks or lets go.
func (p *pass) grave() (ops map[directory.Anchor]diff.Op, anchors []directory.Anchor, err error) {
	ops = map[directory.Anchor]diff.Op{}
	for _, op := range []diff.Op{diff.Unblock, diff.Depart} {
		err = errors.Join(err, p.plan.Each(op, func(c *diff.Change) error {
			ops[c.Anchor] = op
			anchors = append(anchors, c.Anchor)
			return nil
		}))
	}
	return ops, anchors, err
}

// contradicts says why an object as it is now is not to be unblocked, or not to go; empty where it is.
func (in *intake) contradicts(o *directory.Object, ops map[directory.Anchor]diff.Op) (string, error) {
	if err := Recognise(in.pass.store, in.syncer.OwnAnchors, o); err != nil {
		return "", err
	}
	v := in.mapper.Map(o, in.syncer.Now())
	switch op := ops[o.Anchor]; {
	case in.failed != nil:
		return "", in.failed
	case op == diff.Depart && v.Out == nil && !o.Deleted:
		return o.DN + " is in scope again", nil
	case op == diff.Unblock && (v.Out != nil || v.Resource == nil || !v.Resource.Enabled):
		return o.DN + " may not be used any more", nil
	}
	return "", nil
}
