package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"syncd/internal/directory"
	"syncd/internal/service"
	"syncd/internal/wizard"
)

// Write implements wizard.World.
func (w *configureWorld) Write(files []wizard.File) error {
	for _, f := range files {
		if directory.IsCredential(f.Path) { // it is not named: it may be the secret itself in the wrong place
			return &directory.Fault{
				Class: directory.Usage, Cause: "nothing is written: the configuration names a secret without its folder, as a credential that systemd brings",
				Remedy: "put the new secret into /etc/credstore (docs/services.md#secrets) and restart the service, or write the whole path of a file into the configuration",
			}
		}
	}
	err := writeAll(files)
	if err == nil {
		return nil
	}
	return &directory.Fault{
		Cause: "the configuration cannot be written, and everything is as it was: " + err.Error(), Remedy: "run this as an account that may write there, or name another file with --config", Err: err,
	}
}

// placed is a file on its way.
type placed struct {
	wizard.File
	fresh string // its new content, beside its place
	old   string // what it replaces, kept until all are in their places; "" where there was none
	done  bool
}

// writeAll puts every file in its place, or leaves every place as it was. Each is written beside its place and synced first; then they are
// renamed one after the other. What fails halfway is taken back.
func writeAll(files []wizard.File) (err error) {
	var made []string // folders
	all := make([]*placed, 0, len(files))
	defer func() {
		for i := len(all) - 1; i >= 0; i-- {
			err = errors.Join(err, all[i].settle(err == nil))
		}
		for i := len(made) - 1; i >= 0 && err != nil; i-- {
			_ = os.Remove(made[i]) // it stays where somebody else has put something into it
		}
	}()
	for _, f := range files {
		closed, err := service.CloseFolder(filepath.Dir(f.Path), serviceName)
		if closed != "" {
			made = append(made, closed)
		}
		if err != nil {
			return err
		}
		folders, err := makeFolder(filepath.Dir(f.Path))
		made = append(made, folders...)
		if err != nil {
			return err
		}
		p := &placed{File: f}
		if info, err := os.Lstat(f.Path); err == nil && info.Mode()&fs.ModeSymlink != 0 { // it stays one, and what it leads to is written
			if target, err := filepath.EvalSymlinks(f.Path); err == nil {
				p.Path = target
			}
		}
		all = append(all, p)
		if err := p.prepare(); err != nil {
			return err
		}
	}
	for _, p := range all {
		if err := os.Rename(p.fresh, p.Path); err != nil {
			return err
		}
		p.done = true
	}
	return nil
}

// makeFolder makes a folder and those above it, and returns those that were not there.
func makeFolder(dir string) (made []string, err error) {
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	made, err = makeFolder(filepath.Dir(dir))
	if err != nil {
		return made, err
	}
	if err := os.Mkdir(dir, 0o750); err != nil {
		return made, err
	}
	return append(made, dir), nil
}

// prepare writes the new content beside the place of the file, with mode and owner, and keeps what it will replace.
func (p *placed) prepare() error {
	f, err := os.CreateTemp(filepath.Dir(p.Path), ".syncd-*") // for this account alone from the beginning
	if err != nil {
		return err
	}
	p.fresh = f.Name()
	err = ownAs(p.fresh, p.Path) // before there is anything to read in it: on Windows it has inherited who may
	if err == nil {
		_, err = f.Write(p.Content)
	}
	err = errors.Join(err, f.Chmod(p.Mode), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	old, err := os.ReadFile(p.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	info, err := os.Stat(p.Path)
	if err != nil {
		return err
	}
	kept, err := os.CreateTemp(filepath.Dir(p.Path), ".syncd-*")
	if err != nil {
		return err
	}
	p.old = kept.Name()
	if err = ownAs(p.old, p.Path); err == nil {
		_, err = kept.Write(old)
	}
	return errors.Join(err, kept.Chmod(info.Mode().Perm()), kept.Close())
}

// settle ends the way of a file: where all succeeded, the old one becomes the backup or goes; else it returns to its place.
func (p *placed) settle(succeeded bool) error {
	var errs []error
	switch {
	case succeeded && p.Backup && p.old != "":
		return os.Rename(p.old, p.Path+".bak")
	case !succeeded && p.done && p.old != "":
		return os.Rename(p.old, p.Path)
	case !succeeded && p.done:
		errs = append(errs, os.Remove(p.Path))
	case !succeeded && p.fresh != "":
		errs = append(errs, os.Remove(p.fresh))
	}
	if p.old != "" {
		errs = append(errs, os.Remove(p.old))
	}
	return errors.Join(errs...)
}
