package syncer

import (
	"errors"
	"runtime"
	"syscall"

	"syncd/internal/directory"
)

// remedied adds the remedy to the end of a pass for which the disk has no room. What writes to it are many places, which tell where they were.
func remedied(err error) error {
	if !diskFull(err) {
		return err
	}
	return &directory.Fault{
		Cause: "there is no room on the disk: " + err.Error(), Remedy: "make room in the folder of the state (state.dir), or for this account there; the next pass goes on from where this one stopped",
		Err: err,
	}
}

func diskFull(err error) bool {
	if runtime.GOOS == "windows" {
		return errors.Is(err, syscall.Errno(0x70)) // ERROR_DISK_FULL
	}
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
