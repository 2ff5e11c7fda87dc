//go:build unix

package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// TestACompactedFileStaysLockedAndUsed: its owner reads and writes on while it is put in place, and nobody else gets hold of the old one or the
// new one.
func TestACompactedFileStaysLockedAndUsed(t *testing.T) {
	dir, c := t.TempDir(), newCompany(600)
	s := open(t, dir)
	apply(t, s, c.firstPass())
	former, err := os.Open(s.path)
	must(t, err)
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for _, p := range c.people {
				if _, found, err := s.Entry(p.Anchor); err != nil || !found {
					t.Errorf("%v %v", found, err)
				}
			}
		})
	}
	for range 5 {
		must(t, s.CompactAlways(t.Context()))
		if _, err := Open(dir, online); !errors.Is(err, ErrLocked) {
			t.Errorf("another process: %v", err)
		}
	}
	readers.Wait()
	verify(t, s)
	mine, err := former.Stat()
	must(t, errors.Join(err, former.Close()))
	if now, err := os.Stat(s.path); err != nil || os.SameFile(mine, now) {
		t.Errorf("it is the same file (%v)", err)
	}
	must(t, s.Record(&directory.PassRecord{Pass: directory.Pass{ID: "1"}}))
	if passes, err := s.Passes(5); err != nil || len(passes) != 2 {
		t.Errorf("%v %v", passes, err)
	}
}

// TestWhoOpenedTheFormerFileDoesNotHaveTheState: its lock is free as soon as another one took its place.
func TestWhoOpenedTheFormerFileDoesNotHaveTheState(t *testing.T) {
	dir, c := t.TempDir(), newCompany(200)
	s := open(t, dir)
	apply(t, s, c.firstPass())
	_, err := openFile(s.path, bbolt.Options{OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
		f, err := os.OpenFile(name, flag, mode)
		return f, errors.Join(err, s.CompactAlways(t.Context()))
	}})
	if !errors.Is(err, berrors.ErrTimeout) {
		t.Errorf("got %v", err)
	}
}

// TestASmallFileIsLeftAlone, however little of it is in use.
func TestASmallFileIsLeftAlone(t *testing.T) {
	s := open(t, t.TempDir())
	before, err := os.Stat(s.path)
	must(t, err)
	must(t, s.Acknowledge("1", noon, []diff.Answer{created(user("ann"))}))
	must(t, s.Compact(t.Context()))
	if after, err := os.Stat(s.path); err != nil || !os.SameFile(before, after) {
		t.Errorf("it is another file (%v)", err)
	}
}

// TestALinkStaysALink: whoever keeps the file elsewhere has a reason.
func TestALinkStaysALink(t *testing.T) {
	dir, elsewhere := t.TempDir(), filepath.Join(t.TempDir(), "kept.db")
	s, err := Open(dir, online)
	must(t, err)
	must(t, s.Close())
	must(t, os.Rename(filepath.Join(dir, stateFile), elsewhere))
	must(t, os.Symlink(elsewhere, filepath.Join(dir, stateFile)))
	s = open(t, dir)
	must(t, s.CompactAlways(t.Context()))
	if info, err := os.Lstat(s.path); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("it is no link any more (%v)", err)
	}
}

// TestACompactedFileIsItsOwners: it has the owner and the mode of the one before.
func TestACompactedFileIsItsOwners(t *testing.T) {
	s := open(t, t.TempDir())
	must(t, os.Chmod(s.path, 0o640))
	if os.Getuid() == 0 {
		must(t, os.Chown(s.path, 4711, 4712))
	}
	before, err := os.Stat(s.path)
	must(t, err)
	must(t, s.CompactAlways(t.Context()))
	after, err := os.Stat(s.path)
	must(t, err)
	owner := func(i os.FileInfo) [2]uint32 {
		return [2]uint32{i.Sys().(*syscall.Stat_t).Uid, i.Sys().(*syscall.Stat_t).Gid}
	}
	if os.SameFile(before, after) || after.Mode() != before.Mode() || owner(after) != owner(before) {
		t.Errorf("%v of %v instead of %v of %v", after.Mode(), owner(after), before.Mode(), owner(before))
	}
}

// TestCompactingEndsWithItsContext, and is not given up for that; after a fault it is.
func TestCompactingEndsWithItsContext(t *testing.T) {
	s, c := open(t, t.TempDir()), newCompany(4000)
	apply(t, s, c.firstPass())
	before, err := os.Stat(s.path)
	must(t, err)
	ended, end := context.WithCancel(t.Context())
	end()
	if err := s.CompactAlways(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	must(t, os.Mkdir(filepath.Join(s.TempDir(), "compact.db"), 0o700))
	must(t, os.Mkdir(filepath.Join(s.TempDir(), "compact.db", "in the way"), 0o700))
	if err := s.CompactAlways(t.Context()); err == nil {
		t.Error("no error")
	}
	must(t, s.CompactAlways(t.Context()))
	if after, err := os.Stat(s.path); err != nil || !os.SameFile(before, after) {
		t.Errorf("it is another file (%v)", err)
	}
	verify(t, s)
}
