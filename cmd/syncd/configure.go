package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"syncd/internal/directory"
	"syncd/internal/service"
	"syncd/internal/syncer"
	"syncd/internal/wizard"
	"syncd/internal/wizard/prompt"
)

// configureCommand is `syncd configure`. Each question of the wizard has a flag.
type configureCommand struct {
	configFlag
	Domain         string   `placeholder:"NAME" help:"The DNS name of the domain: DNS names its domain controllers."`
	Server         []string `placeholder:"URL" help:"A domain controller, such as ldaps://dc1.corp.example; may be repeated."`
	CAFile         string   `name:"ca-file" placeholder:"FILE" help:"The authority that signed the domain controllers' certificates, as PEM."`
	Fingerprint    string   `name:"trust-fingerprint" placeholder:"SHA256" help:"Trust the authority that a domain controller shows if it has this fingerprint."`
	ADUser         string   `name:"ad-user" placeholder:"NAME" help:"The account that reads Active Directory."`
	ADPasswordFile string   `name:"ad-password-file" placeholder:"FILE" help:"A file with its password, which is copied."`
	URL            string   `name:"url" placeholder:"URL" help:"The SCIM address of the online directory."`
	OnlineCAFile   string   `name:"online-ca-file" placeholder:"FILE" help:"The authority of the online directory, as PEM, where the system does not trust it."`
	TokenFile      string   `placeholder:"FILE" help:"A file with the online directory's token, which is copied."`
	Include        []string `sep:"none" placeholder:"UNIT" help:"An organisational unit that is synchronised, by name or distinguished name; all is the whole domain. May be repeated."`
	StateDir       string   `placeholder:"DIR" help:"Of a new configuration: the folder of the state and the control endpoint, for a trial without an administrator's rights."`
	Yes            bool     `help:"Write without asking, and synchronise."`
	NoSync         bool     `help:"Make no pass at the end."`
	NonInteractive bool     `help:"Ask nothing: what is missing is an error that names its flag."`
}

// Run leads through the wizard, and makes the first pass.
func (f *configureCommand) Run(ctx context.Context, std streams) error {
	if err := checkFolders(f.Config, f.StateDir); err != nil {
		return err
	}
	settings, base, err := f.current()
	if err != nil {
		return err
	}
	if closed := closedFolder(filepath.Dir(settings.Path)); closed != nil { // before anybody answers a question
		return &directory.Fault{
			Class: directory.Usage, Cause: "the configuration cannot be written: " + closed.Error(),
			Remedy: "run this with sudo, or try it with --config ./syncd.yaml --state-dir ./state", Err: closed,
		}
	}
	outcome, err := f.dialogue(ctx, std, settings, base)
	if err != nil || !outcome.Sync {
		return err
	}
	c, err := loadConfig(settings.Path)
	if err != nil {
		return err
	}
	if _, err := service.CloseFolder(c.State.Dir, serviceName); err != nil {
		return err
	}
	err = onePass(ctx, c, std, false, syncer.Request{Trigger: "now"}, nil)
	if done, said := errors.AsType[*ended](err); said && (done.code == exitDone || done.code == exitRefused) {
		printWrapped(std.out, next(settings.Path))
	}
	return err
}

// next is what remains to be done after the first pass. A configuration in its usual place is that of a service; another one is a trial.
func next(path string) string {
	if path == defaultConfigPath() {
		return "Next: activate people in the online directory, and let syncd start with this machine: `syncd service install`, then `syncd service start`. `syncd status` tells how it is."
	}
	return "Next: activate people in the online directory, and let syncd run: `syncd --config " + path + "` goes on every three hours, `syncd status --config " + path + "` tells how it is."
}

// checkFolders refuses folders of a configuration and a state in which somebody else could have put something.
func checkFolders(config, state string) error {
	for _, place := range []string{filepath.Dir(config), state} {
		place, err := filepath.Abs(place)
		if err == nil {
			err = service.CheckFolder(place, serviceName)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// dialogue runs the wizard until its end or the first signal.
func (f *configureCommand) dialogue(ctx context.Context, std streams, settings wizard.Settings, base *config) (_ wizard.Outcome, err error) {
	ctx, stop := interruptible(ctx)
	defer stop()
	world, err := newConfigureWorld(std, base)
	if err != nil {
		return wizard.Outcome{}, err
	}
	defer func() { err = errors.Join(err, world.close()) }()
	return wizard.Run(ctx, world, prompt.New(std.in, std.out), wizard.Flags{
		Domain: f.Domain, Servers: f.Server, CAFile: f.CAFile, Fingerprint: f.Fingerprint, User: f.ADUser, PasswordFile: f.ADPasswordFile,
		URL: f.URL, OnlineCAFile: f.OnlineCAFile, TokenFile: f.TokenFile, Include: f.Include, Yes: f.Yes, NoSync: f.NoSync, NonInteractive: f.NonInteractive,
	}, settings)
}

// current is what the configuration says; where there is none, the defaults.
func (f *configureCommand) current() (wizard.Settings, *config, error) {
	var s wizard.Settings
	path, err := filepath.Abs(f.Config)
	if err != nil {
		return s, nil, &directory.Fault{Class: directory.Usage, Cause: "--config: " + err.Error(), Remedy: "name a file"}
	}
	s.Path, s.Windows = path, runtime.GOOS == "windows"
	base := defaultConfig()
	if s.Text, err = os.ReadFile(path); errors.Is(err, fs.ErrNotExist) {
		if f.StateDir != "" {
			if s.StateDir, err = filepath.Abs(f.StateDir); err != nil {
				return s, nil, &directory.Fault{Class: directory.Usage, Cause: "--state-dir: " + err.Error(), Remedy: "name a folder"}
			}
		}
		s.Text = nil
		return s, &base, nil
	}
	c, err := readConfig(path, func(*config) error { return nil }) // a secret that is gone is what it may be run for
	if err != nil {
		return s, nil, err
	}
	if f.StateDir != "" {
		return s, nil, &directory.Fault{Class: directory.Usage, Cause: "--state-dir is for a new configuration, and " + path + " exists", Remedy: "edit state.dir there while syncd does not run"}
	}
	s.Source = wizard.Source{
		Domain: c.Source.Domain, Servers: c.Source.Servers, StartTLS: c.Source.TLS.StartTLS, CAFile: c.Source.TLS.CAFile, BaseDN: c.Source.BaseDN,
		User: c.Source.Bind.User, PasswordFile: c.Source.Bind.PasswordFile, Include: c.Source.Scope.Include,
	}
	s.Online = wizard.Online{URL: c.Target.URL, CAFile: c.Target.TLS.CAFile, TokenFile: c.Target.TokenFile}
	s.Source.Password, _ = directory.ReadSecret(s.Source.PasswordFile) // the wizard asks where it needs it and it is not there
	s.Online.Token, _ = directory.ReadSecret(s.Online.TokenFile)
	return s, c, nil
}
