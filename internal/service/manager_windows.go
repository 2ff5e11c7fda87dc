package service

import (
	"errors"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc/mgr"

	"syncd/internal/directory"
)

// open finds a service and opens it with so many rights; done closes everything.
func open(name string, rights uint32) (s *mgr.Service, done func() error, err error) {
	manager, err := windows.OpenSCManager(nil, nil, windows.SC_MANAGER_CONNECT)
	if err != nil {
		return nil, nil, managerFault(err)
	}
	wide, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return nil, nil, errors.Join(err, windows.CloseServiceHandle(manager))
	}
	handle, err := windows.OpenService(manager, wide, rights)
	if errors.Is(err, windows.ERROR_SERVICE_DOES_NOT_EXIST) {
		err = notInstalled(name, err)
	}
	if err != nil {
		return nil, nil, errors.Join(managerFault(err), windows.CloseServiceHandle(manager))
	}
	return &mgr.Service{Name: name, Handle: handle}, func() error {
		return errors.Join(windows.CloseServiceHandle(handle), windows.CloseServiceHandle(manager))
	}, nil
}

// managerFault explains an error of the service manager; a fault stays as it is, and so does nil.
func managerFault(err error) error {
	if _, said := errors.AsType[*directory.Fault](err); said || err == nil {
		return err
	}
	switch {
	case errors.Is(err, windows.ERROR_ACCESS_DENIED):
		return &directory.Fault{
			Class: directory.Usage, Cause: "changing services takes the rights of an administrator",
			Remedy: "run this command in a window that was opened with `Run as administrator`", Err: err,
		}
	case errors.Is(err, windows.ERROR_INVALID_SERVICE_ACCOUNT):
		return &directory.Fault{
			Class: directory.Usage, Cause: "Windows does not know the account that --user names, or its password is wrong",
			Remedy: `write it as DOMAIN\name, a managed one as DOMAIN\name$`, Err: err,
		}
	case errors.Is(err, windows.ERROR_SERVICE_MARKED_FOR_DELETE):
		return &directory.Fault{Cause: "Windows is still removing the service", Remedy: "close every window that shows services, and run this command again", Err: err}
	case errors.Is(err, windows.ERROR_SERVICE_LOGON_FAILED):
		return &directory.Fault{
			Cause:  "Windows cannot log on as the account of the service: its password is wrong, this machine may not use it, or it may not log on as a service",
			Remedy: "give it the right `Log on as a service` (secpol.msc, Local Policies, User Rights Assignment), for a managed account run `Test-ADServiceAccount`", Err: err,
		}
	case errors.Is(err, windows.ERROR_SERVICE_DISABLED):
		return &directory.Fault{Cause: "the service is disabled", Remedy: "let it start with the machine: sc config syncd start= delayed-auto", Err: err}
	case errors.Is(err, windows.ERROR_FILE_NOT_FOUND), errors.Is(err, windows.ERROR_PATH_NOT_FOUND):
		return &directory.Fault{
			Cause: "the program of the service is not where it was when it was installed", Remedy: "run `syncd service uninstall` and `syncd service install` with the program that shall run", Err: err,
		}
	}
	return &directory.Fault{Cause: "the service manager of Windows says: " + err.Error(), Remedy: "look for more in the System log of the Event Viewer", Err: err}
}

// largestConfig is the size of the largest answer of QueryServiceConfig, in bytes.
const largestConfig = 8 << 10

// describe reads what a service is.
func describe(s *mgr.Service, state *State) error {
	b := make([]byte, largestConfig)
	c := (*windows.QUERY_SERVICE_CONFIG)(unsafe.Pointer(&b[0]))
	var size uint32
	if err := windows.QueryServiceConfig(s.Handle, c, largestConfig, &size); err != nil {
		return err
	}
	state.User, state.Command = windows.UTF16PtrToString(c.ServiceStartName), windows.UTF16PtrToString(c.BinaryPathName)
	switch {
	case c.StartType == mgr.StartAutomatic && startsDelayed(s):
		state.Start = Delayed
	case c.StartType == mgr.StartAutomatic:
		state.Start = Auto
	case c.StartType == mgr.StartDisabled:
		state.Start = Disabled
	default:
		state.Start = Manual
	}
	return nil
}

// startsDelayed is false where Windows does not tell.
func startsDelayed(s *mgr.Service) bool {
	var delayed windows.SERVICE_DELAYED_AUTO_START_INFO
	var size uint32
	err := windows.QueryServiceConfig2(s.Handle, windows.SERVICE_CONFIG_DELAYED_AUTO_START_INFO, (*byte)(unsafe.Pointer(&delayed)), uint32(unsafe.Sizeof(delayed)), &size)
	return err == nil && delayed.IsDelayedAutoStartUp != 0
}

// refine sets what can be set only once a service is there, and returns what Windows refuses.
func refine(s *mgr.Service, o Options) (notes []string) {
	refused := func(what string, err error) {
		if err != nil {
			notes = append(notes, "this Windows does not take "+what+" ("+strings.TrimSpace(err.Error())+"); the service works without")
		}
	}
	sid := uint32(windows.SERVICE_SID_TYPE_UNRESTRICTED)
	refused("an identity of its own for the service", windows.ChangeServiceConfig2(s.Handle, windows.SERVICE_CONFIG_SERVICE_SID_INFO, (*byte)(unsafe.Pointer(&sid))))
	if o.Start == Delayed {
		delayed := windows.SERVICE_DELAYED_AUTO_START_INFO{IsDelayedAutoStartUp: 1}
		refused("a delayed start", windows.ChangeServiceConfig2(s.Handle, windows.SERVICE_CONFIG_DELAYED_AUTO_START_INFO, (*byte)(unsafe.Pointer(&delayed))))
	}
	var ladder []mgr.RecoveryAction
	for _, after := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute} {
		ladder = append(ladder, mgr.RecoveryAction{Type: mgr.ServiceRestart, Delay: after})
	}
	const day = 24 * 60 * 60 // seconds
	err := s.SetRecoveryActions(ladder, day)
	if err == nil {
		err = s.SetRecoveryActionsOnNonCrashFailures(true)
	}
	refused("recovery actions", err)
	return notes
}
