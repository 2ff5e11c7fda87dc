package store

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"syncd/internal/directory"
)

// Held lists the objects that are kept back, in the order of the anchors.
func (s *Store) Held() (list []directory.HeldObject, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketHeld).ForEach(func(_, v []byte) error {
			var h directory.HeldObject
			if err := unmarshal(v, &h, "the list of held objects"); err != nil {
				return err
			}
			list = append(list, h)
			return nil
		})
	})
	return list, err
}

// replaceHeld makes list the whole of what is held; what was held before keeps the pass and the time that held it first.
func replaceHeld(tx *bbolt.Tx, list []directory.HeldObject) error {
	for i := range list {
		h := &list[i]
		if b := tx.Bucket(bucketHeld).Get(h.Anchor[:]); b != nil {
			var before directory.HeldObject
			if err := unmarshal(b, &before, "the list of held objects"); err != nil {
				return err
			}
			h.Plan, h.Since = before.Plan, before.Since
		}
	}
	if err := tx.DeleteBucket(bucketHeld); err != nil {
		return fmt.Errorf("the list of held objects: %w", err)
	}
	held, err := tx.CreateBucket(bucketHeld)
	if err != nil {
		return fmt.Errorf("the list of held objects: %w", err)
	}
	for i := range list {
		b, err := json.Marshal(&list[i])
		if err != nil {
			return fmt.Errorf("the list of held objects: %w", err)
		}
		if err := held.Put(list[i].Anchor[:], b); err != nil {
			return fmt.Errorf("the list of held objects: %w", err)
		}
	}
	return nil
}

// Expired lists the accounts whose expiry has passed by now and that were pushed as usable. Active Directory reports no change when
// an account expires, so a delta must look at them by itself.
func (s *Store) Expired(now time.Time) (list []directory.Anchor, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		return walkExpired(tx, now, func(c *bbolt.Cursor, a directory.Anchor) error {
			list = append(list, a)
			return nil
		})
	})
	return list, err
}

func forgetExpired(tx *bbolt.Tx, now time.Time) error {
	return walkExpired(tx, now, func(c *bbolt.Cursor, _ directory.Anchor) error { return c.Delete() })
}

func walkExpired(tx *bbolt.Tx, now time.Time, visit func(*bbolt.Cursor, directory.Anchor) error) error {
	c := tx.Bucket(bucketExpiry).Cursor()
	for k, _ := c.First(); k != nil && int64(binary.BigEndian.Uint64(k)) <= now.Unix(); k, _ = c.Next() {
		if err := visit(c, directory.Anchor(k[8:])); err != nil {
			return err
		}
	}
	return nil
}
