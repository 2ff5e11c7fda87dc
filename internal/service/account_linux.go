package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
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
	if who, err = s.lookUp(ctx, name); err == nil || !errors.Is(err, errNoAccount) {
		return who, undo, err
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

// errNoAccount is a system that was asked and has no such account.
var errNoAccount = errors.New("there is no such account")

// lookUp asks the system, which may know accounts from elsewhere than its own files. A system that does not answer is no system without it.
func (s systemd) lookUp(ctx context.Context, name string) (account, error) {
	a, err := s.entry(ctx, name)
	if err == nil || errors.Is(err, errNoAccount) {
		return a, err
	}
	return a, &directory.Fault{
		Cause: "this machine does not tell about the account " + name + ": " + err.Error(), Remedy: "run `getent passwd " + name + "`, and this command again once that answers", Err: err,
	}
}

// entry is the one that getent(1) finds; its exit status 2 says that there is none.
func (s systemd) entry(ctx context.Context, name string) (account, error) {
	a := account{name: name}
	line, err := s.run(ctx, "getent", "passwd", name)
	if failed, ok := errors.AsType[*exec.ExitError](err); ok && failed.ExitCode() == 2 {
		return a, errNoAccount
	}
	if err != nil {
		return a, err
	}
	fields := strings.Split(line, ":") // name, password, number and so on: passwd(5)
	if len(fields) < 3 {
		return a, fmt.Errorf("it has no number in %q", line)
	}
	if a.uid, err = strconv.Atoi(fields[2]); err != nil {
		return a, fmt.Errorf("its number cannot be read: %w", err)
	}
	groups, err := s.run(ctx, "id", "-G", name)
	for _, text := range strings.Fields(groups) {
		gid, bad := strconv.Atoi(text)
		a.groups, err = append(a.groups, gid), errors.Join(err, bad)
	}
	if err == nil && len(a.groups) == 0 {
		err = errors.New("it has no group")
	}
	return a, err
}

// makeFolders makes the folders that are not there, for the account alone; who may not look into them may still pass those on the way. That of
// the unit systemd makes. made are those that it made, also where it fails.
func (a *account) makeFolders(folders []string) (made []string, err error) {
	for _, folder := range folders {
		if _, err := os.Stat(folder); err == nil || folder == unitState {
			continue
		}
		way, err := makeWay(folder)
		made = append(made, way...)
		if err == nil {
			err = errors.Join(os.Chmod(folder, 0o700), os.Chown(folder, a.uid, a.groups[0]))
		}
		if err != nil {
			return made, &directory.Fault{Class: directory.Usage, Cause: "the folder " + folder + " cannot be made: " + err.Error(), Remedy: "name another one in the configuration", Err: err}
		}
	}
	return made, nil
}

// makeWay makes a folder and those on the way to it that are not there, which everybody may pass, whatever the umask of this process says.
func makeWay(folder string) (made []string, err error) {
	if _, err := os.Stat(folder); err == nil {
		return nil, nil
	}
	if made, err = makeWay(filepath.Dir(folder)); err != nil {
		return made, err
	}
	if err := os.Mkdir(folder, 0o755); err != nil {
		return made, err
	}
	return append(made, folder), os.Chmod(folder, 0o755)
}

// removeFolders removes folders that were made, the last one first. One in which somebody has put something meanwhile stays.
func removeFolders(made []string) {
	for _, folder := range slices.Backward(made) {
		_ = os.Remove(folder)
	}
}

// cannotRead are warnings about files that the service will not be able to read, with everything that lets it. What lies in a folder that is
// there for syncd alone is told once, and given to the account: a file that the wizard writes there later belongs to it then as well.
func (a *account) cannotRead(own string, files []string) (notes []string) {
	var ours []string
	given := map[string]bool{} // what an earlier note opens already
	for _, file := range files {
		closed := a.closed(file, 0o4)
		switch {
		case directory.IsCredential(file) || len(closed) == 0:
		case filepath.Dir(file) == own && len(a.closed(filepath.Dir(own), 0o1)) == 0:
			ours = append(ours, file)
		default:
			var do []string
			for _, way := range closed {
				if right := "x"; !given[way] {
					if way == file {
						right = "r"
					}
					given[way] = true
					do = append(do, fmt.Sprintf("chgrp %d %s && chmod g+%s %[2]s", a.groups[0], way, right))
				}
			}
			note := file + " cannot be read by the account " + a.name
			if closed[0] != file {
				note += ", which may not enter " + closed[0]
			}
			if len(do) > 0 {
				note += ": " + strings.Join(do, " && ")
			}
			notes = append(notes, note)
		}
	}
	if len(ours) > 0 {
		notes = append(notes, fmt.Sprintf("the account %s cannot read %s: chown -R %d:%d %s", a.name, strings.Join(ours, ", "), a.uid, a.groups[0], own))
	}
	return notes
}

// cannotWrite are those about folders that it will not be able to write to, such as one that a pass of root has made. That of the unit systemd
// gives to the account.
func (a *account) cannotWrite(folders []string) (notes []string) {
	for _, folder := range folders {
		if folder == unitState || len(a.closed(folder, 0o2)) == 0 {
			continue
		}
		do := []string{fmt.Sprintf("chown -R %d:%d %s", a.uid, a.groups[0], folder)}
		for _, way := range a.closed(filepath.Dir(folder), 0o1) {
			do = append(do, fmt.Sprintf("chgrp %d %s && chmod g+x %[2]s", a.groups[0], way))
		}
		notes = append(notes, fmt.Sprintf("%s cannot be written by the account %s: %s", folder, a.name, strings.Join(do, " && ")))
	}
	return notes
}

// closed are the folders on the way to a file, and the file itself, that the permission bits close to the account; wanted are the bits that it
// needs of the file.
func (a *account) closed(file string, wanted uint32) (ways []string) {
	if !a.may(file, wanted) {
		ways = append(ways, file)
	}
	for folder := filepath.Dir(file); ; folder = filepath.Dir(folder) {
		if !a.may(folder, 0o1) { // to go through it
			ways = append(ways, folder)
		}
		if folder == filepath.Dir(folder) {
			break
		}
	}
	slices.Reverse(ways)
	return ways
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
