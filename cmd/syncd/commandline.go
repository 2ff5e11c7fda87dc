package main

import (
	"os"
	"path/filepath"
	"runtime"

	"github.com/alecthomas/kong"
)

const description = `Keeps an online directory equal to Active Directory: one way, every account disabled until someone activates it.

Without a command it runs as a daemon in the foreground; with --now it makes one pass.

Exit status: 0 done; 1 failed; 2 wrong usage or configuration; 3 done, but some objects were refused; 4 held by a safety limit; 5 source or target unreachable, or they do not let syncd in.`

// commandLine is what kong parses.
type commandLine struct {
	Version   kong.VersionFlag `help:"Print the version and exit."`
	Run       runCommand       `cmd:"" default:"withargs" help:"Run the daemon, or make one pass with --now (the default command)."`
	Configure configureCommand `cmd:"" help:"Set syncd up step by step, or change a password, the scope or a server later."`
	Status    statusCommand    `cmd:"" help:"Show what the last pass did, what is refused or held, and what comes next."`
	Check     checkCommand     `cmd:"" help:"Test everything that syncd needs, and name what is missing with its remedy. Nothing is written."`
	History   historyCommand   `cmd:"" help:"List the last passes, or show one with how long it took and what was refused and held."`
	Why       whyCommand       `cmd:"" help:"Say why one person, contact or group is online, or why not."`
	Plan      planCommand      `cmd:"" help:"Show what a pass would do, or what is held; -o freezes it in a file. Nothing is written online."`
	Apply     applyCommand     `cmd:"" help:"Apply exactly the plan that a file holds."`
	Approve   approveCommand   `cmd:"" help:"Let a held plan happen."`
	Reject    rejectCommand    `cmd:"" help:"Keep online what a held plan would remove."`
	Page      pageCommand      `cmd:"" help:"Open the status page of the running daemon to a browser on this machine, for as long as this command runs."`
	Service   serviceCommand   `cmd:"" help:"Make syncd a service of this machine, start and stop it."`
	Mapping   mappingCommand   `cmd:"" help:"Try mapping rules."`
	Demo      demoCommand      `cmd:"" help:"A small Active Directory, an online directory and syncd between them, all in one process."`
	Directory directoryCommand `cmd:"" help:"The simulated online directory on its own."`
	Probe     probeCommand     `cmd:"" help:"Say with the exit status whether the running daemon lives or is ready: 0 yes, 1 no."`

	Completion completionCommand `cmd:"" help:"Print the completions for a shell."`
	Complete   completeCommand   `cmd:"" hidden:"" help:"List what the word under the cursor may become."`
	Man        manCommand        `cmd:"" hidden:"" help:"Print the manual page."`
}

// configFlag is shared by the commands that read the configuration file.
type configFlag struct {
	Config string `short:"c" placeholder:"FILE" default:"${config}" help:"The configuration file (default ${default})."`
}

// runCommand is the daemon and `syncd --now`.
type runCommand struct {
	configFlag
	Now    bool `help:"Make one pass now: by the running daemon, or here if none runs."`
	Full   bool `help:"With --now: read everything instead of what changed."`
	Verify bool `help:"With --now: read everything, compare it with what is really online, and repair what differs there."`
	DryRun bool `help:"With --now: plan and check, write nothing."`
	JSON   bool `name:"json" help:"With --now: print the report as one JSON object."`

	WindowsService bool `hidden:"" help:"Run as a service of Windows: the service manager starts syncd with it."`
}

func defaultConfigPath() string {
	if runtime.GOOS == "windows" {
		return filepath.Join(os.Getenv("ProgramData"), "syncd", "syncd.yaml")
	}
	return "/etc/syncd/syncd.yaml"
}
