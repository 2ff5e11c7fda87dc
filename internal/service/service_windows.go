package service

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/eventlog"
	"golang.org/x/sys/windows/svc/mgr"

	"syncd/internal/directory"
)

// Install makes a service of its own process, with an event source and recovery actions, and lets its account read and write what it has to.
func Install(_ context.Context, o Options) (notes []string, err error) {
	if err := o.checkAccount(); err != nil {
		return nil, err
	}
	manager, err := mgr.Connect()
	if err != nil {
		return nil, managerFault(err)
	}
	defer func() { err = errors.Join(err, manager.Disconnect()) }()
	kind := uint32(mgr.StartAutomatic)
	if o.Start == Manual {
		kind = mgr.StartManual
	}
	s, err := manager.CreateService(o.Name, o.Program, mgr.Config{
		DisplayName: o.Display, Description: o.Description, StartType: kind, ErrorControl: mgr.ErrorNormal,
		ServiceStartName: o.User, Password: o.Password.Reveal(),
	}, o.Args...)
	if errors.Is(err, windows.ERROR_SERVICE_EXISTS) {
		return nil, installed(o.Name, err)
	} else if err != nil {
		return nil, managerFault(err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Delete())
		}
		err = errors.Join(err, s.Close())
	}()
	notes = refine(s, o)
	more, err := admit(o)
	if err != nil {
		return nil, err
	}
	notes = append(notes, more...)
	if err := addSource(o.Name); err != nil {
		notes = append(notes, "the event log does not take syncd as a source ("+err.Error()+"); its events stand there without a text")
	}
	return notes, nil
}

// addSource makes a source of the Application log; one that is there already is as good.
func addSource(name string) error {
	_ = eventlog.Remove(name) // an old one may be of another version
	return eventlog.InstallAsEventCreate(name, eventlog.Info|eventlog.Warning|eventlog.Error)
}

// Uninstall stops a service, waits until it has ended, and removes it with its event source.
func Uninstall(ctx context.Context, name string) (err error) {
	s, done, err := open(name, windows.SERVICE_ALL_ACCESS)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	if err := stop(ctx, s); err != nil {
		return err
	}
	if err := s.Delete(); err != nil {
		return managerFault(err)
	}
	if err := eventlog.Remove(name); err != nil && !errors.Is(err, registry.ErrNotExist) {
		return fmt.Errorf("the service is removed, its event source is not: %w", err)
	}
	return nil
}

// Start starts a service and waits until it runs. One that runs already is left alone.
func Start(ctx context.Context, name string) (err error) {
	s, done, err := open(name, windows.SERVICE_START|windows.SERVICE_QUERY_STATUS)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	last, err := await(ctx, s, svc.Running, svc.StartPending) // one that is stopping has to end first
	if err != nil {
		return err
	}
	var late error // the process was slow to report: it may run yet, or say with which status it ended
	if last.State == svc.Stopped {
		switch err := managerFault(s.Start()); {
		case errors.Is(err, windows.ERROR_SERVICE_REQUEST_TIMEOUT):
			late = err
		case err != nil && !errors.Is(err, windows.ERROR_SERVICE_ALREADY_RUNNING):
			return err
		}
	}
	last, err = await(ctx, s, svc.Running)
	if err != nil || last.State == svc.Running {
		return err
	}
	if late != nil && exitOf(last) == 0 {
		return late
	}
	return &directory.Fault{
		Cause:  fmt.Sprintf("the service %s ended as it started, with exit status %d", name, exitOf(last)),
		Remedy: "read why in the Event Viewer (Windows Logs, Application, source " + name + "), or start `syncd --config FILE` in a window",
	}
}

// Stop asks a service to end and waits until it has: the running pass may finish. One that does not run is left alone.
func Stop(ctx context.Context, name string) (err error) {
	s, done, err := open(name, windows.SERVICE_STOP|windows.SERVICE_QUERY_STATUS)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	return stop(ctx, s)
}

func stop(ctx context.Context, s *mgr.Service) error {
	now, err := await(ctx, s, svc.Running, svc.StopPending) // one that is starting hears nothing yet
	if err == nil && now.State == svc.Running {
		_, err = s.Control(svc.Stop)
	}
	switch {
	case errors.Is(err, windows.ERROR_SERVICE_NOT_ACTIVE): // it has ended by itself meanwhile
	case errors.Is(err, windows.ERROR_SERVICE_CANNOT_ACCEPT_CTRL): // it has been stopped meanwhile
	case err != nil:
		return managerFault(err)
	}
	_, err = await(ctx, s, svc.Stopped)
	return err
}

// pollEvery is how often a service is asked for its state.
const pollEvery = 100 * time.Millisecond

// await returns the state of a service once it is a wanted one, or stopped.
func await(ctx context.Context, s *mgr.Service, wanted ...svc.State) (svc.Status, error) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		now, err := s.Query()
		if err != nil {
			return now, managerFault(err)
		}
		if slices.Contains(wanted, now.State) || now.State == svc.Stopped {
			return now, nil
		}
		select {
		case <-ctx.Done():
			return now, &directory.Fault{
				Cause: "interrupted before the service was as asked for; it goes on by itself", Remedy: "see `syncd service status`", Err: ctx.Err(),
			}
		case <-tick.C:
		}
	}
}

// exitOf is the exit status of a service that has ended, of its own or of Windows.
func exitOf(s svc.Status) int {
	if windows.Errno(s.Win32ExitCode) == windows.ERROR_SERVICE_SPECIFIC_ERROR {
		return int(s.ServiceSpecificExitCode)
	}
	if windows.Errno(s.Win32ExitCode) == windows.ERROR_SERVICE_NEVER_STARTED {
		return 0
	}
	return int(s.Win32ExitCode)
}

// Status asks the service manager; everybody may.
func Status(_ context.Context, name string) (State, error) { return status(name) }

func status(name string) (_ State, err error) {
	state := State{Name: name}
	s, done, err := open(name, windows.SERVICE_QUERY_CONFIG|windows.SERVICE_QUERY_STATUS)
	if errors.Is(err, windows.ERROR_SERVICE_DOES_NOT_EXIST) {
		return state, nil
	} else if err != nil {
		return state, err
	}
	defer func() { err = errors.Join(err, done()) }()
	now, err := s.Query()
	if err != nil {
		return state, managerFault(err)
	}
	state.Installed, state.PID, state.Exit = true, int(now.ProcessId), exitOf(now)
	switch {
	case now.State == svc.Running:
		state.Run = Running
	case now.State == svc.StartPending:
		state.Run = Starting
	case now.State == svc.StopPending:
		state.Run = Stopping
	case state.Exit != 0:
		state.Run = Failed
	default:
		state.Run = Stopped
	}
	return state, managerFault(describe(s, &state))
}

// makeFolders makes those that are not there, and returns them.
func makeFolders(dirs []string) error {
	for _, dir := range dirs {
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return &directory.Fault{Class: directory.Usage, Cause: "the folder " + dir + " cannot be made: " + err.Error(), Remedy: "make it, or name another one in the configuration", Err: err}
		}
	}
	return nil
}
