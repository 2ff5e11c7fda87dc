package service

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakeSystem is a folder that looks like a system with systemd, and programs in PATH that stand for those of the system: scripts that keep in
// files what they were asked, and fail where a test says so.
type fakeSystem struct {
	systemd
	state string // where the scripts keep things
}

// The scripts. $S is the folder of their state, $R that of the system.
const (
	fakeSystemctl = `#!/bin/sh
echo "systemctl $*" >>"$S/calls"
if [ -e "$S/fail-$1" ]; then cat "$S/fail-$1" >&2; exit 1; fi
for unit; do :; done # the last argument
case $1 in
enable) : >"$S/enabled" ;;
disable) rm -f "$S/enabled" "$S/active" ;;
start) : >"$S/active" ;;
stop) rm -f "$S/active" ;;
show)
	if [ ! -e "$R/etc/systemd/system/$unit" ] && [ ! -e "$R/usr/lib/systemd/system/$unit" ]; then
		printf 'LoadState=not-found\nActiveState=inactive\nMainPID=0\nUnitFileState=\nExecMainStatus=0\n'
		exit
	fi
	echo LoadState=loaded
	if [ -e "$S/active" ]; then printf 'ActiveState=active\nMainPID=4711\nExecMainStatus=0\n'
	elif [ -e "$S/failed" ]; then printf 'ActiveState=failed\nMainPID=0\nExecMainStatus=5\n'
	else printf 'ActiveState=inactive\nMainPID=0\nExecMainStatus=0\n'; fi
	if [ -e "$S/masked" ]; then echo UnitFileState=masked
	elif [ -e "$S/enabled" ]; then echo UnitFileState=enabled; else echo UnitFileState=disabled; fi
	echo User=syncd
	echo 'ExecStart={ path=/usr/bin/syncd ; argv[]=/usr/bin/syncd --config /etc/syncd/syncd.yaml ; ignore_errors=no ; start_time=[n/a] }'
	;;
esac
`
	fakeGetent = `#!/bin/sh
if [ -e "$S/fail-getent" ]; then cat "$S/fail-getent" >&2; exit 1; fi
[ -e "$S/account-$2" ] || exit 2
echo "$2:x:$(stat -c %u:%g "$0")::/nonexistent:/usr/sbin/nologin" # who runs the test, who may give it folders
`
	fakeID = `#!/bin/sh
if [ -e "$S/fail-id" ]; then cat "$S/fail-id" >&2; exit 1; fi
echo "$(stat -c %g "$0") 4444"
`
	fakeUseradd = `#!/bin/sh
echo "useradd $*" >>"$S/calls"
if [ -e "$S/fail-useradd" ]; then cat "$S/fail-useradd" >&2; exit 1; fi
for name; do :; done
: >"$S/account-$name"
`
	fakeUserdel = `#!/bin/sh
echo "userdel $*" >>"$S/calls"
rm "$S/account-$1"
`
)

// newFakeSystem has the accounts that are named.
func newFakeSystem(t *testing.T, accounts ...string) *fakeSystem {
	t.Helper()
	root, state, programs := t.TempDir(), t.TempDir(), t.TempDir()
	for name, script := range map[string]string{"systemctl": fakeSystemctl, "getent": fakeGetent, "id": fakeID, "useradd": fakeUseradd, "userdel": fakeUserdel} {
		if err := os.WriteFile(filepath.Join(programs, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", programs+":"+os.Getenv("PATH"))
	t.Setenv("R", root)
	t.Setenv("S", state)
	f := &fakeSystem{systemd{root: root, admin: true, run: command}, state}
	f.mkdir(t, "run/systemd/system")
	f.mkdir(t, "etc")
	for _, a := range accounts {
		f.says(t, "account-"+a, "")
	}
	return f
}

func (f *fakeSystem) mkdir(t *testing.T, name string) {
	t.Helper()
	if err := os.MkdirAll(f.path(name), 0o755); err != nil {
		t.Fatal(err)
	}
}

// says puts something into the state of the scripts.
func (f *fakeSystem) says(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(f.state, file), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// calls are what changed something, since the last time.
func (f *fakeSystem) calls(t *testing.T) (list []string) {
	t.Helper()
	path := filepath.Join(f.state, "calls")
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	} else if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(strings.TrimSpace(string(b)), "\n") {
		if !strings.HasPrefix(line, "systemctl show ") {
			list = append(list, line)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	return list
}

// etc are the files in /etc/systemd and what is in them.
func (f *fakeSystem) etc(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(f.path("etc/systemd"), func(path string, entry os.DirEntry, err error) error {
		if errors.Is(err, os.ErrNotExist) || err == nil && entry.IsDir() {
			return nil
		} else if err != nil {
			return err
		}
		b, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, f.path("etc/systemd/system")+"/")] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
