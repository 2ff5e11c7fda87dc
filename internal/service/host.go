package service

import (
	"os"

	"go.uber.org/zap/zapcore"
)

// Host is what a daemon gets from whoever runs it: a terminal, systemd, or the service manager of Windows.
type Host struct {
	// Signals brings requests to stop (SIGTERM), to reload the configuration (SIGHUP) and the like. The signals of the process come
	// through it too. It is buffered, so that a stop is not lost while reloads wait; who sends never waits.
	Signals chan os.Signal
	// Ready is told once the daemon serves its control endpoint. It is never nil.
	Ready func()
	// Log gets what is logged as well, where it is not nil.
	Log zapcore.Core
}

// waitingSignals is how many signals may wait while the daemon is busy with one, such as a reload from a slow disk.
const waitingSignals = 16

// Foreground is the host of a daemon that somebody or systemd started: signals are all there is.
func Foreground() Host { return Host{Signals: make(chan os.Signal, waitingSignals), Ready: func() {}} }
