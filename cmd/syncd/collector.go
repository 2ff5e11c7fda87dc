package main

import (
	"context"
	"os"
	"runtime/debug"

	"syncd/internal/directory"
	"syncd/internal/syncer"
)

// A pass keeps little and lets go of much: two pages of objects at a time, whatever the size of the directory. So it collects rarely, until its
// memory comes near what a pass may take.
const (
	passCollects = 400       // percent, as in GOGC
	passMemory   = 128 << 20 // bytes, as in GOMEMLIMIT
)

// runOnce runs one pass with the collector tuned to it.
func (e *engine) runOnce(ctx context.Context, r syncer.Request) (directory.PassRecord, error) {
	defer tuneCollector()()
	return e.syncer.RunOnce(ctx, r)
}

// tuneCollector tunes the garbage collector until the returned function is called. Who sets $GOGC or $GOMEMLIMIT knows better.
func tuneCollector() (restore func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	limit, percent := debug.SetMemoryLimit(passMemory), debug.SetGCPercent(passCollects)
	return func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}
