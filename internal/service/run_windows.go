package service

import (
	"context"
	"errors"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/eventlog"

	"syncd/internal/directory"
)

// beat is how often the service manager hears that a start or a stop goes on, hint is when it may worry (SERVICE_STATUS, dwWaitHint).
const (
	beat = 2 * time.Second
	hint = 30 * time.Second
)

// Run answers the service manager, which has started this process, for as long as daemon runs, and returns its error. exit is what the
// service manager learns of it. A stop or a shutdown drains the daemon as SIGTERM does; a changed parameter is a SIGHUP.
func Run(ctx context.Context, name string, daemon func(context.Context, Host) (exit int, err error)) (err error) {
	log, err := eventlog.Open(name)
	if err != nil {
		return &directory.Fault{Cause: "the event log cannot be opened: " + err.Error(), Remedy: "start the Windows Event Log service", Err: err}
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	h := &handler{ctx: ctx, name: name, daemon: daemon, events: log}
	err = svc.Run(name, h)
	if errors.Is(err, windows.ERROR_FAILED_SERVICE_CONTROLLER_CONNECT) {
		return &directory.Fault{
			Class: directory.Usage, Cause: "--windows-service is for the service manager of Windows, and it has not started this process",
			Remedy: "use `syncd service start`, or leave it out", Err: err,
		}
	}
	return errors.Join(err, h.err)
}

// handler implements svc.Handler.
type handler struct {
	ctx    context.Context // of the process: the service manager calls with none
	name   string
	daemon func(context.Context, Host) (exit int, err error)
	events events
	err    error // of the daemon
}

// outcome is how the daemon ended.
type outcome struct {
	exit int
	err  error
}

// Execute implements svc.Handler: it runs the daemon and tells the service manager what it does.
func (h *handler) Execute(_ []string, requests <-chan svc.ChangeRequest, status chan<- svc.Status) (specific bool, exit uint32) {
	now := svc.Status{State: svc.StartPending, WaitHint: uint32(hint.Milliseconds())}
	status <- now
	ready, ended := make(chan struct{}), make(chan outcome, 1)
	host := Host{Signals: make(chan os.Signal, waitingSignals), Ready: sync.OnceFunc(func() { close(ready) }), Log: newEventCore(h.events)}
	go func() {
		exit, err := h.daemon(h.ctx, host)
		ended <- outcome{exit, err}
	}()
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		select {
		case <-ready:
			ready = nil
			now = svc.Status{State: svc.Running, Accepts: svc.AcceptStop | svc.AcceptShutdown | svc.AcceptParamChange}
			_ = h.events.Info(eventRuns, "the service "+h.name+" runs") // there is nobody else who could be told that this failed
		case r := <-requests:
			now = host.obey(r, now)
		case <-tick.C:
			if now.State == svc.Running {
				continue
			}
			now.CheckPoint++
		case o := <-ended:
			h.ended(o)
			return true, uint32(o.exit)
		}
		status <- now
	}
}

// obey does what the service manager asks for, and returns the state that follows.
func (h *Host) obey(r svc.ChangeRequest, now svc.Status) svc.Status {
	switch {
	case now.State != svc.Running: // it starts or stops already
	case r.Cmd == svc.Stop, r.Cmd == svc.Shutdown:
		h.send(syscall.SIGTERM)
		return svc.Status{State: svc.StopPending, WaitHint: uint32(hint.Milliseconds())}
	case r.Cmd == svc.ParamChange:
		h.send(syscall.SIGHUP)
	}
	return now
}

// send never waits: what the daemon has not heard yet is on its way.
func (h *Host) send(s os.Signal) {
	select {
	case h.Signals <- s:
	default:
	}
}

func (h *handler) ended(o outcome) {
	h.err = o.err
	if o.err != nil {
		_ = h.events.Error(eventError, eventText("the service "+h.name+" ends: "+o.err.Error()))
		return
	}
	_ = h.events.Info(eventEnds, "the service "+h.name+" ends")
}
