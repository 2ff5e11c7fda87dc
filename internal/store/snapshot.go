package store

import (
	"bytes"
	"crypto/sha256"
	"fmt"

	"go.etcd.io/bbolt"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

var _ diff.Snapshot = (*Store)(nil)

// Entry implements diff.Snapshot.
func (s *Store) Entry(a directory.Anchor) (e diff.Entry, found bool, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		e, found, err = s.entryIn(tx, a)
		return err
	})
	return e, found, err
}

func (s *Store) entryIn(tx *bbolt.Tx, a directory.Anchor) (diff.Entry, bool, error) {
	e, _, found, err := s.stampedIn(tx, a)
	return e, found, err
}

// stampedIn is an entry with its stamp, which is good until the next write.
func (s *Store) stampedIn(tx *bbolt.Tx, a directory.Anchor) (e diff.Entry, last stamp, found bool, err error) {
	b := tx.Bucket(bucketObjects).Get(a[:])
	if b == nil {
		return e, nil, false, nil
	}
	if e, last, err = s.dictionaries.decode(tx, a, b); err != nil {
		return diff.Entry{}, nil, false, fmt.Errorf("anchor %s: %w", a, err)
	}
	return e, last, true, nil
}

// Settled implements diff.Snapshot.
func (s *Store) Settled(r *directory.Resource) (settled bool, err error) {
	var room [1024]byte // for the form of almost everybody
	form, err := appendForm(room[:0], r)
	if err != nil {
		return false, err
	}
	digest := sha256.Sum256(form)
	err = s.view(func(tx *bbolt.Tx) error {
		p, ok := cutEntry(tx.Bucket(bucketObjects).Get(r.Anchor[:]))
		settled = ok && p.holds(digest[:digestSize]) && !s.waits(tx, r.Anchor)
		return nil
	})
	return settled, err
}

// waits reports whether earlier passes left something of an object undone. Mostly there is nothing of anybody, which is found out once for what
// one transaction left: a full pass asks for everybody, and nothing is written meanwhile.
func (s *Store) waits(tx *bbolt.Tx, a directory.Anchor) bool {
	if s.idle.Load() == int64(tx.ID()) {
		return false
	}
	held, refused := tx.Bucket(bucketHeld), tx.Bucket(bucketRefused).Cursor()
	if k, _ := refused.First(); k == nil {
		if k, _ := held.Cursor().First(); k == nil {
			s.idle.Store(int64(tx.ID()))
			return false
		}
	}
	k, _ := refused.Seek(a[:])
	return bytes.HasPrefix(k, a[:]) || held.Get(heldKey(diff.HeldKey{Op: diff.Depart, Anchor: a})) != nil
}

// Online implements diff.Snapshot.
func (s *Store) Online(a directory.Anchor) (found, gone bool, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucketObjects).Get(a[:])
		found, gone = hasID(b), departed(b)
		return nil
	})
	return found, gone, err
}

// Anchors implements diff.Snapshot.
func (s *Store) Anchors(visit func(a directory.Anchor, departed bool) error) error {
	return s.view(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketObjects).ForEach(func(k, v []byte) error { return visit(directory.Anchor(k), departed(v)) })
	})
}

// Members implements diff.Snapshot.
func (s *Store) Members(group directory.Anchor, visit func(member directory.Anchor, certain bool) error) error {
	return s.view(func(tx *bbolt.Tx) error {
		return walkPairsIn(tx, bucketMembers, group, func(member directory.Anchor, state []byte) error { return visit(member, len(state) == 0) })
	})
}

// MemberOf implements diff.Snapshot.
func (s *Store) MemberOf(member directory.Anchor, visit func(directory.Anchor) error) error {
	return s.walkPairs(bucketGroups, member, visit)
}

// Reports implements diff.Snapshot.
func (s *Store) Reports(manager directory.Anchor, visit func(directory.Anchor) error) error {
	return s.walkPairs(bucketReports, manager, visit)
}

// walkPairs visits the second halves of the keys that begin with first.
func (s *Store) walkPairs(bucket []byte, first directory.Anchor, visit func(directory.Anchor) error) error {
	return s.view(func(tx *bbolt.Tx) error {
		return walkPairsIn(tx, bucket, first, func(second directory.Anchor, _ []byte) error { return visit(second) })
	})
}

func walkPairsIn(tx *bbolt.Tx, bucket []byte, first directory.Anchor, visit func(second directory.Anchor, value []byte) error) error {
	c := tx.Bucket(bucket).Cursor()
	for k, v := c.Seek(first[:]); k != nil && bytes.HasPrefix(k, first[:]); k, v = c.Next() {
		if err := visit(directory.Anchor(k[16:32]), v); err != nil {
			return err
		}
	}
	return nil
}

// HasEdge implements diff.Snapshot.
func (s *Store) HasEdge(e directory.Edge) (stored, certain bool, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		state := tx.Bucket(bucketMembers).Get(pair(e.Group, e.Member))
		stored, certain = state != nil, len(state) == 0
		return nil
	})
	return stored, certain, err
}

// AnchorOf returns the anchor under which an object with this objectGUID is known; found is false where its anchor is the objectGUID
// itself, and for one that is not known.
func (s *Store) AnchorOf(guid directory.Anchor) (a directory.Anchor, found bool, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		if guids := tx.Bucket(bucketGUIDs); guids != nil { // a file of a former version, opened for reading, has none
			found = copy(a[:], guids.Get(guid[:])) == len(a)
		}
		return nil
	})
	return a, found, err
}

// HasOwnAnchors reports whether any acknowledged object has another anchor than its objectGUID.
func (s *Store) HasOwnAnchors() (has bool, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		k, _ := tx.Bucket(bucketGUIDs).Cursor().First()
		has = k != nil
		return nil
	})
	return has, err
}

// Population implements diff.Snapshot.
func (s *Store) Population() (int, error) {
	present, err := s.Present()
	n := 0
	for _, count := range present {
		n += count
	}
	return n, err
}

// Present counts the entries that have not departed, by kind.
func (s *Store) Present() (counts map[directory.Kind]int, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		counts, err = presentIn(tx)
		return err
	})
	return counts, err
}

func presentIn(tx *bbolt.Tx) (map[directory.Kind]int, error) {
	counts := map[directory.Kind]int{}
	if b := tx.Bucket(bucketMeta).Get(keyPresent); b != nil {
		if err := unmarshal(b, &counts, "the counts of the snapshot"); err != nil {
			return nil, err
		}
	}
	return counts, nil
}

func pair(a, b directory.Anchor) []byte { return append(a[:], b[:]...) }
