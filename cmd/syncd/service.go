package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"syncd/internal/directory"
	"syncd/internal/service"
)

// serviceCommand is `syncd service`.
type serviceCommand struct {
	Install   serviceInstallCommand   `cmd:"" help:"Make syncd a service that starts with this machine."`
	Uninstall serviceUninstallCommand `cmd:"" help:"Stop the service and remove it. Configuration and state stay."`
	Start     serviceStartCommand     `cmd:"" help:"Start the service."`
	Stop      serviceStopCommand      `cmd:"" help:"Stop the service, once the running pass has ended."`
	Status    serviceStatusCommand    `cmd:"" help:"Say whether the service is installed and runs. Exit status 0: it runs; 1: it does not."`
}

// serviceInstallCommand is `syncd service install`.
type serviceInstallCommand struct {
	configFlag
	Start        string `enum:"delayed,auto,manual" default:"delayed" help:"When it starts: delayed (with this machine, after the other services; the default), auto or manual."`
	User         string `placeholder:"ACCOUNT" help:"The account it runs as; on Windows for example a group managed service account, 'CORP\\gmsa$$'."`
	PasswordFile string `placeholder:"FILE" help:"A file with the password of that account, where it has one."`
}

// Run checks everything that can be checked, and installs.
func (s *serviceInstallCommand) Run(ctx context.Context, std streams) error {
	o, err := s.options()
	if err != nil {
		return err
	}
	notes, err := service.Install(ctx, o)
	if err != nil {
		return err
	}
	for _, note := range notes {
		printWrapped(std.err, "warning: "+note)
	}
	printWrapped(std.out, fmt.Sprintf("the service %s is installed and runs %s; start it with `syncd service start`", o.Name, strings.Join(append([]string{o.Program}, o.Args...), " ")))
	return nil
}

// options are those of a service with a valid configuration.
func (s *serviceInstallCommand) options() (service.Options, error) {
	path, err := filepath.Abs(s.Config)
	if err != nil {
		return service.Options{}, err
	}
	c, err := loadConfig(path)
	if err != nil {
		return service.Options{}, err
	}
	if err := c.wholePaths(); err != nil {
		return service.Options{}, err
	}
	password, err := s.password()
	if err != nil {
		return service.Options{}, err
	}
	program, err := os.Executable()
	if err != nil {
		return service.Options{}, fmt.Errorf("the path of this program is not known: %w", err)
	}
	return service.Options{
		Name: serviceName, Display: "syncd directory synchronisation", Description: "Keeps an online directory equal to Active Directory.",
		Program: program, Args: append(serviceFlags(), "--config", path), User: s.User, Password: password, Start: service.StartType(s.Start),
		Reads: append([]string{path}, c.files()...), Writes: []string{c.State.Dir}, Socket: c.Control.Socket(),
	}, nil
}

// password reads that of the account.
func (s *serviceInstallCommand) password() (directory.Secret, error) {
	if s.PasswordFile == "" {
		return "", nil
	}
	b, err := os.ReadFile(s.PasswordFile)
	if err != nil {
		return "", &directory.Fault{Class: directory.Usage, Cause: "--password-file cannot be read: " + err.Error(), Remedy: "name a file that holds nothing but the password of --user", Err: err}
	}
	return directory.Secret(strings.TrimRight(string(b), "\r\n")), nil
}

// files are those that the configuration names.
func (c *config) files() []string {
	var files []string
	for _, file := range []string{c.Source.Bind.PasswordFile, c.Source.TLS.CAFile, c.Target.TokenFile, c.Target.TLS.CAFile} {
		if file != "" {
			files = append(files, file)
		}
	}
	return files
}

// wholePaths refuses paths that mean something else in the folder in which a service starts. Credentials of systemd are none.
func (c *config) wholePaths() error {
	credentials := []string{c.Source.Bind.PasswordFile, c.Target.TokenFile}
	for _, path := range append(c.files(), c.State.Dir) {
		isCredential := runtime.GOOS == "linux" && directory.IsCredential(path) && slices.Contains(credentials, path)
		if !filepath.IsAbs(path) && !isCredential {
			return &directory.Fault{
				Class: directory.Usage, Cause: "the configuration names " + path + ", and a service starts in another folder, where that is something else",
				Remedy: "write the whole path of it into the configuration",
			}
		}
	}
	return nil
}

// serviceFlags tell the program that the service manager runs it.
func serviceFlags() []string {
	if runtime.GOOS == "windows" {
		return []string{"--windows-service"}
	}
	return nil
}

// serveWindows is the daemon as a service of Windows, which has no standard streams: what goes wrong is in the event log.
func serveWindows(ctx context.Context, config string) error {
	return service.Run(ctx, serviceName, func(ctx context.Context, host service.Host) (exit int, err error) {
		c, err := loadConfig(config)
		if err == nil {
			err = serve(ctx, c, streams{in: strings.NewReader(""), out: io.Discard, err: io.Discard}, host)
		}
		if err == nil {
			return exitDone, nil
		}
		return exitCode(directory.ClassOf(err)), err
	})
}

type serviceUninstallCommand struct{}

// Run removes the service.
func (serviceUninstallCommand) Run(ctx context.Context, std streams) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	if err := service.Uninstall(ctx, serviceName); err != nil {
		return err
	}
	printWrapped(std.out, "the service "+serviceName+" is removed; configuration and state stay")
	return nil
}

type serviceStartCommand struct{}

// Run starts the service and waits until it runs.
func (serviceStartCommand) Run(ctx context.Context, std streams) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	if err := service.Start(ctx, serviceName); err != nil {
		return err
	}
	printWrapped(std.out, "the service "+serviceName+" runs")
	return nil
}

type serviceStopCommand struct{}

// Run stops the service and waits until it has ended.
func (serviceStopCommand) Run(ctx context.Context, std streams) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	if err := service.Stop(ctx, serviceName); err != nil {
		return err
	}
	printWrapped(std.out, "the service "+serviceName+" has stopped")
	return nil
}

type serviceStatusCommand struct {
	JSON bool `name:"json" help:"Print it as one JSON object."`
}

// Run tells what the system knows of the service.
func (s *serviceStatusCommand) Run(ctx context.Context, std streams) error {
	state, err := service.Status(ctx, serviceName)
	if err != nil {
		return err
	}
	if s.JSON {
		err = encodeJSON(std, state)
	} else {
		printWrapped(std.out, serviceText(state))
	}
	if err == nil && state.Run != service.Running {
		err = &ended{exitFailed}
	}
	return err
}

// serviceText is the state of a service in one line.
func serviceText(s service.State) string {
	if !s.Installed {
		return "the service " + s.Name + " is not installed; install it with `syncd service install`"
	}
	text := fmt.Sprintf("the service %s is %s", s.Name, s.Run)
	if s.PID != 0 {
		text += fmt.Sprintf(" as process %d", s.PID)
	}
	if s.Exit != 0 {
		text += fmt.Sprintf("; its last exit status was %d", s.Exit)
	}
	text += "; it starts " + map[service.StartType]string{
		service.Delayed: "with this machine, after the other services", service.Auto: "with this machine", service.Manual: "when somebody starts it",
	}[s.Start]
	if s.User != "" {
		text += ", as " + s.User
	}
	return text
}
