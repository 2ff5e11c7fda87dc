//go:build unix

package main

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/internal/wizard"
)

// TestWriteAll: all files are in their places, with modes and a backup, or every place is as it was, wherever it fails.
func TestWriteAll(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, dir, "syncd.yaml", "old\n")
	writeFile(t, dir, "kept", "untouched\n")
	mkdir(t, dir, "taken") // a file cannot be put where a folder is
	before := folder(t, dir)
	file := func(name, content string, mode fs.FileMode, backup bool) wizard.File {
		return wizard.File{Path: filepath.Join(dir, name), Content: []byte(content), Mode: mode, Backup: backup}
	}
	good := []wizard.File{file("ad.password", "secret\n", 0o600, false), file("syncd.yaml", "new\n", 0o640, true), file("deep/er/token", "t\n", 0o600, false)}
	for _, bad := range []wizard.File{file("taken", "x", 0o600, false), file("kept/inside", "x", 0o600, false)} {
		for at := range len(good) + 1 {
			files := append(append(append([]wizard.File{}, good[:at]...), bad), good[at:]...)
			if err := writeAll(files); err == nil {
				t.Fatal("it was written")
			}
			if d := cmp.Diff(before, folder(t, dir)); d != "" {
				t.Errorf("%s in place %d: %s", bad.Path, at, d)
			}
		}
	}
	if err := writeAll(good); err != nil {
		t.Fatal(err)
	}
	before["ad.password"], before["syncd.yaml"], before["syncd.yaml.bak"] = "-rw------- secret\n", "-rw-r----- new\n", "-rw------- old\n"
	before["deep"], before["deep/er"], before["deep/er/token"] = "drwxr-x---", "drwxr-x---", "-rw------- t\n"
	if d := cmp.Diff(before, folder(t, dir)); d != "" {
		t.Error(d)
	}
}

// TestALinkStaysALink: whoever keeps the configuration elsewhere has the new one there.
func TestALinkStaysALink(t *testing.T) {
	dir := t.TempDir()
	mkdir(t, dir, "kept")
	link := filepath.Join(dir, "syncd.yaml")
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "kept", "real.yaml"), []byte("old\n"), 0o600), os.Symlink(filepath.Join("kept", "real.yaml"), link)); err != nil {
		t.Fatal(err)
	}
	if err := writeAll([]wizard.File{{Path: link, Content: []byte("new\n"), Mode: 0o640, Backup: true}}); err != nil {
		t.Fatal(err)
	}
	if to, err := os.Readlink(link); err != nil || to != filepath.Join("kept", "real.yaml") {
		t.Errorf("%q, %v", to, err)
	}
	if now, before := readFile(t, link), readFile(t, filepath.Join(dir, "kept", "real.yaml.bak")); now != "new\n" || before != "old\n" {
		t.Errorf("%q, and %q before", now, before)
	}
}

// TestCredentialsAreNotWritten: only systemd's store has them, and a file of that name in the working folder would be read by nobody.
func TestCredentialsAreNotWritten(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	err := new(configureWorld).Write([]wizard.File{
		{Path: filepath.Join(dir, "syncd.yaml"), Content: []byte("new\n"), Mode: 0o640}, {Path: "hunter2", Content: []byte("secret\n"), Mode: 0o600},
	})
	if err == nil || !strings.Contains(err.Error(), "a credential that systemd brings") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%v", err)
	}
	if all := folder(t, dir); len(all) > 0 {
		t.Errorf("it wrote %v", all)
	}
}

// folder is everything in a folder with its modes and contents.
func folder(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(path, dir+"/")
		all[name] = info.Mode().String()
		if e.IsDir() {
			return nil
		}
		text, err := os.ReadFile(path)
		all[name] += " " + string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestOwner: a new file belongs to whoever the one before belongs to, or else its folder.
func TestOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	dir := t.TempDir()
	if err := os.Chown(dir, 0, 4711); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(writeFile(t, dir, "old", "x"), 4712, 4713); err != nil {
		t.Fatal(err)
	}
	if err := writeAll([]wizard.File{{Path: filepath.Join(dir, "old"), Mode: 0o600}, {Path: filepath.Join(dir, "new"), Mode: 0o640}}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][2]uint32{"old": {4712, 4713}, "new": {0, 4711}} {
		if uid, gid := ownerOf(t, filepath.Join(dir, name)); uid != want[0] || gid != want[1] {
			t.Errorf("%s belongs to %d:%d, want %v", name, uid, gid, want)
		}
	}
	if err := ownInside(dir); err != nil {
		t.Fatal(err)
	}
	if uid, gid := ownerOf(t, filepath.Join(dir, "old")); uid != 0 || gid != 4711 {
		t.Errorf("what is inside belongs to %d:%d", uid, gid)
	}
}

// TestThePassOfRoot: what root wrote into the state folder of the service before it ran belongs to the service.
func TestThePassOfRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	w := newCheckWorld(t)
	state := filepath.Join(w.dir, "state")
	if err := errors.Join(os.MkdirAll(state, 0o700), os.Chown(state, 4711, 4712)); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"plan", "--full"}, {"--now"}} {
		if r := syncd(t, append(args, "--config", w.config)...); r.code != exitDone {
			t.Fatalf("%+v", r)
		}
		entries, err := os.ReadDir(state)
		if err != nil || len(entries) == 0 {
			t.Fatal(entries, err)
		}
		for _, e := range entries {
			if uid, gid := ownerOf(t, filepath.Join(state, e.Name())); e.Type().IsRegular() && (uid != 4711 || gid != 4712) {
				t.Errorf("after %q, %s belongs to %d:%d", args, e.Name(), uid, gid)
			}
		}
	}
}

// TestAClosedFolder is told before the first question, and one that can be made is none.
func TestAClosedFolder(t *testing.T) {
	dir := t.TempDir()
	if err := closedFolder(filepath.Join(dir, "new", "newer")); err != nil {
		t.Error(err)
	}
	if os.Geteuid() != 0 || runtime.GOOS != "linux" {
		t.Skip("only root on Linux can be somebody else")
	}
	program, err := os.Open("/proc/self/exe") // its folder is closed to others
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	var said strings.Builder
	cmd := exec.CommandContext(t.Context(), "syncd", "configure", "--config", "/etc/none/syncd.yaml")
	cmd.Path, cmd.ExtraFiles, cmd.Dir, cmd.Stdout, cmd.Stderr = "/proc/self/fd/3", []*os.File{program}, "/", &said, &said
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 4711, Gid: 4712}}
	err = cmd.Run()
	if want := "syncd: the configuration cannot be written: write to /etc: permission denied; run this with sudo"; cmd.ProcessState.ExitCode() != exitUsage || !strings.HasPrefix(said.String(), want) {
		t.Errorf("%v, %q, want %s", err, &said, want)
	}
}

func ownerOf(t *testing.T, path string) (uid, gid uint32) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		t.Skip("this system does not tell owners")
	}
	return s.Uid, s.Gid
}
