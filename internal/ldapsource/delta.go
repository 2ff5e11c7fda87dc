package ldapsource

import (
	"context"
	"slices"

	"syncd/internal/directory"
)

// Delta reports what changed since the watermark. The watermark's strategy says how it learns which objects and memberships those are;
// each object is then read again, so that object receives its state of now, or its tombstone:
//
//   - every object whose watched attributes changed (polling by uSNChanged: any attribute), wherever it is and whether or not it matches
//     the configured filter (FilterMiss), without members but with its back links;
//   - everything below a container that was renamed or moved, because all those names changed;
//   - every object of also, named by anchor or objectGUID, that exists or whose tombstone is visible;
//   - a group whose membership the server would not tell by single values, with MembersRead;
//   - whoever claims the same anchor as one of these.
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
	if err := s.trust(ctx, from); err != nil {
		return directory.Watermark{}, err
	}
	set, mark, err := s.changesSince(ctx, from, s.mark())
	if err != nil {
		return directory.Watermark{}, err
	}
	d := delta{session: s, set: set, object: object, asked: make(map[directory.Anchor]struct{}, len(also))}
	if err := d.reread(ctx, also); err != nil {
		return directory.Watermark{}, s.fault(ctx, err, "reading the changed objects")
	}
	if err := d.links(ctx, link); err != nil {
		return directory.Watermark{}, s.fault(ctx, err, "reading the changed memberships")
	}
	return s.witnessed(ctx, mark)
}

// delta is the second half of a delta read: from what changed to the state of now.
type delta struct {
	session    *Session
	set        *changeSet
	object     func(*directory.Object) error
	asked      map[directory.Anchor]struct{} // anchors or objectGUIDs
	containers []directory.Container         // renamed or moved
}

func (d *delta) reread(ctx context.Context, also []directory.Anchor) error {
	s := d.session
	s.parties, s.unseen = nil, nil
	var named []directory.Anchor // that the changes do not name anyway
	for _, a := range also {
		d.asked[a] = struct{}{}
		if _, changed := d.set.seen[a]; !changed {
			named = append(named, a)
		}
	}
	if err := s.lookup(ctx, d.set.order, false, d.found, d.missing); err != nil {
		return err
	}
	if err := s.lookup(ctx, named, true, d.found, d.missing); err != nil {
		return err
	}
	if err := s.lookup(ctx, d.otherParties(), false, d.found, d.missing); err != nil {
		return err
	}
	for _, c := range topmost(d.containers) {
		if err := d.subtree(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// otherParties are the objects that claim the anchor of one that changed, and did not change themselves.
func (d *delta) otherParties() []directory.Anchor {
	var others []directory.Anchor
	for _, guid := range d.session.parties {
		if _, changed := d.set.seen[guid]; !changed && !slices.Contains(others, guid) {
			others = append(others, guid)
		}
	}
	return others
}

func (d *delta) found(ctx context.Context, p *entry) error {
	o := &p.object
	_, asked := d.asked[o.Anchor]
	if !asked {
		_, asked = d.asked[o.GUID]
	}
	if _, moved := d.set.moved[o.GUID]; moved && p.container() {
		d.containers = append(d.containers, directory.Container{Anchor: o.GUID, DN: o.DN})
	}
	if asked {
		p.keepFormerUser()
	}
	if o.Deleted && !asked && !p.syncable() || !o.Deleted && o.Kind == 0 {
		return nil
	}
	if _, whole := d.set.whole[o.GUID]; whole && o.Kind == directory.Group {
		group, exists, err := d.session.membership(ctx, o.GUID)
		if err != nil || !exists {
			return err
		}
		o.Members, o.Foreign, o.MembersRead = group.object.Members, group.object.Foreign, true
	}
	_, o.Restored = d.set.restored[o.GUID]
	if _, linked := d.set.linked[o.GUID]; linked {
		d.set.linked[o.GUID] = o.Changed
	}
	return consumer(d.object(o))
}

// links hands on the memberships that changed one by one, as anchors.
func (d *delta) links(ctx context.Context, link func(directory.Link) error) error {
	s := d.session
	ends := make([]directory.Anchor, 0, 2*len(d.set.links))
	for _, l := range d.set.links {
		ends = append(ends, l.Group, l.Member)
	}
	if err := s.learn(ctx, ends); err != nil {
		return err
	}
	for _, l := range d.set.links {
		if _, whole := d.set.whole[l.Group]; whole {
			continue
		}
		l.Changed = d.set.linked[l.Group]
		l.Edge = directory.Edge{Group: s.anchorOf(l.Group), Member: s.anchorOf(l.Member)}
		if err := link(l); err != nil {
			return consumer(err)
		}
	}
	return nil
}

// missing hears of an object that changed but is not there any more. Where the changes called it deleted its tombstone is hidden from
// look-ups, and their word is the evidence; otherwise it is not known what became of it, and nothing is said.
func (d *delta) missing(guid directory.Anchor) error {
	parent, deleted := d.set.deleted[guid]
	if !deleted {
		if _, changed := d.set.seen[guid]; changed {
			d.session.unseen = append(d.session.unseen, guid)
		}
		return nil
	}
	return consumer(d.object(&directory.Object{Anchor: guid, GUID: guid, Deleted: true, LastKnownParent: parent}))
}
