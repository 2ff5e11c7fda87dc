package diff

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"iter"
	"slices"

	"syncd/internal/directory"
)

// Audit compares what is really online with the snapshot: Add every resource that is online and Members of every group, then Finish.
// It keeps ids and edges in sorters, so a million resources need no more memory than a thousand. Close releases its files.
type Audit struct {
	snapshot   Snapshot
	shows      func(directory.Kind, directory.Attribute) bool
	noManagers bool    // nobody was seen with a manager: the service does not return them
	unmanaged  bool    // it has none, as far as it tells
	seen       *sorter // anchor, of what is online under one
	ids        *sorter // see idRecord
	edges      *sorter // group, member
	managers   *sorter // report, manager
	read       *sorter // groups whose members were read

	Drift Drift
}

// Drift is what an audit found.
type Drift struct {
	Changed  int // resources with mastered attributes that somebody else changed
	Gone     int // acknowledged resources that are not online any more, counted by who asks for them
	Strange  int // resources with an anchor that nobody acknowledged: of a state file that was lost
	Active   int // accounts that syncd had left unusable, and that are active
	Managers int
	Edges    int // memberships that appeared or disappeared
	Foreign  int // resources that are not syncd's: they are left alone
}

// Repairs reports how many differences concern syncd.
func (d *Drift) Repairs() int {
	return d.Changed + d.Gone + d.Strange + d.Active + d.Managers + d.Edges
}

// An id record joins online ids with anchors: a digest of the id, what the record tells (idOwner first), and an anchor: whose id it is, the
// group that lists it, or the report that names it as its manager.
const idRecord = 16 + 1 + 16

const (
	idOwner   = 0
	idMember  = 1
	idManager = 2
)

// stranger stands for a manager who is not syncd's: nobody has this anchor.
var stranger = directory.Anchor(bytes.Repeat([]byte{0xff}, len(directory.Anchor{})))

// Unmanaged tells the audit that the service has no managers, so that nobody is expected to be seen with one.
func (a *Audit) Unmanaged() { a.unmanaged = true }

// NewAudit returns an audit against a snapshot, with temporary files in dir. Attributes that the service does not show of a kind are not
// compared.
func NewAudit(dir string, snapshot Snapshot, shows func(directory.Kind, directory.Attribute) bool) *Audit {
	const anchor = len(directory.Anchor{})
	return &Audit{
		snapshot: snapshot, shows: shows, noManagers: true,
		seen: newSorter(dir, anchor), ids: newSorter(dir, idRecord), edges: newSorter(dir, 2*anchor), managers: newSorter(dir, 2*anchor),
		read: newSorter(dir, anchor),
	}
}

// Close removes the audit's files.
func (a *Audit) Close() error {
	return errors.Join(a.seen.Close(), a.ids.Close(), a.edges.Close(), a.managers.Close(), a.read.Close())
}

// Add takes one resource that is online. It returns what the snapshot has to learn, nil where it knows, and the attributes that differ.
// A resource without an anchor is not syncd's: it is counted and left alone.
func (a *Audit) Add(o *Online) (*Observation, []directory.Attribute, error) {
	if o.Anchor.IsZero() {
		a.Drift.Foreign++
		return nil, nil, nil
	}
	err := errors.Join(a.seen.add(o.Anchor[:]), a.addID(o.ID, idOwner, o.Anchor))
	if o.ManagerID != "" {
		a.noManagers = false
		err = errors.Join(err, a.addID(o.ManagerID, idManager, o.Anchor))
	}
	if err != nil {
		return nil, nil, err
	}
	e, found, err := a.snapshot.Entry(o.Anchor)
	if err != nil {
		return nil, nil, err
	}
	observed := &Observation{Anchor: o.Anchor, ID: o.ID, Resource: o.Resource, Active: o.Active}
	observed.Resource.Manager = e.Resource.Manager
	if !found {
		a.Drift.Strange++
		return observed, nil, nil
	}
	observed.Resource.Values = a.completed(o.Resource.Values, &e.Resource)
	differ := differing(&e.Resource, &observed.Resource)
	risen := o.Active && !e.Resource.Enabled && e.Resource.Kind == directory.User
	if e.Uncertain() { // what syncd sent itself and nobody answered is nobody else's change
		return observed, nil, nil
	}
	if len(differ) > 0 {
		a.Drift.Changed++
	}
	if risen {
		a.Drift.Active++
	}
	if len(differ) == 0 && !risen && e.ID == o.ID {
		return nil, nil, nil
	}
	return observed, differ, nil
}

// completed takes the values of attributes that the service does not return from what it acknowledged.
func (a *Audit) completed(read []directory.Value, acknowledged *directory.Resource) []directory.Value {
	kind := acknowledged.Kind
	values := slices.DeleteFunc(slices.Clone(read), func(v directory.Value) bool { return !a.shows(kind, v.Attribute) })
	for _, v := range acknowledged.Values {
		if !a.shows(kind, v.Attribute) {
			values = append(values, v)
		}
	}
	slices.SortFunc(values, func(x, y directory.Value) int { return int(x.Attribute) - int(y.Attribute) })
	return values
}

// differing lists the attributes in which two resources differ.
func differing(a, b *directory.Resource) (list []directory.Attribute) {
	for _, attribute := range directory.Masters() {
		if !slices.Equal(a.Get(attribute), b.Get(attribute)) {
			list = append(list, attribute)
		}
	}
	return list
}

func (a *Audit) addID(id string, tells byte, anchor directory.Anchor) error {
	digest := sha256.Sum256([]byte(id))
	return a.ids.add(digest[:16], []byte{tells}, anchor[:])
}

// Members takes a part of the ids that a group lists online.
func (a *Audit) Members(group directory.Anchor, ids []string) error {
	if err := a.read.add(group[:]); err != nil {
		return err
	}
	for _, id := range ids {
		if err := a.addID(id, idMember, group); err != nil {
			return err
		}
	}
	return nil
}

// Finish hands on what the snapshot has to learn once everything was added: acknowledged resources that nobody saw, which may be gone (the
// caller has to ask for each), resources with another manager, and memberships of groups that appeared (added) or disappeared (gone)
// online. Members that are not syncd's are left alone.
func (a *Audit) Finish(observe func(Observation) error, members func(group directory.Anchor, added, gone []directory.Anchor) error) error {
	if err := a.join(); err != nil {
		return err
	}
	return errors.Join(a.finishObjects(observe), a.finishEdges(members))
}

// join turns ids into anchors.
func (a *Audit) join() error {
	var id [16]byte
	var owner directory.Anchor
	return a.ids.each(func(record []byte) error {
		if [16]byte(record[:16]) != id {
			id, owner = [16]byte(record[:16]), directory.Anchor{}
		}
		anchor := directory.Anchor(record[17:])
		switch {
		case record[16] == idOwner:
			owner = anchor
			return nil
		case owner.IsZero() && record[16] == idManager:
			return a.managers.add(anchor[:], stranger[:])
		case owner.IsZero(): // a member who is not syncd's
			return nil
		case record[16] == idMember:
			return a.edges.add(anchor[:], owner[:])
		}
		return a.managers.add(anchor[:], owner[:])
	})
}

// finishObjects walks the snapshot beside what was seen online, then hands on what it found: the snapshot may not be written while it
// is walked.
func (a *Audit) finishObjects(observe func(Observation) error) error {
	const anchor = len(directory.Anchor{})
	gone, moved := newSorter(a.seen.dir, anchor), newSorter(a.seen.dir, 2*anchor)
	err := a.compareObjects(gone, moved)
	if err == nil {
		err = gone.each(func(record []byte) error {
			e, _, err := a.snapshot.Entry(directory.Anchor(record))
			if err != nil {
				return err
			}
			return observe(Observation{Anchor: e.Resource.Anchor, ID: e.ID, Resource: directory.Resource{Kind: e.Resource.Kind}, Gone: true})
		})
	}
	// Where not a single one of many managers is to be seen, the service does not return them.
	if a.noManagers && (a.unmanaged || a.Drift.Managers > partialFloor) {
		a.Drift.Managers = 0
		return errors.Join(err, gone.Close(), moved.Close())
	}
	if err == nil {
		err = moved.each(func(record []byte) error {
			e, _, err := a.snapshot.Entry(directory.Anchor(record[:16]))
			if err != nil {
				return err
			}
			o := Observation{Anchor: e.Resource.Anchor, ID: e.ID, Resource: e.Resource, Active: e.Resource.Enabled}
			o.Resource.Manager = directory.Anchor(record[16:])
			return observe(o)
		})
	}
	return errors.Join(err, gone.Close(), moved.Close())
}

// compareObjects finds the acknowledged objects that are not online (gone), and those with another manager than the acknowledged one
// (moved, with that manager).
func (a *Audit) compareObjects(gone, moved *sorter) error {
	seen, managers := newCursor(a.seen), newCursor(a.managers)
	defer seen.stop()
	defer managers.stop()
	known := newSorter(a.seen.dir, len(directory.Anchor{})) // no entry is read while the entries are walked
	err := a.snapshot.Anchors(func(anchor directory.Anchor, _ bool) error { return known.add(anchor[:]) })
	if err != nil {
		return errors.Join(err, known.Close())
	}
	err = known.each(func(record []byte) error {
		anchor := directory.Anchor(record)
		e, found, err := a.snapshot.Entry(anchor)
		if err != nil || !found || e.ID == "" {
			return err
		}
		if at, err := seen.find(anchor); err != nil {
			return err
		} else if at == nil {
			return gone.add(anchor[:])
		}
		var manager directory.Anchor
		at, err := managers.find(anchor)
		if err != nil {
			return err
		}
		if at != nil {
			manager = directory.Anchor(at[16:])
		}
		if manager == e.Resource.Manager {
			return nil
		}
		a.Drift.Managers++
		return moved.add(anchor[:], manager[:])
	})
	return errors.Join(err, known.Close())
}

// finishEdges compares the members of each group that was read.
func (a *Audit) finishEdges(members func(group directory.Anchor, added, gone []directory.Anchor) error) error {
	edges := newCursor(a.edges)
	defer edges.stop()
	return a.read.each(func(record []byte) error {
		group := directory.Anchor(record)
		var added, gone []directory.Anchor
		stored := map[directory.Anchor]bool{}
		err := a.snapshot.Members(group, func(m directory.Anchor, _ bool) error { stored[m] = true; return nil })
		if err != nil {
			return err
		}
		for {
			at, err := edges.find(group)
			if err != nil {
				return err
			}
			if at == nil {
				break
			}
			member := directory.Anchor(at[16:])
			if !stored[member] {
				added = append(added, member)
			}
			delete(stored, member)
			edges.skip()
		}
		for m := range stored {
			gone = append(gone, m)
		}
		slices.SortFunc(gone, compareAnchors)
		a.Drift.Edges += len(added) + len(gone)
		if len(added)+len(gone) == 0 {
			return nil
		}
		return members(group, added, gone)
	})
}

// cursor walks a sorter's records beside a walk over anchors in the same order.
type cursor struct {
	next func() ([]byte, bool)
	stop func()
	head []byte // nil before the first step and after the last
	err  error
	done bool
}

func newCursor(s *sorter) *cursor {
	c := &cursor{}
	c.next, c.stop = iter.Pull(func(yield func([]byte) bool) {
		c.err = s.each(func(record []byte) error {
			if !yield(record) {
				return errStopped
			}
			return nil
		})
	})
	c.skip()
	return c
}

// skip leaves the present record behind.
func (c *cursor) skip() {
	record, more := c.next()
	c.head = record
	if !more {
		c.head, c.done = nil, true
	}
}

// find returns the next record that begins with an anchor, nil where there is none; records of smaller anchors are passed over.
func (c *cursor) find(a directory.Anchor) ([]byte, error) {
	for !c.done && bytes.Compare(c.head[:len(a)], a[:]) < 0 {
		c.skip()
	}
	if c.done {
		return nil, c.err
	}
	if !bytes.Equal(c.head[:len(a)], a[:]) {
		return nil, nil
	}
	return c.head, nil
}
