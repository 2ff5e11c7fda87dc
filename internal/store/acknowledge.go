package store

import (
	"errors"
	"time"

	"go.etcd.io/bbolt"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// Acknowledge keeps what the online directory answered to one batch, in one transaction: acknowledged changes enter the snapshot,
// refusals are listed with the time of their next try.
func (s *Store) Acknowledge(passID string, now time.Time, batch []diff.Answer) error {
	return s.update(func(tx *bbolt.Tx) error {
		w := s.writer(tx)
		for i := range batch {
			if err := w.answer(passID, now, &batch[i]); err != nil {
				return err
			}
		}
		return w.keepCounts()
	})
}

func (w *writer) answer(passID string, now time.Time, a *diff.Answer) error {
	if err := w.push(passID, now, a); err != nil {
		return err
	}
	if a.Refusal == nil {
		return errors.Join(w.forget(passID, a), w.acknowledge(a))
	}
	if err := w.deny(a); err != nil || a.PutOff {
		return err
	}
	return w.refuse(passID, now, a)
}

func (w *writer) acknowledge(a *diff.Answer) error {
	switch a.Op {
	case diff.AddMember:
		return w.putEdge(directory.Edge{Group: a.Anchor, Member: a.Other}, edgeCertain)
	case diff.RemoveMember:
		return w.deleteEdge(directory.Edge{Group: a.Anchor, Member: a.Other})
	}
	e, found, err := w.store.entryIn(w.tx, a.Anchor)
	if err != nil {
		return err
	}
	created := creates(a.Op)
	if !found && !created {
		return nil // acknowledged, and removed again by a later answer of an interrupted pass
	}
	if a.Undo && a.Outcome.ID == "" { // nothing was left behind
		return w.remove(a.Anchor)
	}
	if created && e.ID != "" && e.ID != a.Outcome.ID { // it had gone, with its edges and references, and now there is another one
		if err := w.remove(a.Anchor); err != nil {
			return err
		}
		e = diff.Entry{ManagerInDoubt: e.ManagerInDoubt} // a creation that had no answer may have given it one
	}
	e.Sent, e.InDoubt = e.Sent && a.Op == diff.SetManager, e.InDoubt && !created
	switch a.Op {
	case diff.Create, diff.CreateGroup:
		e.ID, e.IDInDoubt = a.Outcome.ID, false
		w.take(&e, a.After, a.Adopted)
		if a.Managed {
			e.Resource.Manager, e.ManagerInDoubt = a.After.Manager, false
		}
	case diff.Update, diff.UpdateGroup:
		w.take(&e, a.After, e.Resource.Enabled)
	case diff.Block:
		e.Resource.Enabled, e.Block = false, blocked(e.Block)
	case diff.Unblock:
		e.Resource.Enabled, e.Block = true, diff.NotBlocked
	case diff.SetManager:
		e.Resource.Manager, e.ManagerInDoubt = a.Other, false
	case diff.Depart:
		if !a.Keep {
			return w.remove(a.Anchor)
		}
		e.Departed, e.Resource.Enabled, e.Block = true, false, blocked(e.Block)
	}
	return w.put(a.Anchor, &e)
}

// take makes an acknowledged resource the entry's own. Its manager stays the one that was pushed, and an account that may be active
// (usable) counts as usable until a block of its own is acknowledged: attributes block nobody.
func (w *writer) take(e *diff.Entry, r *directory.Resource, usable bool) {
	manager := e.Resource.Manager
	e.Resource, e.Departed, e.Unidentified = *r, false, false
	e.Resource.Manager = manager
	e.Resource.Enabled = r.Enabled || usable
}

// remove takes an object, its edges and its references out of the snapshot.
func (w *writer) remove(a directory.Anchor) error {
	var edges []directory.Edge
	var reports []directory.Anchor
	err := errors.Join(
		walkPairsIn(w.tx, bucketMembers, a, func(m directory.Anchor, _ []byte) error {
			edges = append(edges, directory.Edge{Group: a, Member: m})
			return nil
		}),
		walkPairsIn(w.tx, bucketGroups, a, func(g directory.Anchor, _ []byte) error {
			edges = append(edges, directory.Edge{Group: g, Member: a})
			return nil
		}),
		walkPairsIn(w.tx, bucketReports, a, func(r directory.Anchor, _ []byte) error { reports = append(reports, r); return nil }),
	)
	for _, edge := range edges {
		err = errors.Join(err, w.deleteEdge(edge))
	}
	for _, r := range reports { // their manager has left
		err = errors.Join(err, w.change(r, func(e *diff.Entry) { e.Resource.Manager = directory.Anchor{} }))
	}
	return errors.Join(err, w.put(a, nil))
}

// What the key of an edge in bucketMembers leads to. Nil is what a value of no bytes is written as.
var (
	edgeCertain []byte
	edgeInDoubt = []byte{1}
)

// putEdge keeps an edge, unless one of its ends was found to be gone by another answer of the same batch.
func (w *writer) putEdge(e directory.Edge, state []byte) error {
	objects := w.tx.Bucket(bucketObjects)
	if objects.Get(e.Group[:]) == nil || objects.Get(e.Member[:]) == nil {
		return nil
	}
	w.store.written.Add(int64(len(e.Group) + len(e.Member)))
	err := w.tx.Bucket(bucketMembers).Put(pair(e.Group, e.Member), state)
	groups, key := w.tx.Bucket(bucketGroups), pair(e.Member, e.Group)
	if groups.Get(key) == nil { // it is there from when the membership was intended, on a page of its own
		err = errors.Join(err, groups.Put(key, nil))
	}
	return err
}

func (w *writer) deleteEdge(e directory.Edge) error {
	return errors.Join(
		w.tx.Bucket(bucketMembers).Delete(pair(e.Group, e.Member)),
		w.tx.Bucket(bucketGroups).Delete(pair(e.Member, e.Group)),
	)
}
