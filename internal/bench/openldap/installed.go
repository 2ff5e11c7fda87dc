package openldap

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"syncd/internal/directory"
)

// Packages are the Debian packages that this package needs, as apt-get wants them.
const Packages = "slapd ldap-utils"

// Installed says whether slapd and ldapsearch can be started: nil, or a [directory.Fault] with what is missing and how to get it.
func Installed() error {
	var missing []string
	for _, name := range []string{"slapd", "slapadd", "ldapsearch"} {
		if _, err := Program(name); err != nil {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return &directory.Fault{
		Cause:  "OpenLDAP is not installed (missing: " + strings.Join(missing, ", ") + ")",
		Remedy: "as root on Debian: apt-get install --no-install-recommends " + Packages,
	}
}

// Program finds a program in the folders of the system, which a caller's PATH may lack (sbin).
func Program(name string) (string, error) {
	for _, folder := range []string{"/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin"} {
		path := filepath.Join(folder, name)
		if info, err := os.Stat(path); err == nil && info.Mode()&0o111 != 0 {
			return path, nil
		}
	}
	return "", &exec.Error{Name: name, Err: exec.ErrNotFound}
}
