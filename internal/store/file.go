package store

import (
	"errors"
	"os"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// growth is by how many bytes the file grows at least. By default bbolt adds 16 MB, or doubles a file that is smaller.
const growth = 512 << 10

// openFile opens a bbolt file, and answers ErrTimeout where another process has it. A file that its owner has put another one in place of
// (see Compact) since it was opened counts as one that is in use: its lock is free only because nobody needs it any more.
func openFile(path string, options bbolt.Options) (*bbolt.DB, error) {
	var opened *os.File
	options.Timeout, options.FreelistType = lockWait, bbolt.FreelistMapType
	options.OpenFile = func(name string, flag int, mode os.FileMode) (f *os.File, err error) {
		opened, err = os.OpenFile(name, flag, mode)
		return opened, err
	}
	db, err := bbolt.Open(path, 0o600, &options)
	if err != nil {
		return nil, err
	}
	db.AllocSize = growth
	mine, err := opened.Stat()
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if now, err := os.Stat(path); err != nil || !os.SameFile(mine, now) {
		return nil, errors.Join(berrors.ErrTimeout, db.Close())
	}
	return db, nil
}
