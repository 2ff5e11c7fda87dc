package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"time"

	"go.etcd.io/bbolt"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// Waits implements diff.Snapshot.
func (s *Store) Waits(a directory.Anchor) (w diff.Waiting, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		w.Held = tx.Bucket(bucketHeld).Get(heldKey(diff.HeldKey{Op: diff.Depart, Anchor: a})) != nil
		return walkPairsIn(tx, bucketRefused, a, func(_ directory.Anchor, v []byte) error {
			var r directory.RefusedObject
			if err := unmarshal(v, &r, "the list of refused objects"); err != nil {
				return err
			}
			w.Refused, w.Contested = true, w.Contested || r.Contested
			return nil
		})
	})
	return w, err
}

// Expired lists the accounts whose expiry has passed by now and that were pushed as usable. Active Directory reports no change when
// an account expires, so a delta must look at them by itself.
func (s *Store) Expired(now time.Time) (list []directory.Anchor, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		return walkExpired(tx, now, func(k []byte) error {
			list = append(list, directory.Anchor(k[8:]))
			return nil
		})
	})
	return list, err
}

func forgetExpired(tx *bbolt.Tx, now time.Time) error {
	var past [][]byte
	err := walkExpired(tx, now, func(k []byte) error {
		past = append(past, bytes.Clone(k))
		return nil
	})
	for _, k := range past {
		err = errors.Join(err, tx.Bucket(bucketExpiry).Delete(k))
	}
	return err
}

func walkExpired(tx *bbolt.Tx, now time.Time, visit func(k []byte) error) error {
	c := tx.Bucket(bucketExpiry).Cursor()
	for k, _ := c.First(); k != nil && int64(binary.BigEndian.Uint64(k)) <= now.Unix(); k, _ = c.Next() {
		if err := visit(k); err != nil {
			return err
		}
	}
	return nil
}
