package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

const online = "https://online.example/scim/v2"

// open opens the state in dir and closes it with the test. Nothing is synced to the disk: no test cuts the power.
func open(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(dir, online)
	if err != nil {
		t.Fatal(err)
	}
	s.db.NoSync = true
	t.Cleanup(func() {
		verify(t, s)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func at(name string) (a directory.Anchor) {
	copy(a[:], name)
	return a
}

// failer is the part of testing.TB that rapid has as well.
type failer interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func must(t failer, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// verify holds every index against the entries.
func verify(t failer, s *Store) {
	t.Helper()
	must(t, s.view(func(tx *bbolt.Tx) error {
		reports, expiry, guids, present := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[directory.Kind]int{}
		objects := tx.Bucket(bucketObjects)
		err := objects.ForEach(func(k, v []byte) error {
			e, _, err := s.dictionaries.decode(tx, directory.Anchor(k), v)
			if err != nil {
				return err
			}
			r := &e.Resource
			if r.Anchor != directory.Anchor(k) {
				t.Fatalf("the entry of %x is that of %x", k, r.Anchor)
			}
			if !r.Manager.IsZero() {
				reports[string(pair(r.Manager, r.Anchor))] = true
			}
			if r.Enabled && !r.Expires.IsZero() {
				expiry[string(expiryKey(r.Expires, r.Anchor))] = true
			}
			if !r.GUID.IsZero() {
				guids[string(r.GUID[:])] = true
			}
			if e.ID != "" && !e.Departed {
				present[r.Kind]++
			}
			return nil
		})
		if err != nil {
			return err
		}
		groups := map[string]bool{}
		err = tx.Bucket(bucketMembers).ForEach(func(k, _ []byte) error {
			if objects.Get(k[:16]) == nil || objects.Get(k[16:]) == nil {
				t.Fatalf("the edge %x has an end that is not there", k)
			}
			groups[string(bytes.Join([][]byte{k[16:], k[:16]}, nil))] = true
			return nil
		})
		counts, err2 := presentIn(tx)
		for _, k := range directory.Kinds() {
			if counts[k] != present[k] {
				t.Fatalf("%d %ss are counted, %d are there", counts[k], k, present[k])
			}
		}
		return errors.Join(err, err2, same(t, tx, bucketGroups, groups), same(t, tx, bucketReports, reports), same(t, tx, bucketExpiry, expiry),
			same(t, tx, bucketGUIDs, guids))
	}))
}

func same(t failer, tx *bbolt.Tx, bucket []byte, want map[string]bool) error {
	t.Helper()
	n := 0
	err := tx.Bucket(bucket).ForEach(func(k, _ []byte) error {
		if n++; !want[string(k)] {
			t.Fatalf("%s has %x too many", bucket, k)
		}
		return nil
	})
	if n != len(want) {
		t.Fatalf("%s has %d keys, want %d", bucket, n, len(want))
	}
	return err
}

func TestOneProcessOwnsTheState(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	_, err := Open(dir, online)
	if fault, ok := errors.AsType[*directory.Fault](err); !ok || !errors.Is(err, ErrLocked) || fault.Remedy == "" {
		t.Fatalf("the second one: %v", err)
	}
	must(t, s.Record(&directory.PassRecord{Pass: directory.Pass{ID: "1"}})) // the first one is not disturbed
}

func TestAStateOfOthersIsRefused(t *testing.T) {
	for name, change := range map[string]func(meta *bbolt.Bucket) error{
		"another format": func(meta *bbolt.Bucket) error {
			return meta.Put(keyFormat, binary.BigEndian.AppendUint64(nil, formatVersion+1))
		},
		"no format":      func(meta *bbolt.Bucket) error { return meta.Put(keyFormat, []byte("x")) },
		"another target": func(meta *bbolt.Bucket) error { return meta.Put(keyTarget, []byte("https://other.example")) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s, err := Open(dir, online)
			must(t, err)
			must(t, s.update(func(tx *bbolt.Tx) error { return change(tx.Bucket(bucketMeta)) }))
			must(t, s.Close())
			for range 2 { // refusing leaves it closed
				_, err = Open(dir, online)
				if fault, ok := errors.AsType[*directory.Fault](err); !ok || fault.Class != directory.Usage {
					t.Fatalf("got %v", err)
				}
			}
		})
	}
}

func TestOpenClearsTheFilesOfAnInterruptedPass(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, online)
	must(t, err)
	left := filepath.Join(s.TempDir(), "plan-1.tmp")
	must(t, errors.Join(os.WriteFile(left, []byte("x"), 0o600), s.Close()))
	open(t, dir)
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s: %v", left, err)
	}
}

func TestAFolderThatCannotBeMadeIsAFault(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	_, err := Open(filepath.Join(file, "state"), online)
	if _, ok := errors.AsType[*directory.Fault](err); !ok {
		t.Errorf("got %v", err)
	}
	must(t, os.Mkdir(filepath.Join(filepath.Dir(file), stateFile), 0o700))
	_, err = Open(filepath.Dir(file), online)
	if fault, ok := errors.AsType[*directory.Fault](err); !ok || fault.Cause == "" || errors.Is(err, directory.ErrCorrupt) {
		t.Errorf("a folder in the file's place: %v", err)
	}
}

func TestConfig(t *testing.T) {
	c := DefaultConfig()
	must(t, c.Validate())
	c.Dir = ""
	if field, ok := errors.AsType[*directory.FieldError](c.Validate()); !ok || field.Field != "dir" {
		t.Errorf("got %v", field)
	}
}

var _ diff.Snapshot = (*Store)(nil)
