// Package service makes syncd a service of its operating system: of the service manager of Windows, of systemd on Linux.
//
// Each function does one thing to the service of a name, and needs the rights of an administrator but for Status. What goes wrong is a
// *directory.Fault that says what to do. Install either installs everything or leaves the system as it was; what the system does not
// support and the service can live without comes back as notes.
//
// Where it hurts: whether an account may log on as a service, and whether a secret can be read by it, shows only at the first start.
package service

import (
	"syncd/internal/directory"
)

// Options are what Install installs.
type Options struct {
	Name        string           // what the system calls it, "syncd"
	Display     string           // what a person reads in a list of services
	Description string           // what it is for, in one sentence
	Program     string           // the whole path of the program
	Args        []string         // its arguments, with whole paths: a service starts in a folder of the system
	User        string           // the account it runs as; empty for that of the system's custom
	Password    directory.Secret // of User, where it needs one
	Start       StartType        // when it starts
	Reads       []string         // the files that User has to read, secrets among them
	Writes      []string         // the folders that User has to write to; they are made where there are none
	Socket      string           // the control socket that it makes; empty where it listens on a port
}

// StartType says when a service starts.
type StartType string

// The start types. A system that knows no delay treats Delayed as Auto.
const (
	Delayed StartType = "delayed" // with the system, two minutes after the others
	Auto    StartType = "auto"    // with the system
	Manual  StartType = "manual"  // when somebody starts it

	// Disabled is what an administrator makes of one that shall not start at all; Install does not know it.
	Disabled StartType = "disabled"
)

// State is what the system knows about a service. Its JSON form is what `syncd service status --json` prints.
type State struct {
	Name      string    `json:"name"`
	Installed bool      `json:"installed"`
	Run       RunState  `json:"state"`             // empty where it is not installed
	PID       int       `json:"pid,omitempty"`     // of the running process
	Start     StartType `json:"start,omitempty"`   // when it starts
	User      string    `json:"user,omitempty"`    // the account it runs as
	Command   string    `json:"command,omitempty"` // the command line
	Exit      int       `json:"exit,omitempty"`    // the exit status of the last run, where the system tells
}

// RunState says whether a service runs.
type RunState string

// The states of a service.
const (
	Running  RunState = "running"
	Starting RunState = "starting"
	Stopping RunState = "stopping"
	Stopped  RunState = "stopped"
	Failed   RunState = "failed" // it ended with an error
)

// notInstalled is the fault of whoever needs an installed service.
func notInstalled(name string, err error) error {
	return &directory.Fault{Class: directory.Usage, Cause: "the service " + name + " is not installed", Remedy: "install it with `syncd service install`", Err: err}
}

// installed is the fault of a second installation.
func installed(name string, err error) error {
	return &directory.Fault{
		Class: directory.Usage, Cause: "the service " + name + " is installed already, and stays as it is",
		Remedy: "to change it, run `syncd service uninstall` first: configuration and state stay", Err: err,
	}
}
