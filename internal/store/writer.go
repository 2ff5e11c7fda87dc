package store

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// writer changes objects and their indexes together, within one transaction. keepCounts ends its work.
type writer struct {
	store *Store
	tx    *bbolt.Tx
	delta map[directory.Kind]int // how the number of present entries changes

	pushed directory.Anchor // the object that is being acknowledged, zero for none
	stamp  stamp            // with what it is stamped
	raised bool             // the file is known to be of this version's format
}

func (s *Store) writer(tx *bbolt.Tx) writer { return writer{store: s, tx: tx} }

// encode writes an entry's stored form with the newest dictionary.
func (w *writer) encode(e *diff.Entry, last stamp) ([]byte, error) {
	number := newestDictionary(w.tx)
	dictionary, err := w.store.dictionaries.find(w.tx, number)
	if err != nil {
		return nil, err
	}
	return encodeEntry(e, last, number, dictionary)
}

// raise marks a file of a former version as one that holds entries of both, before the first new one: a version that does not know them must not
// open it, and one that has only been looked at stays what it was.
func (w *writer) raise() error {
	meta := w.tx.Bucket(bucketMeta)
	if w.raised || bytes.Equal(meta.Get(keyFormat), currentFormat) {
		w.raised = true
		return nil
	}
	w.raised = true
	return errors.Join(meta.Put(keyFormer, []byte{}), meta.Put(keyFormat, currentFormat))
}

// put writes an entry in place of what was there, with its indexes; nil takes it out.
func (w *writer) put(a directory.Anchor, e *diff.Entry) error {
	objects := w.tx.Bucket(bucketObjects)
	before, last, found, err := w.store.stampedIn(w.tx, a)
	if err != nil {
		return err
	}
	if a == w.pushed {
		last = w.stamp
	}
	if e == nil {
		if !found {
			return nil
		}
		e = &diff.Entry{}
		err = objects.Delete(a[:])
	} else {
		var b []byte
		if b, err = w.encode(e, last); err != nil {
			return err
		}
		w.store.written.Add(int64(len(a) + len(b)))
		err = errors.Join(w.raise(), objects.Put(a[:], b))
	}
	if err != nil {
		return fmt.Errorf("writing the snapshot: %w", err)
	}
	w.count(&before, -1)
	w.count(e, +1)
	return w.reindex(a, &before, e)
}

// change rewrites an entry, if it is there.
func (w *writer) change(a directory.Anchor, change func(*diff.Entry)) error {
	e, found, err := w.store.entryIn(w.tx, a)
	if err != nil || !found {
		return err
	}
	change(&e)
	return w.put(a, &e)
}

// reindex moves an entry in the indexes that change with it. The key of none is empty.
func (w *writer) reindex(a directory.Anchor, before, after *diff.Entry) error {
	for _, x := range []struct {
		bucket, was, is, value []byte
	}{
		{bucketReports, reportKey(a, before), reportKey(a, after), nil},
		{bucketExpiry, expiryKeyOf(a, before), expiryKeyOf(a, after), nil},
		{bucketGUIDs, guidKey(before), guidKey(after), a[:]},
	} {
		if bytes.Equal(x.was, x.is) {
			continue
		}
		index := w.tx.Bucket(x.bucket)
		if len(x.was) > 0 && bytes.Equal(index.Get(x.was), x.value) { // another anchor may have the object by now
			if err := index.Delete(x.was); err != nil {
				return fmt.Errorf("writing the snapshot: %w", err)
			}
		}
		if len(x.is) > 0 {
			if err := index.Put(x.is, x.value); err != nil {
				return fmt.Errorf("writing the snapshot: %w", err)
			}
		}
	}
	return nil
}

func reportKey(a directory.Anchor, e *diff.Entry) []byte {
	if e.Resource.Manager.IsZero() {
		return nil
	}
	return pair(e.Resource.Manager, a)
}

// expiryKeyOf lists the accounts that are usable until they expire.
func expiryKeyOf(a directory.Anchor, e *diff.Entry) []byte {
	if e.Resource.Expires.IsZero() || !e.Resource.Enabled {
		return nil
	}
	return expiryKey(e.Resource.Expires, a)
}

func expiryKey(at time.Time, a directory.Anchor) []byte {
	return append(binary.BigEndian.AppendUint64(nil, uint64(at.Unix())), a[:]...)
}

func guidKey(e *diff.Entry) []byte {
	if e.Resource.GUID.IsZero() {
		return nil
	}
	return e.Resource.GUID[:]
}

// count counts an entry that is present.
func (w *writer) count(e *diff.Entry, by int) {
	if e.ID == "" || e.Departed {
		return
	}
	if w.delta == nil {
		w.delta = map[directory.Kind]int{}
	}
	w.delta[e.Resource.Kind] += by
}

func (w *writer) keepCounts() error {
	counts, err := presentIn(w.tx)
	if err != nil {
		return err
	}
	changed := false
	for k, by := range w.delta {
		counts[k] += by
		changed = changed || by != 0
	}
	if !changed {
		return nil
	}
	b, err := json.Marshal(counts)
	if err != nil {
		return fmt.Errorf("the counts of the snapshot: %w", err)
	}
	return w.tx.Bucket(bucketMeta).Put(keyPresent, b)
}
