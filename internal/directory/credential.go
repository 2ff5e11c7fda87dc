package directory

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Where systemd (systemd.exec(5), LoadCredential=) keeps the credentials of the unit syncd.service: while it runs, and before. They are for the
// commands that an administrator runs beside the service; the service itself is told by $CREDENTIALS_DIRECTORY.
const (
	runningCredentials = "/run/credentials/syncd.service"
	storedCredential   = "/etc/credstore/syncd." // and its name
)

// IsCredential reports whether the name of a file is that of a credential: one without a folder.
func IsCredential(name string) bool {
	return name != "" && filepath.Base(name) == name && !strings.ContainsAny(name, `/\`)
}

// credentials are the paths at which a credential is looked for, in this order; the working folder comes last.
func credentials(name string) []string {
	if folder := os.Getenv("CREDENTIALS_DIRECTORY"); folder != "" {
		return []string{filepath.Join(folder, name), name}
	}
	if runtime.GOOS == "windows" {
		return []string{name}
	}
	return []string{filepath.Join(runningCredentials, name), storedCredential + name, name}
}

// openSecret opens a file, or the first credential of that name that is there.
func openSecret(name string) (*os.File, error) {
	if !IsCredential(name) {
		return os.Open(name)
	}
	places := credentials(name)
	for _, place := range places {
		f, err := os.Open(place)
		if !errors.Is(err, fs.ErrNotExist) {
			return f, err
		}
	}
	return nil, &noCredential{places}
}

// noCredential says where a credential was looked for. The folders are named and not the file, which may be the secret itself in the wrong place.
type noCredential struct{ places []string }

func (n *noCredential) Error() string {
	var folders []string
	for _, place := range n.places[:len(n.places)-1] {
		folders = append(folders, filepath.Dir(place))
	}
	here := "the working folder"
	if folder, err := os.Getwd(); err == nil {
		here += " " + folder
	}
	return "no file of that name is in " + strings.Join(append(folders, here), ", or in ")
}

// Unwrap lets errors.Is find fs.ErrNotExist.
func (n *noCredential) Unwrap() error { return fs.ErrNotExist }
