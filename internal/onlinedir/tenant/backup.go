package tenant

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"syncd/internal/directory"
)

// Backup writes a copy of the whole directory as it is at one moment into a new file, while it is used: reading and writing go on. It returns
// how many users, contacts and groups are alive in the copy. The file appears whole or not at all; to use it, put it into a folder under the
// name File and open that. A file that exists, a folder that is none or cannot be written, and a full disk are faults.
//
// The copy is made by VACUUM INTO (https://www.sqlite.org/lang_vacuum.html) on a connection of its own. Until it is done the log beside
// the data cannot be folded into them, so it grows by what is written meanwhile.
func (t *Tenant) Backup(ctx context.Context, file string) (living map[directory.Kind]int, err error) {
	if err := permit(ctx, GlobalAdministrator); err != nil {
		return nil, err
	}
	// The name is taken first, so that nothing is ever overwritten.
	claim, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, backupFault(file, err)
	}
	living, err = t.copyTo(ctx, file)
	if err := errors.Join(claim.Close(), err); err != nil {
		return nil, errors.Join(backupFault(file, err), os.Remove(file))
	}
	return living, during("note the backup", t.Write(ctx, func(w *Writer) error { return w.note(ctx, DidBackup, "", t.name, file) }))
}

// copyTo makes the copy beside its place and moves it there when it is on the disk.
func (t *Tenant) copyTo(ctx context.Context, file string) (living map[directory.Kind]int, err error) {
	draft, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*.new") // empty, which VACUUM INTO accepts
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, draft.Close(), os.Remove(draft.Name()))
		}
	}()
	if living, err = t.vacuumInto(ctx, draft.Name()); err != nil {
		return nil, err
	}
	if err := draft.Sync(); err != nil {
		return nil, err
	}
	if err := draft.Close(); err != nil {
		return nil, err
	}
	return living, os.Rename(draft.Name(), file)
}

func (t *Tenant) vacuumInto(ctx context.Context, file string) (living map[directory.Kind]int, err error) {
	db, err := sql.Open("sqlite", dataSource(t.path, t.busyAfter))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1) // what is attached belongs to one connection
	for _, step := range []string{"VACUUM INTO ?", "ATTACH ? AS copy"} {
		if _, err := db.ExecContext(ctx, step, file); err != nil {
			return nil, err
		}
	}
	return livingIn(ctx, db)
}

// livingIn counts what is alive in the copy.
func livingIn(ctx context.Context, db *sql.DB) (map[directory.Kind]int, error) {
	rows, err := db.QueryContext(ctx, "SELECT kind, sum(n) FROM copy.tally WHERE state <> ? GROUP BY kind", Deleted)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	living := make(map[directory.Kind]int)
	for rows.Next() {
		var kind directory.Kind
		var n int
		if err := rows.Scan(&kind, &n); err != nil {
			return nil, err
		}
		living[kind] = n
	}
	return living, rows.Err()
}

func backupFault(file string, err error) error {
	fault := &directory.Fault{Class: directory.Usage, Err: err}
	switch {
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("make a backup: %w", err)
	case file == "":
		fault.Cause, fault.Remedy = "the backup has no name", "name a file that does not exist yet"
	case errors.Is(err, fs.ErrExist):
		fault.Cause, fault.Remedy = fmt.Sprintf("there is a file %s already", file), "choose another name, or delete that file if nobody needs it"
	case errors.Is(err, fs.ErrNotExist):
		fault.Cause, fault.Remedy = fmt.Sprintf("there is no folder %s", filepath.Dir(file)), "make it, or choose another one"
	case errors.Is(err, fs.ErrPermission) || resultCode(err) == sqliteReadOnly:
		fault.Cause, fault.Remedy = fmt.Sprintf("the folder %s cannot be written", filepath.Dir(file)), "give this account the right to write there, or choose another one"
	case resultCode(err) == sqliteFull || resultCode(err) == sqliteIOError:
		fault.Class = directory.Failed
		fault.Cause = fmt.Sprintf("the disk under %s is full or failing: the backup was not made", filepath.Dir(file))
		fault.Remedy = "free some space, or choose a folder on another disk"
	default:
		fault.Cause, fault.Remedy = fmt.Sprintf("the backup %s cannot be written: %s", file, err), "choose another file"
	}
	return fault
}
