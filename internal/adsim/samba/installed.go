package samba

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"syncd/internal/directory"
)

// Packages are the Debian packages that this package needs, as apt-get wants them.
const Packages = "samba-ad-dc samba-ad-provision python3-samba ldb-tools ldap-utils"

// Installed says whether a domain can be started here: nil, or a [directory.Fault] with what is missing and how to get it.
func Installed() error {
	if runtime.GOOS != "linux" {
		return &directory.Fault{
			Cause:  "a Samba domain controller for tests runs on Linux only",
			Remedy: "run the tests on Debian, in a container or a virtual machine",
		}
	}
	if missing := missingFiles(); len(missing) > 0 {
		return &directory.Fault{
			Cause:  "Samba's Active Directory is not installed (missing: " + strings.Join(missing, ", ") + ")",
			Remedy: "as root on Debian: apt-get install --no-install-recommends " + Packages,
		}
	}
	if os.Geteuid() != 0 {
		return &directory.Fault{
			Cause:  "a Samba domain controller listens on port 389 and owns its files, which takes root",
			Remedy: "run the tests as root, for example in a container",
		}
	}
	return nil
}

// missingFiles looks for one file of each package without which a domain cannot be provisioned and served.
func missingFiles() []string {
	var missing []string
	for _, tool := range []string{"samba", "samba-tool", "ldbadd", "ldbmodify", "ldbsearch"} {
		if _, err := toolPath(tool); err != nil {
			missing = append(missing, tool)
		}
	}
	for _, part := range []struct{ name, pattern string }{
		{"database modules", "/usr/lib/*/samba/ldb/samba_dsdb.so"},
		{"domain template", "/usr/share/samba/setup/provision.ldif"},
	} {
		if found, err := filepath.Glob(part.pattern); err != nil || len(found) == 0 {
			missing = append(missing, part.name)
		}
	}
	return missing
}

// toolPath finds a program in the folders of the system, which a caller's PATH may lack (sbin) or hide.
func toolPath(name string) (string, error) {
	for _, folder := range filepath.SplitList(systemPath) {
		path := filepath.Join(folder, name)
		if info, err := os.Stat(path); err == nil && info.Mode()&0o111 != 0 {
			return path, nil
		}
	}
	return "", &exec.Error{Name: name, Err: exec.ErrNotFound}
}

const systemPath = "/usr/sbin:/usr/bin:/sbin:/bin"

// Need lets a test go on where a domain can be started. Elsewhere it skips the test with the reason and the remedy, or,
// where the environment says CI=true, fails it: there, everything has to run.
func Need(t testing.TB) {
	t.Helper()
	err := Installed()
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatal(err)
	default:
		t.Skip(err)
	}
}
