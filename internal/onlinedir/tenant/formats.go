package tenant

import (
	"database/sql"
	"embed"
	"fmt"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// The marks in the file's header: what wrote it, and in which form.
const (
	applicationID = 0x53794E44 // "SyND"
	formatVersion = 3
)

// formats holds one script for each format: it makes that format out of the one before, and is never changed once it was released.
//
//go:embed formats/*.sql
var formats embed.FS

// upgrade brings a file from one format to the last; format 0 is an empty file.
func upgrade(tx *sql.Tx, from int64) error {
	for format := from + 1; format <= formatVersion; format++ {
		script, err := formats.ReadFile(fmt.Sprintf("formats/%d.sql", format))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(string(script)); err != nil {
			return fmt.Errorf("make format %d: %w", format, err)
		}
	}
	if from > 0 && from < 3 {
		for _, complete := range []func(*sql.Tx) error{foldAdmin, fillColumns, canonicalDomains} {
			if err := complete(tx); err != nil {
				return fmt.Errorf("make format 3: %w", err)
			}
		}
	}
	_, err := tx.Exec(fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, formatVersion))
	return err
}

// foldAdmin completes format 3: SQLite's lower() knows ASCII letters only.
func foldAdmin(tx *sql.Tx) error {
	var name string
	if err := tx.QueryRow("SELECT coalesce(max(name), '') FROM admin").Scan(&name); err != nil {
		return fmt.Errorf("find the administrator: %w", err)
	}
	_, err := tx.Exec("UPDATE admin SET name = ?", scim.Fold(name))
	return err
}

// checkFormat refuses a file that this version cannot read.
func checkFormat(path string, application, version int64) error {
	if application != applicationID {
		return &directory.Fault{
			Class: directory.Usage, Cause: fmt.Sprintf("%s is a database of another program", path),
			Remedy: "name the folder of an online directory with --data",
		}
	}
	if version < 1 || version > formatVersion {
		return &directory.Fault{
			Class: directory.Failed, Cause: fmt.Sprintf("%s has format %d; this version of syncd reads formats 1 to %d", path, version, formatVersion),
			Remedy: "use the version of syncd that wrote it",
		}
	}
	return nil
}
