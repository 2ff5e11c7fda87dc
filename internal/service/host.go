package service

import (
	"os"

	"go.uber.org/zap/zapcore"
)

// Host is what a daemon gets from whoever runs it: a terminal, systemd, or the service manager of Windows.
type Host struct {
	// Signals brings requests to stop (SIGTERM), to reload the configuration (SIGHUP) and the like. The signals of the process come
	// through it too. It is buffered; who sends never waits.
	Signals chan os.Signal
	// Ready is told once the daemon serves its control endpoint. It is never nil.
	Ready func()
	// Log gets what is logged as well, where it is not nil.
	Log zapcore.Core
}

// Foreground is the host of a daemon that somebody or systemd started: signals are all there is.
func Foreground() Host { return Host{Signals: make(chan os.Signal, 2), Ready: func() {}} }
