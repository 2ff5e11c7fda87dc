//go:build unix

package store

import (
	"io/fs"

	"golang.org/x/sys/unix"
)

// freeBytes is what an ordinary account may still write to the disk of a folder.
func freeBytes(dir string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return uint64(s.Bavail) * uint64(s.Bsize), nil
}

// shared reports whether others than the owner may use a folder.
func shared(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }
