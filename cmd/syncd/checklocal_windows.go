package main

import (
	"context"
	"errors"
	"strings"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc/mgr"

	"syncd/internal/directory"
)

// readableByOthers looks for entries for Everyone, Authenticated Users and Users in the access control list of a file (MS-DTYP 2.5.1).
func readableByOthers(file string) (open bool, remedy string) {
	sd, err := windows.GetNamedSecurityInfo(file, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
	if err != nil { // it has been read just now
		return false, ""
	}
	for entry := range strings.SplitSeq(sd.String(), "(") {
		for _, everybody := range []string{";WD)", ";AU)", ";BU)"} {
			open = open || strings.HasPrefix(entry, "A;") && strings.Contains(entry, everybody)
		}
	}
	return open, `icacls "` + file + `" /inheritance:r /grant:r Administrators:F SYSTEM:R`
}

// checkServiceInstalled asks the service manager whether syncd starts with this machine.
func checkServiceInstalled(context.Context) directory.Finding {
	const remedy = "make a service named " + serviceName + " that runs syncd: sc create " + serviceName + ` start= auto binPath= "C:\Program Files\syncd\syncd.exe"`
	start, err := startType()
	switch {
	case errors.Is(err, windows.ERROR_SERVICE_DOES_NOT_EXIST):
		return serviceFinding(directory.Warning, "the service "+serviceName+" is not installed: syncd does not start with this machine", remedy)
	case err != nil:
		return serviceFinding(directory.Warning, "the service manager does not tell whether syncd is installed: "+err.Error(), "run this command as an administrator")
	case start != mgr.StartAutomatic:
		return serviceFinding(directory.Warning, "the service "+serviceName+" does not start with this machine", "sc config "+serviceName+" start= delayed-auto")
	}
	return serviceFinding(directory.Fine, "the service "+serviceName+" starts with this machine", "")
}

// startType opens the service with no more rights than to look at it.
func startType() (kind uint32, err error) {
	manager, err := windows.OpenSCManager(nil, nil, windows.SC_MANAGER_CONNECT)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, windows.CloseServiceHandle(manager)) }()
	name, err := windows.UTF16PtrFromString(serviceName)
	if err != nil {
		return 0, err
	}
	handle, err := windows.OpenService(manager, name, windows.SERVICE_QUERY_CONFIG)
	if err != nil {
		return 0, err
	}
	service := &mgr.Service{Name: serviceName, Handle: handle}
	c, err := service.Config()
	return c.StartType, errors.Join(err, service.Close())
}
