package store

import (
	"bytes"
	"encoding/base64"
	"fmt"

	"go.etcd.io/bbolt"

	"syncd/internal/directory"
)

// RefusedAfter lists the next n refused objects after a place in the list, in the order of the anchors: "" for the first ones. next is the
// place for the ones that follow, "" where there are none. What was put in or taken out meanwhile disturbs no place.
func (s *Store) RefusedAfter(after string, n int) (list []directory.RefusedObject, next string, err error) {
	return listAfter[directory.RefusedObject](s, bucketRefused, "the list of refused objects", after, n)
}

// HeldAfter lists what is held, like RefusedAfter: blocks, memberships, departures.
func (s *Store) HeldAfter(after string, n int) (list []directory.HeldObject, next string, err error) {
	return listAfter[directory.HeldObject](s, bucketHeld, "the list of held changes", after, n)
}

func listAfter[T any](s *Store, bucket []byte, what, after string, n int) (list []T, next string, err error) {
	place, err := base64.RawURLEncoding.DecodeString(after)
	if err != nil {
		return nil, "", &directory.Fault{
			Class: directory.Usage, Cause: fmt.Sprintf("%q is no place in %s", after, what), Remedy: "begin without one, and go on with the one that the answer before names", Err: err,
		}
	}
	list = []T{}
	err = s.view(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucket).Cursor()
		k, v := c.Seek(place)
		if len(place) > 0 && bytes.Equal(k, place) {
			k, v = c.Next()
		}
		var last []byte
		for ; k != nil; k, v = c.Next() {
			if len(list) == n {
				next = base64.RawURLEncoding.EncodeToString(last)
				return nil
			}
			var one T
			if err := unmarshal(v, &one, what); err != nil {
				return err
			}
			list, last = append(list, one), k
		}
		return nil
	})
	return list, next, err
}

// Pass returns a pass of the history, with its detail; nil where there is none with this id.
func (s *Store) Pass(id string) (found *directory.PassRecord, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketPasses).Cursor()
		for k, v := c.Last(); k != nil; k, v = c.Prev() {
			if !bytes.Contains(v, []byte(id)) { // most of them need not be decoded
				continue
			}
			p := new(directory.PassRecord)
			if err := unmarshal(v, p, "the history of passes"); err != nil {
				return err
			}
			if p.ID == id {
				found = p
				return nil
			}
		}
		return nil
	})
	return found, err
}
