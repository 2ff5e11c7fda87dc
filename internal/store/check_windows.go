package store

import (
	"io/fs"

	"golang.org/x/sys/windows"
)

// freeBytes is what the account may still write to the disk of a folder.
func freeBytes(dir string) (free uint64, err error) {
	path, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	return free, windows.GetDiskFreeSpaceEx(path, &free, nil, nil)
}

// shared is about permission bits, which Windows does not have.
func shared(fs.FileInfo) bool { return false }
