package service

import (
	"context"

	"syncd/internal/directory"
)

// Install installs a systemd unit.
func Install(context.Context, Options) (notes []string, err error) { return nil, errNotBuilt() }

// Uninstall removes it.
func Uninstall(context.Context, string) error { return errNotBuilt() }

// Start starts it.
func Start(context.Context, string) error { return errNotBuilt() }

// Stop stops it.
func Stop(context.Context, string) error { return errNotBuilt() }

// Status asks systemd.
func Status(context.Context, string) (State, error) { return State{}, errNotBuilt() }

func errNotBuilt() error {
	return &directory.Fault{Class: directory.Usage, Cause: "syncd does not install itself on Linux yet", Remedy: "write a unit that runs `syncd --config FILE`"}
}
