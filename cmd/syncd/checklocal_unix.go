//go:build unix

package main

import (
	"context"
	"os"
	"os/exec"
	"strings"

	"syncd/internal/directory"
)

// readableByOthers looks at the permission bits of a file for everybody.
func readableByOthers(file string) (open bool, remedy string) {
	info, err := os.Stat(file)
	if err != nil { // it has been read just now
		return false, ""
	}
	return info.Mode().Perm()&0o004 != 0, `chmod o-rwx "` + file + `"`
}

// checkServiceInstalled asks systemd, where that runs this machine, whether syncd starts with it.
func checkServiceInstalled(ctx context.Context) directory.Finding {
	return unitFinding(ctx, "/run/systemd/system")
}

// unitFinding asks systemd, which runs this machine where there is the folder booted (sd_booted(3)): its programs alone may be there, as in a
// container.
func unitFinding(ctx context.Context, booted string) directory.Finding {
	const unit = serviceName + ".service"
	if _, err := exec.LookPath("systemctl"); err != nil {
		return serviceFinding(directory.Fine, "there is no systemd here: something else has to start syncd", "")
	}
	if info, err := os.Lstat(booted); err != nil || !info.IsDir() {
		return serviceFinding(directory.Fine, "systemd does not run this machine: something else has to start syncd", "")
	}
	out, err := exec.CommandContext(ctx, "systemctl", "is-enabled", unit).Output()
	state, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	switch {
	case err == nil:
		return serviceFinding(directory.Fine, unit+" is "+state, "")
	case state == "disabled" || state == "masked":
		return serviceFinding(directory.Warning, unit+" is "+state+": syncd does not start with this machine", map[string]string{
			"disabled": "systemctl enable --now " + unit, "masked": "systemctl unmask " + unit + " && systemctl enable --now " + unit,
		}[state])
	}
	return serviceFinding(directory.Warning, unit+" is not installed: syncd does not start with this machine",
		"syncd service install, then: syncd service start")
}
