package tenant

import (
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"syncd/internal/directory"
)

// File is the name of the directory's data in its folder; SQLite keeps two more beside it while it is open.
const File = "directory.db"

// Options describe a new directory.
type Options struct {
	Tenant     string           // the company's name, shown on every page
	Admin      string           // the first global administrator's name
	Password   directory.Secret // and password, see PasswordRule; only its bcrypt hash is kept
	EnableSync bool             // allow synchronisation from the start
	Domains    []string         // domains that count as verified from the start, without any proof
	// AnyDomain accepts names in every domain until the company registers one: a service that does not care, for trials and tests.
	AnyDomain bool

	cost  int // of hashing, defaultCost where it is 0
	Seats int // of the licence that the directory has from the start; 0 means DefaultSeats
}

// The names of the settings.
const (
	settingTenant    = "tenant"
	settingSync      = "sync_enabled"
	settingAnyDomain = "any_domain"
)

// Init makes a directory in a folder, which is made too where it is missing. A folder that already holds one is refused. The file
// appears under its name only when it is whole.
func Init(dir string, options Options) error {
	hash, err := options.check()
	if err != nil {
		return err
	}
	domains := make([]string, len(options.Domains))
	for i, name := range options.Domains {
		if domains[i], err = canonicalDomain(name); err != nil {
			return err
		}
	}
	options.Domains = domains
	path := filepath.Join(dir, File)
	if _, err := os.Stat(path); err == nil {
		return taken(dir)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return folderFault(dir, err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return folderFault(dir, err)
	}
	draft, err := os.CreateTemp(dir, File+".*.new")
	if err != nil {
		return folderFault(dir, err)
	}
	defer func() { _ = os.Remove(draft.Name()) }() // fails once it has its name, as it should
	if err := draft.Close(); err != nil {
		return folderFault(dir, err)
	}
	if err := write(draft.Name(), options, hash); err != nil {
		return folderFault(dir, err)
	}
	if err := place(draft.Name(), path); errors.Is(err, fs.ErrExist) {
		return taken(dir) // somebody else was faster
	} else if err != nil {
		return folderFault(dir, err)
	}
	return nil
}

func taken(dir string) error {
	return &directory.Fault{
		Class: directory.Usage, Cause: fmt.Sprintf("%s already holds an online directory", dir),
		Remedy: "choose another folder, or delete this one if nobody needs what is in it",
	}
}

// place gives a whole file its name, which nobody must have (fs.ErrExist): unlike a rename, a link takes no file's place.
func place(draft, path string) error {
	if err := os.Link(draft, path); err != nil {
		return err
	}
	return os.Remove(draft)
}

// longestTenant is how many characters a company's name may have.
const longestTenant = 100

// check returns the password's hash.
func (o Options) check() (string, error) {
	if strings.TrimSpace(o.Tenant) == "" {
		return "", &directory.Fault{Class: directory.Usage, Cause: "the new directory has no name", Remedy: "give the company's name with --tenant"}
	}
	if err := checkLine("the name of the tenant", o.Tenant, longestTenant); err != nil {
		return "", err
	}
	if _, err := checkAdminName(o.Admin); err != nil {
		return "", err
	}
	if err := checkSeats(o.Seats); err != nil {
		return "", err
	}
	if err := checkPassword(o.Password); err != nil {
		return "", err
	}
	return hashOf(o.Password, cmp.Or(o.cost, defaultCost))
}

// write fills an empty file and closes it with everything in the file itself.
func write(path string, options Options, hash string) (err error) {
	db, err := sql.Open("sqlite", dataSource(path, defaultBusyTimeout, "_txlock=immediate", "_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a commit it does nothing
	if err := upgrade(tx, 0); err != nil {
		return err
	}
	for name, value := range map[string]string{
		settingTenant: options.Tenant, settingSync: strconv.FormatBool(options.EnableSync), settingAnyDomain: strconv.FormatBool(options.AnyDomain),
	} {
		if _, err := tx.Exec("INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value); err != nil {
			return err
		}
	}
	admin, err := checkAdminName(options.Admin)
	if err != nil {
		return err
	}
	if _, err := tx.Exec("INSERT INTO admin (name, role, hash, created) VALUES (?, ?, ?, ?)", admin, GlobalAdministrator, hash, time.Now().UnixMilli()); err != nil {
		return err
	}
	if _, err := tx.Exec("UPDATE licence SET seats = ? WHERE id = 1", cmp.Or(options.Seats, DefaultSeats)); err != nil {
		return err
	}
	for _, name := range options.Domains {
		if _, err := tx.Exec("INSERT INTO domain (name, verified, proof, added) VALUES (?, 1, ?, ?) ON CONFLICT (name) DO NOTHING",
			name, newProof(), time.Now().UnixMilli()); err != nil {
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	_, err = db.Exec("PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}
