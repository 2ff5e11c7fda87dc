package syncer

import (
	"os"
	"runtime/debug"
)

// A pass keeps little and lets go of much: two pages of objects at a time, whatever the size of the directory. So garbage is collected rarely,
// until memory comes near what a pass may take.
const (
	passCollects = 400       // percent, as in GOGC
	passMemory   = 128 << 20 // bytes, as in GOMEMLIMIT
)

// TuneCollector tunes the garbage collector of this process to a pass until the returned function is called. It is for programs that do little
// else meanwhile. Who sets $GOGC or $GOMEMLIMIT knows better.
func TuneCollector() (restore func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	limit, percent := debug.SetMemoryLimit(passMemory), debug.SetGCPercent(passCollects)
	return func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}
