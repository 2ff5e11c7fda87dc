package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"syncd/internal/diff"
	"syncd/internal/directory"
)

// aState returns the bytes of a state file of some size, as far as they are in use: what follows them nobody misses.
func aState(t *testing.T) []byte {
	dir := t.TempDir()
	s, err := Open(dir, online)
	must(t, err)
	s.db.NoSync = true
	batch := []diff.Answer{created(group("staff"))}
	for n := range 60 {
		r := user(fmt.Sprintf("p%04d", n))
		batch = append(batch, created(r), answer(diff.AddMember, group("staff"), r.Name(), 0), answer(diff.SetManager, r, "p0000", n%2*400))
	}
	must(t, s.Acknowledge("1", noon, batch))
	must(t, s.Acknowledge("2", noon, batch)) // leaves free pages behind
	must(t, s.Finish(&diff.Final{Held: each(heldBy("1", "depart", "ann", ""))}))
	var used int64
	must(t, s.view(func(tx *bbolt.Tx) error { used = tx.Size(); return nil }))
	must(t, errors.Join(s.db.Sync(), s.Close()))
	b, err := os.ReadFile(filepath.Join(dir, stateFile))
	must(t, err)
	return b[:used]
}

// use opens a state, reads all of it and writes to it. The error is of the first step that failed.
func use(dir string) (err error) {
	s, err := Open(dir, online)
	if err != nil {
		return err
	}
	s.db.NoSync = true
	defer func() { err = errors.Join(err, s.Close()) }()
	err = s.Anchors(func(a directory.Anchor, _ bool) error {
		_, _, err := s.Entry(a)
		return errors.Join(err, s.MemberOf(a, func(directory.Anchor) error { return nil }), s.Reports(a, func(directory.Anchor) error { return nil }))
	})
	if err != nil {
		return err
	}
	for _, read := range []func() error{
		func() error { return s.Members(at("staff"), func(directory.Anchor, bool) error { return nil }) },
		func() error { _, err := s.Refused(); return err },
		func() error { _, err := s.Held(9); return err }, func() error { _, err := s.HeldPlans(); return err },
		func() error { _, err := s.Passes(10); return err },
		func() error { _, err := s.Population(); return err },
		func() error { _, err := s.State(); return err },
		func() error {
			return s.Acknowledge("3", noon, []diff.Answer{answer(diff.Depart, user("p0007"), "", 0)})
		},
		func() error { return s.Finish(&diff.Final{RetriedAll: true}) },
	} {
		if err := read(); err != nil {
			return err
		}
	}
	return nil
}

// TestADamagedFileIsAFaultAndNoPanic shortens the file and overwrites its pages, one after the other. What is found is a fault with
// a remedy; what is not found hurt nobody.
func TestADamagedFileIsAFaultAndNoPanic(t *testing.T) {
	whole := aState(t)
	page := os.Getpagesize()
	noise := bytes.Repeat([]byte{0xFF, 0x03, 0x55}, page)
	found, damages := 0, 0
	try := func(name string, b []byte) {
		damages++
		dir := t.TempDir()
		must(t, os.WriteFile(filepath.Join(dir, stateFile), b, 0o600))
		err := use(dir)
		if err == nil {
			return
		}
		found++
		if fault, ok := errors.AsType[*directory.Fault](err); !ok || fault.Remedy == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for size := 1; size < len(whole); size = size*2 + 77 {
		try(fmt.Sprintf("the first %d bytes", size), whole[:size])
	}
	if found != damages {
		t.Errorf("%d of %d shortened files were taken for whole", damages-found, damages)
	}
	damage := []func(page []byte){
		func(page []byte) { copy(page, noise) },
		func(page []byte) { clear(page) },
		func(page []byte) { copy(page, whole[len(whole)/2:]) },
		func(page []byte) { copy(page[len(page)/2:], noise) },
		func(page []byte) { copy(page[:40], noise) },
	}
	for n := range len(whole) / page {
		b := bytes.Clone(whole)
		kind := n % len(damage)
		damage[kind](b[n*page:][:page])
		try(fmt.Sprintf("page %d, damage %d", n, kind), b)
	}
	if found < damages/4 {
		t.Errorf("only %d of %d damages were found", found, damages)
	}
}
