package store

import (
	"errors"
	"os"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// By how many bytes the file grows at least: a small part of what it has, so that it is nearly all in use, and so that a first pass does not
// wait for the disk in every batch to make room. By default bbolt adds 16 MB, or doubles a file that is smaller.
const (
	growthShare = 32
	leastGrowth = 64 << 10
	mostGrowth  = 4 << 20
)

// growth is by how much a file of some bytes grows.
func growth(size int64) int { return int(min(max(size/growthShare, leastGrowth), mostGrowth)) }

// openFile opens a bbolt file, and answers ErrTimeout where another process has it. A file that its owner has put another one in place of
// (see Compact) since it was opened counts as one that is in use: its lock is free only because nobody needs it any more.
func openFile(path string, options bbolt.Options) (*bbolt.DB, error) {
	var opened *os.File
	open := options.OpenFile
	if open == nil {
		open = os.OpenFile
	}
	options.Timeout, options.FreelistType = lockWait, bbolt.FreelistMapType
	options.OpenFile = func(name string, flag int, mode os.FileMode) (f *os.File, err error) {
		opened, err = open(name, flag, mode)
		return opened, err
	}
	db, err := bbolt.Open(path, 0o600, &options)
	if err != nil {
		return nil, err
	}
	mine, err := opened.Stat()
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	db.AllocSize = growth(mine.Size())
	if now, err := os.Stat(path); err != nil || !os.SameFile(mine, now) {
		return nil, errors.Join(berrors.ErrTimeout, db.Close())
	}
	return db, nil
}
