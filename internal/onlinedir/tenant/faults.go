package tenant

import (
	"errors"
	"fmt"
	"io/fs"

	"modernc.org/sqlite"

	"syncd/internal/directory"
)

// The result codes of SQLite (https://www.sqlite.org/rescode.html) that are told apart: primary ones, then extended ones.
const (
	sqliteBusy     = 5
	sqliteLocked   = 6
	sqliteReadOnly = 8
	sqliteIOError  = 10
	sqliteCorrupt  = 11
	sqliteFull     = 13
	sqliteNotADB   = 26

	sqliteConstraintKey    = 19 | 6<<8
	sqliteConstraintUnique = 19 | 8<<8
)

// resultCode is SQLite's primary result code in an error's chain, 0 when there is none.
func resultCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}

// ErrBusy is what Write and Read end with when another process keeps the data locked for too long. Trying again is right.
var ErrBusy = errors.New("the directory's data is locked by another process")

// isConflict says that a unique index or a primary key refused a row.
func isConflict(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && (e.Code() == sqliteConstraintUnique || e.Code() == sqliteConstraintKey)
}

// busy gives a lock that did not go away its own error.
func busy(err error) error {
	if code := resultCode(err); code == sqliteBusy || code == sqliteLocked {
		return fmt.Errorf("%w: %w", ErrBusy, err)
	}
	return err
}

// firstOf returns the first error that is one.
func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// during says what an error got in the way of. A Fault speaks for itself.
func during(what string, err error) error {
	if _, ok := errors.AsType[*directory.Fault](err); err == nil || ok {
		return err
	}
	return fmt.Errorf("%s: %w", what, err)
}

// folderFault says what is wrong with a data folder.
func folderFault(dir string, err error) error {
	fault := &directory.Fault{Class: directory.Failed, Err: err}
	switch code := resultCode(err); {
	case code == sqliteBusy || code == sqliteLocked:
		fault.Cause = fmt.Sprintf("the online directory in %s is locked by another program", dir)
		fault.Remedy = "wait until that program has finished, or end it"
	case code == sqliteNotADB || code == sqliteCorrupt:
		fault.Cause = fmt.Sprintf("the file %s in %s is damaged or is no online directory", File, dir)
		fault.Remedy = "restore the folder from a backup, or make a new directory in another folder and synchronise again"
	case code == sqliteReadOnly || errors.Is(err, fs.ErrPermission):
		fault.Class = directory.Usage
		fault.Cause = fmt.Sprintf("the folder %s cannot be written", dir)
		fault.Remedy = "give this account the right to write there, or choose another folder"
	case code == sqliteFull || code == sqliteIOError:
		fault.Cause = fmt.Sprintf("the disk under %s is full or failing", dir)
		fault.Remedy = "free some space or replace the disk, then try again"
	default:
		fault.Class = directory.Usage
		fault.Cause = fmt.Sprintf("the folder %s cannot be used for an online directory: %s", dir, err)
		fault.Remedy = "choose another folder with --data"
	}
	return fault
}
