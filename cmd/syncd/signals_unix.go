//go:build unix

package main

import (
	"os"
	"syscall"
)

// triggerSignals ask for a pass.
func triggerSignals() []os.Signal { return []os.Signal{syscall.SIGUSR1} }
