package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/klauspost/compress/s2"
	"go.etcd.io/bbolt"

	"syncd/internal/directory"
)

// copying writes everything that a file holds into an empty one, bucket by bucket in the order of the keys, and entries with the newest dictionary
// where they were written with none.
type copying struct {
	ctx   context.Context
	store *Store
	from  *bbolt.Tx
	to    *bbolt.DB

	number     byte // of the dictionary to write with
	dictionary *s2.Dict

	tx     *bbolt.Tx // of to
	bucket *bbolt.Bucket
	size   int // of what was written in tx
}

func (c *copying) all(ctx context.Context) (err error) {
	c.ctx = ctx
	if c.tx, err = c.to.Begin(true); err != nil {
		return err
	}
	done := false
	defer func() { // also where a damaged page makes bbolt panic: a file with an open transaction cannot be closed
		if !done {
			err = errors.Join(err, c.tx.Rollback())
		}
	}()
	if err := c.learn(); err != nil {
		return err
	}
	if err := c.from.ForEach(c.copyBucket); err != nil {
		return err
	}
	meta := c.tx.Bucket(bucketMeta)
	if err := errors.Join(meta.Delete(keyFormer), meta.Put(keyFormat, currentFormat)); err != nil {
		return err
	}
	done = true
	return c.tx.Commit()
}

// learn takes the dictionaries of the file, or makes one where it has none and enough to learn it from.
func (c *copying) learn() error {
	if _, err := c.tx.CreateBucketIfNotExists(bucketDictionaries); err != nil {
		return err
	}
	if c.number = newestDictionary(c.from); c.number != noDictionary {
		return c.take(c.from)
	}
	samples, err := c.samples()
	if err != nil || len(samples) < enoughToLearn {
		return err
	}
	if err := putDictionary(c.tx, samples); err != nil {
		return err
	}
	c.number = newestDictionary(c.tx)
	return c.take(c.tx)
}

func (c *copying) take(tx *bbolt.Tx) (err error) {
	if c.number != noDictionary {
		c.dictionary, err = readDictionary(tx, c.number)
	}
	return err
}

// mostSamples is how many entries are looked at for a dictionary at most.
const mostSamples = 500

// samples are the forms of entries from all over the file.
func (c *copying) samples() (list [][]byte, err error) {
	objects := c.from.Bucket(bucketObjects)
	step, n := objects.Stats().KeyN/mostSamples+1, 0
	err = objects.ForEach(func(k, v []byte) error {
		if n++; n%step != 0 {
			return nil
		}
		e, _, err := c.store.dictionaries.decode(c.from, directory.Anchor(k), v)
		if err != nil {
			return err
		}
		form, err := formOf(&e.Resource)
		list = append(list, form)
		return err
	})
	return list, err
}

func (c *copying) copyBucket(name []byte, from *bbolt.Bucket) (err error) {
	if c.bucket, err = c.tx.CreateBucketIfNotExists(name); err != nil {
		return err
	}
	if err := c.bucket.SetSequence(from.Sequence()); err != nil {
		return err
	}
	objects := string(name) == string(bucketObjects)
	return from.ForEach(func(k, v []byte) (err error) {
		if objects {
			if v, err = c.renewed(directory.Anchor(k), v); err != nil {
				return err
			}
		}
		if err := c.room(name, len(k)+len(v)); err != nil {
			return err
		}
		c.bucket.FillPercent = fillOfPages
		return c.bucket.Put(k, v)
	})
}

// renewed is the stored form of an entry as this version writes it.
func (c *copying) renewed(a directory.Anchor, b []byte) ([]byte, error) {
	if p, ok := cutEntry(b); ok && (p.dictionary != noDictionary || c.dictionary == nil) {
		return b, nil
	}
	e, last, err := c.store.dictionaries.decode(c.from, a, b)
	if err != nil {
		return nil, fmt.Errorf("anchor %s: %w", a, err)
	}
	return encodeEntry(&e, last, c.number, c.dictionary)
}

// room commits what was written, where it is enough for one transaction, and opens the bucket again.
func (c *copying) room(name []byte, size int) (err error) {
	if c.size += size; c.size < portion {
		return c.ctx.Err()
	}
	c.size = size
	if err := c.tx.Commit(); err != nil {
		return err
	}
	next, err := c.to.Begin(true)
	if err != nil {
		return err
	}
	c.tx = next
	c.bucket = c.tx.Bucket(name)
	return nil
}
