//go:build linux

package release_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// insideTheMSI reads its tables.
func insideTheMSI(t *testing.T, dist string) {
	for program, pkg := range map[string]string{"wixl": "wixl", "msibuild": "msitools", "msiinfo": "msitools", "faketime": "faketime"} {
		need(t, program, pkg)
	}
	msi := only(t, dist, "*.msi")
	for table, rows := range map[string][]string{
		"Property":               {"ProductVersion\t" + version, "ALLUSERS\t1"},
		"Environment":            {"Path\t=-*PATH\t[~];[INSTALLDIR]\tProgram"},
		"Directory":              {"ProgramFiles64Folder\tTARGETDIR\t.", "INSTALLDIR\tProgramFiles64Folder\tsyncd"},
		"ServiceControl":         {"Service\tsyncd\t34\t\t1\tProgram"}, // stopped before an upgrade and before it is removed
		"InstallExecuteSequence": {"StopServices", "RemoveEnvironmentStrings", "WriteEnvironmentStrings", "RemoveExistingProducts"},
		"Upgrade":                {"{6F0E1C4B-6C7D-4E57-9C0A-3B1D5A0F7E21}\t\t" + version}, // for ever the same
		"File":                   {"Program\tProgram\tsyncd.exe", "README.md", "LICENSE.txt", "syncd.example.yaml"},
	} {
		found := strings.ReplaceAll(command(t, "msiinfo", "export", msi, table), "\r", "")
		for _, row := range rows {
			if !strings.Contains(found, "\n"+row) && !strings.Contains(found, "\t"+row) && !strings.Contains(found, "|"+row) {
				t.Errorf("%s has no %q:\n%s", table, row, found)
			}
		}
	}
	if summary := command(t, "msiinfo", "suminfo", msi); !strings.Contains(summary, "Template: x64;1033") || !strings.Contains(summary, "2023") {
		t.Errorf("not for x64, or of another time:\n%s", summary)
	}
}

// lifeOfTheMSI: Windows Installer, that of Wine, installs it, and removes it without a trace.
func lifeOfTheMSI(t *testing.T, dist string) {
	need(t, "wine", "wine wine64")
	msi, home := only(t, dist, "*.msi"), t.TempDir()
	run := func(ctx context.Context, name string, args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, name, args...)
		// Without menus, .NET and a browser of its own.
		cmd.Env = append(os.Environ(), "HOME="+home, "WINEPREFIX="+filepath.Join(home, "wine"), "WINEDEBUG=-all", "WINEDLLOVERRIDES=winemenubuilder.exe,mscoree,mshtml=")
		cmd.Dir = filepath.Dir(msi)
		out, err := cmd.Output()
		return string(out), err
	}
	wine := func(args ...string) string {
		t.Helper()
		out, err := run(t.Context(), "wine", args...)
		if err != nil {
			t.Errorf("wine %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return out
	}
	t.Cleanup(func() { // or it would still write into the folder that the test removes; it fails where it has ended by itself
		_, _ = run(context.Background(), "wineserver", "--kill")
	})
	path := func() string {
		return wine("reg", "query", `HKLM\System\CurrentControlSet\Control\Session Manager\Environment`, "/v", "PATH")
	}
	program := filepath.Join(home, "wine/drive_c/Program Files/syncd/syncd.exe")

	wine("msiexec", "/i", filepath.Base(msi), "/qn")
	if info, err := os.Stat(program); err != nil || info.Size() < 1<<20 {
		t.Errorf("the program is not there: %v", err)
	}
	if is := path(); !strings.Contains(is, `;C:\Program Files\syncd\`) || !strings.Contains(is, "system32") {
		t.Errorf("it is not in the path, or nothing else is: %s", is)
	}
	wine("msiexec", "/x", filepath.Base(msi), "/qn")
	if _, err := os.Stat(filepath.Dir(program)); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
	if is := path(); strings.Contains(is, "syncd") || !strings.Contains(is, "system32") {
		t.Errorf("it is still in the path, or nothing is: %s", is)
	}
}
