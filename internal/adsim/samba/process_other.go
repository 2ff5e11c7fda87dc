//go:build !linux

package samba

import (
	"errors"
	"syscall"
)

// Elsewhere Installed refuses before a process could be started; these only let the package compile.

func ownGroup() *syscall.SysProcAttr { return nil }

func killGroup(int) error { return errors.ErrUnsupported }

func groupAlive(int) bool { return false }
