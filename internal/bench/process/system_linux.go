package process

import "syscall"

// withParent lets the kernel kill a child when its parent dies. A group of its own keeps the terminal's signals from it: its parent ends it.
func withParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// Flush waits until everything that was written is on the disks, so that it is not in the way of what follows.
func Flush() { syscall.Sync() }
