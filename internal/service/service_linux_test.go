package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncd/deploy"
	"syncd/internal/directory"
)

// standard is what `syncd service install` of a package asks for.
func standard() Options {
	return Options{
		Name: "syncd", Program: "/usr/bin/syncd", Args: []string{"--config", "/etc/syncd/syncd.yaml"}, Start: Delayed, Writes: []string{"/var/lib/syncd"},
	}
}

// expect compares an error with a part of its sentence; "" is none.
func expect(t *testing.T, err error, says string) {
	t.Helper()
	if says == "" && err != nil || says != "" && (err == nil || !strings.Contains(err.Error(), says)) {
		t.Fatalf("%v, want %q", err, says)
	}
	if _, ok := errors.AsType[*directory.Fault](err); err != nil && !ok {
		t.Errorf("%v is no fault", err)
	}
}

const reload, enable, disable = "systemctl daemon-reload", "systemctl enable syncd.service", "systemctl disable --now syncd.service"

func TestFromInstallToUninstall(t *testing.T) {
	f, ctx := newFakeSystem(t), t.Context()
	expectState := func(want State) {
		t.Helper()
		got, err := f.status(ctx, "syncd")
		expect(t, err, "")
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
	expectState(State{Name: "syncd"})
	expect(t, f.start(ctx, "syncd"), "the service syncd is not installed")
	expect(t, f.stop(ctx, "syncd"), "the service syncd is not installed")
	expect(t, f.uninstall(ctx, "syncd"), "the service syncd is not installed")
	notes, err := f.install(ctx, standard())
	expect(t, err, "")
	if len(notes) > 0 {
		t.Errorf("%q", notes)
	}
	account := "useradd --system --user-group --no-create-home --home-dir /var/lib/syncd --shell /usr/sbin/nologin syncd"
	if d := cmp.Diff([]string{account, reload, enable}, f.calls(t)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(map[string]string{"syncd.service": deploy.Unit()}, f.etc(t)); d != "" {
		t.Error(d)
	}
	stopped := State{Name: "syncd", Installed: true, Run: Stopped, Start: Auto, User: "syncd", Command: "/usr/bin/syncd --config /etc/syncd/syncd.yaml"}
	expectState(stopped)
	_, err = f.install(ctx, standard())
	expect(t, err, "the service syncd is installed already")
	expect(t, f.start(ctx, "syncd"), "")
	running := stopped
	running.Run, running.PID = Running, 4711
	expectState(running)
	expect(t, f.stop(ctx, "syncd"), "")
	f.says(t, "failed", "")
	failed := stopped
	failed.Run, failed.Exit = Failed, 5
	expectState(failed)
	f.calls(t)
	expect(t, f.uninstall(ctx, "syncd"), "")
	if d := cmp.Diff([]string{disable, reload}, f.calls(t)); d != "" {
		t.Error(d)
	}
	if files := f.etc(t); len(files) > 0 || f.exists("etc/systemd/system/syncd.service.d") {
		t.Errorf("it leaves %v", files)
	}
	expectState(State{Name: "syncd"})
}

// TestWhatIsOtherwiseGoesIntoADropIn, and the unit stays as it is.
func TestWhatIsOtherwiseGoesIntoADropIn(t *testing.T) {
	f := newFakeSystem(t, "svc-sync")
	o := standard()
	state := filepath.Join("/srv/none", "syncd state")
	o.Program, o.Args, o.User, o.Start = "/opt/100% syncd/syncd", []string{"--config", `/etc/a "b" $c.yaml`}, "svc-sync", Manual
	text, err := (&Options{Program: o.Program, Args: o.Args, User: o.User, Writes: []string{state, unitState}}).dropIn()
	expect(t, err, "")
	_, err = f.install(t.Context(), o)
	expect(t, err, "")
	files := f.etc(t)
	if files["syncd.service"] != deploy.Unit() {
		t.Error("the unit was changed")
	}
	want := []string{
		"[Service]", "ExecStart=", `ExecStart="/opt/100%% syncd/syncd" --config "/etc/a \"b\" $$c.yaml"`, "User=svc-sync", "Group=", `ReadWritePaths="/srv/none/syncd state"`,
	}
	if d := cmp.Diff(want, strings.Split(strings.TrimSpace(text), "\n")[1:]); d != "" {
		t.Error(d)
	}
	if written := files["syncd.service.d/50-service-install.conf"]; !strings.HasPrefix(text, written[:len(written)-1]) {
		t.Errorf("written was\n%s", written)
	}
	if d := cmp.Diff([]string{reload}, f.calls(t)); d != "" { // somebody else starts it, as somebody who is there
		t.Error(d)
	}
}

// TestASocketThatTheSandboxHides is told at the installation, not first by a service that does not start.
func TestASocketThatTheSandboxHides(t *testing.T) {
	for socket, warned := range map[string]bool{
		"": false, "/run/syncd/control.sock": false, "/var/lib/syncd/control.sock": false, "/run/other/control.sock": true, "/run/syncd2/control.sock": true, "/srv/sync/c.sock": true,
	} {
		o := standard()
		o.Socket = socket
		notes, err := newFakeSystem(t, "syncd").install(t.Context(), o)
		expect(t, err, "")
		said := strings.Contains(strings.Join(notes, "\n"), "does not let the service make the control socket "+socket)
		if said != warned || warned && !strings.Contains(notes[0], "ReadWritePaths="+filepath.Dir(socket)) {
			t.Errorf("%s: %q", socket, notes)
		}
	}
	o := standard()
	o.Writes, o.Socket = []string{"/srv/sync"}, "/srv/sync/c.sock"
	if notes := o.cannotListen(); len(notes) > 0 { // the installation opens the state folder
		t.Errorf("%q", notes)
	}
}

// TestAUnitOfAPackageIsUsed and never written over or removed.
func TestAUnitOfAPackageIsUsed(t *testing.T) {
	f, ctx := newFakeSystem(t, "syncd"), t.Context()
	f.mkdir(t, "usr/lib/systemd/system")
	packaged := f.path("usr/lib/systemd/system/syncd.service")
	if err := os.WriteFile(packaged, []byte("[Service]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	expect(t, f.uninstall(ctx, "syncd"), "is that of a package")
	_, err := f.install(ctx, standard())
	expect(t, err, "")
	if files := f.etc(t); len(files) > 0 {
		t.Errorf("it wrote %v", files)
	}
	if d := cmp.Diff([]string{reload, enable}, f.calls(t)); d != "" {
		t.Error(d)
	}
	_, err = f.install(ctx, standard())
	expect(t, err, "is installed already")
	expect(t, f.uninstall(ctx, "syncd"), "")
	if d := cmp.Diff([]string{disable, reload}, f.calls(t)); d != "" {
		t.Error(d)
	}
	if _, err := os.Stat(packaged); err != nil {
		t.Error(err)
	}
}

// TestWhoFailsLeavesNothingBehind, wherever it fails.
func TestWhoFailsLeavesNothingBehind(t *testing.T) {
	for _, c := range []struct{ fails, says string }{
		{"fail-useradd", "the account syncd cannot be made: no room for it"},
		{"fail-enable", "`systemctl enable syncd.service` failed: no room for it"},
		{"fail-getent", "this machine does not tell about the account syncd: no room for it"},
		{"fail-id", "this machine does not tell about the account syncd: no room for it"},
	} {
		t.Run(c.fails, func(t *testing.T) {
			f := newFakeSystem(t)
			f.says(t, c.fails, "no room\nfor it\n")
			t.Chdir(t.TempDir()) // the whole path of it may be in /tmp, which is refused
			o := standard()
			o.Writes = []string{"way/state", "way/other"}
			_, err := f.install(t.Context(), o)
			expect(t, err, c.says)
			if folders, err := os.ReadDir("."); err != nil || len(folders) > 0 {
				t.Errorf("it leaves %v, %v", folders, err)
			}
			left, _ := filepath.Glob(filepath.Join(f.state, "account-*"))
			if files := f.etc(t); len(files)+len(left) > 0 {
				t.Errorf("it leaves %v, %v", files, left)
			}
		})
	}
}

func TestWhatIsRefusedChangesNothing(t *testing.T) {
	for _, c := range []struct {
		name, says string
		change     func(*fakeSystem, *Options)
	}{
		{"not root", "takes the rights of root", func(f *fakeSystem, _ *Options) { f.admin = false }},
		{"no systemd", "systemd does not run this machine", func(f *fakeSystem, _ *Options) { f.root = f.path("etc") }},
		{"an unknown account", "there is no account nobody-here", func(_ *fakeSystem, o *Options) { o.User = "nobody-here" }},
		{"a password", "systemd takes no password", func(_ *fakeSystem, o *Options) { o.User, o.Password = "syncd", "hunter2" }},
		{"a program in /home", "/home/ann/syncd is in /home", func(_ *fakeSystem, o *Options) { o.Program = "/home/ann/syncd" }},
		{"a secret in /root", "/root/ad.password is in /root", func(_ *fakeSystem, o *Options) { o.Reads = []string{"/root/ad.password"} }},
		{"a state in /tmp", "/tmp/state is in /tmp", func(_ *fakeSystem, o *Options) { o.Writes = []string{"/tmp/state"} }},
		{"a program with a quote", "no program with a quote", func(_ *fakeSystem, o *Options) { o.Program = "/opt/it's/syncd" }},
		{"a line break", "has a line break", func(_ *fakeSystem, o *Options) { o.Args = []string{"--config", "/etc/a\nUser=root"} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFakeSystem(t, "syncd")
			o := standard()
			c.change(f, &o)
			_, err := f.install(t.Context(), o)
			expect(t, err, c.says)
			if directory.ClassOf(err) != directory.Usage || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%v", err)
			}
			if files := f.etc(t); len(files) > 0 || slices.Contains(f.calls(t), enable) {
				t.Errorf("it wrote %v", files)
			}
		})
	}
}

// TestWhatSystemdSaysIsToldOn in one line.
func TestWhatSystemdSaysIsToldOn(t *testing.T) {
	f, ctx := newFakeSystem(t, "syncd"), t.Context()
	_, err := f.install(ctx, standard())
	expect(t, err, "")
	f.says(t, "fail-start", "Job for syncd.service failed because a timeout was exceeded.\nSee \"systemctl status\" for details.\n")
	expect(t, f.start(ctx, "syncd"), "failed because a timeout was exceeded. See")
	f.says(t, "masked", "")
	_, err = f.install(ctx, standard())
	expect(t, err, "is masked")
	f.says(t, "fail-show", "Failed to connect to bus\n")
	_, err = f.status(ctx, "syncd")
	expect(t, err, "systemd does not tell about the service syncd: Failed to connect to bus")
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if err := f.start(cancelled, "syncd"); err == nil {
		t.Error("nobody waited for it any more, and it says that it started")
	}
}

// TestFilesThatTheServiceCannotRead are named with the way out; what it can read is not.
func TestFilesThatTheServiceCannotRead(t *testing.T) {
	dir := t.TempDir()
	a := &account{name: "svc", uid: 4242, groups: []int{os.Getgid()}}
	for _, open := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(open, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	file := func(name string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, nil, mode), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	closed := file("closed/secret", 0o644)
	if err := os.Chmod(filepath.Dir(closed), 0o700); err != nil {
		t.Fatal(err)
	}
	own := file("own", 0o600)
	both, inFolder := file("closed/both", 0o600), []string{file("etc/syncd.yaml", 0o640), file("etc/ad.password", 0o600), file("etc/token", 0o600)}
	etc := filepath.Dir(inFolder[0])
	notes := a.cannotRead(etc, append(inFolder, file("group", 0o640), file("everybody", 0o604), own, closed, both, "ad.password", filepath.Join(dir, "gone")))
	want := []string{
		// 0604: the group has fewer rights than everybody, and the account is of the group
		fmt.Sprintf("%s cannot be read by the account svc: chgrp %d %[1]s && chmod g+r %[1]s", filepath.Join(dir, "everybody"), os.Getgid()),
		fmt.Sprintf("%s cannot be read by the account svc: chgrp %d %[1]s && chmod g+r %[1]s", own, os.Getgid()),
		fmt.Sprintf("%s cannot be read by the account svc, which may not enter %s: chgrp %d %[2]s && chmod g+x %[2]s", closed, filepath.Dir(closed), os.Getgid()),
		// the folder is opened by the command before
		fmt.Sprintf("%s cannot be read by the account svc, which may not enter %s: chgrp %d %[1]s && chmod g+r %[1]s", both, filepath.Dir(both), os.Getgid()),
		fmt.Sprintf("the account svc cannot read %s, %s: chown -R 4242:%d %s", inFolder[1], inFolder[2], os.Getgid(), etc),
	}
	if d := cmp.Diff(want, notes); d != "" {
		t.Error(d)
	}
	want = []string{fmt.Sprintf("%s cannot be written by the account svc: chown -R 4242:%d %[1]s", dir, os.Getgid())}
	if d := cmp.Diff(want, a.cannotWrite([]string{dir, unitState, filepath.Join(dir, "none")})); d != "" { // of root, who has made a pass
		t.Error(d)
	}
	if notes := (&account{name: "me", uid: os.Getuid(), groups: []int{1}}).cannotRead(etc, append(inFolder, own, closed)); len(notes) > 0 {
		t.Errorf("the owner: %q", notes)
	}
}

// TestAFolderForTheState belongs to the account alone, which gets there.
func TestAFolderForTheState(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "a", "state")
	defer syscall.Umask(syscall.Umask(0o077)) // as careful people have it
	a := &account{name: "me", uid: os.Getuid(), groups: []int{os.Getgid()}}
	made, err := a.makeFolders([]string{folder, unitState})
	expect(t, err, "")
	if d := cmp.Diff([]string{filepath.Dir(folder), folder}, made); d != "" {
		t.Error(d)
	}
	info, err := os.Stat(folder)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info, err)
	}
	if way, err := os.Stat(filepath.Dir(folder)); err != nil || way.Mode().Perm() != 0o755 {
		t.Errorf("the way to it: %v, %v", way, err)
	}
	file := filepath.Join(filepath.Dir(folder), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = a.makeFolders([]string{filepath.Join(file, "state")})
	expect(t, err, "cannot be made")
}

// TestSystemdReadsTheDropIn as it is meant: the program is found whatever its path has in it.
func TestSystemdReadsTheDropIn(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("systemd-analyze is not there: .ci/servers installs it")
		}
		t.Skip("systemd-analyze is not there")
	}
	dir := t.TempDir()
	odd := filepath.Join(dir, "100% odd; $HOME")
	program := filepath.Join(odd, "syncd")
	o := Options{Program: program, Args: []string{"--config", odd}, User: "root", Writes: []string{odd}}
	text, err := o.dropIn()
	expect(t, err, "")
	unit := filepath.Join(dir, "syncd.service")
	if err := errors.Join(
		os.MkdirAll(unit+".d", 0o755), os.WriteFile(unit, []byte(deploy.Unit()), 0o600), os.WriteFile(filepath.Join(unit+".d", "50.conf"), []byte(text), 0o600), os.Mkdir(odd, 0o755),
	); err != nil {
		t.Fatal(err)
	}
	complaints := func() string {
		out, _ := exec.Command(analyze, "verify", "--man=no", unit).CombinedOutput()
		var lines []string
		for line := range strings.SplitSeq(string(out), "\n") {
			if strings.Contains(line, "syncd.service") {
				lines = append(lines, line)
			}
		}
		return strings.Join(lines, "\n")
	}
	if said := complaints(); !strings.Contains(said, program+" is not executable") {
		t.Errorf("the program is not there, and systemd says %q", said)
	}
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if said := complaints(); said != "" {
		t.Error(said)
	}
}
