package directory_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"syncd/internal/directory"
)

// TestSecretsFromCredentials: a name without a folder is looked for where systemd puts credentials, and then in the working folder.
func TestSecretsFromCredentials(t *testing.T) {
	given, here := t.TempDir(), t.TempDir()
	t.Chdir(here)
	write := func(path, content string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read := func(name, want string) {
		t.Helper()
		if got, err := directory.ReadSecret(name); err != nil || got.Reveal() != want {
			t.Errorf("%s: %q, %v; want %q", name, got.Reveal(), err, want)
		}
	}
	write(filepath.Join(here, "ad.password"), "from here\n")
	read("ad.password", "from here")
	t.Setenv("CREDENTIALS_DIRECTORY", given)
	read("ad.password", "from here") // it is not among the credentials
	write(filepath.Join(given, "ad.password"), "from systemd\n")
	read("ad.password", "from systemd")
	read(filepath.Join(here, "ad.password"), "from here")
	read("./ad.password", "from here") // a path is no credential
	write(filepath.Join(given, "empty"), "")
	if _, err := directory.ReadSecret("empty"); err == nil || !strings.Contains(err.Error(), "is empty") {
		t.Errorf("an empty credential: %v", err)
	}
}

// TestAMissingCredentialNamesThePlaces, and not itself: it may be the secret in the wrong place.
func TestAMissingCredentialNamesThePlaces(t *testing.T) {
	given, here := t.TempDir(), t.TempDir()
	t.Chdir(here)
	for _, c := range []struct {
		folder string
		places []string
	}{{given, []string{given, here}}, {"", []string{"/run/credentials/syncd.service", "/etc/credstore", here}}} {
		t.Setenv("CREDENTIALS_DIRECTORY", c.folder)
		_, err := directory.ReadSecret("hunter2")
		if !errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), "hunter2") {
			t.Fatalf("%v", err)
		}
		for _, place := range c.places {
			if !strings.Contains(err.Error(), place) {
				t.Errorf("%s is not named: %v", place, err)
			}
		}
	}
}

func TestWhatIsACredential(t *testing.T) {
	for name, is := range map[string]bool{"ad.password": true, "": false, "a/b": false, "./a": false, "/a": false, `a\b`: false} {
		if directory.IsCredential(name) != is {
			t.Errorf("%q: %v", name, !is)
		}
	}
}
