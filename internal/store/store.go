package store

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// ErrLocked says that another process has the state open.
var ErrLocked = errors.New("the state folder is in use by another syncd")

// Config is the section "state" of the configuration file.
type Config struct {
	// the folder of the snapshot, the watermark and the history. It belongs to one online directory; on Windows the default is `C:\ProgramData\syncd\state`
	Dir string `yaml:"dir"`
}

// DefaultConfig is the place that a service of the system uses.
func DefaultConfig() Config {
	if runtime.GOOS == "windows" {
		return Config{Dir: filepath.Join(os.Getenv("ProgramData"), "syncd", "state")}
	}
	return Config{Dir: "/var/lib/syncd"}
}

// Validate asks for a folder.
func (c *Config) Validate() error {
	if c.Dir == "" {
		return &directory.FieldError{Field: "dir", Problem: "is empty", Remedy: "name the folder for syncd's state, for example /var/lib/syncd"}
	}
	return nil
}

// The buckets.
var (
	bucketMeta    = []byte("meta")
	bucketObjects = []byte("objects") // anchor → entry
	bucketMembers = []byte("members") // group, member → whether it is certain
	bucketGroups  = []byte("groups")  // member, group → nothing
	bucketReports = []byte("reports") // manager, report → nothing
	bucketExpiry  = []byte("expiry")  // moment, anchor → nothing
	bucketGUIDs   = []byte("guids")   // objectGUID → anchor, where the two differ
	bucketRefused = []byte("refused") // anchor, other → JSON
	bucketHeld    = []byte("held")    // operation, anchor, other → JSON
	bucketPlans   = []byte("plans")   // id of the pass that held something → JSON, see summaries
	bucketPasses  = []byte("passes")  // sequence → JSON
	bucketPushes  = []byte("pushes")  // anchor → JSON: the last push, where no entry has it

	bucketDictionaries = []byte("dictionaries") // number → checksum, what entries were compressed with
)

// The keys of the meta bucket.
var (
	keyFormat      = []byte("format")
	keyTarget      = []byte("target")
	keyState       = []byte("state")
	keyPresent     = []byte("present")
	keyUnfinished  = []byte("unfinished")
	keyFormer      = []byte("former") // there where a former version wrote some of the entries
	formatVersion  = uint64(2)
	formerVersion  = uint64(1) // whose entries are not compressed
	currentFormat  = binary.BigEndian.AppendUint64(nil, formatVersion)
	lockWait       = 50 * time.Millisecond
	stateFile      = "state.db"
	temporaryFiles = "tmp"
)

// Store is the open state folder. It is safe for concurrent use.
type Store struct {
	db           *bbolt.DB
	dictionaries dictionaries

	writing  sync.Mutex   // held by who writes to db, or puts another one in its place
	swap     sync.RWMutex // held for reading by who reads from db
	written  atomic.Int64 // bytes of entries and memberships since the file was written in order
	futile   bool         // compacting has failed
	idle     atomic.Int64 // the transaction that left nothing refused and nothing held, 0 where none is known
	leftOpen error        // of a file that another one took the place of, and that could not be closed
	dir      string
	path     string
	private  bool // a fork: Close removes the file
}

// Open opens the state in dir, which is made if it does not exist, for the online directory at target. It answers ErrLocked (in a
// *directory.Fault) at once while another process has it open, and refuses a state that was made by another version or for
// another online directory. Temporary files of an interrupted pass are removed.
func Open(dir, target string) (s *Store, err error) {
	if err = os.MkdirAll(dir, 0o700); err != nil {
		return nil, &directory.Fault{Cause: "the state folder " + dir + " cannot be made", Remedy: "let syncd's account write there, or set state.dir to another folder", Err: err}
	}
	s = &Store{dir: dir, path: filepath.Join(dir, stateFile)}
	err = s.guard(func() (err error) {
		s.db, err = openFile(s.path, bbolt.Options{})
		return err
	})
	if err != nil {
		return nil, s.openFault(err)
	}
	if err := s.prepare(target); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	tmp := s.TempDir()
	if err := errors.Join(os.RemoveAll(tmp), os.MkdirAll(tmp, 0o700)); err != nil {
		return nil, errors.Join(fmt.Errorf("clearing the temporary files of an interrupted pass: %w", err), s.Close())
	}
	return s, nil
}

// OpenReadOnly opens the state in dir for reading, and makes nothing. found is false where no pass has ever been made with it; a folder that
// does not exist is a Fault. It answers ErrLocked like Open while a process has it open for writing.
func OpenReadOnly(dir string) (s *Store, found bool, err error) {
	s = &Store{dir: dir, path: filepath.Join(dir, stateFile)}
	if _, err := os.Stat(s.path); errors.Is(err, fs.ErrNotExist) {
		return nil, false, s.folder()
	}
	err = s.guard(func() (err error) {
		s.db, err = openFile(s.path, bbolt.Options{ReadOnly: true})
		return err
	})
	if err != nil {
		return nil, false, s.openFault(err)
	}
	return s, true, nil
}

// folder is a fault where the state folder does not exist.
func (s *Store) folder() error {
	_, err := os.Stat(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return &directory.Fault{
			Class: directory.Usage, Cause: "the state folder " + s.dir + " does not exist",
			Remedy: "correct state.dir; if no pass was made with this configuration yet, `syncd --now` makes the folder", Err: err,
		}
	}
	if err != nil {
		return s.openFault(err)
	}
	return nil
}

// prepare makes the buckets of a new file and checks those of an old one.
func (s *Store) prepare(target string) error {
	return s.update(func(tx *bbolt.Tx) error {
		if err := s.whole(tx); err != nil {
			return err
		}
		for _, name := range [][]byte{
			bucketMeta, bucketObjects, bucketMembers, bucketGroups, bucketReports, bucketExpiry, bucketGUIDs, bucketRefused, bucketHeld,
			bucketPlans, bucketPasses, bucketPushes, bucketDictionaries,
		} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return fmt.Errorf("preparing the state file: %w", err)
			}
		}
		meta := tx.Bucket(bucketMeta)
		format := meta.Get(keyFormat)
		if format == nil {
			state, err := json.Marshal(&diff.State{Origin: rand.Text()})
			return errors.Join(err, meta.Put(keyFormat, currentFormat), meta.Put(keyTarget, []byte(target)), meta.Put(keyState, state))
		}
		if err := s.fits(meta, target); err != nil {
			return err
		}
		return migrateHeld(tx)
	})
}

// fits refuses a state that another version made, or that is for another online directory.
func (s *Store) fits(meta *bbolt.Bucket, target string) error {
	n := uint64(0) // which is no version's
	if format := meta.Get(keyFormat); len(format) == 8 {
		n = binary.BigEndian.Uint64(format)
	}
	if n < formerVersion || n > formatVersion {
		return &directory.Fault{
			Class: directory.Usage, Cause: fmt.Sprintf("the state in %s has format %d, this version reads %d to %d", s.dir, n, formerVersion, formatVersion),
			Remedy: "use the version of syncd that wrote it, or an empty state.dir",
		}
	}
	if known := string(meta.Get(keyTarget)); known != target {
		return &directory.Fault{
			Class: directory.Usage, Cause: fmt.Sprintf("the state in %s belongs to the online directory %s, the configuration names %s", s.dir, known, target),
			Remedy: "correct target.url, or use another state.dir for another online directory",
		}
	}
	return nil
}

// TempDir is a folder for the files of one pass. It is emptied by Open.
func (s *Store) TempDir() string { return filepath.Join(s.dir, temporaryFiles) }

// Close closes the file, and removes that of a fork. It must be called once.
func (s *Store) Close() error {
	err := errors.Join(s.leftOpen, s.db.Close())
	if s.private {
		err = errors.Join(err, os.Remove(s.path))
	}
	return err
}
