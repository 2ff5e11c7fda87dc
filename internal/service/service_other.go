//go:build !windows && !linux

package service

import (
	"context"

	"syncd/internal/directory"
)

// Install is for Windows and Linux.
func Install(context.Context, Options) (notes []string, err error) { return nil, errUnsupported() }

// Uninstall is for Windows and Linux.
func Uninstall(context.Context, string) error { return errUnsupported() }

// Start is for Windows and Linux.
func Start(context.Context, string) error { return errUnsupported() }

// Stop is for Windows and Linux.
func Stop(context.Context, string) error { return errUnsupported() }

// Status is for Windows and Linux.
func Status(context.Context, string) (State, error) { return State{}, errUnsupported() }

func errUnsupported() error {
	return &directory.Fault{
		Class: directory.Usage, Cause: "syncd knows the services of Windows and of systemd, and this system has neither", Remedy: "let its own service manager run `syncd --config FILE`",
	}
}
