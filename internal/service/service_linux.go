package service

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"syncd/internal/directory"
)

// Install writes the unit of syncd unless a package has brought one, with what differs from it in a drop-in beside it, and enables it. Where no
// account is named and there is no account syncd yet, it is made.
func Install(ctx context.Context, o Options) (notes []string, err error) {
	return thisSystem().install(ctx, o)
}

// Uninstall stops the service, disables it and removes what Install wrote. A unit of a package goes with its package; the account stays.
func Uninstall(ctx context.Context, name string) error { return thisSystem().uninstall(ctx, name) }

// Start starts the service and waits until it says that it is ready.
func Start(ctx context.Context, name string) error { return thisSystem().start(ctx, name) }

// Stop stops the service and waits until it has ended.
func Stop(ctx context.Context, name string) error { return thisSystem().stop(ctx, name) }

// Status asks systemd. It takes no rights.
func Status(ctx context.Context, name string) (State, error) { return thisSystem().status(ctx, name) }

// systemd is a system that systemd runs.
type systemd struct {
	root  string // of its files
	admin bool   // whether this process may change it
	run   func(ctx context.Context, program string, args ...string) (output string, err error)
}

func thisSystem() systemd { return systemd{root: "/", admin: os.Geteuid() == 0, run: command} }

// command runs a program of the system. The error says in one line what the program wrote to standard error.
func command(ctx context.Context, program string, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, program, args...).Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok && len(strings.TrimSpace(string(failed.Stderr))) > 0 {
		err = &said{strings.Join(strings.Fields(string(failed.Stderr)), " "), err}
	}
	return string(out), err
}

// said is the error of a program that explained itself.
type said struct {
	text string
	err  error
}

func (s *said) Error() string { return s.text }
func (s *said) Unwrap() error { return s.err }

func (s systemd) path(name string) string { return filepath.Join(s.root, name) }

// present refuses a system that systemd does not run (sd_booted(3)).
func (s systemd) present() error {
	if info, err := os.Lstat(s.path("run/systemd/system")); err != nil || !info.IsDir() {
		return &directory.Fault{
			Class: directory.Usage, Cause: "systemd does not run this machine, so it cannot run syncd", Remedy: "let what starts services here run `syncd --config FILE`", Err: err,
		}
	}
	return nil
}

// changeable refuses whoever cannot change services.
func (s systemd) changeable() error {
	if err := s.present(); err != nil {
		return err
	}
	if !s.admin {
		return &directory.Fault{Class: directory.Usage, Cause: "changing services takes the rights of root", Remedy: "run this command with sudo"}
	}
	return nil
}

// control asks systemctl for something that changes the service.
func (s systemd) control(ctx context.Context, args ...string) error {
	_, err := s.run(ctx, "systemctl", args...)
	if errors.Is(err, exec.ErrNotFound) {
		return &directory.Fault{Class: directory.Usage, Cause: "the program systemctl is not there", Remedy: "put the folder that has it into PATH", Err: err}
	}
	if err != nil {
		return &directory.Fault{
			Cause: "`systemctl " + strings.Join(args, " ") + "` failed: " + err.Error(), Remedy: "see what the service and systemd said: journalctl -e", Err: err,
		}
	}
	return nil
}

func (s systemd) install(ctx context.Context, o Options) (notes []string, err error) {
	if err := s.changeable(); err != nil {
		return nil, err
	}
	if err := o.checkVisible(); err != nil {
		return nil, err
	}
	now, err := s.status(ctx, o.Name)
	if err != nil {
		return nil, err
	}
	if now.Start == Disabled {
		return nil, &directory.Fault{Class: directory.Usage, Cause: "the service " + o.Name + " is masked, so that nobody can start it", Remedy: "systemctl unmask " + unitName(o.Name)}
	}
	if s.owns(o.Name) || now.Installed && now.Start != Manual {
		return nil, installed(o.Name, nil)
	}
	who, undoAccount, err := s.account(ctx, o)
	if err != nil {
		return nil, err
	}
	files, err := s.files(o)
	if err == nil {
		err = s.write(files)
	}
	var made []string
	for _, step := range []func() error{
		func() error { return s.control(ctx, "daemon-reload") },
		func() (err error) { made, err = who.makeFolders(o.Writes); return err },
		func() error {
			if o.Start == Manual {
				return nil
			}
			return s.control(ctx, "enable", unitName(o.Name))
		},
	} {
		if err == nil {
			err = step()
		}
	}
	if err != nil {
		removeFolders(made)
		return nil, errors.Join(err, s.remove(o.Name), s.control(ctx, "daemon-reload"), undoAccount())
	}
	return slices.Concat(who.cannotRead(unitConfiguration, o.Reads), who.cannotWrite(o.Writes), o.cannotListen()), nil
}

func (s systemd) uninstall(ctx context.Context, name string) error {
	if err := s.changeable(); err != nil {
		return err
	}
	now, err := s.status(ctx, name)
	switch {
	case err != nil:
		return err
	case !now.Installed && !s.owns(name):
		return notInstalled(name, nil)
	case !s.owns(name) && now.Start == Manual && now.Run != Running:
		return &directory.Fault{
			Class: directory.Usage, Cause: "the service " + name + " is that of a package, and neither runs nor starts by itself", Remedy: "to remove it, remove the package",
		}
	}
	if now.Installed {
		if err := s.control(ctx, "disable", "--now", unitName(name)); err != nil {
			return err
		}
	}
	if err := s.remove(name); err != nil {
		return err
	}
	return s.control(ctx, "daemon-reload")
}

func (s systemd) start(ctx context.Context, name string) error {
	if err := s.known(ctx, name); err != nil {
		return err
	}
	return s.control(ctx, "start", unitName(name))
}

func (s systemd) stop(ctx context.Context, name string) error {
	if err := s.known(ctx, name); err != nil {
		return err
	}
	return s.control(ctx, "stop", unitName(name))
}

// known refuses to start or stop what is not installed.
func (s systemd) known(ctx context.Context, name string) error {
	if err := s.changeable(); err != nil {
		return err
	}
	now, err := s.status(ctx, name)
	if err == nil && !now.Installed {
		err = notInstalled(name, nil)
	}
	return err
}

// exists reports whether there is a file; what cannot be looked at is there.
func (s systemd) exists(name string) bool {
	_, err := os.Lstat(s.path(name))
	return !errors.Is(err, fs.ErrNotExist)
}
