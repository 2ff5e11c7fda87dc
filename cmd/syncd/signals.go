package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"go.uber.org/zap"
)

// signals turns signals into contexts: the first of SIGINT and SIGTERM ends drain, which lets a running pass finish; the second ends
// kill, which stops it at once. trigger is called for the signal that asks for a pass, where the system has one, reload for SIGHUP; without a
// reload, SIGHUP ends the process as it does by default. They come through received, into which others may send too. release undoes it.
func signals(ctx context.Context, log *zap.Logger, received chan os.Signal, trigger, reload func()) (drain, kill context.Context, release func()) {
	drain, stopDrain := context.WithCancel(ctx)
	kill, stopKill := context.WithCancel(ctx)
	wanted := append(triggerSignals(), os.Interrupt, syscall.SIGTERM)
	if reload != nil {
		wanted = append(wanted, syscall.SIGHUP)
	}
	signal.Notify(received, wanted...)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case s := <-received:
				switch {
				case s == syscall.SIGHUP:
					reload()
				case s != os.Interrupt && s != syscall.SIGTERM:
					trigger()
				case drain.Err() == nil:
					log.Info("stopping: the running pass may finish, a second signal ends it at once")
					stopDrain()
				default:
					stopKill()
				}
			}
		}
	}()
	return drain, kill, func() {
		signal.Stop(received)
		close(done)
		stopDrain()
		stopKill()
	}
}
