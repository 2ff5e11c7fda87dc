package syncer

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
)

// A pass keeps little and lets go of much: two pages of objects at a time, whatever the size of the directory. So garbage is collected rarely,
// until memory comes near what a pass may take. One that has to keep more, such as the members of a group of a million, is slower for it.
const (
	passCollects = 400      // percent, as in GOGC
	passMemory   = 96 << 20 // bytes, as in GOMEMLIMIT
)

// TuneCollector tunes the garbage collector of this process to a pass until the returned function is called. A process that keeps much for other
// ends, as one that serves a large directory beside it, is left as it is. Who sets $GOGC or $GOMEMLIMIT knows better.
func TuneCollector() (restore func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" || kept() > passMemory/2 {
		return func() {}
	}
	limit, percent := debug.SetMemoryLimit(passMemory), debug.SetGCPercent(passCollects)
	return func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}

// kept is how many bytes the last collection found in use.
func kept() uint64 {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	if live[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return live[0].Value.Uint64()
}
