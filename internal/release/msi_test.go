//go:build linux

package release_test

import (
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
