package store

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"sync"

	"github.com/klauspost/compress/s2"
	"go.etcd.io/bbolt"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

const (
	// enoughToLearn is how many objects tell what the others of their directory are like.
	enoughToLearn = 100
	// dictionarySize is how many bytes of them are kept. Twice as many save four bytes more of an object.
	dictionarySize = 32 << 10
	// checksumSize is how many bytes of the SHA-256 of a dictionary are kept in front of it.
	checksumSize = 8
)

// noDictionary is the number of what was compressed by itself.
const noDictionary = 0

// dictionaries are what the stored forms of a file were compressed with, by number. What objects of one directory have in common, from the
// street of the office to the end of every address, is not stored with each of them. A dictionary is never changed: what was written with it
// can be read with nothing else.
type dictionaries struct {
	mu    sync.RWMutex
	known map[byte]*s2.Dict
}

// find returns a dictionary of the file; nil for noDictionary. It must have been committed: what a transaction learnt that failed would stay
// known under its number.
func (d *dictionaries) find(tx *bbolt.Tx, number byte) (*s2.Dict, error) {
	if number == noDictionary {
		return nil, nil
	}
	d.mu.RLock()
	found := d.known[number]
	d.mu.RUnlock()
	if found != nil {
		return found, nil
	}
	found, err := readDictionary(tx, number)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.known == nil {
		d.known = map[byte]*s2.Dict{}
	}
	d.known[number] = found
	return found, nil
}

func readDictionary(tx *bbolt.Tx, number byte) (*s2.Dict, error) {
	var stored []byte
	if bucket := tx.Bucket(bucketDictionaries); bucket != nil {
		stored = bucket.Get([]byte{number})
	}
	if len(stored) <= checksumSize {
		return nil, fmt.Errorf("the dictionary %d of the snapshot is missing: %w", number, directory.ErrCorrupt)
	}
	text := bytes.Clone(stored[checksumSize:]) // it outlives the transaction
	sum := sha256.Sum256(text)
	dictionary := s2.NewDict(text)
	if !bytes.Equal(sum[:checksumSize], stored[:checksumSize]) || dictionary == nil {
		return nil, fmt.Errorf("the dictionary %d of the snapshot: %w", number, directory.ErrCorrupt)
	}
	return dictionary, nil
}

// newestDictionary is the number of the one to write with.
func newestDictionary(tx *bbolt.Tx) byte {
	if bucket := tx.Bucket(bucketDictionaries); bucket != nil {
		if k, _ := bucket.Cursor().Last(); len(k) == 1 {
			return k[0]
		}
	}
	return noDictionary
}

// learn makes the first dictionary of what a batch creates, if that is enough, in a transaction of its own.
func (s *Store) learn(batch []diff.Change) error {
	if len(batch) < enoughToLearn || !creates(batch[0].Op) { // a batch has one operation
		return nil
	}
	known := false
	err := s.view(func(tx *bbolt.Tx) error { known = newestDictionary(tx) != noDictionary; return nil })
	if err != nil || known {
		return err
	}
	samples := make([][]byte, 0, len(batch))
	for i := range batch {
		form, err := formOf(batch[i].After)
		if err != nil {
			return err
		}
		samples = append(samples, form)
	}
	return s.update(func(tx *bbolt.Tx) error { return putDictionary(tx, samples) })
}

// putDictionary keeps a dictionary of samples, evenly taken. Where they are too small for one there is none.
func putDictionary(tx *bbolt.Tx, samples [][]byte) error {
	total := 0
	for _, sample := range samples {
		total += len(sample)
	}
	var text []byte
	step := total/dictionarySize + 1
	for i := 0; i < len(samples); i += step {
		if sample := samples[i]; len(text)+len(sample) <= dictionarySize {
			text = append(text, sample...)
		}
	}
	dictionary := s2.MakeDict(text, nil)
	if dictionary == nil {
		return nil
	}
	stored := dictionary.Bytes()
	sum := sha256.Sum256(stored)
	number := newestDictionary(tx) + 1
	if err := tx.Bucket(bucketDictionaries).Put([]byte{number}, append(sum[:checksumSize:checksumSize], stored...)); err != nil {
		return fmt.Errorf("writing the snapshot: %w", err)
	}
	return nil
}
