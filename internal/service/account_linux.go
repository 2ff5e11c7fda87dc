package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"syncd/internal/directory"
)

// account is a user of the system.
type account struct {
	name   string
	uid    int
	groups []int // the first is its own
}

// account finds the one that the service runs as, or makes it where it is that of the unit. undo removes what was made.
func (s systemd) account(ctx context.Context, o Options) (who account, undo func() error, err error) {
	undo = func() error { return nil }
	name := cmp.Or(o.User, unitUser)
	if o.Password != "" {
		return who, undo, &directory.Fault{Class: directory.Usage, Cause: "systemd takes no password of an account", Remedy: "leave out --password-file"}
	}
	if who, err = s.lookUp(ctx, name); err == nil {
		return who, undo, nil
	}
	if o.User != "" {
		return who, undo, &directory.Fault{Class: directory.Usage, Cause: "there is no account " + o.User + " on this machine", Remedy: "make it, or leave out --user: then it is " + unitUser, Err: err}
	}
	_, err = s.run(ctx, "useradd", "--system", "--user-group", "--no-create-home", "--home-dir", unitState, "--shell", "/usr/sbin/nologin", name)
	if err != nil {
		return who, undo, &directory.Fault{Cause: "the account " + name + " cannot be made: " + err.Error(), Remedy: "make it, a system account without a password, and run this command again", Err: err}
	}
	undo = func() error { _, err := s.run(ctx, "userdel", name); return err }
	if who, err = s.lookUp(ctx, name); err != nil {
		return who, undo, errors.Join(err, undo())
	}
	return who, undo, nil
}

// lookUp asks the system, which may know accounts from elsewhere than its own files.
func (s systemd) lookUp(ctx context.Context, name string) (account, error) {
	a := account{name: name}
	uid, err := s.run(ctx, "id", "-u", name)
	if err != nil {
		return a, err
	}
	if a.uid, err = strconv.Atoi(strings.TrimSpace(uid)); err != nil {
		return a, fmt.Errorf("the number of the account %s cannot be read: %w", name, err)
	}
	groups, err := s.run(ctx, "id", "-G", name)
	for _, text := range strings.Fields(groups) {
		gid, bad := strconv.Atoi(text)
		a.groups, err = append(a.groups, gid), errors.Join(err, bad)
	}
	if err == nil && len(a.groups) == 0 {
		err = errors.New("the account " + name + " has no group")
	}
	return a, err
}

// makeFolders makes the folders that are not there, for the account alone; who may not look into them may still pass those on the way. That of
// the unit systemd makes.
func (a *account) makeFolders(folders []string) error {
	for _, folder := range folders {
		if _, err := os.Stat(folder); err == nil || folder == unitState {
			continue
		}
		err := makeWay(folder)
		if err == nil {
			err = errors.Join(os.Chmod(folder, 0o700), os.Chown(folder, a.uid, a.groups[0]))
		}
		if err != nil {
			return &directory.Fault{Class: directory.Usage, Cause: "the folder " + folder + " cannot be made: " + err.Error(), Remedy: "name another one in the configuration", Err: err}
		}
	}
	return nil
}

// makeWay makes a folder and those on the way to it that are not there, which everybody may pass, whatever the umask of this process says.
func makeWay(folder string) error {
	if _, err := os.Stat(folder); err == nil {
		return nil
	}
	if err := makeWay(filepath.Dir(folder)); err != nil {
		return err
	}
	if err := os.Mkdir(folder, 0o755); err != nil {
		return err
	}
	return os.Chmod(folder, 0o755)
}

// cannotRead are warnings about files that the service will not be able to read, with what to do.
func (a *account) cannotRead(files []string) (notes []string) {
	for _, file := range files {
		if !directory.IsCredential(file) {
			notes = append(notes, a.cannot("read", 0o4, file, fmt.Sprintf("chgrp %d %s && chmod g+r %[2]s", a.groups[0], file))...)
		}
	}
	return notes
}

// cannotWrite are those about folders that it will not be able to write to, such as one that a pass of root has made. That of the unit systemd
// gives to the account.
func (a *account) cannotWrite(folders []string) (notes []string) {
	for _, folder := range folders {
		if folder != unitState {
			notes = append(notes, a.cannot("written", 0o2, folder, fmt.Sprintf("chown -R %d:%d %s", a.uid, a.groups[0], folder))...)
		}
	}
	return notes
}

// cannot is the warning about what cannot be done with a file, none where it can.
func (a *account) cannot(done string, wanted uint32, file, remedy string) []string {
	switch at := a.stopsAt(file, wanted); at {
	case "":
		return nil
	case file:
		return []string{fmt.Sprintf("%s cannot be %s by the account %s: %s", file, done, a.name, remedy)}
	default:
		return []string{fmt.Sprintf("%s cannot be %s by the account %s, which may not enter %s: chgrp %d %[4]s && chmod g+x %[4]s", file, done, a.name, at, a.groups[0])}
	}
}

// stopsAt is the folder on the way to a file, or the file itself, that the permission bits close to the account; "" where it has what is wanted of the file.
func (a *account) stopsAt(file string, wanted uint32) string {
	ways := []string{file}
	for folder := filepath.Dir(file); ; folder = filepath.Dir(folder) {
		ways = append(ways, folder)
		if folder == filepath.Dir(folder) {
			break
		}
	}
	slices.Reverse(ways)
	for _, way := range ways {
		needs := uint32(0o1) // to go through it
		if way == file {
			needs = wanted
		}
		if !a.may(way, needs) {
			return way
		}
	}
	return ""
}

// may looks at the permission bits; what cannot be looked at is told when the service reads it.
func (a *account) may(path string, wanted uint32) bool {
	info, err := os.Stat(path)
	if err != nil {
		return true
	}
	of, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !ok || a.uid == 0:
		return true
	case int(of.Uid) == a.uid:
		wanted <<= 6
	case slices.Contains(a.groups, int(of.Gid)):
		wanted <<= 3
	}
	return of.Mode&wanted != 0
}
