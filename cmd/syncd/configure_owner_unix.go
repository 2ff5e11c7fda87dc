//go:build unix

package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// ownAs gives a new file the owner and group of the one that it replaces; where there is none, those of its folder, which the account that
// runs syncd may read. Who is not root can do that only where it changes nothing.
func ownAs(path, place string) error {
	info, err := os.Stat(place)
	if errors.Is(err, fs.ErrNotExist) {
		info, err = os.Stat(filepath.Dir(place))
	}
	if err != nil {
		return err
	}
	wanted, ok := info.Sys().(*syscall.Stat_t)
	if !ok || os.Geteuid() != 0 {
		return nil
	}
	return os.Chown(path, int(wanted.Uid), int(wanted.Gid))
}

// ownInside gives the files of a folder to whom the folder belongs: the first pass may be made by root, and those that follow by the account
// of the service.
func ownInside(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		if err := ownAs(filepath.Join(dir, e.Name()), dir); err != nil {
			return err
		}
	}
	return nil
}

// closedFolder says why files cannot be put into a folder, or one that is to be made for them; nil where they can, as far as that is known.
func closedFolder(dir string) error {
	for {
		err := syscall.Access(dir, 2) // W_OK of access(2)
		if up := filepath.Dir(dir); errors.Is(err, fs.ErrNotExist) && up != dir {
			dir = up
			continue
		}
		if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
			return &fs.PathError{Op: "write to", Path: dir, Err: err}
		}
		return nil
	}
}
