package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"syscall"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"syncd/internal/directory"
)

// view reads in one transaction. read may neither call the store, because a second transaction waits for a writer that waits for the first
// one to end, nor wait for anybody else.
func (s *Store) view(read func(*bbolt.Tx) error) error {
	return s.guard(func() error {
		s.swap.RLock()
		defer s.swap.RUnlock()
		return s.db.View(read)
	})
}

// update writes in one transaction.
func (s *Store) update(write func(*bbolt.Tx) error) error {
	return s.guard(func() error {
		s.writing.Lock()
		defer s.writing.Unlock()
		return s.db.Update(func(tx *bbolt.Tx) error {
			s.db.AllocSize = growth(tx.Size())
			return write(tx)
		})
	})
}

// guard makes a fault of what a damaged file does to its readers: bbolt panics on a page that cannot be, the mapped memory of a
// shortened file faults, and a value does not decode.
func (s *Store) guard(work func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if broken := recover(); broken != nil {
			err = s.damaged(fmt.Errorf("%v", broken))
		}
	}()
	if err = work(); errors.Is(err, directory.ErrCorrupt) {
		return s.damaged(err)
	}
	return err
}

// whole refuses a file that is shorter than its own account of it.
func (s *Store) whole(tx *bbolt.Tx) error {
	info, err := os.Stat(s.path)
	if err != nil {
		return fmt.Errorf("the state file: %w", err)
	}
	if info.Size() < tx.Size() {
		return fmt.Errorf("it has %d of %d bytes: %w", info.Size(), tx.Size(), directory.ErrCorrupt)
	}
	return nil
}

func (s *Store) openFault(err error) error {
	if _, ok := errors.AsType[*directory.Fault](err); ok {
		return err
	}
	_, file := errors.AsType[*fs.PathError](err)
	_, system := errors.AsType[syscall.Errno](err)
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return &directory.Fault{
			Cause:  "the state folder " + s.dir + " is in use by another syncd: a pass that somebody makes by hand, or a daemon",
			Remedy: "wait until it has ended, and try again; a daemon is asked with the configuration that it runs with (its control.listen)", Err: ErrLocked,
		}
	case errors.Is(err, os.ErrPermission):
		return &directory.Fault{Cause: "the state file " + s.path + " may not be read by this account", Remedy: "run syncd with the account of the service", Err: err}
	case file || system:
		return &directory.Fault{Cause: "the state file cannot be opened: " + err.Error(), Remedy: "correct what the system reports, and try again", Err: err}
	}
	return s.damaged(err)
}

func (s *Store) damaged(err error) error {
	return &directory.Fault{
		Cause:  "the state file " + s.path + " is damaged (" + err.Error() + ")",
		Remedy: "put a backup in its place, or move it aside: the next pass is then a full pass, which finds what is in Active Directory online again; see docs/operation.md, State",
		Err:    err,
	}
}

// unmarshal reads a stored JSON value; what is in the way of that is damage.
func unmarshal(b []byte, to any, what string) error {
	if err := json.Unmarshal(b, to); err != nil {
		return fmt.Errorf("%s: %w (%w)", what, directory.ErrCorrupt, err)
	}
	return nil
}
