package store

import (
	"encoding/json"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// A refused object is tried again after firstRetry, then after twice that, and so on up to lastRetry, and at every full pass. The first
// conflict of an object is tried again at once.
const (
	firstRetry = 10 * time.Minute
	lastRetry  = 24 * time.Hour
)

// refusedKey lists an object under its anchor. A refused edge is the member's: reading the member again finds its groups. What is
// lost online is to be made anew, whatever the change was.
func refusedKey(a *diff.Answer) []byte {
	if lost(a) {
		return pair(a.Anchor, directory.Anchor{})
	}
	switch a.Op {
	case diff.AddMember, diff.RemoveMember:
		return pair(a.Other, a.Anchor)
	case diff.SetManager:
		return pair(a.Anchor, a.Other)
	}
	return pair(a.Anchor, directory.Anchor{})
}

func (w *writer) refuse(passID string, now time.Time, a *diff.Answer) error {
	key := refusedKey(a)
	r := directory.RefusedObject{Since: now}
	if b := w.tx.Bucket(bucketRefused).Get(key); b != nil {
		if err := unmarshal(b, &r, "the list of refused objects"); err != nil {
			return err
		}
	}
	r.Anchor, r.Other = directory.Anchor(key[:16]), directory.Anchor(key[16:])
	r.Kind, r.Name, r.Op, r.Pass = a.Kind.String(), a.Name, a.Op.String(), passID
	r.Status, r.Reason = a.Refusal.Status, a.Refusal.Detail
	r.Next = now.Add(min(lastRetry, firstRetry<<min(r.Tries, 10)))
	if r.Tries == 0 && a.Refusal.Conflict() {
		r.Next = now // who departs in this very pass may have made room
	}
	r.Tries++
	b, err := json.Marshal(&r)
	if err != nil {
		return fmt.Errorf("the list of refused objects: %w", err)
	}
	return w.tx.Bucket(bucketRefused).Put(key, b)
}

// forget drops what earlier passes were refused. What this pass was refused stays: the same object's block, for example, whose update
// is acknowledged afterwards.
func (w *writer) forget(passID string, a *diff.Answer) error {
	key := refusedKey(a)
	b := w.tx.Bucket(bucketRefused).Get(key)
	if b == nil {
		return nil
	}
	var r directory.RefusedObject
	if err := unmarshal(b, &r, "the list of refused objects"); err != nil {
		return err
	}
	if r.Pass == passID {
		return nil
	}
	return w.tx.Bucket(bucketRefused).Delete(key)
}

// Refused lists what the online directory rejects for now, in the order of the anchors.
func (s *Store) Refused() (list []directory.RefusedObject, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketRefused).ForEach(func(_, v []byte) error {
			var r directory.RefusedObject
			if err := unmarshal(v, &r, "the list of refused objects"); err != nil {
				return err
			}
			list = append(list, r)
			return nil
		})
	})
	return list, err
}

// forgetRetried drops the refused objects that a pass looked at and that were not refused in it again: they were accepted, or are no
// longer to be pushed. It reports whether one of the others is in doubt.
func forgetRetried(tx *bbolt.Tx, f *diff.Final) (doubt bool, err error) {
	retried := map[directory.Anchor]bool{}
	for _, a := range f.Retried {
		retried[a] = true
	}
	c := tx.Bucket(bucketRefused).Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		var r directory.RefusedObject
		if err := unmarshal(v, &r, "the list of refused objects"); err != nil {
			return false, err
		}
		if r.Pass == f.Pass.ID || !f.RetriedAll && !retried[r.Anchor] {
			in, err := doubts(tx, r.Anchor)
			if err != nil {
				return false, err
			}
			doubt = doubt || in
			continue
		}
		if err := c.Delete(); err != nil {
			return false, fmt.Errorf("the list of refused objects: %w", err)
		}
	}
	return doubt, nil
}
