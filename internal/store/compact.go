package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"go.etcd.io/bbolt"
)

const (
	// smallFile is the size in bytes below which nobody misses what is not in use.
	smallFile = 4 << 20
	// fillOfPages is how full the pages of a compacted file are. What is left takes the small changes of the passes that follow: a page that
	// overflows becomes two.
	fillOfPages = 0.95
	// portion is about how many bytes are copied in one transaction, which holds several times as many in memory.
	portion = 256 << 10
)

// Compact writes the file anew, in the order of the keys, where that makes it much smaller: after a pass that wrote a good part of the entries,
// which leaves pages half full and others unused, or where a former version wrote it. It has to be called when no plan is being made or applied.
// The new file takes the place of the old one when it is complete and on the disk, so that a crash at any moment leaves one of them (law 9), it
// is locked before it does, and it has the owner and the mode of the old one. After an error, or when ctx ends, the old one is still in use, but for
// one error: that of putting the new name on the disk. A try that failed is not repeated by this process, and where the disk has no room for a
// second file nothing happens. Windows lets no file take the place of an open one, and a link would become a file: there nothing happens either.
func (s *Store) Compact(ctx context.Context) error { return s.compact(ctx, s.worthCompacting) }

// CompactAlways is Compact where it is worth nothing as well, for whoever tries what it does.
func (s *Store) CompactAlways(ctx context.Context) error {
	return s.compact(ctx, func() (bool, error) { return true, nil })
}

func (s *Store) compact(ctx context.Context, worth func() (bool, error)) error {
	if runtime.GOOS == "windows" || s.private {
		return nil
	}
	info, err := os.Lstat(s.path)
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	s.writing.Lock() // nothing is written between the copy and its taking the place
	defer s.writing.Unlock()
	is, err := worth()
	if err != nil || !is || s.futile {
		return err
	}
	if free, err := freeBytes(s.dir); err != nil || free < uint64(info.Size()) {
		return err
	}
	if err := s.rewrite(ctx, info); err != nil {
		s.futile = ctx.Err() == nil
		return fmt.Errorf("compacting the state file: %w", err)
	}
	return nil
}

// rewrite copies everything into a new file and puts it in the place of the one that is open. Nobody may write meanwhile.
func (s *Store) rewrite(ctx context.Context, former fs.FileInfo) error {
	path := filepath.Join(s.TempDir(), "compact.db")
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	to, err := openFile(path, bbolt.Options{NoSync: true, NoGrowSync: true})
	if err != nil {
		return err
	}
	err = s.view(func(tx *bbolt.Tx) error { return (&copying{store: s, from: tx, to: to}).all(ctx) })
	if err == nil {
		err = likeFormer(path, former)
	}
	if err == nil {
		err = to.Sync()
	}
	if err == nil {
		err = s.replace(to, path)
	}
	if err != nil {
		return errors.Join(err, to.Close(), os.Remove(path))
	}
	s.written.Store(0)
	return syncFolder(s.dir)
}

// replace puts a complete file in the place of the one that is open, which is not needed any more then.
func (s *Store) replace(by *bbolt.DB, path string) error {
	s.swap.Lock()
	defer s.swap.Unlock()
	by.NoSync, by.NoGrowSync = s.db.NoSync, s.db.NoGrowSync
	if err := os.Rename(path, s.path); err != nil {
		return err
	}
	former := s.db
	s.db = by
	s.idle.Store(0)                        // the new file counts its own transactions
	if err := former.Close(); err != nil { // its lock and its memory stay taken until the process ends
		s.leftOpen = errors.Join(s.leftOpen, err)
	}
	return nil
}

// worthCompacting reports whether a good part of the file is not in use, or was written in the order in which things happened.
func (s *Store) worthCompacting() (worth bool, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		meta := tx.Bucket(bucketMeta)
		if worth = meta.Get(keyFormer) != nil || !bytes.Equal(meta.Get(keyFormat), currentFormat); worth || tx.Size() < smallFile {
			return nil
		}
		stats := s.db.Stats()
		unused := int64(stats.FreePageN+stats.PendingPageN) * int64(s.db.Info().PageSize)
		worth = 4*unused > tx.Size() || 4*s.written.Load() > tx.Size()
		return nil
	})
	return worth, err
}
