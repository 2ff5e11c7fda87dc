package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

func heldKey(k diff.HeldKey) []byte {
	b := append([]byte{byte(k.Op)}, k.Anchor[:]...)
	return append(b, k.Other[:]...)
}

func heldIn(v []byte) (h directory.HeldObject, err error) {
	err = unmarshal(v, &h, "the list of held changes")
	return h, err
}

// HeldChange implements diff.Snapshot.
func (s *Store) HeldChange(k diff.HeldKey) (h directory.HeldObject, found bool, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucketHeld).Get(heldKey(k))
		if found = b != nil; found {
			h, err = heldIn(b)
		}
		return err
	})
	return h, found, err
}

// HeldEdges implements diff.Snapshot.
func (s *Store) HeldEdges(visit func(directory.Edge) error) error {
	return s.eachHeldKey(diff.RemoveMember, func(k []byte) error {
		return visit(directory.Edge{Group: directory.Anchor(k[1:17]), Member: directory.Anchor(k[17:])})
	})
}

// HeldAnchors lists the objects whose departure or block is held or was decided on, each once: a delta must look at them again.
func (s *Store) HeldAnchors() (list []directory.Anchor, err error) {
	known := map[directory.Anchor]bool{}
	for _, op := range []diff.Op{diff.Depart, diff.Block} {
		err = errors.Join(err, s.eachHeldKey(op, func(k []byte) error {
			if a := directory.Anchor(k[1:17]); !known[a] {
				known[a] = true
				list = append(list, a)
			}
			return nil
		}))
	}
	return list, err
}

func (s *Store) eachHeldKey(op diff.Op, visit func(k []byte) error) error {
	return s.view(func(tx *bbolt.Tx) error {
		prefix := []byte{byte(op)}
		c := tx.Bucket(bucketHeld).Cursor()
		for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
			if err := visit(k); err != nil {
				return err
			}
		}
		return nil
	})
}

// Held lists the first n held changes: blocks, memberships, departures.
func (s *Store) Held(n int) (list []directory.HeldObject, err error) {
	err = s.EachHeld(func(h *directory.HeldObject) error {
		if len(list) >= n {
			return errEnough
		}
		list = append(list, *h)
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return list, err
}

var errEnough = errors.New("enough")

// heldPortion is how many held changes are read in one transaction: who visits them may ask the store, or wait for somebody else.
const heldPortion = 500

// EachHeld visits every change that is held, or was decided on and not acknowledged. No transaction is open during a visit.
func (s *Store) EachHeld(visit func(*directory.HeldObject) error) error {
	for after := []byte(nil); ; {
		portion := make([]directory.HeldObject, 0, heldPortion)
		err := s.view(func(tx *bbolt.Tx) error {
			c := tx.Bucket(bucketHeld).Cursor()
			k, v := c.Seek(after)
			if bytes.Equal(k, after) && after != nil {
				k, v = c.Next()
			}
			for ; k != nil && len(portion) < heldPortion; k, v = c.Next() {
				h, err := heldIn(v)
				if err != nil {
					return err
				}
				portion, after = append(portion, h), bytes.Clone(k)
			}
			return nil
		})
		if err != nil || len(portion) == 0 {
			return err
		}
		for i := range portion {
			if err := visit(&portion[i]); err != nil {
				return err
			}
		}
	}
}

func eachHeldIn(tx *bbolt.Tx, visit func(k []byte, h *directory.HeldObject) error) error {
	return tx.Bucket(bucketHeld).ForEach(func(k, v []byte) error {
		h, err := heldIn(v)
		if err != nil {
			return err
		}
		return visit(k, &h)
	})
}

// replaceHeld makes what a pass holds the whole of what is held; what was held before keeps the pass and the time that held it first, and
// its decision, which may be newer than the plan. It reports whether a held object is in doubt.
func (s *Store) replaceHeld(tx *bbolt.Tx, f *diff.Final) (doubt bool, err error) {
	kept, plans := map[string]bool{}, summaries{}
	keep := func(h directory.HeldObject) error {
		k, ok := diff.KeyOf(&h)
		if !ok {
			return fmt.Errorf("%q is no operation that can be held", h.Op)
		}
		key := heldKey(k)
		stored := tx.Bucket(bucketHeld).Get(key)
		if stored != nil {
			before, err := heldIn(stored)
			if err != nil {
				return err
			}
			if !diff.Supersedes(h.Evidence, &before) {
				h.Plan, h.Since, h.Decision = before.Plan, before.Since, before.Decision
			}
		}
		done, err := s.isDone(tx, k)
		if err != nil || done && h.Decision == directory.DecisionApproved {
			return err
		}
		if k.Op != diff.RemoveMember {
			doubt = doubt || doubts(tx, h.Anchor)
		}
		kept[string(key)] = true
		plans.add(&h)
		return putHeld(tx, key, stored, &h)
	}
	if f.Held != nil {
		if err := f.Held(keep); err != nil {
			return false, err
		}
	}
	return doubt, errors.Join(forgetHeld(tx, kept), plans.put(tx))
}

// putHeld writes a held change unless it is the stored one: what waits for weeks is not written in every pass.
func putHeld(tx *bbolt.Tx, key, stored []byte, h *directory.HeldObject) error {
	b, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("the list of held changes: %w", err)
	}
	if bytes.Equal(b, stored) {
		return nil
	}
	return tx.Bucket(bucketHeld).Put(key, b)
}

// forgetHeld drops what is not kept.
func forgetHeld(tx *bbolt.Tx, kept map[string]bool) error {
	var stale [][]byte
	held := tx.Bucket(bucketHeld)
	err := held.ForEach(func(k, _ []byte) error {
		if !kept[string(k)] {
			stale = append(stale, bytes.Clone(k))
		}
		return nil
	})
	for _, k := range stale {
		err = errors.Join(err, held.Delete(k))
	}
	return err
}

// isDone reports whether a held change is what the online directory has acknowledged by now.
func (s *Store) isDone(tx *bbolt.Tx, k diff.HeldKey) (bool, error) {
	if k.Op == diff.RemoveMember {
		return tx.Bucket(bucketMembers).Get(pair(k.Anchor, k.Other)) == nil, nil
	}
	e, found, err := s.entryIn(tx, k.Anchor)
	return !found || e.Departed || k.Op == diff.Block && !e.Resource.Enabled, err
}

// migrateHeld brings what a former version held, under the anchor alone, under its new key.
func migrateHeld(tx *bbolt.Tx) error {
	var old []directory.HeldObject
	plans := summaries{}
	err := eachHeldIn(tx, func(k []byte, h *directory.HeldObject) error {
		if len(k) == len(h.Anchor) {
			h.Op = diff.Depart.String()
			if h.Cause == "" {
				h.Cause = h.Evidence.Cause.String()
			}
			old = append(old, *h)
		}
		plans.add(h)
		return nil
	})
	if err != nil || len(old) == 0 {
		return err
	}
	for i := range old {
		h := &old[i]
		err = errors.Join(err, tx.Bucket(bucketHeld).Delete(h.Anchor[:]), putHeld(tx, heldKey(diff.HeldKey{Op: diff.Depart, Anchor: h.Anchor}), nil, h))
	}
	return errors.Join(err, plans.put(tx))
}
