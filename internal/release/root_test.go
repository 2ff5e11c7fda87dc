//go:build linux

package release_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// A root is the root folder of a machine that has nothing but what the maintainer scripts call.
type root struct {
	t   *testing.T
	dir string
}

// newRoot copies programs of this machine with their libraries.
func newRoot(t *testing.T) *root {
	t.Helper()
	missing(t, os.Geteuid() == 0, "installing a package takes root")
	for program, pkg := range map[string]string{"dpkg": "dpkg", "useradd": "passwd", "ldd": "libc-bin"} {
		need(t, program, pkg)
	}
	r := &root{t, t.TempDir()}
	for _, link := range []string{"bin", "sbin", "lib", "lib64"} {
		r.mkdir("usr/" + link)
		if err := os.Symlink("usr/"+link, r.path(link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{"etc", "dev", "tmp", "run", "var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers", "var/lib/rpm"} {
		r.mkdir(dir)
	}
	for file, text := range map[string]string{
		"etc/passwd": "root:x:0:0:root:/root:/bin/sh\n", "etc/group": "root:x:0:\n", "etc/shadow": "root:*:19000:0:99999:7:::\n", "etc/gshadow": "root:*::\n",
		"etc/login.defs": "USERGROUPS_ENAB yes\n", "etc/nsswitch.conf": "passwd: files\ngroup: files\n", "var/lib/dpkg/status": "", "dev/null": "",
	} {
		r.write(file, text, 0o644)
	}
	for _, program := range []string{"sh", "id", "install", "rm", "groupadd", "useradd", "userdel", "groupdel"} {
		r.copyProgram(program)
	}
	r.write("usr/bin/systemctl", "#!/bin/sh\necho \"$*\" >>/systemctl.log\n[ \"$1\" != disable ] || rm -f /"+enabled+"\n", 0o755)
	return r
}

func (r *root) path(name string) string { return filepath.Join(r.dir, name) }

func (r *root) mkdir(name string) {
	r.t.Helper()
	if err := os.MkdirAll(r.path(name), 0o755); err != nil {
		r.t.Fatal(err)
	}
}

func (r *root) write(name, text string, mode fs.FileMode) {
	r.t.Helper()
	r.mkdir(filepath.Dir(name))
	if err := os.WriteFile(r.path(name), []byte(text), mode); err != nil {
		r.t.Fatal(err)
	}
}

var library = regexp.MustCompile(`(/\S+) \(0x`)

// copyProgram copies a program to where this machine has it, and the libraries that it loads.
func (r *root) copyProgram(name string) {
	r.t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		r.t.Fatal(err)
	}
	files := []string{path}
	for _, found := range library.FindAllStringSubmatch(command(r.t, "ldd", path), -1) {
		files = append(files, found[1])
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			r.t.Fatal(err)
		}
		r.write(file, string(data), 0o755)
	}
}

// enabled is the link that `systemctl enable` makes.
const enabled = "etc/systemd/system/multi-user.target.wants/syncd.service"

func (r *root) enable() {
	r.t.Helper()
	r.mkdir(filepath.Dir(enabled))
	if err := os.Symlink("/usr/lib/systemd/system/syncd.service", r.path(enabled)); err != nil {
		r.t.Fatal(err)
	}
}

// runsSystemd says that an init system runs here. It does not: systemctl only writes down what it was told.
func (r *root) runsSystemd() { r.mkdir("run/systemd/system") }

// toldSystemd is what systemctl was told since the last time.
func (r *root) toldSystemd() string {
	r.t.Helper()
	told, err := os.ReadFile(r.path("systemctl.log"))
	if err == nil {
		err = os.Remove(r.path("systemctl.log"))
	}
	if err != nil && !os.IsNotExist(err) {
		r.t.Fatal(err)
	}
	return strings.ReplaceAll(strings.TrimSpace(string(told)), "\n", "; ")
}

// there fails for each file that is missing.
func (r *root) there(names ...string) {
	r.t.Helper()
	for _, name := range names {
		if _, err := os.Lstat(r.path(name)); err != nil {
			r.t.Error(err)
		}
	}
}

// gone fails for each file that is there.
func (r *root) gone(names ...string) {
	r.t.Helper()
	for _, name := range names {
		if _, err := os.Lstat(r.path(name)); !os.IsNotExist(err) {
			r.t.Errorf("%s is still there: %v", name, err)
		}
	}
}

// account is the entry of the account syncd, nil where there is none.
func (r *root) account() []string {
	r.t.Helper()
	text, err := os.ReadFile(r.path("etc/passwd"))
	if err != nil {
		r.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Split(strings.TrimSpace(line), ":"); fields[0] == "syncd" {
			return fields
		}
	}
	return nil
}

// folder is the mode of a folder, with its owner and group: "0750 999:999".
func (r *root) folder(name string) string {
	r.t.Helper()
	info, err := os.Stat(r.path(name))
	if err != nil {
		r.t.Fatal(err)
	}
	owner := info.Sys().(*syscall.Stat_t)
	return fmt.Sprintf("%#o %d:%d", info.Mode().Perm(), owner.Uid, owner.Gid)
}

// says fails unless a program that is run by path says this.
func (r *root) says(want string, args ...string) {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), args[0], args[1:]...)
	cmd.SysProcAttr, cmd.Dir = &syscall.SysProcAttr{Chroot: r.dir}, "/"
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), want) {
		r.t.Errorf("%v: %v\n%s", args, err, out)
	}
}
