package samba

import (
	"errors"
	"syscall"
)

// ownGroup puts a child into a process group of its own and lets the kernel kill it when its parent dies.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// killGroup kills every process of a group; a group that is gone already is fine.
func killGroup(id int) error {
	if err := syscall.Kill(-id, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return nil
}

func groupAlive(id int) bool { return syscall.Kill(-id, 0) == nil }
