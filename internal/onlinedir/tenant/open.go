package tenant

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.uber.org/zap"

	"syncd/internal/directory"
	"syncd/internal/onlinedir/scim"
)

// defaultBusyTimeout is how long a transaction waits for another process's lock.
const defaultBusyTimeout = 10 * time.Second

// readers is how many read transactions run at the same time; more wait.
const readers = 4

// Tenant is an open directory. It is safe for use by several goroutines.
type Tenant struct {
	name       string
	catalogue  *scim.Catalogue
	log        *zap.Logger
	now        func() time.Time
	busyAfter  time.Duration
	resolver   Resolver // nil for none
	searchTime time.Duration
	bounds     bounds

	path  string
	write *sql.DB // one connection, which desk holds
	desk  *desk
	read  *sql.DB

	uses     *uses
	attempts attempts
	hashing  chan struct{} // see oneHash
	walking  chan struct{} // see readInTurn
	cost     int           // of a hash

	stop    context.CancelFunc
	stopped chan struct{}
}

// Option changes how a directory is opened.
type Option func(*Tenant)

// WithClock sets the clock that dates changes and empties the recycle bin; time.Now is the default.
func WithClock(now func() time.Time) Option { return func(t *Tenant) { t.now = now } }

// Open opens the directory in a folder. Until ctx ends or Close is called, what is too old is thrown away, now and every hour: in the
// recycle bin, among the sessions and in the audit log. A folder without a directory, one that another program keeps locked, and one that another version wrote end in a
// *directory.Fault.
func Open(ctx context.Context, dir string, log *zap.Logger, options ...Option) (*Tenant, error) {
	path := filepath.Join(dir, File)
	if info, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return nil, &directory.Fault{
			Class: directory.Usage, Cause: fmt.Sprintf("the folder %s holds no online directory", dir),
			Remedy: "make one with `syncd directory init --data " + dir + "`, or name the right folder", Err: err,
		}
	} else if err != nil {
		return nil, folderFault(dir, err)
	}
	t := &Tenant{
		catalogue: scim.NewCatalogue(), log: log, now: time.Now, busyAfter: defaultBusyTimeout, searchTime: defaultSearchTime, bounds: defaultBounds(), path: path,
		uses: newUses(), cost: defaultCost, hashing: make(chan struct{}, hashes), walking: make(chan struct{}, longSearches), stopped: make(chan struct{}),
	}
	for _, option := range options {
		option(t)
	}
	if err := t.connect(ctx, path); err != nil {
		return nil, errors.Join(openFault(dir, err), t.closeDatabases())
	}
	if err := t.tidy(ctx); err != nil {
		return nil, errors.Join(openFault(dir, err), t.closeDatabases())
	}
	ctx, t.stop = context.WithCancel(ctx)
	go t.keepHouse(ctx)
	return t, nil
}

// openFault leaves a Fault as it is.
func openFault(dir string, err error) error {
	if _, ok := errors.AsType[*directory.Fault](err); ok {
		return err
	}
	return folderFault(dir, err)
}

// dataSource is a file: URI, so that no character of a path is taken for a parameter.
func dataSource(path string, busyAfter time.Duration, parameters ...string) string {
	escaped := strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(filepath.ToSlash(path))
	parameters = append([]string{fmt.Sprintf("_pragma=busy_timeout(%d)", busyAfter.Milliseconds())}, parameters...)
	return "file:" + escaped + "?" + strings.Join(parameters, "&")
}

// connect opens both pools, checks who wrote the file, and reads the settings that never change.
func (t *Tenant) connect(ctx context.Context, path string) (err error) {
	if err := registerFold(); err != nil {
		return err
	}
	if t.write, err = sql.Open("sqlite", dataSource(path, t.busyAfter, "_txlock=immediate", "_pragma=journal_mode(WAL)",
		"_pragma=synchronous(FULL)", "_pragma=cache_size(-32768)", "_pragma=wal_autocheckpoint(4000)",
		"_pragma=temp_store(2)")); err != nil {
		return err
	}
	t.write.SetMaxOpenConns(1)
	if t.read, err = sql.Open("sqlite", dataSource(path, t.busyAfter, "_pragma=query_only(1)", "_pragma=cache_size(-8192)")); err != nil {
		return err
	}
	t.read.SetMaxOpenConns(readers)
	t.read.SetMaxIdleConns(readers)
	var application, version int64
	if err := t.awaitWAL(ctx); err != nil {
		return err
	}
	if err := t.write.QueryRowContext(ctx, "PRAGMA application_id").Scan(&application); err != nil {
		return err
	}
	if err := t.write.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if err := checkFormat(path, application, version); err != nil {
		return err
	}
	if version < formatVersion {
		if err := t.upgrade(ctx); err != nil {
			return err
		}
	}
	if err := t.write.QueryRowContext(ctx, "SELECT value FROM setting WHERE name = ?", settingTenant).Scan(&t.name); err != nil {
		return err
	}
	t.desk, err = newDesk(ctx, t.write)
	return err
}

// awaitWAL makes the writer's connection, which puts a file that is not yet in WAL mode, such as a restored backup, into it. That switch
// does not wait for the lock of another process that does the same: SQLite answers SQLITE_BUSY at once
// (https://www.sqlite.org/c3ref/busy_handler.html), so the waiting is done here.
func (t *Tenant) awaitWAL(ctx context.Context) error {
	const pause = 5 * time.Millisecond
	for deadline := time.Now().Add(t.busyAfter); ; {
		err := t.write.PingContext(ctx)
		if !errors.Is(busy(err), ErrBusy) || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// upgrade brings data of an earlier format to this one. Another process may do the same at the same time: who gets the lock first does it.
func (t *Tenant) upgrade(ctx context.Context) error {
	tx, err := t.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a commit it does nothing
	var version int64
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil || version >= formatVersion {
		return err
	}
	if err := upgrade(tx, version); err != nil {
		return err
	}
	return tx.Commit()
}

// Name is the company's name.
func (t *Tenant) Name() string { return t.name }

// Catalogue is the directory's schemas.
func (t *Tenant) Catalogue() *scim.Catalogue { return t.catalogue }

// Log is where the directory's parts log.
func (t *Tenant) Log() *zap.Logger { return t.log }

// Now is the directory's clock.
func (t *Tenant) Now() time.Time { return t.now() }

// Close ends the work in the background and closes the files. Calls that are under way must have ended.
func (t *Tenant) Close() error {
	t.stop()
	<-t.stopped
	return t.closeDatabases()
}

func (t *Tenant) closeDatabases() error {
	var err error
	if t.desk != nil {
		err = t.desk.close()
	}
	for _, db := range []*sql.DB{t.read, t.write} { // the writer last: it folds the log into the file
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	return err
}
