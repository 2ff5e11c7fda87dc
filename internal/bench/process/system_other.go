//go:build !linux

package process

import "syscall"

// withParent has no such means elsewhere.
func withParent() *syscall.SysProcAttr { return nil }

// Flush does nothing elsewhere.
func Flush() {}
