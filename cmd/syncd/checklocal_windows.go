package main

import (
	"context"

	"golang.org/x/sys/windows"

	"syncd/internal/directory"
	"syncd/internal/service"
)

// readableByOthers looks who is let in by the access control list of a file.
func readableByOthers(file string) (open bool, remedy string) {
	sd, err := windows.GetNamedSecurityInfo(file, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
	if err != nil { // it has been read just now
		return false, ""
	}
	return openToAll(sd.String()), `icacls "` + file + `" /inheritance:r /grant:r Administrators:F SYSTEM:R`
}

// checkServiceInstalled asks the service manager whether syncd starts with this machine.
func checkServiceInstalled(ctx context.Context) directory.Finding {
	s, err := service.Status(ctx, serviceName)
	switch {
	case err != nil:
		return serviceFinding(directory.Warning, "the service manager does not tell whether syncd is installed: "+err.Error(), "run this command as an administrator")
	case !s.Installed:
		return serviceFinding(directory.Warning, "the service "+serviceName+" is not installed: syncd does not start with this machine", "syncd service install, then: syncd service start")
	case s.Start != service.Delayed && s.Start != service.Auto:
		return serviceFinding(directory.Warning, "the service "+serviceName+" does not start with this machine", "sc config "+serviceName+" start= delayed-auto")
	}
	return serviceFinding(directory.Fine, "the service "+serviceName+" starts with this machine", "")
}
