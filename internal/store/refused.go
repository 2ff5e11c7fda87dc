package store

import (
	"bytes"
	"encoding/json"
	"errors"
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
	return putRefused(w.tx, refusedKey(a), passID, now, directory.RefusedObject{
		Kind: a.Kind.String(), Name: a.Name, Op: a.Op.String(), Status: a.Refusal.Status, Reason: a.Refusal.Detail,
	}, a.Refusal.Conflict())
}

// refuseLocally lists what no rule let out: it has no status.
func refuseLocally(tx *bbolt.Tx, f *diff.Final) error {
	if f.Refused == nil {
		return nil
	}
	return f.Refused(func(r directory.RefusedObject) error {
		return putRefused(tx, pair(r.Anchor, r.Other), f.Pass.ID, f.Now, r, false)
	})
}

// putRefused lists a refusal, with what is known of earlier ones and the time of the next try. soon makes the first retry one at once: who
// departs in this very pass may have made room.
func putRefused(tx *bbolt.Tx, key []byte, passID string, now time.Time, r directory.RefusedObject, soon bool) error {
	r.Since, r.Tries = now, 0
	if b := tx.Bucket(bucketRefused).Get(key); b != nil {
		var before directory.RefusedObject
		if err := unmarshal(b, &before, "the list of refused objects"); err != nil {
			return err
		}
		r.Since, r.Tries = before.Since, before.Tries
	}
	r.Anchor, r.Other, r.Pass = directory.Anchor(key[:16]), directory.Anchor(key[16:]), passID
	r.Next = now.Add(min(lastRetry, firstRetry<<min(r.Tries, 10)))
	if r.Tries == 0 && soon {
		r.Next = now
	}
	r.Tries++
	b, err := json.Marshal(&r)
	if err != nil {
		return fmt.Errorf("the list of refused objects: %w", err)
	}
	return tx.Bucket(bucketRefused).Put(key, b)
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
	if r.Pass == passID || (a.Op == diff.SetManager) != (r.Op == diff.SetManager.String()) { // that there is no manager says nothing of the rest
		return nil
	}
	return w.tx.Bucket(bucketRefused).Delete(key)
}

// Refused lists what the online directory, or a local rule, rejects for now, in the order of the anchors.
func (s *Store) Refused() (list []directory.RefusedObject, err error) {
	err = s.eachRefused(func(r *directory.RefusedObject) bool { list = append(list, *r); return true })
	return list, err
}

// FirstRefused lists the first n of them, and says how many there are.
func (s *Store) FirstRefused(n int) (list []directory.RefusedObject, total int, err error) {
	if n > 0 {
		err = s.eachRefused(func(r *directory.RefusedObject) bool { list = append(list, *r); return len(list) < n })
	}
	return list, total, errors.Join(err, s.view(func(tx *bbolt.Tx) error {
		total = tx.Bucket(bucketRefused).Stats().KeyN
		return nil
	}))
}

// TriedInEveryPass reports whether no pass waits for the time of the next try: of a conflict, and of an anchor that is contested, the other
// party may have been corrected, or be gone.
func TriedInEveryPass(r *directory.RefusedObject) bool {
	return r.Contested || (&diff.Refusal{Status: r.Status}).Conflict()
}

// Due lists the objects that a pass tries again, and when the first of them asks for one (zero: none does). Whoever met a conflict, or claims
// an anchor with somebody else, is tried in every pass that is made anyway; the others when they have waited long enough.
func (s *Store) Due(now time.Time) (list []directory.Anchor, next time.Time, err error) {
	err = s.eachRefused(func(r *directory.RefusedObject) bool {
		if at := r.Next; next.IsZero() || at.Before(next) {
			next = at
		}
		if (isDue(r, now) || TriedInEveryPass(r)) && (len(list) == 0 || list[len(list)-1] != r.Anchor) {
			list = append(list, r.Anchor)
		}
		return true
	})
	return list, next, err
}

// eachRefused visits refusals in the order of the anchors until visit says that it has enough.
func (s *Store) eachRefused(visit func(*directory.RefusedObject) bool) error {
	return s.view(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketRefused).Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			var r directory.RefusedObject
			if err := unmarshal(v, &r, "the list of refused objects"); err != nil {
				return err
			}
			if !visit(&r) {
				return nil
			}
		}
		return nil
	})
}

// forgetRetried drops the refused objects that a pass looked at and that were not refused in it again: they were accepted, or are no
// longer to be pushed. It reports whether one of the others is in doubt.
func forgetRetried(tx *bbolt.Tx, f *diff.Final) (doubt bool, err error) {
	retried := map[directory.Anchor]bool{}
	for _, a := range f.Retried {
		retried[a] = true
	}
	var healed [][]byte // a cursor loses its place when the bucket was written in the same transaction
	err = tx.Bucket(bucketRefused).ForEach(func(k, v []byte) error {
		var r directory.RefusedObject
		if err := unmarshal(v, &r, "the list of refused objects"); err != nil {
			return err
		}
		if r.Pass != f.Pass.ID && (f.RetriedAll || retried[r.Anchor]) {
			healed = append(healed, bytes.Clone(k))
			return nil
		}
		doubt = doubt || doubts(tx, r.Anchor)
		return nil
	})
	for _, k := range healed {
		err = errors.Join(err, tx.Bucket(bucketRefused).Delete(k))
	}
	return doubt, err
}
