package syncer

import (
	"runtime"
	"runtime/debug"
	"testing"
)

// The collector is what it was before, unless whoever started syncd had a say.
func TestCollectorIsPutBack(t *testing.T) {
	now := func() (int, int64) {
		percent := debug.SetGCPercent(100)
		debug.SetGCPercent(percent)
		return percent, debug.SetMemoryLimit(-1)
	}
	percent, limit := now()
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	restore := TuneCollector()
	if p, l := now(); p != passCollects || l != passMemory {
		t.Errorf("during a pass %d %%, %d bytes", p, l)
	}
	restore()
	t.Setenv("GOGC", "50")
	defer TuneCollector()()
	if p, l := now(); p != percent || l != limit {
		t.Errorf("after it %d %%, %d bytes", p, l)
	}
}

// A process that keeps much is not made to collect all the time.
func TestCollectorOfALargeProcessIsLeftAlone(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	ballast := make([]byte, passMemory)
	runtime.GC()
	defer TuneCollector()()
	if limit := debug.SetMemoryLimit(-1); limit == passMemory {
		t.Error("it has the limit of a pass")
	}
	runtime.KeepAlive(ballast)
}
