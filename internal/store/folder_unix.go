//go:build unix

package store

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// likeFormer gives a file the mode, and where that may be done the owner, of the one that it takes the place of: root may make a pass of a service
// that runs as somebody else.
func likeFormer(path string, former fs.FileInfo) error {
	if err := os.Chmod(path, former.Mode().Perm()); err != nil {
		return err
	}
	owner, ok := former.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	err := os.Lchown(path, int(owner.Uid), int(owner.Gid))
	if errors.Is(err, fs.ErrPermission) && int(owner.Uid) == os.Geteuid() { // the group is one that this account is not in
		return nil
	}
	return err
}

// syncFolder puts the names in a folder on the disk.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
