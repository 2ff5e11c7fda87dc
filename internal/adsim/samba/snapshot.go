package samba

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// database is what a snapshot of the domain controller holds: the files below its private folder with everything that replicates, and
// with its update sequence number.
var database = [...]string{"sam.ldb", "sam.ldb.d"}

// Save keeps the present state of the domain controller for Revert. It stops the server for the time of the copy, so every connection
// is cut.
func (d *Domain) Save(ctx context.Context) error {
	return d.exchange(ctx, d.layout.file("private"), d.layout.file("saved"))
}

// Revert puts the domain controller back to the state that Save kept, as a hypervisor does that reverts to a snapshot without telling
// the guest: the invocation id stays, and update sequence numbers are given out a second time (MS-ADTS 3.1.1.1.9).
func (d *Domain) Revert(ctx context.Context) error {
	return d.exchange(ctx, d.layout.file("saved"), d.layout.file("private"))
}

func (d *Domain) exchange(ctx context.Context, from, to string) error {
	if err := d.server.stop(); err != nil {
		return err
	}
	d.server = nil
	for _, name := range database {
		if err := replaceTree(filepath.Join(from, name), filepath.Join(to, name)); err != nil {
			return fmt.Errorf("samba snapshot: %w", err)
		}
	}
	return d.serve(ctx)
}

// replaceTree makes to a copy of a file, or of a folder with its files.
func replaceTree(from, to string) error {
	if err := errors.Join(os.RemoveAll(to), os.MkdirAll(filepath.Dir(to), 0o700)); err != nil {
		return err
	}
	return filepath.WalkDir(from, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		below, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, below)
		if entry.IsDir() {
			return os.Mkdir(target, 0o700)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, content, 0o600)
	})
}
