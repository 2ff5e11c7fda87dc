package foreign

import (
	"context"
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"testing"
	"time"
)

//go:embed testdata
var testdata embed.FS

// installTime is how long an installation may take.
const installTime = 5 * time.Minute

// program is something that is installed from a folder of testdata.
type program struct {
	folder  string     // of testdata
	needs   []string   // commands, all in the PATH
	remedy  string     // how to get them
	install [][]string // commands, in a folder that has what the folder of testdata has
}

// need returns the folder where a program is installed, after installing it where it is not. Where that is impossible the test skips, or
// fails where the environment says CI=true.
func need(t testing.TB, p program) string {
	t.Helper()
	folder, err := p.installed(t.Context())
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatal(err)
	default:
		t.Skip(err)
	}
	return folder
}

// installed installs beside the final place and moves the whole there, so that two tests at a time do not meet.
func (p program) installed(ctx context.Context) (folder string, err error) {
	for _, command := range p.needs {
		if _, err := exec.LookPath(command); err != nil {
			return "", fmt.Errorf("%s is not installed; %s: %w", command, p.remedy, err)
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	version, err := p.digest()
	if err != nil {
		return "", err
	}
	folder = filepath.Join(cache, "syncd-tests", path.Base(p.folder)+"-"+version)
	if _, err := os.Stat(folder); err == nil {
		return folder, nil
	}
	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
		return "", err
	}
	draft, err := os.MkdirTemp(filepath.Dir(folder), "draft-")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(draft)) }() // nothing is there once it has moved
	if err := p.fill(ctx, draft); err != nil {
		return "", fmt.Errorf("%s cannot be installed; %s: %w", path.Base(p.folder), p.remedy, err)
	}
	err = os.Rename(draft, folder)
	if errors.Is(err, fs.ErrExist) { // somebody else was faster
		err = nil
	}
	return folder, err
}

// digest tells versions of testdata apart.
func (p program) digest() (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(testdata, p.folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := testdata.ReadFile(name)
		fmt.Fprintf(sum, "%s %d\n%s", name, len(content), content)
		return err
	})
	return fmt.Sprintf("%x", sum.Sum(nil)[:6]), err
}

func (p program) fill(ctx context.Context, folder string) error {
	files, err := fs.Sub(testdata, p.folder)
	if err != nil {
		return err
	}
	if err := os.CopyFS(folder, files); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, installTime)
	defer cancel()
	for _, command := range p.install {
		run := exec.CommandContext(ctx, command[0], command[1:]...)
		run.Dir = folder
		run.WaitDelay = 5 * time.Second
		if out, err := run.CombinedOutput(); err != nil {
			return fmt.Errorf("%v: %w: %s", command, err, lastOf(out))
		}
	}
	return nil
}

// lastOf is the end of what a program said, enough for an error.
func lastOf(out []byte) []byte {
	const enough = 2000
	return out[max(0, len(out)-enough):]
}
