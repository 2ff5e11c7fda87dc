//go:build linux

package release_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// version is that of the release under test.
const version = "1.2.3"

// TestRelease builds a release for this machine and for Windows, and lives through the life of each package.
func TestRelease(t *testing.T) {
	for _, tool := range []string{"bash", "git", "tar", "gzip", "zip"} {
		need(t, tool, tool)
	}
	for variable, says := range map[string]string{"VERSION=next": "is no version: write 1.2.3", "TARGETS=linux/abacus": "there is no platform linux/abacus"} {
		dist := filepath.Join(t.TempDir(), "dist")
		refused := exec.CommandContext(t.Context(), "../../deploy/release", dist)
		refused.Env = append(os.Environ(), variable)
		out, err := refused.CombinedOutput()
		if _, made := os.Stat(dist); err == nil || !strings.Contains(string(out), says) || !os.IsNotExist(made) {
			t.Errorf("%s: %v %v\n%s", variable, err, made, out)
		}
	}
	dist := t.TempDir()
	build := exec.CommandContext(t.Context(), "../../deploy/release", dist)
	build.Env = append(os.Environ(), "VERSION="+version, "SOURCE_DATE_EPOCH=1700000000", "TARGETS=linux/"+runtime.GOARCH+" windows/amd64")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Run("checksums", func(t *testing.T) { checksums(t, dist) })
	t.Run("tar.gz", func(t *testing.T) { tarball(t, dist) })
	t.Run("zip", func(t *testing.T) { zipped(t, dist) })
	t.Run("SBOM", func(t *testing.T) { sbom(t, dist) })
	t.Run("deb", func(t *testing.T) { lifeOfTheDeb(t, only(t, dist, "*.deb")) })
	t.Run("rpm", func(t *testing.T) { lifeOfTheRPM(t, only(t, dist, "*.rpm")) })
	t.Run("MSI", func(t *testing.T) { insideTheMSI(t, dist) })
	t.Run("MSI under Wine", func(t *testing.T) { lifeOfTheMSI(t, dist) })
}

// need lets a test go on where a program is installed.
func need(t *testing.T, program, pkg string) {
	t.Helper()
	_, err := exec.LookPath(program)
	missing(t, err == nil, fmt.Sprintf("%s is not installed: as root on Debian, apt-get install --no-install-recommends %s", program, pkg))
}

func missing(t *testing.T, there bool, reason string) {
	t.Helper()
	switch {
	case there:
	case os.Getenv("CI") == "true":
		t.Fatal(reason)
	default:
		t.Skip(reason)
	}
}

// only is the one file of a folder that is named like this.
func only(t *testing.T, dir, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %v %v", pattern, found, err)
	}
	return found[0]
}

// command runs a program and returns what it says.
func command(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func checksums(t *testing.T, dist string) {
	files, err := os.ReadDir(dist)
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for _, f := range files {
		if f.Name() == "SHA256SUMS" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dist, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&want, "%x  %s\n", sha256.Sum256(data), f.Name())
	}
	sums, err := os.ReadFile(filepath.Join(dist, "SHA256SUMS"))
	if err != nil || string(sums) != want.String() {
		t.Errorf("%v\n%s\ninstead of\n%s", err, sums, want.String())
	}
}

// packed is what every archive has.
var packed = []string{
	"LICENSE", "README.md", "CHANGELOG.md", "syncd.example.yaml", "man/syncd.1.gz", "docs/README.md", "deploy/systemd/syncd.service", "deploy/kubernetes/statefulset.yaml",
	"completions/syncd.bash", "completions/syncd.fish", "completions/syncd.powershell", "completions/syncd.zsh",
}

func tarball(t *testing.T, dist string) {
	file, err := os.Open(only(t, dist, "*.tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	into := t.TempDir()
	var names []string
	for archive := tar.NewReader(zipped); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Uid != 0 || header.Gid != 0 || header.Uname != "" || header.ModTime.Unix() != 1700000000 {
			t.Errorf("%s: %+v", header.Name, header)
		}
		_, name, _ := strings.Cut(header.Name, "/")
		names = append(names, name)
		if name == "syncd" {
			program, err := io.ReadAll(archive)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(into, name), program, header.FileInfo().Mode()); err != nil {
				t.Fatal(err)
			}
		}
	}
	has(t, names, append(packed, "syncd"))
	if said := command(t, filepath.Join(into, "syncd"), "--version"); strings.TrimSpace(said) != version {
		t.Errorf("--version: %q", said)
	}
}

func zipped(t *testing.T, dist string) {
	archive, err := zip.OpenReader(only(t, dist, "*.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	var names []string
	for _, file := range archive.File {
		_, name, _ := strings.Cut(file.Name, "/")
		names = append(names, name)
	}
	has(t, names, append(packed, "syncd.exe"))
}

// has reports what is missing, and what nobody should get.
func has(t *testing.T, names, want []string) {
	t.Helper()
	for _, name := range want {
		if !slices.Contains(names, name) {
			t.Errorf("%s is missing among %q", name, names)
		}
	}
	for _, name := range names {
		if strings.Contains(name, "packages") || strings.HasSuffix(name, "_test.go") {
			t.Errorf("%s is of no use to whoever installs it", name)
		}
	}
}

func sbom(t *testing.T, dist string) {
	data, err := os.ReadFile(only(t, dist, "*linux*.cdx.json"))
	if err != nil {
		t.Fatal(err)
	}
	var bom struct {
		BOMFormat string
		Metadata  struct {
			Component struct{ Name, Version string }
		}
		Components []struct{ Name, Version string }
	}
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&bom); err != nil {
		t.Fatal(err)
	}
	component := bom.Metadata.Component
	if bom.BOMFormat != "CycloneDX" || component.Name != "syncd" || component.Version != version {
		t.Errorf("%+v", bom)
	}
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"github.com/go-ldap/ldap/v3", "go.etcd.io/bbolt"} {
		i := slices.IndexFunc(bom.Components, func(c struct{ Name, Version string }) bool { return c.Name == name })
		if i < 0 || !strings.Contains(string(mod), name+" "+bom.Components[i].Version) {
			t.Errorf("%s is not there as go.mod has it: %+v", name, bom.Components)
		}
	}
}
