package store

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// Acknowledge keeps what the online directory answered to one batch, in one transaction: acknowledged changes enter the snapshot,
// refusals are listed with the time of their next try.
func (s *Store) Acknowledge(passID string, now time.Time, batch []diff.Answer) error {
	return s.update(func(tx *bbolt.Tx) error {
		w := writer{tx: tx}
		for i := range batch {
			if err := w.answer(passID, now, &batch[i]); err != nil {
				return err
			}
		}
		return w.keepCounts()
	})
}

// writer changes objects and their indexes together, within one transaction.
type writer struct {
	tx    *bbolt.Tx
	delta map[directory.Kind]int // how the number of present entries changes
}

func (w *writer) answer(passID string, now time.Time, a *diff.Answer) error {
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
	e, found, err := entryIn(w.tx, a.Anchor)
	if err != nil {
		return err
	}
	created := creates(a.Op)
	if !found && !created {
		return nil // acknowledged, and removed again by a later answer of an interrupted pass
	}
	if created && e.ID != "" && e.ID != a.Outcome.ID { // it had gone, with its edges and references, and now there is another one
		if err := w.remove(a.Anchor); err != nil {
			return err
		}
		e = diff.Entry{}
	}
	if err := w.dropExpiry(a.Anchor, &e); err != nil {
		return err
	}
	e.Sent, e.InDoubt = e.Sent && a.Op == diff.SetManager, e.InDoubt && !created
	switch a.Op {
	case diff.Create, diff.CreateGroup:
		w.count(a.Kind, e.ID == "" || e.Departed, +1)
		e.ID, e.IDInDoubt = a.Outcome.ID, false
		w.take(&e, a.After, a.Adopted)
	case diff.Update, diff.UpdateGroup:
		w.count(a.Kind, e.Departed, +1)
		w.take(&e, a.After, e.Resource.Enabled)
	case diff.Block:
		e.Resource.Enabled, e.Block = false, blocked(e.Block)
	case diff.Unblock:
		e.Resource.Enabled, e.Block = true, diff.NotBlocked
	case diff.SetManager:
		if err := w.moveReport(a.Anchor, e.Resource.Manager, a.Other); err != nil {
			return err
		}
		e.Resource.Manager, e.ManagerInDoubt = a.Other, false
	case diff.Depart:
		if !a.Keep {
			return w.remove(a.Anchor)
		}
		w.count(a.Kind, !e.Departed, -1)
		e.Departed, e.Resource.Enabled, e.Block = true, false, blocked(e.Block)
	}
	return w.put(a.Anchor, &e)
}

// take makes an acknowledged resource the entry's own. Its manager stays the one that was pushed, and an account that may be active
// (usable) counts as usable until a block of its own is acknowledged: attributes block nobody.
func (w *writer) take(e *diff.Entry, r *directory.Resource, usable bool) {
	manager := e.Resource.Manager
	e.Resource, e.Departed = *r, false
	e.Resource.Manager = manager
	e.Resource.Enabled = r.Enabled || usable
}

// blocked is the state after an acknowledged block: only what was active when syncd blocked it may be activated again by syncd.
func blocked(before diff.BlockState) diff.BlockState {
	if before == diff.NotBlocked {
		return diff.NotBlocked
	}
	return diff.BlockedBySyncd
}

func (w *writer) put(a directory.Anchor, e *diff.Entry) error {
	b, err := encodeEntry(e)
	if err != nil {
		return err
	}
	if err := w.tx.Bucket(bucketObjects).Put(a[:], b); err != nil {
		return fmt.Errorf("writing the snapshot: %w", err)
	}
	if e.Resource.Expires.IsZero() || !e.Resource.Enabled {
		return nil
	}
	return w.tx.Bucket(bucketExpiry).Put(expiryKey(e.Resource.Expires, a), nil)
}

// dropExpiry takes an entry out of the list of those that expire; put lists it again where it does.
func (w *writer) dropExpiry(a directory.Anchor, e *diff.Entry) error {
	if e.Resource.Expires.IsZero() {
		return nil
	}
	return w.tx.Bucket(bucketExpiry).Delete(expiryKey(e.Resource.Expires, a))
}

// remove takes an object, its edges and its references out of the snapshot.
func (w *writer) remove(a directory.Anchor) error {
	e, found, err := entryIn(w.tx, a)
	if err != nil || !found {
		return err
	}
	w.count(e.Resource.Kind, e.ID != "" && !e.Departed, -1)
	var edges []directory.Edge
	var reports []directory.Anchor
	err = errors.Join(
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
	for _, r := range reports {
		err = errors.Join(err, w.dropManager(r))
	}
	return errors.Join(err, w.moveReport(a, e.Resource.Manager, directory.Anchor{}), w.dropExpiry(a, &e), w.tx.Bucket(bucketObjects).Delete(a[:]))
}

// dropManager forgets that a report's manager was pushed: the manager has left.
func (w *writer) dropManager(report directory.Anchor) error {
	e, found, err := entryIn(w.tx, report)
	if err != nil || !found {
		return err
	}
	if err := w.moveReport(report, e.Resource.Manager, directory.Anchor{}); err != nil {
		return err
	}
	e.Resource.Manager = directory.Anchor{}
	return w.put(report, &e)
}

func (w *writer) moveReport(report, from, to directory.Anchor) error {
	reports := w.tx.Bucket(bucketReports)
	if !from.IsZero() {
		if err := reports.Delete(pair(from, report)); err != nil {
			return fmt.Errorf("writing the snapshot: %w", err)
		}
	}
	if to.IsZero() {
		return nil
	}
	return reports.Put(pair(to, report), nil)
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
	return errors.Join(
		w.tx.Bucket(bucketMembers).Put(pair(e.Group, e.Member), state),
		w.tx.Bucket(bucketGroups).Put(pair(e.Member, e.Group), nil),
	)
}

func (w *writer) deleteEdge(e directory.Edge) error {
	return errors.Join(
		w.tx.Bucket(bucketMembers).Delete(pair(e.Group, e.Member)),
		w.tx.Bucket(bucketGroups).Delete(pair(e.Member, e.Group)),
	)
}

func (w *writer) count(k directory.Kind, applies bool, by int) {
	if !applies {
		return
	}
	if w.delta == nil {
		w.delta = map[directory.Kind]int{}
	}
	w.delta[k] += by
}

func (w *writer) keepCounts() error {
	if len(w.delta) == 0 {
		return nil
	}
	counts, err := presentIn(w.tx)
	if err != nil {
		return err
	}
	for k, by := range w.delta {
		counts[k] += by
	}
	b, err := json.Marshal(counts)
	if err != nil {
		return fmt.Errorf("the counts of the snapshot: %w", err)
	}
	return w.tx.Bucket(bucketMeta).Put(keyPresent, b)
}

func expiryKey(at time.Time, a directory.Anchor) []byte {
	return append(binary.BigEndian.AppendUint64(nil, uint64(at.Unix())), a[:]...)
}
