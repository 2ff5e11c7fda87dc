package ldapsource

import (
	"context"
	"fmt"

	"github.com/go-ldap/ldap/v3"

	"syncd/internal/directory"
)

// Delta reports what changed since the watermark. DirSync says which objects and memberships those are; each object is then read
// again, so that object receives its state of now, or its tombstone:
//
//   - every object whose watched attributes changed, wherever it is and whether or not it matches the configured filter
//     (FilterMiss), without members but with its back links;
//   - everything below a container that was renamed or moved, because all those names changed;
//   - every anchor of also that exists, or whose tombstone is visible;
//   - a group whose membership the server would not tell by single values, with MembersRead.
//
// An object may come more than once. Then link receives each changed membership once, as it was last seen; members may be of any
// kind. An object or a membership that AD removed together with a deleted object is in no delta: the tombstone stands for them.
//
// errors.Is(err, directory.ErrWatermark) means that the watermark cannot be trusted here, and the text says why: make a full pass.
// An error of object or link ends the read and is returned.
func (s *Session) Delta(ctx context.Context, from directory.Watermark, also []directory.Anchor,
	object func(*directory.Object) error, link func(directory.Link) error,
) (directory.Watermark, error) {
	if err := s.refresh(ctx); err != nil {
		return directory.Watermark{}, err
	}
	if err := s.trust(from); err != nil {
		return directory.Watermark{}, err
	}
	mark := s.mark()
	set, cookie, err := s.changesSince(ctx, from.Cookie)
	if err != nil {
		return directory.Watermark{}, err
	}
	mark.Cookie = cookie
	d := delta{session: s, set: set, object: object, asked: make(map[directory.Anchor]struct{}, len(also))}
	for _, a := range also {
		d.asked[a] = struct{}{}
		set.add(a)
	}
	if err := d.reread(ctx); err != nil {
		return directory.Watermark{}, s.fault(ctx, err, "reading the changed objects")
	}
	for i := range set.links {
		if _, whole := set.whole[set.links[i].Group]; whole {
			continue
		}
		set.links[i].Changed = set.linked[set.links[i].Group]
		if err := link(set.links[i]); err != nil {
			return directory.Watermark{}, err
		}
	}
	return mark, nil
}

// trust refuses a watermark that this domain controller cannot continue. A cookie that is wrong is often accepted without error
// and answered with nothing, so what the domain controller says about itself decides.
func (s *Session) trust(from directory.Watermark) error {
	why := ""
	switch {
	case s.source.cfg.Changes == ChangesFull:
		why = "source.changes is full, so every pass is a full one"
	case from.IsZero():
		why = "nothing has been read yet"
	case from.Server != s.server:
		why = fmt.Sprintf("it was read from %s, and now %s answers", from.Server, s.server)
	case from.InvocationID != s.root.invocation:
		why = fmt.Sprintf("%s was restored from a backup or set up anew (its invocation id changed)", s.server)
	case from.HighestUSN > s.root.highestUSN:
		why = fmt.Sprintf("%s was put back to an earlier state (its highestCommittedUSN fell from %d to %d)", s.server, from.HighestUSN, s.root.highestUSN)
	default:
		return nil
	}
	return fmt.Errorf("%w: %s", directory.ErrWatermark, why)
}

// delta is the second half of a delta read: from what changed to the state of now.
type delta struct {
	session    *Session
	set        *changeSet
	object     func(*directory.Object) error
	asked      map[directory.Anchor]struct{}
	containers []directory.Anchor // renamed or moved
}

func (d *delta) reread(ctx context.Context) error {
	if err := d.session.lookup(ctx, d.set.order, d.found, d.missing); err != nil {
		return err
	}
	for _, c := range d.containers {
		if err := d.subtree(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func (d *delta) found(ctx context.Context, p *entry) error {
	o := &p.object
	_, asked := d.asked[o.Anchor]
	if _, moved := d.set.moved[o.Anchor]; moved && p.container() {
		d.containers = append(d.containers, o.Anchor)
	}
	if asked {
		p.keepFormerUser()
	}
	if o.Deleted && !asked && !p.syncable() || !o.Deleted && o.Kind == 0 {
		return nil
	}
	if _, whole := d.set.whole[o.Anchor]; whole && o.Kind == directory.Group {
		members, exists, err := d.session.membership(ctx, o.Anchor)
		if err != nil || !exists {
			return err
		}
		o.Members, o.MembersRead = members, true
	}
	if _, linked := d.set.linked[o.Anchor]; linked {
		d.set.linked[o.Anchor] = o.Changed
	}
	return consumer(d.object(o))
}

// missing hears of an object that changed but is not there any more. Where DirSync called it deleted its tombstone is hidden from
// look-ups, and DirSync's word is the evidence; otherwise it is not known what became of it, and nothing is said.
func (d *delta) missing(a directory.Anchor) error {
	parent, deleted := d.set.deleted[a]
	if !deleted {
		return nil
	}
	return consumer(d.object(&directory.Object{Anchor: a, Deleted: true, LastKnownParent: parent}))
}

// subtree reads everything below a renamed or moved container again.
func (d *delta) subtree(ctx context.Context, container directory.Anchor) error {
	s := d.session
	q := query{op: "page", base: baseOf(container), filter: s.source.liveFilter(), attributes: s.source.rereadAttributes()}
	err := s.objects(ctx, q, func(p *entry) error { return consumer(d.object(&p.object)) })
	if ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
		return nil // deleted since: the next delta has the tombstones
	}
	return err
}
